/// Numbers of one type, row-major (last axis fastest), with their shape.
///
/// They keep the type that they have in the file, so that an 8-bit image takes a byte a pixel.
public struct NumericArray: Sendable {
  /// Lengths of the axes; `[]` for a single value.
  public let shape: [Int]

  private let storage: any NumericStorage

  /// An array of the given numbers, row-major.
  ///
  /// Throws `NumericArrayError.wrongShape`.
  public init<Element: NumericElement>(_ values: [Element], shape: [Int]) throws {
    guard Self.count(of: shape) == values.count else {
      throw NumericArrayError.wrongShape(shape: shape, count: values.count)
    }
    self.init(storage: values, shape: shape)
  }

  /// For storage whose count is known to fit.
  init(storage: any NumericStorage, shape: [Int]) {
    self.storage = storage
    self.shape = shape
  }

  /// The number of values.
  public var count: Int { storage.count }

  /// The type of the numbers.
  public var type: NumericType { storage.type }

  /// All values as `Float`, the nearest where they have more digits.
  public func floats() -> [Float] { storage.floats() }

  /// All values as `Double`.
  public func doubles() -> [Double] { storage.doubles() }

  /// All values as `Int`.
  ///
  /// Throws `NumericArrayError.notAnInteger` for a value that is not whole, or does not fit.
  public func integers() throws -> [Int] { try storage.integers() }

  /// The values as they are kept, without a copy; nil when they are of another type.
  public func values<Element: NumericElement>(as _: Element.Type) -> [Element]? {
    type == Element.numericType ? storage as? [Element] : nil
  }

  /// Calls `body` with the bytes of the values, in the machine's byte order, without a copy.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    try storage.withBytes(body)
  }

  /// The part of the array at `range` of the first axis.
  ///
  /// Throws `NumericArrayError.noSuchRows`.
  public func rows(_ range: Range<Int>) throws -> NumericArray {
    guard let rows = shape.first, range.lowerBound >= 0, range.upperBound <= rows else {
      throw NumericArrayError.noSuchRows(range: range, shape: shape)
    }
    let size = rows == 0 ? 0 : count / rows
    return NumericArray(
      storage: storage.part(range.lowerBound * size..<range.upperBound * size),
      shape: [range.count] + shape.dropFirst())
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

extension NumericArray: Equatable {
  /// Whether type, shape and all numbers are equal; a NaN is equal to none.
  public static func == (a: NumericArray, b: NumericArray) -> Bool {
    a.shape == b.shape && a.storage.equals(b)
  }
}

// Between files and arrays.
extension NumericArray {
  /// The same numbers in another type; nil when one does not fit there.
  func converted(to type: NumericType) -> NumericArray? {
    switch type {
    case self.type: return self
    case .float64: return NumericArray(storage: doubles(), shape: shape)
    case .float32: return NumericArray(storage: floats(), shape: shape)
    default:
      guard let integers = try? integers() else { return nil }
      func convert<Element: NumericElement>(_: Element.Type) -> NumericArray? {
        let values = integers.compactMap(Element.init(whole:))
        return values.count == count ? NumericArray(storage: values, shape: shape) : nil
      }
      return convert(type.element)
    }
  }

  /// The array with the order of its axes reversed.
  func transposed() -> NumericArray {
    NumericArray(
      storage: storage.rowMajor(fromColumnMajor: shape.reversed()), shape: shape.reversed())
  }
}

/// Arrays of numbers with the type of the number left open.
protocol NumericStorage: Sendable {
  var type: NumericType { get }
  var count: Int { get }
  func floats() -> [Float]
  func doubles() -> [Double]
  func integers() throws -> [Int]
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
  func part(_ range: Range<Int>) -> any NumericStorage
  func rowMajor(fromColumnMajor shape: [Int]) -> any NumericStorage
  func equals(_ other: NumericArray) -> Bool
}

extension Array: NumericStorage where Element: NumericElement {
  var type: NumericType { Element.numericType }

  func floats() -> [Float] { map(\.float) }

  func doubles() -> [Double] { map(\.double) }

  func integers() throws -> [Int] {
    try map { value in
      guard let integer = value.integer else {
        throw NumericArrayError.notAnInteger(value: "\(value)")
      }
      return integer
    }
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try withUnsafeBytes(body)
  }

  func part(_ range: Range<Int>) -> any NumericStorage { Array(self[range]) }

  func equals(_ other: NumericArray) -> Bool { other.values(as: Element.self) == self }

  /// The values in the order of rows, when they are in the order of columns (first axis fastest).
  func rowMajor(fromColumnMajor shape: [Int]) -> any NumericStorage {
    guard shape.count > 1, count > 0 else { return self }
    // How far apart neighbours along each axis are in the order of columns.
    var steps: [Int] = []
    var step = 1
    for length in shape {
      steps.append(step)
      step *= length
    }
    let last = shape.count - 1
    var index = [Int](repeating: 0, count: shape.count)
    var start = 0
    return withUnsafeBufferPointer { source in
      Array(unsafeUninitializedCapacity: count) { target, initialized in
        var filled = 0
        while filled < source.count {
          for column in 0..<shape[last] {
            target.initializeElement(at: filled, to: source[start + column * steps[last]])
            filled += 1
          }
          var axis = last - 1
          while axis >= 0 {
            index[axis] += 1
            start += steps[axis]
            if index[axis] < shape[axis] { break }
            start -= steps[axis] * shape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
        initialized = filled
      }
    }
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
