import Foundation

/// Where the files of data sets are looked for.
public struct DataPlaces: Sendable {
  /// The directories of `PRIORLAB_DATA`, searched first and in order.
  public let directories: [String]
  /// Where fetched files go, a folder for each data set.
  public let cache: String

  public init(directories: [String], cache: String) {
    self.directories = directories
    self.cache = cache
  }

  /// The variable's directories, and the cache below the directory of the data sets' manifests.
  public init(environment: [String: String], root: String) {
    let variable = environment["PRIORLAB_DATA"] ?? ""
    self.init(
      directories: variable.split(separator: ":").map(String.init), cache: root + "/cache")
  }

  /// Where a fetched file of a data set is.
  public func cached(_ file: String, of dataset: String) -> String {
    "\(cache)/\(dataset)/\(file)"
  }

  /// The path of a file of a data set, or nil where it is nowhere.
  ///
  /// Data sets share names of files: one of the wrong size gives way to one of the right size.
  public func find(_ file: StoredFile, of manifest: DatasetManifest, beside: String) -> String? {
    let here = candidates(file.name, of: manifest, beside: beside)
      .filter { FileManager.default.fileExists(atPath: $0) }
    guard let bytes = file.bytes else { return here.first }
    return here.first { Self.size(of: $0) == bytes } ?? here.first
  }

  /// All places of a file, the preferred ones first.
  ///
  /// - Parameter beside: the directory of the data set's manifest.
  func candidates(_ file: String, of manifest: DatasetManifest, beside: String) -> [String] {
    if file.hasPrefix("/") { return [file] }
    let folders = [manifest.name] + manifest.folders
    return directories.flatMap { directory in
      folders.map { "\(directory)/\($0)/\(file)" } + ["\(directory)/\(file)"]
    } + [cached(file, of: manifest.name), "\(beside)/\(file)"]
  }

  /// Bytes of a file, behind a link where it is one.
  static func size(of path: String) -> Int? {
    let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
  }
}
