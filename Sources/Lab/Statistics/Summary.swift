/// What a table shows of one sample: the values of one measure over seeds or repetitions.
///
/// Units are those of the values.
public struct Summary: Codable, Equatable, Sendable {
  /// Number of values.
  public let n: Int
  /// Arithmetic mean.
  public let mean: Double
  /// Sample standard deviation (divisor n − 1); nil if n < 2.
  public let standardDeviation: Double?
  /// Standard error of the mean; nil if n < 2.
  public let standardError: Double?
  /// 95 % t-interval of the mean; nil if n < 2.
  public let interval: Interval?
  /// Median; the mean of the middle two if n is even.
  public let median: Double
  /// Smallest value.
  public let min: Double
  /// Largest value.
  public let max: Double
  /// Population standard deviation (divisor n), which some papers report.
  public let populationDeviation: Double

  /// Summarises the values.
  ///
  /// A NaN or infinite value is an error, not an omission: a run that gave one has failed, and
  /// whoever collects the runs counts it as such.
  ///
  /// - Throws: `StatisticsError.noValues`, `.notFinite`; `.outOfRange` for values whose squares overflow.
  public init(_ values: [Double]) throws {
    guard let smallest = values.min(), let largest = values.max() else {
      throw StatisticsError.noValues
    }
    try StatisticsError.checkFinite(values)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard squares.isFinite else {
      throw StatisticsError.outOfRange(
        name: "sum of squared deviations", value: "\(squares)", allowed: "finite")
    }
    n = values.count
    self.mean = mean
    median = Self.median(of: values)
    min = smallest
    max = largest
    populationDeviation = (squares / count).squareRoot()
    guard values.count > 1 else {
      standardDeviation = nil
      standardError = nil
      interval = nil
      return
    }
    let deviation = (squares / (count - 1)).squareRoot()
    let error = deviation / count.squareRoot()
    standardDeviation = deviation
    standardError = error
    interval = try .around(mean, standardError: error, degreesOfFreedom: count - 1)
  }

  /// The median of a sample that is not empty.
  static func median(of values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2 : sorted[middle]
  }
}
