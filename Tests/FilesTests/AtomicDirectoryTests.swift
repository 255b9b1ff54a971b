import Files
import Foundation
import Testing

@Suite struct AtomicDirectoryTests {
  private struct Failure: Error {}

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  @Test func directoriesAreMadeAndReplacedWhole() throws {
    try withTemporaryDirectory { root in
      let target = root + "/results/vhp/quick"
      try AtomicDirectory.replace(at: target) { new in
        #expect(try names(new).isEmpty)
        try write("1", new + "/only old")
      }
      try AtomicDirectory.replace(at: target + "/") { new in
        // Readers see the old result until the new one is complete.
        #expect(try names(target) == ["only old"])
        try FileManager.default.createDirectory(
          atPath: new + "/runs/0", withIntermediateDirectories: true)
        try write("2", new + "/runs/0/a")
      }
      #expect(try contents(target + "/runs/0/a") == Data("2".utf8))
      #expect(try names(target) == ["runs"])
      #expect(try names(root + "/results/vhp") == ["quick"])
    }
  }

  @Test func failureLeavesTheOldResult() throws {
    try withTemporaryDirectory { root in
      let target = root + "/a"
      for _ in 0..<2 {
        #expect(throws: Failure.self) {
          try AtomicDirectory.replace(at: target) { new in
            try write("half", new + "/x")
            throw Failure()
          }
        }
        #expect(try names(root).isEmpty)
      }
      try AtomicDirectory.replace(at: target) { try write("old", $0 + "/x") }
      #expect(throws: Failure.self) {
        try AtomicDirectory.replace(at: target) { new in
          try write("half", new + "/x")
          throw Failure()
        }
      }
      #expect(try contents(target + "/x") == Data("old".utf8))
      #expect(try names(root) == ["a"])
    }
  }

  @Test func whatACrashLeftIsMended() throws {
    try withTemporaryDirectory { root in
      let target = root + "/a"
      func leave(_ name: String) throws {
        try FileManager.default.createDirectory(
          atPath: root + "/" + name + "/deep", withIntermediateDirectories: true)
        try write(name, root + "/" + name + "/deep/x")
      }
      // Killed between the two renames.
      try leave(".a.old")
      try leave(".a.new")
      try AtomicDirectory.recover(at: target)
      #expect(try contents(target + "/deep/x") == Data(".a.old".utf8))
      // Killed while building, with the result of the swap before that still to be removed.
      try leave(".a.old")
      #expect(throws: Failure.self) {
        try AtomicDirectory.replace(at: target) { new in
          #expect(try names(new).isEmpty)
          throw Failure()
        }
      }
      #expect(try names(target) == ["deep"])
      try AtomicDirectory.replace(at: target) { try write("new", $0 + "/x") }
      #expect(try names(root) == ["a"])
      #expect(try names(target) == ["x"])
      // A failing build after a crash still brings the old result back.
      try FileManager.default.moveItem(atPath: target, toPath: root + "/.a.old")
      #expect(throws: Failure.self) {
        try AtomicDirectory.replace(at: target) { _ in throw Failure() }
      }
      #expect(try names(target) == ["x"])
    }
  }

  @Test func buildingTwiceAtOnceIsRefused() throws {
    try withTemporaryDirectory { root in
      let target = root + "/a"
      try AtomicDirectory.replace(at: target) { new in
        try write("outer", new + "/x")
        #expect(throws: FileError.busy(path: target)) {
          try AtomicDirectory.replace(at: target) { _ in Issue.record("built twice") }
        }
      }
      #expect(try contents(target + "/x") == Data("outer".utf8))
    }
  }

  @Test func linksAreRemovedButNotFollowed() throws {
    try withTemporaryDirectory { root in
      try FileManager.default.createDirectory(
        atPath: root + "/kept", withIntermediateDirectories: false)
      try write("kept", root + "/kept/x")
      for _ in 0..<2 {
        try AtomicDirectory.replace(at: root + "/a") { new in
          try FileManager.default.createSymbolicLink(
            atPath: new + "/link", withDestinationPath: root + "/kept")
          try FileManager.default.createSymbolicLink(
            atPath: new + "/broken", withDestinationPath: root + "/nowhere")
        }
      }
      #expect(throws: Failure.self) {
        try AtomicDirectory.replace(at: root + "/b") { new in
          try FileManager.default.createSymbolicLink(
            atPath: new + "/link", withDestinationPath: root + "/kept")
          throw Failure()
        }
      }
      #expect(try contents(root + "/kept/x") == Data("kept".utf8))
      #expect(try names(root) == ["a", "kept"])
    }
  }

  @Test func aFileInTheWayIsAnError() throws {
    try withTemporaryDirectory { root in
      try write("x", root + "/file")
      #expect(throws: FileError.self) {
        try AtomicDirectory.replace(at: root + "/file/a") { _ in Issue.record("built") }
      }
      #expect(try names(root) == ["file"])
    }
  }
}
