import Foundation

/// An open file or directory, closed when the last reference to it goes.
final class OpenFile: Sendable {
  let path: String
  let descriptor: Int32

  /// Opens with `flags` (`O_…`); a file that this creates gets the permissions of the umask.
  init(_ path: String, _ flags: Int32, to operation: String) throws {
    self.path = path
    // Close-on-exec, because a child that inherits the descriptor would also inherit its lock.
    descriptor = try Self.retrying(operation, path) {
      flags & O_CREAT == 0
        ? open(path, flags | O_CLOEXEC)
        : Disk.change(.create) { open(path, flags | O_CLOEXEC, 0o666) }
    }
  }

  deinit { close(descriptor) }

  func status() throws -> stat {
    var status = stat()
    try Self.retrying("look at", path) { fstat(descriptor, &status) }
    return status
  }

  /// Whether the file is still the one at its path, and not removed or replaced.
  func isAtItsPath() throws -> Bool {
    let own = try status()
    var found = stat()
    return stat(path, &found) == 0 && found.st_ino == own.st_ino && found.st_dev == own.st_dev
  }

  /// Writes all bytes at the current position, or at the end of a file opened with `O_APPEND`.
  func write(_ data: Data) throws {
    let answer = FaultInjection.current?.ask(.write) ?? .goOn
    // A write that fails, or that a process dies in, may have come half of the way.
    let end = [.goOn: data.count, .failHalfway: data.count / 2][answer] ?? 0
    try data.withUnsafeBytes { bytes in
      var rest = bytes[..<end]
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let written = try Self.retrying("write", path) {
          Foundation.write(descriptor, part.baseAddress, part.count)
        }
        rest = rest.dropFirst(written)
      }
    }
    if answer != .goOn { throw FileError.system(operation: "write", path: path, code: EIO) }
  }

  /// Reads up to `count` bytes, fewer at the end of the file.
  func read(_ count: Int, at offset: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = try Self.retrying("read", path) {
        pread(descriptor, buffer.baseAddress, count, off_t(offset))
      }
    }
  }

  /// Reads into `buffer`, perhaps less than there is room for; 0 at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    try Self.retrying("read", path) {
      pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
    }
  }

  /// Waits until the contents are on the disk.
  func synchronise() throws {
    try Self.retrying("write", path) { Disk.change(.synchronise) { fsync(descriptor) } }
  }

  /// Cuts the file off after `size` bytes, where that is possible.
  func truncate(to size: Int) {
    _ = Disk.change(.truncate) { ftruncate(descriptor, off_t(size)) }
  }

  /// Takes the exclusive lock; false when another holds it and `waiting` is false.
  func lock(waiting: Bool) throws -> Bool {
    do {
      try Self.retrying("lock", path) { flock(descriptor, waiting ? LOCK_EX : LOCK_EX | LOCK_NB) }
      return true
    } catch FileError.system(_, _, EWOULDBLOCK) {
      return false
    }
  }

  /// Makes names created, renamed or removed in `directory` last through a power cut.
  static func synchronise(directory: String) throws {
    do {
      try OpenFile(directory, O_RDONLY | O_DIRECTORY, to: "open the directory").synchronise()
    } catch FileError.system(_, _, EINVAL) {
      // Some network file systems cannot do this, and need not: they keep names on the server.
    }
  }

  /// Repeats `call` while a signal interrupts it; throws what `errno` says when it fails.
  @discardableResult
  private static func retrying<Result: SignedInteger>(
    _ operation: String, _ path: String, _ call: () -> Result
  ) throws -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      if errno != EINTR { throw FileError.latest(operation, path) }
    }
  }
}
