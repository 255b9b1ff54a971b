/// A type that is read from the text of one scalar.
protocol ScalarValue: Decodable {
  /// What a value is called in an error: `a whole number`.
  static var expectation: String { get }

  /// Reads a scalar; nil when it is of another kind. Only plain text can be a number.
  init?(_ text: String, isPlain: Bool)
}

extension String: ScalarValue {
  static var expectation: String { "text" }

  init?(_ text: String, isPlain: Bool) { self = text }
}

extension Bool: ScalarValue {
  static var expectation: String { "true or false" }

  init?(_ text: String, isPlain: Bool) {
    guard isPlain, let value = Bool(text) else { return nil }
    self = value
  }
}

extension Double: ScalarValue {
  static var expectation: String { "a number" }

  init?(_ text: String, isPlain: Bool) {
    guard isPlain, let value = Double(configText: text) else { return nil }
    self = value
  }
}

extension Float: ScalarValue {
  static var expectation: String { "a number" }

  init?(_ text: String, isPlain: Bool) {
    guard isPlain, Double(configText: text) != nil else { return nil }
    // Straight from the text: by way of a Double it would be rounded twice.
    guard let nearest = Float(text), nearest.isFinite else { return nil }
    self = nearest
  }
}

extension FixedWidthInteger {
  /// Reads digits, or a decimal or exponent form that is exactly whole: `20000`, `2e4`, `2.0`.
  init?(_ text: String, isPlain: Bool) {
    guard isPlain, let value = Double(configText: text) else { return nil }
    if let exact = Self(text) {
      self = exact
      return
    }
    // Larger floating-point numbers do not name one whole number.
    guard abs(value) <= 0x1p53, let whole = Self(exactly: value) else { return nil }
    self = whole
  }

  /// `a whole number`, with its bounds where it has any that a user could meet.
  static var expectation: String {
    if bitWidth < 64 { return "a whole number from \(min) to \(max)" }
    return isSigned ? "a whole number" : "a whole number from 0"
  }
}

extension Int: ScalarValue {}
extension Int8: ScalarValue {}
extension Int16: ScalarValue {}
extension Int32: ScalarValue {}
extension Int64: ScalarValue {}
extension UInt: ScalarValue {}
extension UInt8: ScalarValue {}
extension UInt16: ScalarValue {}
extension UInt32: ScalarValue {}
extension UInt64: ScalarValue {}

extension Double {
  /// Reads decimal and exponent forms. YAML's `.inf` and `.nan` are no numbers here: no setting can be
  /// infinite.
  init?(configText text: String) {
    // Swift would also read `inf`, `nan` and hexadecimal forms.
    guard text.utf8.allSatisfy("0123456789+-.eE".utf8.contains),
      let value = Double(text), value.isFinite
    else { return nil }
    self = value
  }
}
