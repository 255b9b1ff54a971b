import Foundation

/// The words of a text, line by line.
struct TextLines: ~Copyable {
  /// A word, which is followed by a blank or the line's end.
  typealias Word = UnsafeBufferPointer<UInt8>

  /// More than any line of a motion capture file has.
  static let longest = 1 << 16

  private let source: any ByteSource
  private let buffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: longest, alignment: 16)
  private(set) var number = 0

  init(_ source: any ByteSource) {
    self.source = source
  }

  deinit { buffer.deallocate() }

  /// What is wrong with a line, the present one by default.
  func wrong(_ reason: String, line: Int? = nil) -> ArrayFileError {
    .line(path: source.path, line: line ?? number, reason: reason)
  }

  /// Calls `body` with the words of each line that has any; they are valid until it returns.
  ///
  /// Throws `ArrayFileError`, whatever the source throws, and whatever `body` throws.
  mutating func read(_ body: (borrowing TextLines, [Word]) throws -> Void) throws {
    guard let start = buffer.baseAddress else { return }
    var filled = 0
    while true {
      let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      filled += count
      var begin = 0
      while let end = memchr(start + begin, 0x0A, filled - begin) {
        let length = UnsafeMutableRawPointer(end) - (start + begin)
        number += 1
        let words = Self.words(UnsafeRawPointer(start + begin), length)
        if !words.isEmpty { try body(self, words) }
        begin += length + 1
      }
      memmove(start, start + begin, filled - begin)
      filled -= begin
      if count == 0 || filled == buffer.count {
        number += 1
        if filled == buffer.count { throw wrong("it is longer than \(Self.longest) bytes") }
        // A number that is cut off is still a number.
        if filled > 0 { throw wrong("the file ends in the middle of it") }
        return
      }
    }
  }

  private static func words(_ line: UnsafeRawPointer, _ length: Int) -> [Word] {
    let bytes = line.assumingMemoryBound(to: UInt8.self)
    var words: [Word] = []
    var at = 0
    while at < length {
      while at < length, bytes[at] <= 0x20 { at += 1 }
      let begin = at
      while at < length, bytes[at] > 0x20 { at += 1 }
      if at > begin { words.append(Word(start: bytes + begin, count: at - begin)) }
    }
    return words
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The word as text, at most 40 bytes of it.
  var text: String { String(decoding: prefix(40), as: UTF8.self) }

  /// The whole number that the word is, or nil.
  var wholeNumber: Int? { count < 19 ? Int(text) : nil }

  func equals(_ other: [UInt8]) -> Bool {
    guard count == other.count, let baseAddress else { return false }
    return memcmp(baseAddress, other, count) == 0
  }
}
