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
      sides = text.split(separator: "<")
      sign = -1
    } else {
      sides = text.split(separator: ">")
      sign = 1
    }
    guard sides.count == 2, let left = Self.side(sides[0]), let right = Self.side(sides[1]),
      left.cell != nil || right.cell != nil
    else {
      throw ConfigValueError(
        "'\(text)' is no claim: write 'mean(axis=value, …) < mean(axis=value, …)', or with '>', or "
          + "with a number on one side")
    }
    self.left = left
    self.right = right
  }

  /// `mean(…)` of a cell, or a number.
  private static func side(_ text: Substring) -> Side? {
    let text = text.filter { $0 != " " }
    if let number = Double(text) { return number.isFinite ? .number(number) : nil }
    guard text.hasPrefix("mean("), text.hasSuffix(")") else { return nil }
    var values: [String: String] = [:]
    for pair in text.dropFirst(5).dropLast().split(separator: ",") {
      let parts = pair.split(separator: "=")
      guard parts.count == 2 else { return nil }
      values[String(parts[0])] = String(parts[1])
    }
    let study = values.removeValue(forKey: CellReference.studyKey)
    let measure = values.removeValue(forKey: measureKey)
    if values.isEmpty && study == nil && measure == nil { return nil }
    return .mean(CellReference(study: study, values: values), measure: measure)
  }

  /// Compares two cells' values by seed, or a cell's with a number; the 95 % interval of the difference
  /// decides.
  ///
  /// - Parameters:
  ///   - left: value of each seed where the left side is a cell; nothing else is read of it.
  ///   - right: the same for the right side.
  ///   - errors: standard errors of the values of either side, by seed, where the claim names them.
  func judge(
    _ claim: Claim, left: [Int: Double], right: [Int: Double],
    errors: (left: [Int: Double], right: [Int: Double]) = ([:], [:]), notComparable: String?
  ) throws -> Comparison.ClaimResult {
    func result(_ outcome: Comparison.Outcome, _ why: String) -> Comparison.ClaimResult {
      Comparison.ClaimResult(claim: claim, outcome: outcome, explanation: why)
    }
    if let notComparable { return result(.notTested, notComparable) }
    guard var difference = try difference(left, right) else {
      return result(.notTested, "a side has no finished run")
    }
    if difference.interval == nil,
      let within = try self.within(claim, left, right, errors)
    {
      difference = within
    }
    let isWithin = difference.method == .withinRuns
    let numbers =
      "left − right = \(short(difference.estimate)), n = \(difference.n)"
      + (isWithin ? ", by the spread within a run and not over runs" : "")
    guard let interval = difference.interval else {
      return result(.inconclusive, "\(numbers): no interval")
    }
    let words = "\(numbers), 95 % interval [\(short(interval.low)), \(short(interval.high))]"
    if interval.low <= 0 && interval.high >= 0 { return result(.inconclusive, words) }
    return result(
      interval.low * sign > 0 ? .holds : .contradicted, words)
  }

  /// The difference of two single values by their own standard errors; nil where there are not both.
  private func within(
    _ claim: Claim, _ left: [Int: Double], _ right: [Int: Double],
    _ errors: (left: [Int: Double], right: [Int: Double])
  ) throws -> Difference? {
    guard let samples = claim.withinRuns?.samples else { return nil }
    func estimate(
      _ side: Side, _ values: [Int: Double], _ errors: [Int: Double]
    ) -> Difference.Estimate? {
      if case .number(let number) = side {
        return Difference.Estimate(value: number, standardError: 0, samples: samples)
      }
      guard let value = values.first, values.count == 1, let error = errors[value.key] else {
        return nil
      }
      return Difference.Estimate(value: value.value, standardError: error, samples: samples)
    }
    guard let ours = estimate(self.left, left, errors.left),
      let theirs = estimate(self.right, right, errors.right)
    else { return nil }
    return try .within(ours, theirs)
  }

  /// The values by seed, so that their sums are the same in every process.
  private func ordered(_ values: [Int: Double]) -> [Double] {
    values.sorted { $0.key < $1.key }.map(\.value)
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
      } else if left.keys.contains(where: { right[$0] != nil }) {
        try .paired(left, right)
      } else {
        try .unpaired(ordered(left), ordered(right))
      }
    }
  }
}
