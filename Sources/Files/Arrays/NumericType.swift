/// The types of numbers that array files hold.
public enum NumericType: String, CaseIterable, Sendable {
  case uint8
  case int8
  case uint16
  case int16
  case uint32
  case int32
  case uint64
  case int64
  case float32
  case float64

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  var element: any NumericElement.Type {
    switch self {
    case .uint8: UInt8.self
    case .int8: Int8.self
    case .uint16: UInt16.self
    case .int16: Int16.self
    case .uint32: UInt32.self
    case .int32: Int32.self
    case .uint64: UInt64.self
    case .int64: Int64.self
    case .float32: Float.self
    case .float64: Double.self
    }
  }
}

/// A number of one of the types of `NumericType`.
public protocol NumericElement: HDF5Number, Equatable {
  /// The nearest `Float`.
  var float: Float { get }
  /// The nearest `Double`.
  var double: Double { get }
  /// The number as an `Int`, or nil when it is not a whole number that fits.
  var integer: Int? { get }
  /// The same number, or nil when it does not fit.
  init?(whole: Int)
  /// Numbers of this type among those of any.
  static func wrapped(_ values: [Self]) -> NumericValues
}

extension NumericElement {
  /// The numbers in this type; nil when one does not fit.
  static func wrapped(whole numbers: [Int]) -> NumericValues? {
    let values = numbers.compactMap(Self.init(whole:))
    return values.count == numbers.count ? wrapped(values) : nil
  }
}

extension NumericElement where Self: FixedWidthInteger {
  /// The nearest `Float`.
  public var float: Float { Float(self) }
  /// The nearest `Double`.
  public var double: Double { Double(self) }
  /// The number as an `Int`, or nil when it does not fit.
  public var integer: Int? { Int(exactly: self) }
  /// The same number, or nil when it does not fit.
  public init?(whole: Int) { self.init(exactly: whole) }
}

extension NumericElement where Self: BinaryFloatingPoint {
  /// The nearest `Float`.
  public var float: Float { Float(self) }
  /// The nearest `Double`.
  public var double: Double { Double(self) }
  /// The number as an `Int`, or nil when it is not a whole number that fits.
  public var integer: Int? { Int(exactly: self) }
  /// The same number, or nil when it cannot be kept exactly.
  public init?(whole: Int) { self.init(exactly: whole) }
}

extension UInt8: NumericElement {
  /// `uint8`.
  public static var numericType: NumericType { .uint8 }
  /// Of type `uint8`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .uint8(values) }
}

extension Int8: NumericElement {
  /// `int8`.
  public static var numericType: NumericType { .int8 }
  /// Of type `int8`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .int8(values) }
}

extension UInt16: NumericElement {
  /// `uint16`.
  public static var numericType: NumericType { .uint16 }
  /// Of type `uint16`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .uint16(values) }
}

extension Int16: NumericElement {
  /// `int16`.
  public static var numericType: NumericType { .int16 }
  /// Of type `int16`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .int16(values) }
}

extension UInt32: NumericElement {
  /// `uint32`.
  public static var numericType: NumericType { .uint32 }
  /// Of type `uint32`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .uint32(values) }
}

extension Int32: NumericElement {
  /// `int32`.
  public static var numericType: NumericType { .int32 }
  /// Of type `int32`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .int32(values) }
}

extension UInt64: NumericElement {
  /// `uint64`.
  public static var numericType: NumericType { .uint64 }
  /// Of type `uint64`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .uint64(values) }
}

extension Int64: NumericElement {
  /// `int64`.
  public static var numericType: NumericType { .int64 }
  /// Of type `int64`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .int64(values) }
}

extension Float: NumericElement {
  /// `float32`.
  public static var numericType: NumericType { .float32 }
  /// Of type `float32`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .float32(values) }
}

extension Double: NumericElement {
  /// `float64`.
  public static var numericType: NumericType { .float64 }
  /// Of type `float64`.
  public static func wrapped(_ values: [Self]) -> NumericValues { .float64(values) }
}
