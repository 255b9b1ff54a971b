/// A closed interval, in the unit of the values that it was taken from.
public struct Interval: Codable, Equatable, Sendable {
  /// Lower end.
  public var low: Double
  /// Upper end.
  public var high: Double

  /// An interval from `low` to `high`.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// The 95 % t-interval around an estimate; a standard error of 0 gives a point.
  static func around(
    _ estimate: Double, standardError: Double, degreesOfFreedom: Double
  ) throws -> Interval {
    let t = try StudentT(degreesOfFreedom: degreesOfFreedom).quantile(0.975)
    return Interval(low: estimate - t * standardError, high: estimate + t * standardError)
  }
}
