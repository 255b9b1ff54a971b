import Foundation

/// MATLAB files (`.mat`) of version 5 to 7, and of version 7.3, which are HDF5 files.
///
/// Numbers that are real and dense are read: no cells, structures, texts, sparse or complex arrays.
public enum MATFile {
  /// The names of the variables that can be read, in the order of the file.
  ///
  /// Throws `FileError`, `ArrayFileError` or `HDF5Error`.
  public static func names(in path: String) throws -> [String] {
    if try isVersion73(path) {
      return try HDF5File(reading: path).datasets().filter { !$0.hasPrefix("#") }
    }
    var names: [String] = []
    let reader = try MATReader(path)
    while let variable = try reader.next() {
      if variable.type != nil { names.append(variable.name) }
    }
    return names
  }

  /// Reads the variable of the given name.
  ///
  /// The shape is MATLAB's: an m × n matrix gives `[m, n]`, row-major. Throws `FileError`,
  /// `ArrayFileError` or `HDF5Error`.
  public static func read(_ path: String, name: String) throws -> NumericArray {
    if try isVersion73(path) {
      // MATLAB writes its columns as HDF5's rows.
      guard try names(in: path).contains(name) else {
        throw ArrayFileError.missing(path: path, key: name, available: try names(in: path))
      }
      return try HDF5File(reading: path).numbers(at: name).transposed()
    }
    let reader = try MATReader(path)
    while let variable = try reader.next() {
      if variable.name == name { return try variable.read() }
    }
    throw ArrayFileError.missing(path: path, key: name, available: try names(in: path))
  }

  /// Whether a file begins (132 bytes) as one of MATLAB.
  static func isMAT(_ start: [UInt8]) -> Bool {
    start.count >= 128 && start.starts(with: "MATLAB".utf8)
      && [Array("IM".utf8), Array("MI".utf8)].contains(Array(start[126..<128]))
  }

  private static func isVersion73(_ path: String) throws -> Bool {
    let start = try FileSource(path).prefix(128)
    return isMAT(start) && start[124..<126].unsigned(bigEndian: start[126] == 0x4D) == 0x0200
  }
}

/// Goes through the variables of a file of version 5.
private final class MATReader {
  private let file: OpenFile
  private let size: Int
  private let isBigEndian: Bool
  private var position = 128

  init(_ path: String) throws {
    file = try OpenFile(path, O_RDONLY, to: "open")
    size = Int(try file.status().st_size)
    let start = try file.read(128, at: 0)
    guard MATFile.isMAT(start) else {
      throw ArrayFileError.notRecognised(
        path: path, expected: "a MATLAB file of version 5 or later")
    }
    isBigEndian = start[126] == 0x4D
    guard start[124..<126].unsigned(bigEndian: isBigEndian) == 0x0100 else {
      throw ArrayFileError.unsupported(
        path: path, what: "MATLAB data of an unknown version",
        remedy: "Save it from MATLAB with the option '-v7'")
    }
  }

  /// The next array of any class, read up to its numbers; nil at the end.
  func next() throws -> MATVariable? {
    while position < size {
      let outer = MATElements(FileSource(file, position..<size), isBigEndian: isBigEndian)
      let tag = try outer.tag()
      guard !tag.isSmall, tag.size <= size - position - 8 else {
        throw outer.source.damaged("a variable is cut off")
      }
      let content = FileSource(file, position + 8..<position + 8 + tag.size)
      position += 8 + tag.size
      switch tag.type {
      case MATElements.matrix:
        return try MATVariable(MATElements(content, isBigEndian: isBigEndian))
      case MATElements.compressed:
        let inner = MATElements(
          try InflatingSource(content, .zlib), isBigEndian: isBigEndian, isWhole: true)
        guard case let tag = try inner.tag(), tag.type == MATElements.matrix, !tag.isSmall else {
          continue
        }
        try inner.source.require(tag.size)
        return try MATVariable(inner)
      default: continue
      }
    }
    return nil
  }
}

/// The elements of which variables consist: a type, a number of bytes, and the bytes.
private final class MATElements {
  struct Tag {
    let type: UInt64
    let size: Int
    /// Whether the bytes stand in the tag itself.
    let isSmall: Bool
    var padding: Int { isSmall ? (4 - size % 4) % 4 : (8 - size % 8) % 8 }
  }

  static let matrix: UInt64 = 14
  static let compressed: UInt64 = 15

  let source: any ByteSource
  let isBigEndian: Bool
  /// Whether a checksum follows that can be checked at the end.
  let isWhole: Bool

  init(_ source: any ByteSource, isBigEndian: Bool, isWhole: Bool = false) {
    self.source = source
    self.isBigEndian = isBigEndian
    self.isWhole = isWhole
  }

  func tag() throws -> Tag {
    let first = try word()
    // An element of up to four bytes has its size in the upper half of the type.
    if first >> 16 != 0 {
      guard first >> 16 <= 4 else { throw source.damaged("a small element is too long") }
      return Tag(type: first & 0xFFFF, size: Int(first >> 16), isSmall: true)
    }
    return Tag(type: first, size: Int(try word()), isSmall: false)
  }

  /// The bytes of an element that should be of the given type.
  func bytes(_ type: UInt64, _ what: String, atMost: Int) throws -> [UInt8] {
    let tag = try tag()
    guard tag.type == type, tag.size <= atMost else {
      throw source.damaged("\(what) of a variable is wrong")
    }
    let bytes = try source.bytes(tag.size)
    _ = try source.bytes(tag.padding)
    return bytes
  }

  func word() throws -> UInt64 { try source.bytes(4).unsigned(bigEndian: isBigEndian) }
}

/// An array of a file, read up to its numbers.
private struct MATVariable {
  let name: String
  /// nil when it is not of real numbers.
  let type: NumericType?
  private let what: String
  private let shape: [Int]
  private let elements: MATElements

  init(_ elements: MATElements) throws {
    self.elements = elements
    let bigEndian = elements.isBigEndian
    let flags = try elements.bytes(6, "the kind", atMost: 8)
    guard flags.count == 8 else { throw elements.source.damaged("the kind of a variable is wrong") }
    let kind = flags[..<4].unsigned(bigEndian: bigEndian)
    // Objects of newer kinds have no shape; they are only skipped.
    let isArray = kind & 0xFF != 17
    if isArray {
      let lengths = try elements.bytes(5, "the shape", atMost: 4 * ArrayLayout.mostAxes)
      shape = try stride(from: 0, to: lengths.count - lengths.count % 4, by: 4).map {
        let bits = UInt32(lengths[$0..<$0 + 4].unsigned(bigEndian: bigEndian))
        guard bits <= UInt32(Int32.max) else {
          throw elements.source.damaged("a variable has a negative length")
        }
        return Int(bits)
      }
    } else {
      shape = []
    }
    name = String(
      decoding: try elements.bytes(1, "the name", atMost: 1 << 12), as: UTF8.self)
    let isComplex = kind & 0x0800 != 0
    type = isComplex ? nil : Self.types[kind & 0xFF]
    what = isComplex ? "a complex array" : Self.kinds[kind & 0xFF] ?? "an object"
  }

  /// The numbers, converted from the narrower type in which they may be kept.
  func read() throws -> NumericArray {
    let source = elements.source
    guard let type else {
      throw ArrayFileError.unsupported(
        path: source.path, what: "\(what) as '\(name)'",
        remedy: "Save it from MATLAB as a full array of real numbers")
    }
    let tag = try elements.tag()
    guard let stored = Self.storedTypes[tag.type] else {
      throw source.damaged("the numbers of '\(name)' are of the unknown type \(tag.type)")
    }
    guard let count = NumericArray.count(of: shape),
      case (let bytes, let overflow) = count.multipliedReportingOverflow(by: stored.size),
      !overflow,
      bytes == tag.size
    else { throw source.damaged("'\(name)' has \(tag.size) bytes for the shape \(shape)") }
    // Numbers of another type are held once more while they are converted, in eight bytes each.
    if stored != type { try ArrayMemory.check(8 * count, at: source.path) }
    let layout = ArrayLayout(
      type: stored, shape: shape, isBigEndian: elements.isBigEndian, isColumnMajor: true)
    let array = try layout.read(from: source)
    if elements.isWhole {
      _ = try source.bytes(tag.padding)
      try source.end()
    }
    guard let converted = array.converted(to: type) else {
      throw source.damaged("'\(name)' holds numbers that do not fit into \(type)")
    }
    return converted
  }

  private static let types: [UInt64: NumericType] = [
    6: .float64, 7: .float32, 8: .int8, 9: .uint8, 10: .int16, 11: .uint16, 12: .int32,
    13: .uint32, 14: .int64, 15: .uint64,
  ]

  private static let kinds: [UInt64: String] = [
    1: "a cell array", 2: "a structure", 4: "a text", 5: "a sparse array", 16: "a function",
  ]

  private static let storedTypes: [UInt64: NumericType] = [
    1: .int8, 2: .uint8, 3: .int16, 4: .uint16, 5: .int32, 6: .uint32, 7: .float32, 9: .float64,
    12: .int64, 13: .uint64,
  ]
}
