import Files
import Foundation
import Synchronization

/// Checksums of files, computed once as long as a file does not change.
public enum Checksums {
  private struct Key: Hashable {
    let path: String
    let size: Int
    let modified: Date?
  }

  private static let known = Mutex<[Key: String]>([:])

  /// SHA-256 of a file; of a folder, that of the names and checksums of all that is in it.
  ///
  /// - Parameter only: the files of a folder that count, by their paths below it; all where none is named.
  public static func sha256(of path: String, only: [String] = []) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return try sha256(ofFile: path) }
    let names =
      try only.isEmpty
      ? FileManager.default.subpathsOfDirectory(atPath: path).sorted()
        .filter { name in !name.split(separator: "/").contains { $0.hasPrefix(".") } }
      : only.sorted()
    var lines = ""
    for name in names {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
      if !isFolder.boolValue { lines += "\(try sha256(ofFile: "\(path)/\(name)"))  \(name)\n" }
    }
    return SHA256.hex(of: lines)
  }

  /// The same, of a file of a data set.
  ///
  /// - Throws: `DataError.unusable` where it cannot be read.
  public static func sha256(
    of path: String, only: [String] = [], in dataset: String
  ) throws(DataError) -> String {
    do {
      return try sha256(of: path, only: only)
    } catch let error as FileError {
      throw .unreadable(dataset, error)
    } catch {
      throw .unusable(dataset: dataset, reason: "\(path) cannot be read (\(error))")
    }
  }

  private static func sha256(ofFile path: String) throws -> String {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    let key = Key(
      path: target, size: attributes?[.size] as? Int ?? -1,
      modified: attributes?[.modificationDate] as? Date)
    if let sum = known.withLock({ $0[key] }) { return sum }
    let sum = try SHA256.hex(ofFile: path)
    known.withLock { $0[key] = sum }
    return sum
  }
}
