import Foundation
import Testing

@testable import Files

@Suite struct FileLockTests {
  @Test func oneHolderAtATime() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/lock"
      let first = try #require(try FileLock(tryLocking: path))
      #expect(try FileLock(tryLocking: path) == nil)
      first.release()
      first.release()
      do {
        let second = try #require(try FileLock(tryLocking: path))
        #expect(try FileLock(tryLocking: path) == nil)
        withExtendedLifetime(second) {}
      }
      // Dropping the instance released it.
      let third = try FileLock(tryLocking: path)
      #expect(third != nil)
    }
  }

  @Test func pathsThatCannotBeLocked() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/no/lock"
      let error = FileError.system(operation: "lock", path: path, code: ENOENT)
      #expect(throws: error) { try FileLock(tryLocking: path) }
    }
  }

  @Test(.enabled(if: installed("flock"), "flock (util-linux) is not installed"))
  func otherProcessesAreExcluded() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/lock"
      let lock = try #require(try FileLock(tryLocking: path))
      #expect(try run(["flock", "--nonblock", path, "true"]).status == 1)
      lock.release()
      #expect(try run(["flock", "--nonblock", path, "true"]).status == 0)
    }
  }

  @Test(.enabled(if: installed("flock"), "flock (util-linux) is not installed"))
  func aKilledProcessHoldsNothing() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/lock"
      let holder = Process()
      let pipe = Pipe()
      holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      // Both commands become the next one, so that the process killed is the one with the lock.
      holder.arguments = ["flock", "--no-fork", path, "sh", "-c", "echo held; exec sleep 600"]
      holder.standardOutput = pipe
      try holder.run()
      #expect(pipe.fileHandleForReading.availableData == Data("held\n".utf8))
      #expect(try FileLock(tryLocking: path) == nil)
      kill(holder.processIdentifier, SIGKILL)
      holder.waitUntilExit()
      let lock = try FileLock(tryLocking: path)
      #expect(lock != nil)
    }
  }

  /// The last holder may remove the file between its opening and its locking by another, who must not
  /// end with a lock on nothing.
  @Test func aRemovedFileIsNotLocked() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/lock"
      var opened = 0
      let file = try FileLock.open(path) { file in
        opened += 1
        if opened == 1 { try FileManager.default.removeItem(atPath: path) }
        let isLocked = try file.lock(waiting: false)
        #expect(isLocked)
      }
      #expect(opened == 2)
      #expect(try FileLock(tryLocking: path) == nil)
      withExtendedLifetime(file) {}
    }
  }
}
