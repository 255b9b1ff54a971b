import Files
import Foundation
import Testing

@Suite struct FileLockTests {
  @Test func oneHolderAtATime() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/lock"
      let first = try #require(try FileLock(tryLocking: path))
      #expect(try FileLock(tryLocking: path) == nil)
      first.release()
      first.release()
      do {
        let second = try FileLock(waitingFor: path)
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
      #expect(throws: error) { try FileLock(waitingFor: path) }
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

  @Test func waitingEndsWhenTheLockIsReleased() async throws {
    let path = NSTemporaryDirectory() + "priorlab-lock-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    // Each task reads, then writes one more: without exclusion some of the additions are lost.
    let counter = path + ".counter"
    defer { try? FileManager.default.removeItem(atPath: counter) }
    try Data("0".utf8).write(to: URL(fileURLWithPath: counter))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<16 {
        group.addTask {
          let lock = try FileLock(waitingFor: path)
          defer { lock.release() }
          let count = Int(String(decoding: try contents(counter), as: UTF8.self)) ?? -100
          try Data("\(count + 1)".utf8).write(to: URL(fileURLWithPath: counter))
        }
      }
      try await group.waitForAll()
    }
    #expect(try contents(counter) == Data("16".utf8))
  }

  /// Who waits for a lock whose holder removes the file must not end with a lock on nothing.
  @Test func aRemovedFileIsNotLocked() async throws {
    let path = NSTemporaryDirectory() + "priorlab-lock-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let holder = try #require(try FileLock(tryLocking: path))
    let waiter = Task.detached { try FileLock(waitingFor: path) }
    // The waiter opens the file and stands at the lock: long enough to get there.
    try await Task.sleep(for: .milliseconds(200))
    try FileManager.default.removeItem(atPath: path)
    holder.release()
    let lock = try await waiter.value
    #expect(try FileLock(tryLocking: path) == nil)
    lock.release()
    #expect(try FileLock(tryLocking: path) != nil)
  }
}
