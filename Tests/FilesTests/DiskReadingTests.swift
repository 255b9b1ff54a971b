import Files
import Foundation
import Testing

/// What is not there, and what cannot be read.
@Suite struct DiskReadingTests {
  @Test func whatIsNotThereIsNothing() throws {
    try withTemporaryDirectory { directory in
      try Data("x".utf8).write(to: URL(fileURLWithPath: directory + "/file"))
      for path in [directory + "/none", directory + "/none/below", directory + "/file/below"] {
        #expect(try Disk.names(in: path).isEmpty)
        #expect(try Disk.folders(in: path).isEmpty)
        #expect(try !Disk.exists(path))
        #expect(try !Disk.isFolder(path))
        #expect(try Disk.size(of: path) == 0)
        #expect(try Disk.read(path) == nil)
      }
    }
  }

  @Test func whatIsThere() throws {
    try withTemporaryDirectory { directory in
      let data = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) })
      try data.write(to: URL(fileURLWithPath: directory + "/b"))
      try Data().write(to: URL(fileURLWithPath: directory + "/.hidden"))
      for name in ["d", "ä"] {
        try FileManager.default.createDirectory(
          atPath: "\(directory)/\(name)", withIntermediateDirectories: false)
      }
      try FileManager.default.createSymbolicLink(
        atPath: directory + "/link", withDestinationPath: directory + "/d")
      #expect(try Disk.names(in: directory) == [".hidden", "b", "d", "link", "ä"])
      #expect(try Disk.folders(in: directory) == ["d", "ä"])
      #expect(try Disk.exists(directory + "/b"))
      #expect(try Disk.exists(directory + "/d"))
      #expect(try Disk.isFolder(directory + "/link"))
      #expect(try !Disk.isFolder(directory + "/b"))
      #expect(try Disk.size(of: directory + "/b") == data.count)
      #expect(try Disk.read(directory + "/b") == data)
      #expect(try Disk.read(directory + "/.hidden") == Data())
    }
  }

  /// A link that leads to itself cannot be followed, whoever asks.
  @Test func whatCannotBeReadIsAnError() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/link"
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
      func failure(_ operation: String) -> FileError {
        .system(operation: operation, path: path, code: ELOOP)
      }
      #expect(throws: failure("list")) { try Disk.names(in: path) }
      #expect(throws: failure("list")) { try Disk.folders(in: path) }
      #expect(throws: failure("look at")) { try Disk.exists(path) }
      #expect(throws: failure("look at")) { try Disk.isFolder(path) }
      #expect(throws: failure("look at")) { try Disk.size(of: path) }
      #expect(throws: failure("read")) { try Disk.read(path) }
      #expect(throws: FileError.system(operation: "read", path: directory, code: EISDIR)) {
        try Disk.read(directory)
      }
    }
  }
}
