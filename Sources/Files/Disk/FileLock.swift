import Foundation

/// An exclusive lock on a path, held until it is released or the process ends, however it ends.
///
/// The file is created when missing and stays afterwards. The lock binds those who take it too, and
/// is not passed on to child processes. Hold on to the instance: dropping it releases the lock.
public final class FileLock: Sendable {
  private let file: OpenFile

  /// Takes the lock without waiting; nil when another holder has it.
  ///
  /// Throws `FileError`.
  public init?(tryLocking path: String) throws {
    var isFree = true
    file = try Self.open(path) { isFree = try $0.lock(waiting: false) }
    if !isFree { return nil }
  }

  /// Opens the file at `path` and calls `lock` with it, until the file is still the one at its path
  /// afterwards.
  static func open(_ path: String, lock: (OpenFile) throws -> Void) throws -> OpenFile {
    while true {
      let file = try OpenFile(path, O_RDWR | O_CREAT, to: "lock")
      try lock(file)
      // Between opening and locking, the last holder may have removed the file. A lock on what
      // nobody finds any more would exclude nobody.
      if try file.isAtItsPath() { return file }
    }
  }

  /// Gives the lock back; doing so again has no effect.
  public func release() {
    flock(file.descriptor, LOCK_UN)
  }
}
