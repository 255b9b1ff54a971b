/// The header of an NPY array: a Python dictionary of the type, the order and the shape.
struct NPYHeader: Equatable {
  /// The type as NumPy writes it, such as `<f4`; nil for a record of several fields.
  var descriptor: String?
  var isColumnMajor: Bool
  var shape: [Int]

  /// Reads up to the first number.
  init(from source: any ByteSource) throws {
    let start = try source.prefix(8)
    guard start.count == 8, NPYFile.isNPY(start) else {
      throw ArrayFileError.notRecognised(path: source.path, expected: "an NPY array")
    }
    guard (1...3).contains(start[6]) else {
      throw ArrayFileError.unsupported(
        path: source.path, what: "an array of NPY version \(start[6])",
        remedy: "Save it as version 1, 2 or 3")
    }
    let length = try Int(source.bytes(start[6] == 1 ? 2 : 4).unsigned())
    // NumPy's own headers have some hundred bytes; those of records a few thousand.
    guard length <= 1 << 20 else { throw source.damaged("its header has \(length) bytes") }
    guard let header = NPYHeader(parsing: try source.bytes(length)) else {
      throw source.damaged("its header does not tell type, order and shape")
    }
    self = header
  }

  /// Parses a dictionary as Python writes it; nil when it is another one.
  init?(parsing text: [UInt8]) {
    var scanner = Scanner(rest: text[...])
    var descriptor: String??
    var isColumnMajor: Bool?
    var shape: [Int]?
    guard scanner.take("{") else { return nil }
    while !scanner.take("}") {
      guard let key = scanner.text(), scanner.take(":") else { return nil }
      switch key {
      case "descr":
        if scanner.skipList() { descriptor = .some(nil) } else { descriptor = scanner.text() }
        if descriptor == nil { return nil }
      case "fortran_order":
        if scanner.take("True") {
          isColumnMajor = true
        } else if scanner.take("False") {
          isColumnMajor = false
        }
      case "shape": shape = scanner.tuple()
      default: return nil
      }
      guard scanner.take(",") || scanner.isAt("}") else { return nil }
    }
    guard let descriptor, let isColumnMajor, let shape else { return nil }
    self.descriptor = descriptor
    self.isColumnMajor = isColumnMajor
    self.shape = shape
  }

  /// How the numbers lie in the file that has this header.
  func layout(path: String) throws -> ArrayLayout {
    func unsupported(_ what: String, _ remedy: String) -> ArrayFileError {
      .unsupported(path: path, what: what, remedy: remedy)
    }
    let numbers = "Save the array as numbers (for example with astype('float32'))"
    guard let descriptor else { throw unsupported("records of several fields", numbers) }
    let kind = descriptor.drop { "<>|=".contains($0) }
    if kind.first == "O" {
      throw unsupported(
        "Python objects (a pickle, which could run any program)",
        "Save it from Python as an array of numbers")
    }
    if kind.first == "U" || kind.first == "S" { throw unsupported("texts", numbers) }
    let isHalf = kind == "f2"
    guard let type = isHalf ? .uint16 : Self.types[String(kind)] else {
      throw unsupported("numbers of the type '\(descriptor.prefix(20))'", numbers)
    }
    return ArrayLayout(
      type: type, shape: shape, isBigEndian: descriptor.first == ">",
      isColumnMajor: isColumnMajor, isBoolean: kind == "b1", isHalf: isHalf)
  }

  private static let types: [String: NumericType] = [
    "b1": .uint8, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32,
    "i4": .int32, "u8": .uint64, "i8": .int64, "f4": .float32, "f8": .float64,
  ]
}

/// Reads the few Python literals that occur in a header.
private struct Scanner {
  var rest: ArraySlice<UInt8>

  private mutating func skipSpace() {
    rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
  }

  mutating func isAt(_ word: String) -> Bool {
    skipSpace()
    return rest.starts(with: word.utf8)
  }

  mutating func take(_ word: String) -> Bool {
    guard isAt(word) else { return false }
    rest = rest.dropFirst(word.utf8.count)
    return true
  }

  mutating func text() -> String? {
    skipSpace()
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      let end = rest.dropFirst().firstIndex(of: quote)
    else { return nil }
    let text = rest[rest.index(after: rest.startIndex)..<end]
    rest = rest[rest.index(after: end)...]
    return text.contains(UInt8(ascii: "\\")) ? nil : String(decoding: text, as: UTF8.self)
  }

  /// Skips a list of fields; the names in it may contain anything but quotes.
  mutating func skipList() -> Bool {
    guard isAt("[") else { return false }
    var depth = 0
    var isInText = false
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "'") { isInText.toggle() }
      if isInText { continue }
      if byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: "]") { depth -= 1 }
      if depth == 0 { return true }
    }
    return false
  }

  mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var lengths: [Int] = []
    while !take(")") {
      skipSpace()
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard let length = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
      rest = rest.dropFirst(digits.count)
      // Python 2 marked long integers.
      _ = take("L")
      lengths.append(length)
      guard take(",") || isAt(")") else { return nil }
    }
    return lengths
  }
}
