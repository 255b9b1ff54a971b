/// Text files of numbers, one example a line, such as the `.amat` files of binarised MNIST.
public enum AMATFile {
  /// Reads `[lines, numbers in a line]`, plain or compressed with gzip.
  ///
  /// Numbers are separated by blanks. They are kept as `uint8` when all of them are whole and from
  /// 0 to 255, else as `float64`. Throws `FileError` or `ArrayFileError`; `.line` for a line of
  /// another length than the first, and `.tooLarge` beyond the limit of bytes in memory (that of
  /// ``ArrayMemory``), because a compressed file does not tell how many numbers it holds.
  public static func read(_ path: String, limit: Int? = nil) throws -> NumericArray {
    let source = try plainOrGzip(path)
    var table = NumberTable(path: path, mostBytes: limit ?? ArrayMemory.limit(at: path))
    let size = 1 << 20
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size + 1)
    defer { buffer.deallocate() }
    // What the last piece ended with may go on in the next.
    var kept = 0
    while true {
      let count = try source.read(
        into: UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[kept..<size]))
      let filled = kept + count
      if count == 0 {
        // Words are read up to a blank.
        buffer[filled] = UInt8(ascii: " ")
        try table.add(UnsafeBufferPointer(rebasing: buffer[..<filled]))
        return try table.array()
      }
      var end = filled
      while end > 0, !NumberTable.isBlank(buffer[end - 1]) { end -= 1 }
      if end == 0, filled == size { throw table.wrong("it has a word of \(size) letters") }
      try table.add(UnsafeBufferPointer(rebasing: buffer[..<end]))
      kept = filled - end
      for index in 0..<kept { buffer[index] = buffer[end + index] }
    }
  }

  /// Whether a file begins with nothing but numbers and blanks.
  static func isText(_ start: [UInt8]) -> Bool {
    !start.isEmpty
      && start.allSatisfy { NumberTable.isBlank($0) || "0123456789+-.eE".utf8.contains($0) }
      && start.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}

/// Lines of numbers in the making.
private struct NumberTable {
  let path: String
  private let mostBytes: Int
  private var small: [UInt8] = []
  private var wide: [Double] = []
  private var isWide = false
  private var columns: Int?
  private var inLine = 0
  private var lines = 0
  private var lineNumber = 1

  init(path: String, mostBytes: Int) {
    self.path = path
    self.mostBytes = mostBytes
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  func wrong(_ reason: String) -> ArrayFileError {
    .line(path: path, line: lineNumber, reason: reason)
  }

  /// Adds whole words.
  mutating func add(_ text: UnsafeBufferPointer<UInt8>) throws {
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte == UInt8(ascii: "\n") {
        try endLine()
        lineNumber += 1
        at += 1
      } else if Self.isBlank(byte) {
        at += 1
      } else {
        let start = at
        while at < text.count, !Self.isBlank(text[at]) { at += 1 }
        try add(word: UnsafeBufferPointer(rebasing: text[start..<at]))
      }
    }
    try check(small.count + 8 * wide.count)
  }

  private func check(_ bytes: Int) throws {
    guard bytes <= mostBytes else {
      throw ArrayFileError.tooLarge(path: path, bytes: bytes, limit: mostBytes)
    }
  }

  private mutating func add(word: UnsafeBufferPointer<UInt8>) throws {
    inLine += 1
    let digit = word[0] &- UInt8(ascii: "0")
    if word.count == 1, digit < 10, !isWide {
      small.append(digit)
      return
    }
    guard let value = DecimalNumber.parse(word) else {
      let shown = String(decoding: word.prefix(20), as: UTF8.self)
      throw wrong("'\(shown)' is not a number")
    }
    if !isWide {
      if let byte = UInt8(exactly: value) {
        small.append(byte)
        return
      }
      try check(8 * small.count)
      wide = small.map(Double.init)
      small = []
      isWide = true
    }
    wide.append(value)
  }

  private mutating func endLine() throws {
    if inLine == 0 { return }
    if let columns, columns != inLine {
      throw wrong("it has \(inLine) numbers, where the lines before have \(columns)")
    }
    columns = inLine
    inLine = 0
    lines += 1
  }

  mutating func array() throws -> NumericArray {
    try endLine()
    guard let columns else {
      throw ArrayFileError.notRecognised(path: path, expected: "a text file of numbers")
    }
    return isWide
      ? try NumericArray(wide, shape: [lines, columns])
      : try NumericArray(small, shape: [lines, columns])
  }
}
