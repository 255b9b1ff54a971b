import Foundation

/// Why a statistic cannot be taken.
public enum StatisticsError: Error, Equatable, Sendable {
  /// There are no values to take it over.
  case noValues
  /// The value at this index is NaN or infinite.
  case notFinite(index: Int, value: String)
  /// Two samples that are to be paired have no seed in common.
  case noCommonSeeds
  /// A probability, number of degrees of freedom, spread or margin outside its range.
  case outOfRange(name: String, value: String, allowed: String)
  /// There are not as many rows of values as seeds, or not as many measures in each row.
  case unevenValues(expected: Int, found: Int)
  /// The best of several runs was asked for by a measure that has no better and worse.
  case directionNeeded

  /// The largest number that a paper can report and a run have: squares of larger ones overflow.
  static let largest = 1e100

  static func checkFinite(_ values: [Double]) throws {
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw StatisticsError.notFinite(index: index, value: "\(values[index])")
    }
  }
}

extension StatisticsError: LocalizedError, CustomStringConvertible {
  /// The error as a sentence that ends in what to do.
  public var description: String {
    switch self {
    case .noValues:
      "there are no values: run the study first"
    case .notFinite(let index, let value):
      "value \(index + 1) is \(value): count that run as failed and leave its value out"
    case .noCommonSeeds:
      "the two samples share no seed: run both with the same seeds"
    case .outOfRange(let name, let value, let allowed):
      "\(name) is \(value), but must be \(allowed)"
    case .unevenValues(let expected, let found):
      "expected \(expected) values, found \(found): give one per seed and measure"
    case .directionNeeded:
      "the best run needs a measure that says whether less or more is better"
    }
  }

  /// The same sentence, for code that reads errors through Foundation.
  public var errorDescription: String? { description }
}
