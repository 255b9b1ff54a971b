import Testing

@testable import Lab

/// Literals from SciPy (`Scripts/reference/statistics.py`).
@Suite struct DifferenceTests {
  private let a = [0.41, 0.38, 0.47, 0.44, 0.39, 0.52]
  private let b = [0.35, 0.36, 0.41, 0.46, 0.30, 0.44]
  private let c = [12.1, 11.4, 13.9, 12.7]

  private func check(
    _ found: Difference, _ estimate: Double, _ low: Double, _ high: Double, degrees: Double,
    _ method: Difference.Method
  ) throws {
    let interval = try #require(found.interval)
    #expect(abs(found.estimate - estimate) < 1e-14)
    #expect(abs(interval.low - low) < 1e-11)
    #expect(abs(interval.high - high) < 1e-11)
    #expect(abs(try #require(found.degreesOfFreedom) - degrees) < 1e-11)
    #expect(found.method == method)
  }

  @Test func pairedBySeed() throws {
    let ours = Dictionary(uniqueKeysWithValues: zip(0..., a))
    let theirs = Dictionary(uniqueKeysWithValues: zip(0..., b))
    let found = try Difference.paired(ours, theirs)
    try check(
      found, 0.04833333333333334, 0.005106435164002769, 0.0915602315026639, degrees: 5, .paired)
    #expect(found.n == 6)
    #expect(found.unpaired == 0)
  }

  @Test func seedsInOneSampleOnlyAreCounted() throws {
    let found = try Difference.paired([1: 3, 2: 5, 9: 100], [2: 4, 1: 1, 3: 0, 4: 0])
    #expect(found.estimate == 1.5)
    #expect(found.n == 2)
    #expect(found.unpaired == 3)
    #expect(throws: StatisticsError.noCommonSeeds) { try Difference.paired([1: 3], [2: 3]) }
  }

  @Test func welch() throws {
    try check(
      try Difference.unpaired(a, b), 0.04833333333333334, -0.025150050148758485,
      0.12181671681542516, degrees: 9.83685268445583, .welch)
    try check(
      try Difference.unpaired(c, a), 12.089999999999998, 10.405907624637285, 13.774092375362711,
      degrees: 3.010088005411332, .welch)
  }

  @Test func againstAReportedSpread() throws {
    try check(
      try Difference.against(Reported(0.40, standardDeviation: 0.03, n: 10), ours: a),
      0.034999999999999976, -0.021122921480966575, 0.09112292148096653,
      degrees: 6.9496016350708, .welch)
  }

  @Test func againstAReportedValueAlone() throws {
    for reported in [
      Reported(0.40), Reported(0.40, standardDeviation: 0.03), Reported(0.40, n: 10),
      Reported(0.40, standardDeviation: 0.03, n: 1),
    ] {
      try check(
        try Difference.against(reported, ours: a), 0.034999999999999976, -0.020827608844221746,
        0.0908276088442217, degrees: 5, .fixedReference)
    }
  }

  @Test func oneValueGivesNoInterval() throws {
    for found in [
      try Difference.paired([1: 3], [1: 1]), try Difference.unpaired([3], [1, 1.5, 0.5]),
      try Difference.unpaired([3], [1]), try Difference.against(Reported(1), ours: [3]),
      try Difference.against(Reported(1, standardDeviation: 0.1, n: 9), ours: [3]),
    ] {
      #expect(found.estimate == 2)
      #expect(found.interval == nil)
      #expect(found.degreesOfFreedom == nil)
    }
  }

  @Test func withoutSpreadTheIntervalIsAPoint() throws {
    let point = Interval(low: 1, high: 1)
    #expect(try Difference.unpaired([3, 3], [2, 2, 2]).interval == point)
    #expect(try Difference.against(Reported(2), ours: [3, 3, 3]).interval == point)
    let exact = Reported(2, standardDeviation: 0, n: 5)
    #expect(try Difference.against(exact, ours: [3, 3, 3]).interval == point)
  }

  @Test func badInput() {
    #expect(throws: StatisticsError.noValues) { try Difference.unpaired([], [1]) }
    #expect(throws: StatisticsError.noValues) { try Difference.against(Reported(1), ours: []) }
    #expect(throws: StatisticsError.notFinite(index: 0, value: "nan")) {
      try Difference.against(Reported(.nan), ours: [1])
    }
    #expect(throws: StatisticsError.self) {
      try Difference.against(Reported(1, standardDeviation: -1, n: 4), ours: [1, 2])
    }
    #expect(throws: StatisticsError.self) {
      try Difference.against(Reported(1, standardDeviation: 1, n: 0), ours: [1, 2])
    }
    for reported in [Reported(-1e101), Reported(1, standardDeviation: 1e308, n: 4)] {
      #expect(throws: StatisticsError.self) { try Difference.against(reported, ours: [1, 2]) }
    }
  }
}
