import Datasets
import Torch

/// A number of examples, taken evenly over the training data. Equal numbers give the same examples.
enum SpacedExamples {
  /// What is impossible about asking for `examples` of them, or nil.
  static func problem(_ examples: Int) -> String? {
    1...1_000_000 ~= examples ? nil : "examples must be from 1 to 1,000,000"
  }

  /// The places of `examples` examples among the `count` of a split; all places where `count` is smaller.
  static func rows(_ examples: Int, of count: Int) -> [Int] {
    let taken = max(min(examples, count), 1)
    return (0..<taken).map { $0 * count / taken }
  }

  /// Calls `body` with one batch of these examples after the other, prepared for evaluation.
  static func visit(
    _ examples: Int, of data: Split, for purpose: String, _ body: (Batch) -> Void
  ) throws {
    try visit(rows(examples, of: data.count), of: data, for: purpose, body)
  }

  /// The same with the examples at the places `rows`.
  static func visit(
    _ rows: [Int], of data: Split, for purpose: String, _ body: (Batch) -> Void
  ) throws {
    try MeasuredRun.evaluate(rows.count, for: purpose) { body(data.rows(at: Array(rows[$0]))) }
  }
}
