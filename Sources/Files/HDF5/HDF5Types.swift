import CHDF5

/// Values read from a file, row-major, with their shape; a single value has the shape `[]`.
public struct HDF5Array<Value: Sendable>: Sendable {
  /// All values, last axis fastest.
  public let values: [Value]
  /// Lengths of the axes.
  public let shape: [Int]
}

extension HDF5Array: Equatable where Value: Equatable {}

/// How numbers are kept in a file.
public enum HDF5NumberType: Sendable {
  case float32
  case float64
  case int8
  case int16
  case int32
  case int64
  case uint8
  case uint16
  case uint32
  case uint64

  /// Bytes of one number in memory.
  var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  var native: hid_t {
    switch self {
    case .float32: hdf5_native_float()
    case .float64: hdf5_native_double()
    case .int8: hdf5_native_int8()
    case .int16: hdf5_native_int16()
    case .int32: hdf5_native_int32()
    case .int64: hdf5_native_int64()
    case .uint8: hdf5_native_uint8()
    case .uint16: hdf5_native_uint16()
    case .uint32: hdf5_native_uint32()
    case .uint64: hdf5_native_uint64()
    }
  }

  var typeClass: H5T_class_t {
    switch self {
    case .float32, .float64: H5T_FLOAT
    default: H5T_INTEGER
    }
  }

  var words: String {
    switch self {
    case .float32: "32-bit floating point"
    case .float64: "64-bit floating point"
    case .int8: "8-bit integer"
    case .int16: "16-bit integer"
    case .int32: "32-bit integer"
    case .int64: "64-bit integer"
    case .uint8: "unsigned 8-bit integer"
    case .uint16: "unsigned 16-bit integer"
    case .uint32: "unsigned 32-bit integer"
    case .uint64: "unsigned 64-bit integer"
    }
  }
}

/// A number that a file can hold: `Float`, `Double`, `Int` and the integers of 8 to 64 bits.
public protocol HDF5Number: BitwiseCopyable, Sendable {
  /// How it is stored; must be laid out in memory as the type itself.
  static var hdf5Type: HDF5NumberType { get }
}

extension Float: HDF5Number {
  /// Stored as `HDF5NumberType.float32`.
  public static var hdf5Type: HDF5NumberType { .float32 }
}

extension Double: HDF5Number {
  /// Stored as `HDF5NumberType.float64`.
  public static var hdf5Type: HDF5NumberType { .float64 }
}

extension Int: HDF5Number {
  /// Stored as `HDF5NumberType.int64`.
  public static var hdf5Type: HDF5NumberType { .int64 }
}

extension Int64: HDF5Number {
  /// Stored as `HDF5NumberType.int64`.
  public static var hdf5Type: HDF5NumberType { .int64 }
}

extension UInt8: HDF5Number {
  /// Stored as `HDF5NumberType.uint8`.
  public static var hdf5Type: HDF5NumberType { .uint8 }
}

extension Int8: HDF5Number {
  /// Stored as `HDF5NumberType.int8`.
  public static var hdf5Type: HDF5NumberType { .int8 }
}

extension Int16: HDF5Number {
  /// Stored as `HDF5NumberType.int16`.
  public static var hdf5Type: HDF5NumberType { .int16 }
}

extension Int32: HDF5Number {
  /// Stored as `HDF5NumberType.int32`.
  public static var hdf5Type: HDF5NumberType { .int32 }
}

extension UInt16: HDF5Number {
  /// Stored as `HDF5NumberType.uint16`.
  public static var hdf5Type: HDF5NumberType { .uint16 }
}

extension UInt32: HDF5Number {
  /// Stored as `HDF5NumberType.uint32`.
  public static var hdf5Type: HDF5NumberType { .uint32 }
}

extension UInt64: HDF5Number {
  /// Stored as `HDF5NumberType.uint64`.
  public static var hdf5Type: HDF5NumberType { .uint64 }
}

/// The stored type in words, for messages.
func words(for type: hid_t) -> String {
  let bits = H5Tget_size(type) * 8
  switch H5Tget_class(type) {
  case H5T_INTEGER:
    return H5Tget_sign(type) == H5T_SGN_NONE
      ? "unsigned \(bits)-bit integer" : "\(bits)-bit integer"
  case H5T_FLOAT: return "\(bits)-bit floating point"
  case H5T_STRING: return "text"
  case H5T_COMPOUND: return "compound"
  case H5T_ENUM: return "enumeration"
  case H5T_ARRAY: return "array"
  case H5T_VLEN: return "lists of variable length"
  default: return "another type"
  }
}
