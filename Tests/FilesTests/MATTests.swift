import Foundation
import Testing

@testable import Files

@Suite struct MATTests {
  private static let kinds = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]

  @Test(arguments: ["plain.mat", "compressed.mat"])
  func everyClassIsRead(file: String) throws {
    try withFixture(file) { path throws in
      #expect(
        try MATFile.names(in: path) == Self.kinds.map { "x_\($0)" } + ["cube", "flag", "last"])
      for kind in Self.kinds {
        #expect(try MATFile.read(path, name: "x_\(kind)") == referenceArray(kind), "\(kind)")
      }
      #expect(try MATFile.read(path, name: "cube") == referenceArray("cube"))
      #expect(try MATFile.read(path, name: "flag") == NumericArray([UInt8(1), 0], shape: [1, 2]))
      #expect(try MATFile.read(path, name: "last") == NumericArray([5.0], shape: [1, 1]))
      for (name, what) in [
        ("cell", "a cell array"), ("record", "a structure"), ("text", "a text"),
        ("sparse", "a sparse array"), ("complex", "a complex array"),
      ] {
        #expect(
          arrayMessage { try MATFile.read(path, name: name) }
            .contains("holds \(what) as '\(name)', which cannot be read"))
      }
      #expect(arrayMessage { try MATFile.read(path, name: "x") }.contains("Name one of: x_u1, "))
    }
  }

  @Test(arguments: ["narrow.mat", "big.mat"])
  func narrowStorageWidensToTheClass(file: String) throws {
    try withFixture(file) { path throws in
      #expect(try MATFile.names(in: path) == ["narrow", "single", "tiny", "inner"])
      #expect(
        try MATFile.read(path, name: "narrow")
          == NumericArray([0.0, 1, 255, 3, 4, 5], shape: [2, 3]))
      #expect(
        try MATFile.read(path, name: "single")
          == NumericArray([Float]([0, -100, -25500, -300, -400, -500]), shape: [2, 3]))
      #expect(try MATFile.read(path, name: "tiny") == NumericArray([Int32(-3)], shape: [1, 1]))
      #expect(try MATFile.read(path, name: "inner") == referenceArray("i8"))
    }
  }

  @Test func version73IsReadAsHDF5() throws {
    try withFixture("matlab73.mat") { path throws in
      #expect(try MATFile.names(in: path) == ["cube", "matrix"])
      #expect(try MATFile.read(path, name: "cube") == referenceArray("cube"))
      #expect(
        try MATFile.read(path, name: "matrix")
          == NumericArray([1.0, 2, 3, 4, 5, 6], shape: [2, 3]))
      #expect(arrayMessage { try MATFile.read(path, name: "x") }.contains("cube, matrix"))
    }
  }

  @Test func damageIsFound() throws {
    for name in ["plain.mat", "compressed.mat"] {
      let whole = try fixture(name)
      let last = try withFixture(name) { try MATFile.read($0, name: "last") }
      for length in stride(from: 0, to: whole.count, by: 31) {
        try withFile(name, whole.prefix(length)) { path in
          let message = arrayMessage { try MATFile.read(path, name: "last") }
          #expect(message.contains("again.") || message.contains("Name one of"), "\(length)")
        }
      }
      #expect(last.count == 1)
    }
    // A length that is larger than the file, of the only variable.
    var data = try fixture("big.mat")
    data.replaceSubrange(132..<136, with: [0x7F, 0xFF, 0xFF, 0xFF])
    try withFile("a.mat", data) { path in
      #expect(arrayMessage { try MATFile.read(path, name: "narrow") }.contains("is cut off"))
    }
  }
}
