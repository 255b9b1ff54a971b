import Foundation
import Testing
import Torch

@testable import Lab

@Suite struct VerdictTests {
  /// Five values with the given mean whose 95 % half-width is 0.0196 (t = 2.776 for 4 degrees).
  private func five(around mean: Double) -> [Double] {
    [-0.02, -0.01, 0, 0.01, 0.02].map { mean + $0 }
  }

  private func verdict(
    _ ours: [Double], _ direction: Direction = .moreIsBetter, margin: Double = 0.05,
    failures: Int = 0, withoutValue: Int = 0, reported: Reported? = Reported(0.4),
    notComparable: String? = nil
  ) throws -> Judgement {
    try VerdictRule(margin: margin, direction: direction)
      .judge(
        ours, failures: failures, withoutValue: withoutValue, reported: reported,
        notComparable: notComparable)
  }

  @Test func labels() {
    #expect(Verdict.matches.label == "matches")
    #expect(Verdict.better.label == "better")
    #expect(Verdict.worse.label == "worse")
    #expect(Verdict.inconclusive.label == "inconclusive")
    #expect(Verdict.notComparable("short profile").label == "not comparable (short profile)")
    #expect(Verdict.notReported.label == "not reported")
    #expect(Verdict.noRun.label == "no run")
    #expect(Verdict.failed("all 3 runs failed").label == "failed")
  }

  @Test func matchesWithinTheMargin() throws {
    let found = try verdict(five(around: 0.42))
    #expect(found.verdict == .matches)
    #expect(found.reason == "interval within the margin")
  }

  @Test(arguments: [
    (0.5, Direction.moreIsBetter, Verdict.better), (0.5, .lessIsBetter, .worse),
    (0.5, .neither, .worse), (0.3, .moreIsBetter, .worse), (0.3, .lessIsBetter, .better),
    (0.3, .neither, .worse),
  ])
  func beyondTheMargin(mean: Double, direction: Direction, expected: Verdict) throws {
    #expect(try verdict(five(around: mean), direction).verdict == expected)
    #expect(try verdict([mean, mean + 0.0001], direction).verdict == expected)
  }

  @Test(arguments: Array(stride(from: 0.34, through: 0.46, by: 0.005)))
  func crossesTheMargin(mean: Double) throws {
    // Half-width 0.0196: within for |difference| < 0.0304, beyond for |difference| > 0.0696.
    let expected: Verdict = abs(mean - 0.4) < 0.0304 ? .matches : .inconclusive
    let found = try verdict(five(around: mean))
    #expect(found.verdict == expected)
    if expected == .inconclusive { #expect(found.reason == "interval crosses the margin") }
  }

  @Test func tooFewRuns() throws {
    let one = try verdict([0.9])
    #expect(one.verdict == .inconclusive)
    #expect(one.reason == "n = 1: no interval")
    #expect(one.difference?.estimate == 0.5)
    let three = try verdict([0.4, 0.401, 0.399])
    #expect(three.verdict == .inconclusive)
    #expect(three.reason == "n = 3 of the 5 that a match needs")
  }

  /// The best of several runs is said to be that, and not one run.
  @Test(arguments: [
    (Direction.moreIsBetter, "ours 0.9, reported 0.4, difference +0.5"),
    (.lessIsBetter, "ours 0.1, reported 0.4, difference -0.3"),
  ])
  func theBestHasNoInterval(_ direction: Direction, _ numbers: String) throws {
    let rule = try VerdictRule(margin: 0.05, direction: direction)
    let found = try rule.judge([0.3, 0.9, 0.1], of: .best, failures: 1, reported: Reported(0.4))
    #expect(found.verdict == .inconclusive)
    #expect(
      found.explanation
        == "best of 3 runs: one value, no interval: \(numbers), margin ±0.05; 1 failed run")
    #expect(
      try rule.judge([0.4], of: .best, reported: Reported(0.4)).reason
        == "best of 1 run: one value, no interval")
    #expect(try rule.judge([], of: .best, reported: Reported(0.4)).verdict == .noRun)
  }

  @Test func nothingIsJudgedBeforeItIsTrained() throws {
    let none = try verdict([])
    #expect(none.verdict == .noRun)
    #expect(none.reason == "nothing has been trained yet")
    #expect(try verdict([], notComparable: "another budget").verdict == .noRun)
    #expect(try verdict([], reported: nil).verdict == .notReported)
    // An event that never happened is something that was seen.
    let valueless = try verdict([], withoutValue: 2)
    #expect(valueless.verdict == .inconclusive)
    #expect(valueless.reason == "no run has a value")
    #expect(
      try verdict([], withoutValue: 2, notComparable: "x").verdict == .notComparable("x"))
  }

  /// Five runs that reached an event say nothing of ten, of which the others did not.
  @Test(arguments: [0.4, 0.5, 0.3])
  func runsWithoutAValueDecideNothing(mean: Double) throws {
    #expect(try verdict(five(around: mean)).verdict != .inconclusive)
    let found = try verdict(five(around: mean), failures: 1, withoutValue: 5)
    #expect(found.verdict == .inconclusive)
    #expect(found.reason == "not every finished run has a value")
    #expect(found.explanation.hasSuffix("; 1 failed run; 5 runs without a value"))
    #expect(found.difference?.n == 5)
    // They have not failed.
    let some = try verdict([], failures: 1, withoutValue: 1)
    #expect(some.verdict == .inconclusive)
    #expect(
      some.explanation == "no run has a value; 1 failed run; 1 run without a value")
  }

  @Test func failedRunsAreNeverDropped() throws {
    #expect(try verdict([], failures: 3).verdict == .failed("all 3 runs failed"))
    #expect(try verdict([], failures: 1, reported: nil).verdict == .failed("the only run failed"))
    let some = try verdict(five(around: 0.4), failures: 1)
    #expect(some.verdict == .matches)
    #expect(some.explanation.hasSuffix("; 1 failed run"))
    #expect(try verdict([0.4], failures: 2).explanation.hasSuffix("; 2 failed runs"))
  }

  @Test func nothingToCompareWith() throws {
    #expect(try verdict(five(around: 0.4), reported: nil).verdict == .notReported)
    let found = try VerdictRule(margin: 1, direction: .neither)
      .judge([1, 2], reported: Reported(1), notComparable: "short profile")
    #expect(found.verdict == .notComparable("short profile"))
    #expect(found.difference?.estimate == 0.5)
  }

  @Test func theReportedSpreadWidensTheInterval() throws {
    let wide = Reported(0.4, standardDeviation: 0.1, n: 5)
    #expect(try verdict(five(around: 0.5), reported: wide).verdict == .inconclusive)
    #expect(try verdict(five(around: 0.4), reported: wide).verdict == .inconclusive)
  }

  @Test func theExplanationGivesTheNumbers() throws {
    #expect(
      try verdict(five(around: 0.42)).explanation
        == "interval within the margin: ours 0.42 (n = 5), reported 0.4, difference +0.02, "
        + "95 % interval [+0.000368, +0.0396], margin ±0.05, reported value taken as exact")
    let spread = Reported(0.4, standardDeviation: 0.1, n: 5)
    #expect(
      try verdict(five(around: 0.42), reported: spread).explanation
        .hasSuffix("spread of both sides counted"))
    #expect(
      try verdict(five(around: 0.42), reported: Reported(0.4, standardDeviation: 0.1)).explanation
        .hasSuffix(
          ", margin ±0.05, the paper's spread is not counted: it does not say of how many runs"))
    #expect(
      try verdict([0.9]).explanation
        == "n = 1: no interval: ours 0.9 (n = 1), reported 0.4, difference +0.5, margin ±0.05")
  }

  @Test func badInput() throws {
    for margin in [0, -1, Double.nan, .infinity] {
      #expect(throws: StatisticsError.self) {
        try VerdictRule(margin: margin, direction: .neither)
      }
    }
    #expect(throws: StatisticsError.notFinite(index: 1, value: "inf")) {
      try verdict([1, .infinity])
    }
  }

  @Test func survivesJSON() throws {
    let verdicts: [Verdict] = [
      .matches, .better, .worse, .inconclusive, .notComparable("other data"), .notReported,
      .noRun, .failed("all 2 runs failed"),
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(verdicts)
    #expect(try JSONDecoder().decode([Verdict].self, from: data) == verdicts)
    #expect(
      String(bytes: try encoder.encode(Verdict.notComparable("x")), encoding: .utf8)
        == #"{"reason":"x","verdict":"not comparable"}"#)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Verdict.self, from: Data(#"{"verdict":"splendid"}"#.utf8))
    }
    let judgement = try verdict(five(around: 0.42))
    let again = try JSONDecoder().decode(Judgement.self, from: encoder.encode(judgement))
    #expect(again == judgement)
  }

  @Test func expectedFalseAlarms() {
    #expect(VerdictRule.expectedFalseAlarms(cells: 40) == 2)
    #expect(VerdictRule.expectedFalseAlarms(cells: 0) == 0)
  }

  /// The bound for claims: between equal sides, 5 % of the 95 % intervals leave 0 out, 20 of 400, give or take
  /// three deviations of 4.4.
  @Test func equalSidesAreToldApartByChance() throws {
    var generator = SplitMix64(state: 13)
    let test = try ClaimTest("mean(a=1) < mean(a=2)")
    let claim = Claim(that: "mean(a=1) < mean(a=2)", measure: "m", source: "s")
    let decided = try (0..<400).count { _ in
      func side() -> ClaimTest.Runs {
        .init(values: Dictionary(uniqueKeysWithValues: (0..<5).map { ($0, generator.normal()) }))
      }
      let result = try test.judge(claim, left: side(), right: side(), notComparable: nil)
      return result.outcome != .inconclusive
    }
    #expect((7...33).contains(decided))
  }

  /// With the truth at the edge of the margin, the worst case that is still no difference, at most
  /// 2.5 % of the cells may be called better: 10 of 400, give or take three deviations of 3.1.
  @Test func falseAlarmsStayWithinTheBound() throws {
    var generator = SplitMix64(state: 11)
    let rule = try VerdictRule(margin: 0.5, direction: .moreIsBetter)
    let alarms = try (0..<400).count { _ in
      let ours = (0..<5).map { _ in 1.5 + generator.normal() }
      let verdict = try rule.judge(ours, reported: Reported(1)).verdict
      return verdict == .better || verdict == .worse
    }
    #expect(alarms <= 19)
  }
}
