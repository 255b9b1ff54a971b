import Foundation

/// Writes that a crash, a full disk or a power cut cannot leave half done.
public enum AtomicFile {
  /// Replaces the file at `path` by `data`: afterwards it holds the old or the new bytes, whole.
  ///
  /// The bytes go to a hidden `.NAME.….tmp` in the same directory, which is removed on failure; what
  /// a killed process leaves is for `removeLeftovers(in:)`. Throws `FileError`.
  public static func write(_ data: Data, to path: String) throws {
    let (directory, name) = split(path)
    let temporary = directory + "/.\(name).\(UUID().uuidString).tmp"
    do {
      let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, to: "create")
      try file.write(data)
      try file.synchronise()
      guard Disk.rename(temporary, to: path) == 0 else { throw FileError.latest("replace", path) }
    } catch {
      try? Disk.remove(temporary)
      guard case FileError.system(_, _, let code) = error else { throw error }
      throw FileError.system(operation: "write", path: path, code: code)
    }
    try OpenFile.synchronise(directory: directory)
  }

  /// Removes what killed processes have left of files that they were writing in `directory`.
  ///
  /// Only for who is alone there: a file that is being written looks the same.
  public static func removeLeftovers(in directory: String) throws {
    for name in try Disk.names(in: directory) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
      try Disk.remove(directory + "/" + name)
    }
  }

  /// Appends `line` and a line break, safely beside other processes that append to the same file.
  ///
  /// What an earlier crash left without a line break stays a line of its own. Throws `FileError`.
  public static func append(line: String, to path: String) throws {
    guard !line.utf8.contains(UInt8(ascii: "\n")) else { throw FileError.lineBreak(path: path) }
    let file = try OpenFile(path, O_RDWR | O_CREAT | O_APPEND, to: "append to")
    _ = try file.lock(waiting: true)
    let size = Int(try file.status().st_size)
    let torn = try size > 0 && file.read(1, at: size - 1) != [UInt8(ascii: "\n")]
    do {
      try file.write(Data(((torn ? "\n" : "") + line + "\n").utf8))
    } catch {
      // The lock is held, so what follows the old end is ours.
      file.truncate(to: size)
      throw error
    }
    try file.synchronise()
    if size == 0 { try OpenFile.synchronise(directory: split(path).directory) }
  }

  /// The directory and the name of `path`, so that `directory/name` is the same file.
  static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let directory = path[..<slash]
    return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
  }
}
