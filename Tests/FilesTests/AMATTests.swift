import Foundation
import Testing

@testable import Files

@Suite struct AMATTests {
  private func read(_ text: String) throws -> NumericArray {
    try withFile("a.amat", text.utf8) { try AMATFile.read($0) }
  }

  @Test func wholeNumbersStayBytes() throws {
    #expect(
      try read("0 1 1 \n1\t0 255\r\n")
        == NumericArray([UInt8]([0, 1, 1, 1, 0, 255]), shape: [2, 3]))
    #expect(
      try read("\n 1.0e0 2.000\n\n3 4") == NumericArray([UInt8]([1, 2, 3, 4]), shape: [2, 2]))
  }

  @Test func othersAreTheNearestDouble() throws {
    let words = [
      "7", "0.1", "-0.5", "3.14159265358979", "0.123456789012345678", "1e300", "-2.5E-7", ".5",
      "5.",
      "123456789012345678901", "256", "-1", "+4", "inf", "-inf",
    ]
    let expected = [
      7, 0.1, -0.5, 3.14159265358979, 0.123456789012345678, 1e300, -2.5e-7, 0.5, 5,
      123_456_789_012_345_683_968, 256, -1, 4, .infinity, -.infinity,
    ]
    #expect(
      try read(words.joined(separator: " ")) == NumericArray(expected, shape: [1, words.count]))
    #expect(try read("0 nan").doubles()[1].isNaN)
  }

  @Test func unevenLinesAndWordsAreNamedByLine() throws {
    #expect(
      arrayMessage { try read("1 2\n3 4\n\n5\n") }.contains(
        "a.amat, line 4: it has 1 numbers, where the lines before have 2. Correct"))
    #expect(arrayMessage { try read("1 2\n3 4 5") }.contains("line 2: it has 3 numbers"))
    for word in ["x", "0x10", "1,2", "1.2.3", "-", ".", "--1", "1e", "infinity", "\u{0}"] {
      #expect(
        arrayMessage { try read("1\n\(word)") }.contains("line 2: '\(word)' is not a number"),
        "\(word)")
    }
    for empty in ["", "\n \n"] {
      #expect(arrayMessage { try read(empty) }.contains("is not a text file of numbers"))
    }
  }

  @Test func filesLongerThanAPieceAreReadWhole() throws {
    // Words of varying length fall across the ends of pieces.
    let numbers = (0..<300_000).map { ($0 &* 7919) % 100_003 }
    let lines = stride(from: 0, to: numbers.count, by: 100).map {
      numbers[$0..<$0 + 100].map(String.init).joined(separator: " ")
    }
    let array = try read(lines.joined(separator: "\n"))
    #expect(array.shape == [3000, 100])
    #expect(try array.integers() == numbers)
    #expect(
      arrayMessage { try read(String(repeating: "1", count: 1 << 21)) }.contains(
        "line 1: it has a word"))
  }
}
