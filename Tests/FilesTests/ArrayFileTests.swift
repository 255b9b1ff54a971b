import Foundation
import Testing

@testable import Files

@Suite struct ArrayFileTests {
  @Test(arguments: [
    "version1.npy", "one.npy.gz", "i2.idx", "two.idx.gz",
  ])
  func contentsTellTheFormatWhateverTheName(name: String) throws {
    try withFile("data", fixture(name)) { path in
      let array = try ArrayFile.read(path)
      #expect(try array == referenceArray("i2"))
      #expect(try ArrayFile.names(in: path).isEmpty)
      #expect(arrayMessage { try ArrayFile.read(path, key: "x") }.contains("Leave the name out"))
    }
  }

  @Test(arguments: [
    ("stored.npz", "i2"), ("compressed.mat", "x_i2"), ("foreign.h5", "numbers/i2"),
    ("zip.pth", "i2"), ("legacy.pth", "i2"),
  ])
  func keysNameArraysWhateverTheName(name: String, key: String) throws {
    try withFile("data", fixture(name)) { path in
      #expect(try ArrayFile.read(path, key: key) == referenceArray("i2"))
      let names = try ArrayFile.names(in: path)
      #expect(throws: ArrayFileError.keyNeeded(path: path, available: names)) {
        try ArrayFile.read(path)
      }
      #expect(throws: ArrayFileError.missing(path: path, key: "no", available: names)) {
        try ArrayFile.read(path, key: "no")
      }
    }
  }

  /// Some rows of a file of any format, in their order.
  @Test(arguments: [("stored.npz", "i2"), ("foreign.h5", "numbers/i2"), ("version1.npy", nil)])
  func rowsOfFiles(name: String, key: String?) throws {
    try withFile("data", fixture(name)) { path in
      let whole = try referenceArray("i2")
      #expect(try ArrayFile.read(path, key: key, rows: [1..<2]) == whole.rows(1..<2))
      #expect(try ArrayFile.read(path, key: key, rows: [0..<1, 1..<2]) == whole)
      for rows in [[0..<3], [1..<2, 0..<1], []] {
        #expect(
          !arrayMessage { try ArrayFile.read(path, key: key, rows: rows) }.hasPrefix("no error"))
      }
    }
  }

  /// That pictures come before labels is so of folders alone.
  @Test func severalArraysNeedAKeyWhateverTheirNames() throws {
    try withTemporaryDirectory { directory in
      let file = try HDF5File(creating: directory + "/a.h5")
      for name in ["images", "images2", "labels"] {
        try file.write([UInt8(3)], shape: [1], at: name)
      }
      try file.close()
      #expect(
        throws: ArrayFileError.keyNeeded(
          path: directory + "/a.h5", available: ["images", "images2", "labels"])
      ) { try ArrayFile.read(directory + "/a.h5") }
    }
  }

  @Test func archivesAreToldByTheirBytes() throws {
    func message(_ name: String, _ bytes: [UInt8]) throws -> String {
      try withFile("a.part", bytes) { path in
        arrayMessage { try ArchiveFile.check(path, named: name) }
      }
    }
    let page = Array("<html>Sign in</html>".utf8)
    for name in ["a.zip", "a.tar.gz", "a.tgz", "a.tar"] {
      #expect(try message(name, page).contains("a.part is not"), "\(name)")
    }
    #expect(try message("a.txt", page).hasPrefix("no error"))
    let zip = [UInt8](try fixture("deflated.npz"))
    #expect(try message("a.zip", zip).hasPrefix("no error"))
    #expect(try message("a.zip", zip.dropLast(zip.count / 2)).contains("is damaged"))
    let gzip = [UInt8](try fixture("one.idx.gz"))
    #expect(try message("a.gz", gzip).hasPrefix("no error"))
    #expect(try message("a.gz", gzip.dropLast(3)).contains("is damaged"))
    var tar = [UInt8](repeating: 0, count: 2560)
    tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
    #expect(try message("a.tar", tar).hasPrefix("no error"))
    tar[1000] = 1
    #expect(try message("a.tar", tar.dropLast(1024)).contains("its end is missing"))
  }

  @Test func theOnlyArrayNeedsNoKey() throws {
    try withTemporaryDirectory { directory in
      let file = try HDF5File(creating: directory + "/a.h5")
      try file.write([UInt8(3), 4], shape: [2], at: "x")
      try file.close()
      #expect(try ArrayFile.read(directory + "/a.h5") == NumericArray([UInt8(3), 4], shape: [2]))
    }
  }

  @Test func textIsRecognisedByItsBytesOrItsName() throws {
    #expect(
      try withFile("data", "1 2\n3 4\n".utf8) { try ArrayFile.read($0) }
        == NumericArray([UInt8]([1, 2, 3, 4]), shape: [2, 2]))
    #expect(
      try withFile("a.txt", "nan 2\n".utf8) { try ArrayFile.read($0) }.shape == [1, 2])
  }

  @Test func whatIsNotRecognisedSaysSo() throws {
    for (name, text) in [("data", "hello"), ("data", ""), ("data.png", "x")] {
      let message = try withFile(name, text.utf8) { path in
        arrayMessage { try ArrayFile.read(path) }
      }
      #expect(
        message.contains("is not a file of arrays (NPY, NPZ, IDX, MATLAB, HDF5, PyTorch or text)"))
    }
    // The name promises a format, whose reader says what is wrong.
    for (name, format) in [
      ("a.npy", "an NPY array"), ("a.npz", "an NPZ file"),
      ("a.pth", "a file of tensors, as PyTorch saves them"), ("a.idx", "an IDX file"),
      ("images-idx3-ubyte.gz", "an IDX file"), ("a.mat", "a MATLAB file"),
    ] {
      let message = try withFile(name, "hello".utf8) { path in
        arrayMessage { try ArrayFile.read(path, key: nil) }
      }
      #expect(message.contains("is not \(format)"), "\(message)")
    }
    #expect(throws: HDF5Error.self) {
      try withFile("a.h5", "hello".utf8) { try ArrayFile.read($0) }
    }
    #expect(throws: FileError.system(operation: "open", path: "/no", code: ENOENT)) {
      try ArrayFile.read("/no")
    }
  }

  @Test func hdf5NumbersKeepTheirType() throws {
    try withFixture("foreign.h5") { path throws in
      let file = try HDF5File(reading: path)
      for name in ["u1", "i1", "u2", "big-i2", "u4", "big-i4", "u8", "big-f4", "f8", "cube"] {
        #expect(try file.numbers(at: "numbers/\(name)") == referenceArray(name), "\(name)")
      }
      #expect(
        try file.numbers(at: "numbers/bool")
          == NumericArray([Int8]([1, 0, 1, 0, 0, 1]), shape: [2, 3]))
      #expect(try file.numbers(at: "half") == NumericArray([Float(0.5), -2], shape: [2]))
      #expect(
        try file.numbers(at: "packed")
          == NumericArray((0..<600).map { UInt8($0 % 256 % 7) }, shape: [20, 30]))
      #expect(throws: HDF5Error.self) { try file.numbers(at: "text") }
      do {
        _ = try file.numbers(at: "never written")
        Issue.record("a gibibyte of nothing was read")
      } catch HDF5Error.tooLarge(_, "never written", let shape, 0) {
        #expect(shape == [1 << 18, 1 << 12])
      }
    }
  }

  @Test(arguments: [
    ArrayFileError.notRecognised(path: "/x/a", expected: "a b"),
    .damaged(path: "/x/a", reason: "r"),
    .unsupported(path: "/x/a", what: "w", remedy: "Do r"),
    .missing(path: "/x/a", key: "k", available: ["b", "c"]),
    .missing(path: "/x/a", key: "k", available: []),
    .keyNeeded(path: "/x/a", available: (0..<50).map { "n\($0)" }),
    .noKeys(path: "/x/a", key: "k"),
    .tooLarge(path: "/x/a", bytes: 2, limit: 1),
    .line(path: "/x/a", line: 3, reason: "r"),
    .unequalPicture(path: "/x/a", expected: [1, 2, 3], found: [1, 2, 4]),
    .noPictures(path: "/x/a"),
    .unlabelledPicture(path: "/x/a"),
  ])
  func everyErrorNamesTheFileAndEndsInWhatToDo(error: ArrayFileError) {
    let sentences = "\(error)"
    #expect(sentences.contains("/x/a"))
    #expect(sentences.hasSuffix("."))
    #expect(sentences.components(separatedBy: ". ").count == 2)
    #expect(!sentences.contains("n20"))
  }
}
