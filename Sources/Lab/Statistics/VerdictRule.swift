import Foundation

/// What is declared of a cell before its runs are seen.
public struct VerdictRule: Codable, Equatable, Sendable {
  /// Largest difference that counts as the same; > 0, in the unit of the values.
  public let margin: Double
  /// Which values are good.
  public let direction: Direction
  /// Finished runs that a match needs.
  public let minimumRuns: Int

  /// A rule with its margin in the unit of the values.
  ///
  /// - Throws: `StatisticsError.outOfRange` unless the margin is positive and finite.
  public init(margin: Double, direction: Direction, minimumRuns: Int = 5) throws {
    guard margin > 0, margin.isFinite else {
      throw StatisticsError.outOfRange(
        name: "margin", value: "\(margin)", allowed: "positive and finite")
    }
    self.margin = margin
    self.direction = direction
    self.minimumRuns = minimumRuns
  }

  /// Judges our finished runs against a reported value.
  ///
  /// `matches` is a statement of equivalence: the whole 95 % interval of the difference lies
  /// within the margin. `better` and `worse` need the whole interval beyond the margin.
  /// Everything else is `inconclusive`, and so is a cell of which a finished run has no value: those
  /// that have one are selected by what came out.
  ///
  /// - Parameters:
  ///   - ours: one value per finished run.
  ///   - statistic: what of them is compared; the best is one value, and so without an interval.
  ///   - failures: number of runs that did not finish.
  ///   - withoutValue: number of finished runs that have no finite value.
  ///   - reported: what the paper says; nil if it says nothing.
  ///   - notComparable: why no comparison would be fair, such as a reduced budget; nil if it is.
  /// - Returns: the verdict, the difference and the explanation.
  /// - Throws: `StatisticsError.notFinite`, `.outOfRange`.
  public func judge(
    _ ours: [Double], of statistic: ReportedStatistic = .mean, failures: Int = 0,
    withoutValue: Int = 0, reported: Reported?, notComparable: String? = nil
  ) throws -> Judgement {
    try StatisticsError.checkFinite(ours)
    let compared: [Double] =
      switch statistic {
      case .mean: ours
      case .best: direction.best(of: ours).map { [$0] } ?? []
      }
    let lost = Self.lost(failures: failures, withoutValue: withoutValue)
    func plain(_ verdict: Verdict, _ reason: String, _ difference: Difference? = nil) -> Judgement {
      Judgement(
        verdict: verdict, difference: difference, reason: reason, explanation: reason + lost)
    }

    if ours.isEmpty, withoutValue == 0, failures > 0 {
      let reason = failures == 1 ? "the only run failed" : "all \(failures) runs failed"
      return Judgement(
        verdict: .failed(reason), difference: nil, reason: reason, explanation: reason)
    }
    guard let reported else { return plain(.notReported, "the paper gives no value") }
    if ours.isEmpty, withoutValue == 0 { return plain(.noRun, "nothing has been trained yet") }
    if let notComparable {
      let difference = compared.isEmpty ? nil : try Difference.against(reported, ours: compared)
      return plain(.notComparable(notComparable), notComparable, difference)
    }
    guard !compared.isEmpty else { return plain(.inconclusive, "no run has a value") }

    let difference = try Difference.against(reported, ours: compared)
    var (verdict, reason) = decide(difference)
    if statistic == .best {
      reason = "best of \(counted(ours.count, "run")): one value, no interval"
    } else if withoutValue > 0, verdict != .inconclusive {
      verdict = .inconclusive
      reason = "not every finished run has a value"
    }
    return Judgement(
      verdict: verdict, difference: difference, reason: reason,
      explanation: "\(reason): \(numbers(difference, of: statistic, reported))\(lost)")
  }

  /// The runs that have no value, to end an explanation with: `; 1 failed run; 2 runs without a value`.
  static func lost(failures: Int, withoutValue: Int) -> String {
    (failures == 0 ? "" : "; " + counted(failures, "failed run"))
      + (withoutValue == 0 ? "" : "; " + counted(withoutValue, "run") + " without a value")
  }

  /// Upper bound on the expected number of cells that are called better or worse wrongly.
  ///
  /// If the true difference lies within the margin, an interval wholly beyond the margin has
  /// missed the truth. A 95 % interval misses it, on either side together, with probability 0.05
  /// at most, so each cell that could get a verdict adds 0.05; expectations add up whether or not
  /// cells share runs. Holds for roughly normal values; where the paper gives no spread, its value
  /// is taken as exact, and its own sampling error comes on top.
  public static func expectedFalseAlarms(cells: Int) -> Double {
    Double(max(cells, 0)) / 20
  }

  private func decide(_ difference: Difference) -> (Verdict, String) {
    let n = difference.n
    guard let interval = difference.interval else {
      return (.inconclusive, "n = \(n): no interval")
    }
    if interval.low > margin {
      return (direction == .moreIsBetter ? .better : .worse, "interval above the margin")
    }
    if interval.high < -margin {
      return (direction == .lessIsBetter ? .better : .worse, "interval below the margin")
    }
    if interval.low < -margin || interval.high > margin {
      return (.inconclusive, "interval crosses the margin")
    }
    if n < minimumRuns {
      return (.inconclusive, "n = \(n) of the \(minimumRuns) that a match needs")
    }
    return (.matches, "interval within the margin")
  }

  private func numbers(
    _ difference: Difference, of statistic: ReportedStatistic, _ reported: Reported
  ) -> String {
    var text =
      "ours \(short(difference.estimate + reported.value))"
      + (statistic == .mean ? " (n = \(difference.n)), " : ", ")
      + "reported \(short(reported.value)), difference \(signed(difference.estimate))"
    if let interval = difference.interval {
      text += ", 95 % interval [\(signed(interval.low)), \(signed(interval.high))]"
    }
    text += ", margin ±\(short(margin))"
    if difference.interval == nil { return text }
    if difference.method == .welch { return text + ", spread of both sides counted" }
    return reported.standardDeviation != nil && reported.n == nil
      ? text + ", the paper's spread is not counted: it does not say of how many runs"
      : text + ", reported value taken as exact"
  }

  private func signed(_ value: Double) -> String { String(format: "%+.3g", value) }
}
