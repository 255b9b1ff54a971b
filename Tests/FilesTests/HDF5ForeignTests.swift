import CHDF5
import Foundation
import Testing

@testable import Files

/// What other programs read of our files and we of theirs.
@Suite struct HDF5ForeignTests {
  @Test(.enabled(if: installed("h5dump"), "h5dump (hdf5-tools) is not installed"))
  func h5dumpPrintsWhatWasWritten() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.write([1.5, -2, Float.nan], shape: [3, 1], at: "runs/loss")
      try file.write([-7, 9_000_000_000], shape: [2], at: "runs/steps")
      try file.write([UInt8(200)], shape: [], at: "byte")
      try file.write(["nats", "beta"], shape: [2], at: "units")
      try file.setAttribute("beta", to: 4.5, at: "runs")
      try file.close()
      let (status, output) = try run(["h5dump", "--format=%.2f", path])
      let words = output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(status == 0)
      for expected in [
        "H5T_IEEE_F32LE DATASPACE SIMPLE { ( 3, 1 ) / ( 3, 1 ) }",
        "(0,0): 1.50, (1,0): -2.00, (2,0): nan",
        "DATATYPE H5T_STD_I64LE DATASPACE SIMPLE { ( 2 ) / ( 2 ) } DATA { (0): -7, (1): 9000000000",
        "DATATYPE H5T_STD_U8LE DATASPACE SCALAR DATA { (0): 200",
        "STRSIZE 4; STRPAD H5T_STR_NULLPAD; CSET H5T_CSET_UTF8;",
        "(0): \"nats\", (1): \"beta\"",
        "GROUP \"runs\" { ATTRIBUTE \"beta\" { DATATYPE H5T_IEEE_F64LE DATASPACE SCALAR",
        "DATA { (0): 4.50",
      ] {
        #expect(words.contains(expected))
      }
    }
  }

  @Test func integersOfAnyWidthAreReadAndNoneIsClamped() throws {
    try withForeignFile { file in
      try file.add([Int16](arrayLiteral: 1, -2, 300), Foreign.int16, [3], "int16")
      try file.add([UInt64(7), .max], Foreign.uint64, [2], "uint64")
      #expect(try file.read(Int64.self, at: "int16").values == [1, -2, 300])
      #expect(throws: file.outOfRange("int16", "unsigned 8-bit integer")) {
        try file.read(UInt8.self, at: "int16")
      }
      #expect(throws: file.outOfRange("uint64", "64-bit integer")) {
        try file.read(Int64.self, at: "uint64")
      }
    }
  }

  @Test func floatingPointNumbersAreRoundedAsUsual() throws {
    try withForeignFile { file in
      let values = [Double.infinity, -.infinity, 1e300, 0.1, 1e-300]
      try file.write(values, shape: [5], at: "double")
      #expect(try file.read(Float.self, at: "double").values == values.map { Float($0) })
      try file.write([Float(0.1)], shape: [1], at: "single")
      #expect(try file.read(Double.self, at: "single").values == [Double(Float(0.1))])
    }
  }

  @Test func attributesAreNotClampedEither() throws {
    try withForeignFile { file in
      try file.setAttribute("n", to: 300)
      try file.setAttribute("m", to: 255)
      #expect(throws: file.outOfRange("the attribute 'n' of /", "unsigned 8-bit integer")) {
        try file.attribute("n", as: UInt8.self)
      }
      #expect(try file.attribute("m", as: UInt8.self) == 255)
    }
  }

  @Test func textsOfVariableLengthAreRead() throws {
    try withForeignFile { file in
      let texts: [StaticString] = ["nats 🦊", "", "x"]
      let pointers = texts.map(\.utf8Start) + [nil]
      try file.add(pointers, Foreign.text(-1, H5T_STR_NULLTERM), [4], "texts")
      #expect(try file.read(String.self, at: "texts").values == ["nats 🦊", "", "x", ""])
    }
  }

  @Test func textsOfFixedLengthAreRead() throws {
    try withForeignFile { file in
      let bytes = Array("ab\0\0cd  efgh".utf8)
      try file.add(bytes, Foreign.text(4, H5T_STR_NULLPAD), [3], "padded by NUL")
      try file.add(bytes, Foreign.text(4, H5T_STR_SPACEPAD), [3], "padded by spaces")
      #expect(try file.read(String.self, at: "padded by NUL").values == ["ab", "cd  ", "efgh"])
      #expect(try file.read(String.self, at: "padded by spaces").values == ["ab", "cd", "efgh"])
    }
  }

  @Test func datasetsWithoutValuesAreReadAsEmptyAndHugeOnesRefused() throws {
    try withForeignFile { file in
      try file.add([UInt8](), hdf5_native_uint8(), nil, "null")
      #expect(try file.read(UInt8.self, at: "null") == HDF5Array(values: [], shape: [0]))
      // Declared only: such a file is small, and so can a damaged one be.
      let shape = [1 << 30, 1 << 20, 1 << 5]
      try file.add([UInt8](), hdf5_native_uint8(), shape.map(hsize_t.init), "huge")
      #expect(throws: HDF5Error.self) { try file.read(UInt8.self, at: "huge") }
      do {
        _ = try file.read(UInt8.self, at: "huge")
      } catch HDF5Error.tooLarge(_, let name, let found, _) {
        #expect(name == "huge" && found == shape)
      }
    }
  }

  @Test func linksAreToleratedAndRoundsEnd() throws {
    try withForeignFile { file in
      try file.write([1.0], shape: [1], at: "a/b")
      try file.use { id in
        #expect(H5Lcreate_soft("/nowhere", id, "broken", hdf5_default(), hdf5_default()) >= 0)
        #expect(
          H5Lcreate_hard(id, "a", id, "a/round", hdf5_default(), hdf5_default()) >= 0)
      }
      #expect(try !file.exists("broken"))
      #expect(try file.datasets() == ["a/b"])
      #expect(try file.read(Double.self, at: "a/round/round/b").values == [1])
    }
  }

  private func withForeignFile(_ body: (HDF5File) throws -> Void) throws {
    try withTemporaryDirectory { try body(HDF5File(creating: $0 + "/a.h5")) }
  }
}

/// Types that this library never writes.
private enum Foreign {
  static var int16: hid_t {
    let type = H5Tcopy(hdf5_native_int64())
    H5Tset_size(type, 2)
    return type
  }

  static var uint64: hid_t {
    let type = H5Tcopy(hdf5_native_int64())
    H5Tset_sign(type, H5T_SGN_NONE)
    return type
  }

  /// Texts of `size` bytes, or of variable length for −1.
  static func text(_ size: Int, _ padding: H5T_str_t) -> hid_t {
    let type = H5Tcopy(hdf5_c_string())
    H5Tset_size(type, size)
    H5Tset_strpad(type, padding)
    return type
  }
}

extension HDF5File {
  /// Writes a dataset with the C library alone; a nil shape is a declared emptiness.
  fileprivate func add<Value: BitwiseCopyable>(
    _ values: [Value], _ type: hid_t, _ shape: [hsize_t]?, _ name: String
  ) throws {
    try use { file in
      let space =
        if let shape { H5Screate_simple(Int32(shape.count), shape, nil) } else {
          H5Screate(H5S_NULL)
        }
      defer { H5Sclose(space) }
      let id = try check(
        H5Dcreate2(file, name, type, space, hdf5_default(), hdf5_default(), hdf5_default()),
        "create")
      defer { H5Dclose(id) }
      if values.isEmpty { return }
      try check(
        H5Dwrite(id, type, hdf5_whole(), hdf5_whole(), hdf5_default(), values), "write")
    }
  }

  fileprivate func outOfRange(_ name: String, _ expected: String) -> HDF5Error {
    .outOfRange(path: path, name: name, expected: expected)
  }
}
