/// Numbers of one type, row-major (last axis fastest), with their shape.
///
/// They keep the type that they have in the file, so that an 8-bit image takes a byte a pixel.
public struct NumericArray: Sendable {
  /// Lengths of the axes; `[]` for a single value.
  public let shape: [Int]

  /// All numbers, last axis fastest.
  public let values: NumericValues

  /// An array of the given numbers, row-major.
  ///
  /// Throws `NumericArrayError.wrongShape`.
  public init<Element: NumericElement>(_ values: [Element], shape: [Int]) throws {
    guard Self.count(of: shape) == values.count else {
      throw NumericArrayError.wrongShape(shape: shape, count: values.count)
    }
    self.init(trusted: Element.wrapped(values), shape: shape)
  }

  /// For values whose count is known to fit.
  init(trusted values: NumericValues, shape: [Int]) {
    self.values = values
    self.shape = shape
  }

  /// The number of values.
  public var count: Int { values.visit(Count()) }

  /// The type of the numbers.
  public var type: NumericType { values.type }

  /// All values as `Float`, the nearest where they have more digits.
  public func floats() -> [Float] { values.visit(Floats()) }

  /// All values as `Double`.
  public func doubles() -> [Double] { values.visit(Doubles()) }

  /// All values as `Int`.
  ///
  /// Throws `NumericArrayError.notAnInteger` for a value that is not whole, or does not fit.
  public func integers() throws -> [Int] { try values.visit(Integers()).get() }

  /// The values without a copy when they are of that type, else nil.
  public func values<Element: NumericElement>(as _: Element.Type) -> [Element]? {
    values.visit(Cast<Element>())
  }

  /// Calls `body` with the bytes of the values, in the machine's byte order, without a copy.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try values.withUnsafeBytes(body)
  }

  /// The part of the array at `range` of the first axis.
  ///
  /// Throws `NumericArrayError.noSuchRows`.
  public func rows(_ range: Range<Int>) throws -> NumericArray {
    guard let rows = shape.first, range.lowerBound >= 0, range.upperBound <= rows else {
      throw NumericArrayError.noSuchRows(range: range, shape: shape)
    }
    return part([range])
  }

  /// Several parts of the array along its first axis, ascending, as one.
  ///
  /// Throws `NumericArrayError.noSuchRows`.
  public func rows(_ ranges: [Range<Int>]) throws -> NumericArray {
    guard let rows = shape.first, let span = Self.span(of: ranges), span.upperBound <= rows else {
      let ends = ranges.flatMap { [$0.lowerBound, $0.upperBound] }
      throw NumericArrayError.noSuchRows(
        range: (ends.min() ?? 0)..<(ends.max() ?? 0), shape: shape)
    }
    return part(ranges)
  }

  /// The rows at ranges that are known to be there.
  private func part(_ ranges: [Range<Int>]) -> NumericArray {
    // Lengths beside a 0 need not have a product.
    let size = shape.first == 0 ? 0 : count / (shape.first ?? 1)
    return NumericArray(
      trusted: values.visit(
        Part(ranges: ranges.map { $0.lowerBound * size..<$0.upperBound * size })),
      shape: [ranges.reduce(0) { $0 + $1.count }] + shape.dropFirst())
  }

  /// From the first to the last of ranges that are not empty and ascend without overlap; nil for others.
  static func span(of ranges: [Range<Int>]) -> Range<Int>? {
    guard let first = ranges.first, let last = ranges.last, first.lowerBound >= 0,
      ranges.allSatisfy({ !$0.isEmpty }),
      zip(ranges, ranges.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound })
    else { return nil }
    return first.lowerBound..<last.upperBound
  }

  /// The product of the lengths, or nil when one is negative or the product too large.
  static func count(of shape: [Int]) -> Int? {
    guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
    if shape.contains(0) { return 0 }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      count = product
    }
    return count
  }
}

// NaN is equal to none.
extension NumericArray: Equatable {}

// Between files and arrays.
extension NumericArray {
  /// The same numbers in another type; nil when one does not fit there.
  func converted(to type: NumericType) -> NumericArray? {
    switch type {
    case self.type: return self
    case .float64: return NumericArray(trusted: .float64(doubles()), shape: shape)
    case .float32: return NumericArray(trusted: .float32(floats()), shape: shape)
    default:
      guard let integers = try? integers() else { return nil }
      return type.element.wrapped(whole: integers).map { NumericArray(trusted: $0, shape: shape) }
    }
  }

  /// The array with the order of its axes reversed.
  func transposed() -> NumericArray {
    NumericArray(
      trusted: values.rowMajor(fromColumnMajor: shape.reversed()), shape: shape.reversed())
  }
}

/// A use of an array of numbers that it does not allow.
public enum NumericArrayError: Error, Equatable {
  /// The number of values is not the product of the shape.
  case wrongShape(shape: [Int], count: Int)
  /// Integers were asked for, and a value is none or too large.
  case notAnInteger(value: String)
  /// Rows were asked for that the array does not have.
  case noSuchRows(range: Range<Int>, shape: [Int])
}

extension NumericArrayError: CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .wrongShape(let shape, let count):
      "\(count) values do not fit the shape \(shape). Give as many as the product of the shape."
    case .notAnInteger(let value):
      "The value \(value) is not a whole number of 64 bits. "
        + "Read the array as floating-point numbers, or name one that holds integers."
    case .noSuchRows(let range, let shape):
      "An array of shape \(shape) has no rows \(range.lowerBound) to \(range.upperBound - 1). "
        + "Ask for rows that it has."
    }
  }
}
