/// A claim's inequality, read from `mean(method=rewo) < mean(method=geco)`, or with a number on one side:
/// `mean(method=rewo) < 0.1`.
struct ClaimTest {
  let left: Side
  let right: Side
  /// −1 where the left side is claimed to be smaller, 1 where larger.
  let sign: Double

  /// One side of the inequality.
  enum Side: Equatable {
    /// The mean over the runs of a cell, of a measure where that is not the claim's.
    case mean(CellReference, measure: String? = nil)
    case number(Double)

    /// The cell, where it is one's mean.
    var cell: CellReference? {
      if case .mean(let cell, _) = self { cell } else { nil }
    }

    /// The measure, where it names one.
    var measure: String? {
      if case .mean(_, let measure) = self { measure } else { nil }
    }
  }

  /// What names the measure among axis values; no axis may be called so.
  static let measureKey = "measure"

  /// - Throws: `ConfigValueError` where the text is no such inequality.
  init(_ text: String) throws {
    let sides: [Substring]
    if text.contains("<") {
      sides = text.split(separator: "<", omittingEmptySubsequences: false)
      sign = -1
    } else {
      sides = text.split(separator: ">", omittingEmptySubsequences: false)
      sign = 1
    }
    guard sides.count == 2, let left = Self.side(sides[0]), let right = Self.side(sides[1]),
      left.cell != nil || right.cell != nil
    else {
      throw ConfigValueError(
        "'\(text)' is no claim: write 'mean(axis=value, …) < mean(axis=value, …)', or with '>', or "
          + "with a number on one side; no axis twice")
    }
    if left == right {
      throw ConfigValueError("'\(text)' has the same on both sides: name two cells")
    }
    self.left = left
    self.right = right
  }

  /// `mean(…)` of a cell, or a number.
  private static func side(_ text: Substring) -> Side? {
    let text = text.filter { $0 != " " }
    if let number = Double(text) {
      return abs(number) <= StatisticsError.largest ? .number(number) : nil
    }
    guard text.hasPrefix("mean("), text.hasSuffix(")") else { return nil }
    var values: [String: String] = [:]
    for pair in text.dropFirst(5).dropLast().split(separator: ",", omittingEmptySubsequences: false)
    {
      let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
        values.updateValue(parts[1], forKey: parts[0]) == nil
      else { return nil }
    }
    let study = values.removeValue(forKey: CellReference.studyKey)
    let measure = values.removeValue(forKey: measureKey)
    if values.isEmpty && study == nil && measure == nil { return nil }
    return .mean(CellReference(study: study, values: values), measure: measure)
  }

  /// What the runs of a side found, by seed; of a number nothing is read.
  struct Runs {
    var values: [Int: Double] = [:]
    /// Standard errors of the values, where the claim names them.
    var errors: [Int: Double] = [:]
    /// The examples that the values are means of, where records keep them.
    var examples: [Int: [Double]] = [:]
    /// The runs that failed.
    var failed: Set<Comparison.RunReference> = []
    /// The finished runs that have no value.
    var withoutValue: Set<Comparison.RunReference> = []
  }

  /// Compares two cells' values by seed, as two samples where fewer than two seeds are common, or a cell's
  /// with a number; the 95 % interval of the difference decides. Where a side has a single run, and so no
  /// spread over runs, the spread within it does.
  func judge(
    _ claim: Claim, left: Runs, right: Runs, notComparable: String?
  ) throws -> Comparison.ClaimResult {
    func result(_ outcome: Comparison.Outcome, _ why: String) -> Comparison.ClaimResult {
      Comparison.ClaimResult(claim: claim, outcome: outcome, explanation: why)
    }
    if let notComparable { return result(.notTested, notComparable) }
    let withoutValue = left.withoutValue.union(right.withoutValue).count
    let lost = VerdictRule.lost(
      failures: left.failed.union(right.failed).count, withoutValue: withoutValue)
    guard let difference = try difference(left.values, right.values) else {
      return result(.notTested, "a side has no finished run with a value\(lost)")
    }
    let leftOut =
      difference.unpaired == 0
      ? "" : "; \(counted(difference.unpaired, "run")) without a partner left out"
    let within = try self.within(claim, left, right)
    let decisive = difference.interval == nil ? within.first?.difference ?? difference : difference
    let count =
      decisive.method == .welch
      ? "\(left.values.count) and \(right.values.count), unpaired" : "\(decisive.n)"
    var words =
      "left − right = \(short(decisive.estimate)), n = \(count)"
      + (decisive.method == .withinRuns ? ", by the spread within a run and not over runs" : "")
    guard let interval = decisive.interval else {
      return result(.inconclusive, "\(words): no interval\(leftOut)\(lost)")
    }
    words += ", 95 % interval \(text(interval))"
    if difference.interval != nil, !within.isEmpty {
      words += "; by the spread within a run: "
      words += within.map { seed, difference in
        "seed \(seed) \(difference.interval.map(text) ?? "no interval")"
      }.joined(separator: ", ")
    }
    words += leftOut + lost
    // The runs that have a value are selected by what came out.
    if withoutValue > 0 || interval.low <= 0 && interval.high >= 0 {
      return result(.inconclusive, words)
    }
    return result(interval.low * sign > 0 ? .holds : .contradicted, words)
  }

  private func text(_ interval: Interval) -> String {
    "[\(short(interval.low)), \(short(interval.high))]"
  }

  /// The difference of the two runs of each seed by the spread within them; of the seeds that both sides
  /// have, in their order.
  private func within(
    _ claim: Claim, _ left: Runs, _ right: Runs
  ) throws -> [(seed: Int, difference: Difference)] {
    let seeds = Set(
      [(self.left, left), (self.right, right)].flatMap { side, runs in
        side.cell == nil ? [] : Array(runs.values.keys)
      })
    return try seeds.sorted().compactMap { seed in
      // Examples that are none, or no numbers, say nothing.
      if let ours = left.examples[seed], let theirs = right.examples[seed],
        ours.count == theirs.count,
        let difference = try? Difference.withinRuns(pairs: ours, theirs)
      {
        return (seed, difference)
      }
      guard let samples = claim.withinRuns?.samples,
        let ours = estimate(self.left, left, seed, samples),
        let theirs = estimate(self.right, right, seed, samples)
      else { return nil }
      return (seed, try .within(ours, theirs))
    }
  }

  private func estimate(
    _ side: Side, _ runs: Runs, _ seed: Int, _ samples: Int
  ) -> Difference.Estimate? {
    if case .number(let number) = side {
      return Difference.Estimate(value: number, standardError: 0, samples: samples)
    }
    guard let value = runs.values[seed], let error = runs.errors[seed] else { return nil }
    return Difference.Estimate(value: value, standardError: error, samples: samples)
  }

  /// The values by seed, so that their sums are the same in every process.
  private func ordered(_ values: [Int: Double]) -> [Double] {
    values.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Whether values are compared by seed: not where a single pair would leave out runs of both sides.
  private func isPaired(_ left: [Int: Double], _ right: [Int: Double]) -> Bool {
    let pairs = left.keys.filter { right[$0] != nil }.count
    return pairs > 1 || pairs == 1 && min(left.count, right.count) == 1
  }

  /// Left side less right side; nil where there are no values.
  private func difference(_ left: [Int: Double], _ right: [Int: Double]) throws -> Difference? {
    switch (self.left, self.right) {
    case (_, .number(let number)):
      left.isEmpty ? nil : try .against(Reported(number), ours: ordered(left))
    case (.number(let number), _):
      // The same with both signs turned.
      right.isEmpty
        ? nil : try .against(Reported(-number), ours: ordered(right).map(-))
    case (.mean, .mean):
      if left.isEmpty || right.isEmpty {
        nil
      } else if isPaired(left, right) {
        try .paired(left, right)
      } else {
        try .unpaired(ordered(left), ordered(right))
      }
    }
  }
}
