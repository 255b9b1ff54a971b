/// Numbers of any of the types of `NumericType`.
public enum NumericValues: Equatable, Sendable {
  case uint8([UInt8])
  case int8([Int8])
  case uint16([UInt16])
  case int16([Int16])
  case uint32([UInt32])
  case int32([Int32])
  case uint64([UInt64])
  case int64([Int64])
  case float32([Float])
  case float64([Double])

  /// The type of the numbers.
  public var type: NumericType { visit(Kind()) }

  /// The result of `visitor` for the numbers in their own type.
  ///
  /// A choice among ten concrete calls, each of which the compiler makes fast by itself; a protocol
  /// for all arrays would cost a call a number.
  func visit<Visitor: NumericVisitor>(_ visitor: Visitor) -> Visitor.Result {
    switch self {
    case .uint8(let values): visitor.visit(values)
    case .int8(let values): visitor.visit(values)
    case .uint16(let values): visitor.visit(values)
    case .int16(let values): visitor.visit(values)
    case .uint32(let values): visitor.visit(values)
    case .int32(let values): visitor.visit(values)
    case .uint64(let values): visitor.visit(values)
    case .int64(let values): visitor.visit(values)
    case .float32(let values): visitor.visit(values)
    case .float64(let values): visitor.visit(values)
    }
  }

  func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch self {
    case .uint8(let values): try values.withUnsafeBytes(body)
    case .int8(let values): try values.withUnsafeBytes(body)
    case .uint16(let values): try values.withUnsafeBytes(body)
    case .int16(let values): try values.withUnsafeBytes(body)
    case .uint32(let values): try values.withUnsafeBytes(body)
    case .int32(let values): try values.withUnsafeBytes(body)
    case .uint64(let values): try values.withUnsafeBytes(body)
    case .int64(let values): try values.withUnsafeBytes(body)
    case .float32(let values): try values.withUnsafeBytes(body)
    case .float64(let values): try values.withUnsafeBytes(body)
    }
  }

  /// The numbers in the order of rows, when they are in the order of columns (first axis fastest).
  func rowMajor(fromColumnMajor shape: [Int]) -> NumericValues {
    visit(RowMajor(shape: shape))
  }
}

/// Something that is done alike with numbers of every type.
protocol NumericVisitor {
  associatedtype Result
  func visit<Element: NumericElement>(_ values: [Element]) -> Result
}

struct Kind: NumericVisitor {
  func visit<Element: NumericElement>(_: [Element]) -> NumericType { Element.numericType }
}

struct Count: NumericVisitor {
  func visit<Element: NumericElement>(_ values: [Element]) -> Int { values.count }
}

struct Floats: NumericVisitor {
  func visit<Element: NumericElement>(_ values: [Element]) -> [Float] { values.map { $0.float } }
}

struct Doubles: NumericVisitor {
  func visit<Element: NumericElement>(_ values: [Element]) -> [Double] { values.map { $0.double } }
}

struct Integers: NumericVisitor {
  func visit<Element: NumericElement>(
    _ values: [Element]
  ) -> Swift.Result<[Int], NumericArrayError> {
    var integers: [Int] = []
    integers.reserveCapacity(values.count)
    for value in values {
      guard let integer = value.integer else {
        return .failure(.notAnInteger(value: "\(value)"))
      }
      integers.append(integer)
    }
    return .success(integers)
  }
}

struct Cast<Wanted: NumericElement>: NumericVisitor {
  func visit<Element: NumericElement>(_ values: [Element]) -> [Wanted]? {
    // A cast would look at every value, because the types are only known at run time here.
    Element.self == Wanted.self ? unsafeBitCast(values, to: [Wanted].self) : nil
  }
}

struct Part: NumericVisitor {
  let ranges: [Range<Int>]

  func visit<Element: NumericElement>(_ values: [Element]) -> NumericValues {
    Element.wrapped(values.part(ranges))
  }
}

/// Values whose first axis is the fastest, in the order of rows.
struct RowMajor: NumericVisitor {
  let shape: [Int]

  func visit<Element: NumericElement>(_ values: [Element]) -> NumericValues {
    // In the order of rows they are an array with all axes the other way round.
    Element.wrapped(values.permuted(shape.reversed(), shape.indices.reversed()))
  }
}
