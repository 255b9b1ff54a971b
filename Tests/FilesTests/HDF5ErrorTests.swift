import Files
import Foundation
import Testing

@Suite struct HDF5ErrorTests {
  @Test func filesThatCannotBeMadeOrOpened() throws {
    try withTemporaryDirectory { directory in
      let nowhere = directory + "/no/a.h5"
      let reason = "No such file or directory"
      #expect(throws: HDF5Error.cannotCreate(path: nowhere, reason: reason)) {
        try HDF5File(creating: nowhere)
      }
      #expect(throws: HDF5Error.cannotOpen(path: nowhere, reason: reason)) {
        try HDF5File(reading: nowhere)
      }
      let text = directory + "/text.h5"
      try Data("hello".utf8).write(to: URL(fileURLWithPath: text))
      #expect(throws: HDF5Error.notHDF5(path: text)) { try HDF5File(reading: text) }
      try Data().write(to: URL(fileURLWithPath: text))
      #expect(throws: HDF5Error.notHDF5(path: text)) { try HDF5File(reading: text) }
      #expect(throws: HDF5Error.notHDF5(path: directory)) { try HDF5File(reading: directory) }
    }
  }

  @Test func truncatedFilesAreRefusedWhereverTheyEnd() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.write((0..<500).map(Double.init), shape: [500], at: "a/b")
      try file.close()
      let whole = try contents(path)
      for length in stride(from: 8, to: whole.count, by: 97) {
        try whole.prefix(length).write(to: URL(fileURLWithPath: path))
        do {
          _ = try HDF5File(reading: path)
          Issue.record("\(length) of \(whole.count) bytes were accepted")
        } catch HDF5Error.damaged(path, let reason) {
          #expect(!reason.isEmpty)
        }
      }
    }
  }

  @Test func alteredFilesGiveAnErrorOrNumbersButNoCrash() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.write((0..<50).map(Double.init), shape: [50], at: "a/b", compressed: true)
      try file.write(["x", "y"], shape: [2], at: "a/c")
      try file.write([1, 2, 3.0], shape: [3], at: "a/d")
      try file.setAttribute("unit", to: "nats", at: "a")
      try file.close()
      let whole = try contents(path)
      var refused = 0
      for position in stride(from: 0, to: whole.count, by: 23) {
        var altered = whole
        altered[position] ^= 0xff
        try altered.write(to: URL(fileURLWithPath: path))
        do {
          let file = try HDF5File(reading: path)
          for name in try file.datasets() { _ = try file.shape(at: name) }
          _ = try file.read(Double.self, at: "a/b")
          _ = try file.read(Double.self, at: "a/d")
          _ = try file.read(String.self, at: "a/c")
          _ = try file.attribute("unit", as: String.self, at: "a")
        } catch is HDF5Error {
          refused += 1
        }
      }
      #expect(refused > 0)
    }
  }

  @Test func missingNamesAndWrongKinds() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.write([1.0], shape: [1], at: "group/real")
      try file.write([1], shape: [1], at: "group/integer")
      try file.write(["1"], shape: [1], at: "group/text")
      func wrong(_ name: String, _ expected: String, _ found: String) -> HDF5Error {
        .wrongType(path: path, name: name, expected: expected, found: found)
      }
      let missing = HDF5Error.missing(path: path, name: "group/no")
      #expect(throws: missing) { try file.read(Double.self, at: "/group/no") }
      #expect(throws: missing) { try file.read(String.self, at: "group/no") }
      #expect(throws: missing) { try file.shape(at: "group/no") }
      #expect(throws: missing) { try file.setAttribute("a", to: 1, at: "group/no") }
      #expect(throws: HDF5Error.missing(path: path, name: "the attribute 'a' of group")) {
        try file.attribute("a", as: Double.self, at: "group")
      }
      #expect(throws: wrong("group/real", "64-bit integer", "64-bit floating point")) {
        try file.read(Int64.self, at: "group/real")
      }
      #expect(throws: wrong("group/integer", "32-bit floating point", "64-bit integer")) {
        try file.read(Float.self, at: "group/integer")
      }
      #expect(throws: wrong("group/text", "64-bit floating point", "text")) {
        try file.read(Double.self, at: "group/text")
      }
      #expect(throws: wrong("group/integer", "text", "64-bit integer")) {
        try file.read(String.self, at: "group/integer")
      }
      #expect(throws: wrong("group", "a dataset", "a group")) {
        try file.read(Double.self, at: "group")
      }
      #expect(throws: wrong("group/real", "a group", "a dataset")) {
        try file.write([1.0], shape: [1], at: "group/real/below")
      }
    }
  }

  @Test func writesThatMakeNoSense() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      for shape in [[3], [], [2, 0], [-1, -2], [Int.max, Int.max]] {
        #expect(throws: HDF5Error.wrongShape(path: path, name: "a", shape: shape, count: 2)) {
          try file.write([1.0, 2], shape: shape, at: "a")
        }
      }
      #expect(try !file.exists("a"))
      #expect(throws: HDF5Error.textWithNull(path: path, name: "a")) {
        try file.write(["a\0b"], shape: [1], at: "a")
      }
      try file.write([1.0], shape: [1], at: "a")
      #expect(throws: HDF5Error.alreadyThere(path: path, name: "a")) {
        try file.write(["x"], shape: [1], at: "a")
      }
      #expect(throws: HDF5Error.alreadyThere(path: path, name: "/")) {
        try file.write([1.0], shape: [1], at: "/")
      }
      #expect(try file.read(Double.self, at: "a").values == [1])
    }
  }

  @Test func filesAppearWholeOrNotAtAll() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      do {
        let dropped = try HDF5File(creating: path)
        try dropped.write([1.0], shape: [1], at: "a")
      }
      #expect(try names(directory).isEmpty)
      let file = try HDF5File(creating: path)
      try file.write([1.0], shape: [1], at: "a")
      // A directory that comes in between cannot be replaced by a file.
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      #expect(throws: FileError.system(operation: "write", path: path, code: EISDIR)) {
        try file.close()
      }
      #expect(throws: HDF5Error.closed(path: path)) { try file.exists("a") }
      #expect(try names(directory) == ["a.h5"])
    }
  }

  @Test func closedAndReadOnlyFilesRefuse() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.close()
      try file.close()
      #expect(throws: HDF5Error.closed(path: path)) { try file.exists("a") }
      let reading = try HDF5File(reading: path)
      do {
        try reading.write([1.0], shape: [1], at: "a")
        Issue.record("a file opened for reading was written")
      } catch HDF5Error.system(path, _, let detail) {
        #expect(detail.contains("no write intent"))
      }
    }
  }

  @Test(arguments: [
    HDF5Error.cannotCreate(path: "/x/a.h5", reason: "r"), .cannotOpen(path: "/x/a.h5", reason: "r"),
    .notHDF5(path: "/x/a.h5"), .damaged(path: "/x/a.h5", reason: "r"), .closed(path: "/x/a.h5"),
    .missing(path: "/x/a.h5", name: "n"), .alreadyThere(path: "/x/a.h5", name: "n"),
    .wrongType(path: "/x/a.h5", name: "n", expected: "text", found: "a group"),
    .wrongShape(path: "/x/a.h5", name: "n", shape: [2], count: 3),
    .outOfRange(path: "/x/a.h5", name: "n", expected: "64-bit integer"),
    .noSuchRows(path: "/x/a.h5", name: "n", shape: [9]),
    .tooLarge(path: "/x/a.h5", name: "n", shape: [9], available: 1),
    .textWithNull(path: "/x/a.h5", name: "n"),
    .system(path: "/x/a.h5", operation: "write n", detail: "r"),
  ])
  func everyErrorNamesTheFileAndEndsInWhatToDo(error: HDF5Error) {
    let sentences = "\(error)"
    #expect(sentences.contains("/x/a.h5"))
    #expect(sentences.hasSuffix("."))
    #expect(sentences.components(separatedBy: ". ").count == 2)
  }

  @Test func aFileThatIsNotReachedHasNoFaultInItsContents() {
    #expect(!HDF5Error.cannotCreate(path: "/x/a.h5", reason: "r").isOfContents)
    #expect(!HDF5Error.cannotOpen(path: "/x/a.h5", reason: "r").isOfContents)
    #expect(HDF5Error.notHDF5(path: "/x/a.h5").isOfContents)
    #expect(HDF5Error.damaged(path: "/x/a.h5", reason: "r").isOfContents)
  }
}
