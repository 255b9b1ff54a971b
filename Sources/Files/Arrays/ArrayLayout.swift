import Foundation

/// How the numbers of an array lie in a file.
struct ArrayLayout {
  let type: NumericType
  let shape: [Int]
  var isBigEndian = false
  /// First axis fastest, as in Fortran and MATLAB.
  var isColumnMajor = false
  /// Any number but 0 stands for 1.
  var isBoolean = false
  /// Stored as half-precision numbers, whose bits are those of the type `uint16`; read as `float32`.
  var isHalf = false

  /// The most axes that NumPy allows; more are a sign of a damaged file.
  static let mostAxes = 64

  /// Reads the numbers, after a check that they can be there and have room in memory.
  func read(from source: any ByteSource) throws -> NumericArray {
    let values = try type.element.values(count(in: source)) { bytes in
      try source.fill(bytes)
      if isBigEndian { swapBytes(bytes) }
      if isBoolean { for index in bytes.indices { bytes[index] = min(bytes[index], 1) } }
    }
    let ordered = isColumnMajor ? values.rowMajor(fromColumnMajor: shape) : values
    return NumericArray(trusted: isHalf ? ordered.widenedHalves : ordered, shape: shape)
  }

  private func count(in source: any ByteSource) throws -> Int {
    guard shape.count <= Self.mostAxes, let count = NumericArray.count(of: shape),
      case (let bytes, let overflow) = count.multipliedReportingOverflow(by: type.size), !overflow
    else { throw source.damaged("it declares the impossible shape \(shape)") }
    guard bytes <= source.atMost else {
      throw source.damaged("it is too short for the shape \(shape) of \(type)")
    }
    try ArrayMemory.check(isHalf ? 2 * bytes : bytes, at: source.path)
    return count
  }

  private func swapBytes(_ bytes: UnsafeMutableRawBufferPointer) {
    func swap<Bits: FixedWidthInteger & BitwiseCopyable>(_: Bits.Type) {
      for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Bits>.size) {
        let bits = bytes.load(fromByteOffset: offset, as: Bits.self).byteSwapped
        bytes.storeBytes(of: bits, toByteOffset: offset, as: Bits.self)
      }
    }
    switch type.size {
    case 2: swap(UInt16.self)
    case 4: swap(UInt32.self)
    case 8: swap(UInt64.self)
    default: break
    }
  }
}

extension NumericValues {
  /// The half-precision numbers of which these are the bits.
  fileprivate var widenedHalves: NumericValues {
    guard case .uint16(let bits) = self else { return self }
    return .float32(bits.map { Float(Float16(bitPattern: $0)) })
  }
}

extension NumericElement {
  /// `count` numbers of this type, whose bytes `fill` writes.
  fileprivate static func values(
    _ count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> NumericValues {
    let values = try [Self](unsafeUninitializedCapacity: count) { buffer, initialized in
      try fill(UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
    return wrapped(values)
  }
}

extension Collection<UInt8> {
  /// The bytes as an unsigned integer, the first one lowest or, with `bigEndian`, highest.
  func unsigned(bigEndian: Bool = false) -> UInt64 {
    let bytes = bigEndian ? Array(self) : reversed()
    return bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
