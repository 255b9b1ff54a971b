import Files
import Foundation
import Testing

@Suite struct AtomicFileTests {
  @Test func filesAreMadeAndReplaced() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a"
      for data in [Data("old".utf8), Data(), Data(repeating: 7, count: 3_000_000)] {
        try AtomicFile.write(data, to: path)
        #expect(try contents(path) == data)
        #expect(try names(directory) == ["a"])
      }
    }
  }

  @Test func failureNamesPathAndReasonAndLeavesNothing() throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write(Data("old".utf8), to: directory + "/a")
      let below = directory + "/a/b"
      #expect(throws: FileError.system(operation: "write", path: below, code: ENOTDIR)) {
        try AtomicFile.write(Data("new".utf8), to: below)
      }
      #expect(try contents(directory + "/a") == Data("old".utf8))
      // The bytes can be written but not be put in the place of a directory.
      try FileManager.default.createDirectory(
        atPath: directory + "/full/x", withIntermediateDirectories: true)
      #expect(
        throws: FileError.system(operation: "write", path: directory + "/full", code: EISDIR)
      ) { try AtomicFile.write(Data("new".utf8), to: directory + "/full") }
      #expect(try names(directory) == ["a", "full"])
      let error = FileError.system(operation: "write", path: "/x/a", code: ENOSPC)
      #expect(
        "\(error)" == "Could not write /x/a: No space left on device. "
          + "Free some disk space, then run the command again.")
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self"), "there is no /proc"))
  func unwritableDirectoriesAreErrors() {
    #expect(throws: FileError.self) { try AtomicFile.write(Data("x".utf8), to: "/proc/priorlab") }
    #expect(throws: FileError.self) { try AtomicFile.append(line: "x", to: "/proc/priorlab") }
  }

  @Test func linesAreAppended() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/runs.jsonl"
      for line in ["{\"seed\": 0}", "", "β"] { try AtomicFile.append(line: line, to: path) }
      #expect(try contents(path) == Data("{\"seed\": 0}\n\nβ\n".utf8))
      #expect(throws: FileError.lineBreak(path: path)) {
        try AtomicFile.append(line: "a\nb", to: path)
      }
      #expect(throws: FileError.lineBreak(path: path)) {
        try AtomicFile.append(line: "a\r\nb", to: path)
      }
      #expect(try contents(path) == Data("{\"seed\": 0}\n\nβ\n".utf8))
    }
  }

  @Test func aTornLineDoesNotSpoilTheNext() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/runs.jsonl"
      try Data("{\"seed\": 0}\n{\"se".utf8).write(to: URL(fileURLWithPath: path))
      try AtomicFile.append(line: "{\"seed\": 1}", to: path)
      try AtomicFile.append(line: "{\"seed\": 2}", to: path)
      let lines = "{\"seed\": 0}\n{\"se\n{\"seed\": 1}\n{\"seed\": 2}\n"
      #expect(try contents(path) == Data(lines.utf8))
    }
  }

  @Test func concurrentLinesStayWhole() async throws {
    let path = NSTemporaryDirectory() + "priorlab-lines-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lines = (0..<40).map { String(repeating: "\($0 % 10)", count: 5_000 + $0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for line in lines { group.addTask { try AtomicFile.append(line: line, to: path) } }
      try await group.waitForAll()
    }
    let text = String(decoding: try contents(path), as: UTF8.self)
    #expect(text.split(separator: "\n").map(String.init).sorted() == lines.sorted())
  }
}
