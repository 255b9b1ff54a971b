import Files
import Foundation

/// Why stored data cannot be used.
public enum DataError: Error, Equatable, Sendable {
  /// Files are in none of the places where they are looked for.
  case missing(dataset: String, files: [String], remedy: Remedy)
  /// A file has another size than it should.
  case wrongSize(dataset: String, path: String, expected: Int, found: Int)
  /// A file has another checksum than it should.
  case altered(dataset: String, path: String, expected: String, found: String)
  /// A file cannot be read, or holds something else than its manifest says.
  case unusable(dataset: String, reason: String)
  /// The data set has no preparation yet.
  case notYet(dataset: String, why: String)
  /// What holds no weights is asked for some.
  case notWeights(dataset: String)
  /// No manifest describes the data set.
  case undescribed(dataset: String)
  /// The directory of the data sets' manifests cannot be listed.
  case unlisted(FileError)

  /// How missing files are had.
  public enum Remedy: Equatable, Sendable {
    /// By `priorlab data fetch`, with `--all` for files that few studies use.
    case fetch(all: Bool)
    /// By a person, in these words where there are any.
    case manual(String?)
  }
}

extension DataError: CustomStringConvertible {
  /// One sentence: what, where, and what to do.
  public var description: String {
    switch self {
    case .missing(let dataset, let files, let remedy):
      "the data set \(dataset) is not here (missing: \(Self.listing(files))): "
        + Self.words(remedy, dataset, files.first ?? "")
    case .wrongSize(let dataset, let path, let expected, let found):
      "\(path) has \(found) bytes, where \(expected) are expected: remove it, then run 'priorlab "
        + "data fetch \(dataset)' or put an intact copy in its place"
    case .altered(let dataset, let path, let expected, let found):
      "\(path) is not the file that it should be (SHA-256 \(expected) is expected, it has "
        + "\(found)): remove it, then run 'priorlab data fetch \(dataset)' or put an intact copy in "
        + "its place"
    case .unusable(let dataset, let reason):
      "the data set \(dataset) cannot be used: \(reason)"
    case .notYet(let dataset, let why):
      "the data set \(dataset) cannot be used in a study yet: \(why)"
    case .notWeights(let dataset):
      "datasets/\(dataset).yaml describes no weights: give it a split 'weights'"
    case .undescribed(let dataset):
      "nothing describes \(dataset): name a directory that has \(dataset).yaml with --datasets"
    case .unlisted(.system(_, let path, let code)):
      "the directory of data sets \(path) cannot be read (\(String(cString: strerror(code)))): correct "
        + "its permissions, or name another with --datasets"
    case .unlisted(let error): "\(error)"
    }
  }

  /// Of a file that is there and cannot be read.
  static func unreadable(_ dataset: String, _ error: FileError) -> DataError {
    guard case .system(_, let path, let code) = error else {
      return .unusable(dataset: dataset, reason: "\(error)")
    }
    return .unusable(
      dataset: dataset,
      reason: "\(path) cannot be read (\(String(cString: strerror(code)))): correct its "
        + "permissions, or put a copy that can be read in its place")
  }

  private static func words(_ remedy: Remedy, _ dataset: String, _ file: String) -> String {
    let place = "set PRIORLAB_DATA=<dir> to a directory that has <dir>/\(dataset)/\(file)"
    return switch remedy {
    case .fetch(let all):
      "run 'priorlab data fetch \(dataset)\(all ? " --all" : "")', or \(place)"
    case .manual(let words?): "\(words); then \(place)"
    case .manual(nil): "put it where its manifest is, or \(place)"
    }
  }

  /// At most three names.
  private static func listing(_ files: [String]) -> String {
    let more = files.count > 3 ? " and \(files.count - 2) more" : ""
    return files.prefix(files.count > 3 ? 2 : 3).joined(separator: ", ") + more
  }
}
