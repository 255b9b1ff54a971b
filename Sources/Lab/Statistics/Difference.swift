/// A difference of two means, ours minus theirs, with its 95 % t-interval.
///
/// Units are those of the values.
public struct Difference: Codable, Equatable, Sendable {
  /// How the interval was made.
  public enum Method: String, Codable, Sendable {
    /// From the differences of values of the same seed.
    case paired
    /// From two independent samples with different spreads (Welch 1947).
    case welch
    /// From the spread within one run of either side, of the examples or samples that a value is the mean of.
    case withinRuns = "within runs"
    /// From our sample alone; the reported mean is taken as exact.
    case fixedReference = "fixed reference"
  }

  /// Difference of the means.
  public let estimate: Double
  /// 95 % interval; nil if fewer than two of our values take part.
  public let interval: Interval?
  /// Number of our values, or of pairs.
  public let n: Int
  /// Degrees of freedom of the interval; nil with it.
  public let degreesOfFreedom: Double?
  /// How the interval was made.
  public let method: Method
  /// Values left out because their seed is in one sample only.
  public let unpaired: Int

  private init(
    _ estimate: Double, n: Int, standardError: Double?, degreesOfFreedom: Double,
    method: Method, unpaired: Int = 0
  ) throws {
    self.estimate = estimate
    self.n = n
    self.method = method
    self.unpaired = unpaired
    self.degreesOfFreedom = standardError == nil ? nil : degreesOfFreedom
    interval = try standardError.map {
      try .around(estimate, standardError: $0, degreesOfFreedom: degreesOfFreedom)
    }
  }

  /// Compares two samples of values by seed; a seed in one sample only is left out and counted.
  ///
  /// - Throws: `StatisticsError.noCommonSeeds`, `.notFinite`.
  public static func paired(_ ours: [Int: Double], _ theirs: [Int: Double]) throws -> Difference {
    let seeds = ours.keys.filter { theirs[$0] != nil }.sorted()
    guard !seeds.isEmpty else { throw StatisticsError.noCommonSeeds }
    let differences = seeds.compactMap { seed in
      ours[seed].flatMap { mine in theirs[seed].map { mine - $0 } }
    }
    let summary = try Summary(differences)
    return try Difference(
      summary.mean, n: summary.n, standardError: summary.standardError,
      degreesOfFreedom: Double(summary.n - 1), method: .paired,
      unpaired: ours.count + theirs.count - 2 * seeds.count)
  }

  /// Compares two independent samples.
  ///
  /// - Throws: `StatisticsError.noValues`, `.notFinite`.
  public static func unpaired(_ ours: [Double], _ theirs: [Double]) throws -> Difference {
    let theirs = try Summary(theirs)
    return try welch(
      Summary(ours), mean: theirs.mean, deviation: theirs.standardDeviation, count: theirs.n)
  }

  /// A value and its standard error, which is that of a mean of so many samples.
  struct Estimate {
    let value: Double
    let standardError: Double
    let samples: Int
  }

  /// Compares two values that come with standard errors of their own.
  ///
  /// - Throws: `StatisticsError.notFinite`.
  static func within(_ ours: Estimate, _ theirs: Estimate) throws -> Difference {
    let parts = [ours, theirs].map { ($0.standardError * $0.standardError, Double($0.samples - 1)) }
    try StatisticsError.checkFinite([ours.value, theirs.value] + parts.map(\.0))
    let sum = parts[0].0 + parts[1].0
    return try Difference(
      ours.value - theirs.value, n: 1, standardError: sum.squareRoot(),
      degreesOfFreedom: satterthwaite(parts), method: .withinRuns)
  }

  /// Compares two means over the same examples, in the same order.
  ///
  /// - Throws: `StatisticsError.noValues`, `.notFinite`.
  static func withinRuns(pairs ours: [Double], _ theirs: [Double]) throws -> Difference {
    let summary = try Summary(zip(ours, theirs).map { $0 - $1 })
    return try Difference(
      summary.mean, n: 1, standardError: summary.standardError,
      degreesOfFreedom: Double(summary.n - 1), method: .withinRuns)
  }

  /// Degrees of freedom of a sum of variances of means, each with its own (Satterthwaite 1946).
  private static func satterthwaite(_ parts: [(variance: Double, degrees: Double)]) -> Double {
    let sum = parts.reduce(0) { $0 + $1.variance }
    // Without any spread it is 0/0, and any number will do.
    guard sum > 0 else { return parts.reduce(0) { $0 + $1.degrees } }
    return 1
      / parts.reduce(0) { $0 + $1.variance / sum * ($1.variance / sum) / $1.degrees }
  }

  /// Compares our sample with a reported mean.
  ///
  /// Where the reported standard deviation (n − 1) and number of runs are known, the interval
  /// counts the spread of both sides. Where one is not, the reported mean is taken as exact, so
  /// that the interval is too narrow by a spread that nobody knows.
  ///
  /// - Throws: `StatisticsError.noValues`, `.notFinite`, `.outOfRange`.
  public static func against(_ reported: Reported, ours: [Double]) throws -> Difference {
    try reported.check()
    let summary = try Summary(ours)
    if let deviation = reported.standardDeviation, let count = reported.n, count > 1 {
      return try welch(summary, mean: reported.value, deviation: deviation, count: count)
    }
    return try Difference(
      summary.mean - reported.value, n: summary.n, standardError: summary.standardError,
      degreesOfFreedom: Double(summary.n - 1), method: .fixedReference)
  }

  private static func welch(
    _ ours: Summary, mean: Double, deviation: Double?, count: Int
  ) throws -> Difference {
    let estimate = ours.mean - mean
    guard let mine = ours.standardDeviation, let deviation else {
      return try Difference(
        estimate, n: ours.n, standardError: nil, degreesOfFreedom: 0, method: .welch)
    }
    let first = mine * mine / Double(ours.n)
    let second = deviation * deviation / Double(count)
    return try Difference(
      estimate, n: ours.n, standardError: (first + second).squareRoot(),
      degreesOfFreedom: satterthwaite([(first, Double(ours.n - 1)), (second, Double(count - 1))]),
      method: .welch)
  }
}

/// A number that a paper reports.
public struct Reported: Codable, Equatable, Sendable {
  /// The value, usually a mean.
  public var value: Double
  /// Sample standard deviation over runs, where the paper gives it.
  public var standardDeviation: Double?
  /// Number of runs, where the paper gives it.
  public var n: Int?

  /// A reported value with the spread and number of runs, where known.
  public init(_ value: Double, standardDeviation: Double? = nil, n: Int? = nil) {
    self.value = value
    self.standardDeviation = standardDeviation
    self.n = n
  }

  func check() throws {
    try StatisticsError.checkFinite([value])
    let largest = StatisticsError.largest
    for (name, number) in [("value", value), ("standard deviation", standardDeviation ?? 0)]
    where number.isFinite && abs(number) > largest {
      throw StatisticsError.outOfRange(
        name: "reported \(name)", value: "\(number)", allowed: "at most \(largest) in size")
    }
    if let deviation = standardDeviation, !(deviation >= 0 && deviation.isFinite) {
      throw StatisticsError.outOfRange(
        name: "reported standard deviation", value: "\(deviation)", allowed: "0 or more")
    }
    if let n, n < 1 {
      throw StatisticsError.outOfRange(name: "reported n", value: "\(n)", allowed: "1 or more")
    }
  }
}
