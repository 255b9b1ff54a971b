import Datasets
import Torch

/// So many examples, taken evenly over the training data: the same ones for every computation that is
/// asked for as many.
enum SpacedExamples {
  /// What is impossible about asking for so many, or nil.
  static func problem(_ examples: Int) -> String? {
    1...1_000_000 ~= examples ? nil : "examples must be from 1 to 1,000,000"
  }

  /// Their places among `count` examples: all where there are no more.
  static func rows(_ examples: Int, of count: Int) -> [Int] {
    let taken = max(min(examples, count), 1)
    return (0..<taken).map { $0 * count / taken }
  }

  /// Calls `body` with the examples, a batch after the other, prepared for evaluation.
  static func visit(
    _ examples: Int, of data: Split, for purpose: String, _ body: (Batch) -> Void
  ) throws {
    try visit(rows(examples, of: data.count), of: data, for: purpose, body)
  }

  /// The same with the examples at these places.
  static func visit(
    _ rows: [Int], of data: Split, for purpose: String, _ body: (Batch) -> Void
  ) throws {
    try MeasuredRun.evaluate(rows.count, for: purpose) { body(data.rows(at: Array(rows[$0]))) }
  }
}
