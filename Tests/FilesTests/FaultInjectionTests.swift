import Foundation
import Testing

@testable import Files

/// Every operation on the disk fails once, and the process dies once at each.
@Suite struct FaultInjectionTests {
  private static let old = Data(repeating: 1, count: 3000)
  private static let new = Data(repeating: 2, count: 5000)

  /// Operations of `body` when nothing goes wrong.
  private func operations(_ body: () throws -> Void) rethrows -> [FaultInjection.Operation] {
    let count = FaultInjection()
    try FaultInjection.$current.withValue(count, operation: body)
    return count.operations
  }

  /// Contents before names: otherwise a power cut could leave the name of an empty file.
  @Test func contentsAreOnTheDiskBeforeTheirName() throws {
    try withTemporaryDirectory { directory in
      let operations = try operations { try AtomicFile.write(Self.new, to: directory + "/a") }
      #expect(operations == [.create, .write, .synchronise, .rename, .synchronise])
      let append = try self.operations { try AtomicFile.append(line: "x", to: directory + "/l") }
      #expect(append == [.create, .write, .synchronise, .synchronise])
    }
  }

  @Test(arguments: FaultInjection.Fault.allCases)
  func aFileIsOldOrNew(_ fault: FaultInjection.Fault) throws {
    for index in 0..<5 {
      try withTemporaryDirectory { directory in
        let path = directory + "/a"
        try AtomicFile.write(Self.old, to: path)
        FaultInjection.$current.withValue(FaultInjection(fault, at: index)) {
          #expect(throws: FileError.self, "\(index)") { try AtomicFile.write(Self.new, to: path) }
        }
        // Once renamed, only the name's safety from a power cut is missing.
        #expect(try contents(path) == (index < 4 ? Self.old : Self.new), "\(index)")
        if fault == .error { #expect(try names(directory) == ["a"], "\(index)") }
        try AtomicFile.removeLeftovers(in: directory)
        #expect(try names(directory) == ["a"], "\(index)")
        try AtomicFile.write(Self.new, to: path)
        #expect(try contents(path) == Self.new)
      }
    }
  }

  @Test(arguments: FaultInjection.Fault.allCases)
  func aLineIsThereOrNot(_ fault: FaultInjection.Fault) throws {
    for index in 0..<3 {
      try withTemporaryDirectory { directory in
        let path = directory + "/lines"
        try AtomicFile.append(line: "first", to: path)
        FaultInjection.$current.withValue(FaultInjection(fault, at: index)) {
          #expect(throws: FileError.self) { try AtomicFile.append(line: "second", to: path) }
        }
        try AtomicFile.append(line: "third", to: path)
        let lines = String(decoding: try contents(path), as: UTF8.self).split(separator: "\n")
        // A process that dies in a write leaves a torn line, which stays a line of its own.
        let middle: [Substring] =
          switch (index, fault) {
          case (1, .death): ["sec"]
          case (2, _): ["second"]
          default: []
          }
        #expect(lines == ["first"] + middle + ["third"], "\(index)")
      }
    }
  }

  @Test(arguments: FaultInjection.Fault.allCases)
  func aDirectoryIsOldOrNew(_ fault: FaultInjection.Fault) throws {
    func build(_ target: String, _ data: Data, files: Int) throws {
      try AtomicDirectory.replace(at: target) { new in
        for file in 0..<files { try AtomicFile.write(data, to: "\(new)/\(file)") }
      }
    }
    func check(_ target: String, _ root: String, _ index: Int) throws {
      try AtomicDirectory.recover(at: target)
      let files = try names(target)
      let data = try files.map { try contents("\(target)/\($0)") }
      #expect(
        data == Array(repeating: Self.old, count: 3)
          || data == Array(repeating: Self.new, count: 2),
        "\(fault) at \(index): \(files)")
    }
    let count = try withTemporaryDirectory { root in
      try build(root + "/a", Self.old, files: 3)
      return try operations { try build(root + "/a", Self.new, files: 2) }.count
    }
    #expect(count > 20)
    for index in 0..<count {
      try withTemporaryDirectory { root in
        let target = root + "/a"
        try build(target, Self.old, files: 3)
        FaultInjection.$current.withValue(FaultInjection(fault, at: index)) {
          try? build(target, Self.new, files: 2)
        }
        try check(target, root, index)
        try build(target, Self.new, files: 2)
        #expect(try names(root) == ["a"], "\(index)")
        #expect(try names(target) == ["0", "1"])
      }
    }
  }

  /// Without this, what the tests say of a failing operation would say nothing.
  @Test func allOfSourcesWritesThroughTheseCalls() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources").standardizedFileURL.path
    let calls =
      #/\b(removeItem|createDirectory|createFile|moveItem|copyItem|replaceItem|fopen|rename)\(|\bfor(Writing|Updating)(To|AtPath)?:|\.write\(to:|\bH5Fflush\(file, H5F_SCOPE_LOCAL/#
    var found: [String] = []
    for name in try FileManager.default.subpathsOfDirectory(atPath: sources)
    where name.hasSuffix(".swift") && !name.hasPrefix("Files/Disk/")
      // Downloads are checked against their checksum, and fetched again where they are not whole.
      && !name.hasPrefix("Datasets/Fetching/")
    {
      let text = try String(contentsOfFile: "\(sources)/\(name)", encoding: .utf8)
      if text.contains(calls) { found.append(name) }
    }
    // What gnuplot reads and writes beside an unfinished figure.
    #expect(found == ["Lab/Drawing/Gnuplot.swift"])
  }
}
