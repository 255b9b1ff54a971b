import Foundation

/// The calls that change the disk. Whatever a command keeps is made and removed through these and
/// `OpenFile`, so that a test can let any one of them fail (`FaultInjection`).
public enum Disk {
  /// Makes a directory, and those above it that are missing; one that is there is no error.
  ///
  /// Throws `FileError`.
  public static func makeDirectory(_ path: String) throws {
    if change(.makeDirectory, { mkdir(path, 0o777) }) == 0 { return }
    if errno == EEXIST, isDirectory(path) { return }
    guard errno == ENOENT, path.contains("/") else {
      throw FileError.latest("create the directory", path)
    }
    try makeDirectory(AtomicFile.split(path).directory)
    guard
      change(.makeDirectory, { mkdir(path, 0o777) }) == 0 || (errno == EEXIST && isDirectory(path))
    else {
      throw FileError.latest("create the directory", path)
    }
  }

  /// Removes a file, a link, or a directory with all that it holds; nothing there is no error.
  ///
  /// Throws `FileError`.
  public static func remove(_ path: String) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for path in contents(of: path) { try removeOne(path) }
    }
    try removeOne(path)
  }

  /// Bytes that a process without privileges can still write below `path`, which need not be there yet.
  ///
  /// Throws `FileError`.
  public static func freeBytes(at path: String) throws -> Int {
    var place = path
    var status = statvfs()
    while statvfs(place, &status) != 0 {
      let above = AtomicFile.split(place).directory
      guard errno == ENOENT, above != place else {
        throw FileError.latest("look at the free space of", path)
      }
      place = above
    }
    return Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
      .partialValue
  }

  /// Gives a file another name, in the place of any that has it.
  static func rename(_ old: String, to new: String) -> Int32 {
    change(.rename) { Foundation.rename(old, new) }
  }

  /// Removes a file or an empty directory.
  static func removeOne(_ path: String) throws {
    guard change(.remove, { Foundation.remove(path) }) == 0 || errno == ENOENT else {
      throw FileError.latest("remove", path)
    }
  }

  /// Everything below `directory`, children before their parents.
  static func contents(of directory: String) -> [String] {
    let below = (try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? []
    return below.sorted(by: >).map { directory + "/" + $0 }
  }

  /// Calls `body`, unless a test lets the operation fail.
  static func change(_ operation: FaultInjection.Operation, _ body: () -> Int32) -> Int32 {
    guard let injection = FaultInjection.current else { return body() }
    guard injection.ask(operation) == .goOn else {
      errno = EIO
      return -1
    }
    return body()
  }

  private static func isDirectory(_ path: String) -> Bool {
    let before = errno
    defer { errno = before }
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
