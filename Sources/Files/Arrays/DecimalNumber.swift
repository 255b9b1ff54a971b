import Foundation

/// Decimal numbers as text.
enum DecimalNumber {
  /// The nearest `Double`; nil when the word is not a decimal number, `nan` or `inf`.
  static func parse(_ word: UnsafeBufferPointer<UInt8>) -> Double? {
    quick(word) ?? careful(word)
  }

  // Up to 15 digits and 10²² are exact, so that one division rounds once.
  private static let powers: [Double] = (0...22).map { n in (0..<n).reduce(1) { p, _ in p * 10 } }

  private static func quick(_ word: UnsafeBufferPointer<UInt8>) -> Double? {
    var at = 0
    let isNegative = word[0] == UInt8(ascii: "-")
    if isNegative { at = 1 }
    var digits: UInt64 = 0
    var count = 0
    var point: Int?
    while at < word.count {
      let digit = word[at] &- UInt8(ascii: "0")
      if digit < 10 {
        digits = digits &* 10 &+ UInt64(digit)
        count += 1
      } else if word[at] == UInt8(ascii: "."), point == nil {
        point = count
      } else {
        return nil
      }
      at += 1
    }
    guard (1...15).contains(count) else { return nil }
    let value = Double(digits) / powers[count - (point ?? count)]
    return isNegative ? -value : value
  }

  // Reads on to the blank that follows every word, and no further.
  private static func careful(_ word: UnsafeBufferPointer<UInt8>) -> Double? {
    guard let start = word.baseAddress, word.count <= 400,
      word.allSatisfy(isDecimal) || isName(word)
    else { return nil }
    return start.withMemoryRebound(to: CChar.self, capacity: word.count + 1) { start in
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(start, &end)
      return end == UnsafeMutablePointer(mutating: start) + word.count ? value : nil
    }
  }

  private static func isDecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private static func isName(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    word.count <= 4
      && ["nan", "inf", "+inf", "-inf"].contains(
        String(decoding: word, as: UTF8.self).lowercased())
  }
}
