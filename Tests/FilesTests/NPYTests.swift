import Foundation
import Testing

@testable import Files

@Suite struct NPYTests {
  private static let names = [
    "bool", "u1", "i1", "u2", "big-u2", "i2", "big-i2", "u4", "big-u4", "i4", "big-i4", "u8",
    "big-u8", "i8", "big-i8", "f4", "big-f4", "f8", "big-f8", "columns", "cube", "loose-bool",
    "scalar", "empty",
  ]

  @Test(arguments: ["stored.npz", "deflated.npz", "zip64.npz"])
  func everyTypeAndOrderIsRead(archive: String) throws {
    try withFixture(archive) { path throws in
      let file = try NPZFile(path)
      #expect(file.names == Self.names)
      for name in Self.names {
        #expect(try file.read(name) == referenceArray(name), "\(name)")
      }
    }
  }

  @Test(arguments: ["version1.npy", "version2.npy", "version3.npy", "one.npy.gz"])
  func everyVersionIsRead(name: String) throws {
    #expect(try withFixture(name) { try NPYFile.read($0) } == referenceArray("i2"))
  }

  @Test(arguments: [
    ("pickle", "Python objects (a pickle, which could run any program)"), ("text", "texts"),
    ("record", "records of several fields"), ("complex", "numbers of the type '<c16'"),
  ])
  func whatIsNoNumbersIsRefused(name: String, what: String) throws {
    try withFixture("others.npz") { path throws in
      let file = try NPZFile(path)
      #expect(arrayMessage { try file.read(name) }.contains("holds \(what), which cannot be read"))
      #expect(try file.read("good") == NumericArray([UInt8(4)], shape: [1]))
      #expect(try file.read("half") == NumericArray([Float(1)], shape: [1]))
    }
  }

  /// Halves are widened: the numbers and their bits are those of IEEE 754.
  @Test func halvesBecomeFloats() throws {
    let bits: [UInt16] = [0x3C00, 0xC000, 0x3555, 0x7BFF, 0x0001, 0x7C00]
    let expected: [Float] = [1, -2, 0.33325195, 65504, 5.9604645e-8, .infinity]
    for (kind, isBig) in [("<f2", false), (">f2", true)] {
      var header = "{'descr': '\(kind)', 'fortran_order': True, 'shape': (2, 3), }"
      header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      let bytes = bits.flatMap { value in
        let pair = [UInt8(value & 255), UInt8(value >> 8)]
        return isBig ? pair.reversed() : pair
      }
      let file = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + bytes
      let rows = [0, 2, 4, 1, 3, 5].map { expected[$0] }
      #expect(
        try withFile("half.npy", file) { try NPYFile.read($0) }
          == NumericArray(rows, shape: [2, 3]))
    }
  }

  @Test func aMissingNameListsTheOthers() throws {
    try withFixture("others.npz") { path throws in
      #expect(
        arrayMessage { try NPZFile(path).read("goood") }
          == "\(path) has no array 'goood'. "
          + "Name one of: pickle, text, record, complex, half, good.")
    }
  }

  @Test func headersAreParsedAsPythonWritesThem() {
    func parse(_ text: String) -> NPYHeader? { NPYHeader(parsing: Array(text.utf8)) }
    let header = parse("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 4L), }   \n")
    #expect(header?.descriptor == "<f4")
    #expect(header?.isColumnMajor == true)
    #expect(header?.shape == [3, 4])
    #expect(parse("{\"shape\":(5,),'fortran_order':False,'descr':'|u1'}")?.shape == [5])
    #expect(parse("{'descr': [('a]', '<f4', (2,))], 'fortran_order': False, 'shape': ()}") != nil)
    for wrong in [
      "", "{", "{}", "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", "{'descr': [[, 'shape': ()}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': ''}",
    ] {
      #expect(parse(wrong) == nil, "\(wrong)")
    }
  }

  @Test func damageIsFound() throws {
    let whole = try fixture("version1.npy")
    for length in 0..<whole.count {
      let message = try withFile("a.npy", whole.prefix(length)) { path in
        arrayMessage { try NPYFile.read(path) }
      }
      #expect(message.contains("is damaged") || message.contains("is not an NPY array"))
    }
    for archive in ["stored.npz", "deflated.npz", "zip64.npz"] {
      let whole = try fixture(archive)
      for length in stride(from: 0, to: whole.count, by: 97) {
        try withFile("a.npz", whole.prefix(length)) { path in
          #expect(arrayMessage { try NPZFile(path) }.hasSuffix("file again."), "\(length)")
        }
      }
    }
  }

  @Test func theChecksumIsChecked() throws {
    var data = try fixture("stored.npz")
    // The last number of the array 'bool', just before the next member.
    let next = try #require(data.dropFirst(4).firstRange(of: [0x50, 0x4B, 3, 4]))
    data[next.lowerBound - 1] ^= 1
    try withFile("a.npz", data) { path in
      let file = try NPZFile(path)
      #expect(arrayMessage { try file.read("bool") }.contains("its checksum is wrong"))
      #expect(try file.read("u1") == referenceArray("u1"))
    }
  }
}
