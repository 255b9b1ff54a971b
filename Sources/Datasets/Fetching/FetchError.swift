/// Why a file cannot be fetched.
public enum FetchError: Error, Equatable, Sendable {
  /// No address is known.
  case byHand(dataset: String, file: String, howToGet: String?)
  /// No file of the data set can be named.
  case noFiles(dataset: String, howToGet: String?)
  /// No mirror gave the file; why, for each.
  case noMirror(dataset: String, file: String, reasons: [String])
  /// The program that fetches is not installed.
  case noProgram(dataset: String)
  /// What arrives cannot be written.
  case cannotWrite(path: String, reason: String)
  /// Another process is fetching the same data set.
  case busy(dataset: String)
  /// A stop was asked for.
  case stopped(file: String)
}

extension FetchError: CustomStringConvertible {
  /// One sentence: what, why, and what to do.
  public var description: String {
    switch self {
    case .byHand(let dataset, let file, let howToGet):
      "\(file) of \(dataset) cannot be fetched by a program: "
        + (howToGet.map { "\($0); then" } ?? "no address of it is known: get it elsewhere and")
        + " set PRIORLAB_DATA=<dir> to a directory that has <dir>/\(dataset)/\(file)"
    case .noFiles(let dataset, let howToGet):
      "the files of \(dataset) cannot be fetched by a program: "
        + (howToGet ?? "none of them is known")
    case .noMirror(let dataset, let file, let reasons):
      "\(file) of \(dataset) cannot be had (\(reasons.joined(separator: "; "))): check the "
        + "connection and run the command again, or set PRIORLAB_DATA=<dir> to a directory that has "
        + "<dir>/\(dataset)/\(file)"
    case .noProgram(let dataset):
      "the program 'curl' is needed to fetch and is not installed: install it, or set "
        + "PRIORLAB_DATA=<dir> to a directory that has the files below <dir>/\(dataset)"
    case .cannotWrite(let path, let reason):
      "\(path) cannot be written (\(reason)): free some disk space or change the permissions, then "
        + "run the command again"
    case .busy(let dataset):
      "another command is fetching \(dataset): wait until it has finished"
    case .stopped(let file):
      "stopped while fetching \(file); the same command goes on where it was"
    }
  }
}
