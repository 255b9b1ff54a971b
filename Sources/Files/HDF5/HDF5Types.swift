import CHDF5

/// Values read from a file, row-major, with their shape; a single value has the shape `[]`.
public struct HDF5Array<Value: Sendable>: Sendable {
  /// All values, last axis fastest.
  public let values: [Value]
  /// Lengths of the axes.
  public let shape: [Int]
}

extension HDF5Array: Equatable where Value: Equatable {}

/// A number that a file can hold: `Float`, `Double`, `Int` and the integers of 8 to 64 bits.
public protocol HDF5Number: BitwiseCopyable, Sendable {
  /// How it is stored; must be laid out in memory as the type itself.
  static var numericType: NumericType { get }
}

extension Int: HDF5Number {
  /// Stored as `int64`.
  public static var numericType: NumericType { .int64 }
}

extension NumericType {
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

  /// The type as it is called in messages.
  var words: String { Files.words(for: native) }
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
