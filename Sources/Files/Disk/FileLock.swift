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
    file = try OpenFile(path, O_RDWR | O_CREAT, to: "lock")
    guard try file.lock(waiting: false) else { return nil }
  }

  /// Waits until the lock is free and takes it.
  ///
  /// Throws `FileError`.
  public init(waitingFor path: String) throws {
    file = try OpenFile(path, O_RDWR | O_CREAT, to: "lock")
    _ = try file.lock(waiting: true)
  }

  /// Gives the lock back; doing so again has no effect.
  public func release() {
    flock(file.descriptor, LOCK_UN)
  }
}
