/// A claim's inequality, read from `mean(method=rewo) < mean(method=geco)`.
struct ClaimTest {
  let left: Side
  let right: Side
  /// −1 where the left side is claimed to be smaller, 1 where larger.
  let sign: Double

  /// What stands on one side: a cell, and the measure where it is not the claim's.
  struct Side: Equatable {
    let cell: CellReference
    let measure: String?
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
    guard sides.count == 2, let left = Self.side(sides[0]), let right = Self.side(sides[1]) else {
      throw ConfigValueError(
        "'\(text)' is no claim: write 'mean(axis=value, …) < mean(axis=value, …)', or with '>'")
    }
    self.left = left
    self.right = right
  }

  /// What is inside `mean(…)`.
  private static func side(_ text: Substring) -> Side? {
    let text = text.filter { $0 != " " }
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
    return Side(cell: CellReference(study: study, values: values), measure: measure)
  }

  /// Compares two cells' values by seed; the 95 % interval of the difference decides.
  func judge(
    _ claim: Claim, left: [Int: Double], right: [Int: Double], notComparable: String?
  ) throws -> Comparison.ClaimResult {
    func result(_ outcome: Comparison.Outcome, _ why: String) -> Comparison.ClaimResult {
      Comparison.ClaimResult(claim: claim, outcome: outcome, explanation: why)
    }
    if let notComparable { return result(.notTested, notComparable) }
    if left.isEmpty || right.isEmpty { return result(.notTested, "a side has no finished run") }
    let paired = !left.keys.filter { right[$0] != nil }.isEmpty
    let difference =
      try paired
      ? .paired(left, right)
      : Difference.unpaired(
        Array(left.values), Array(right.values))
    let numbers = "left − right = \(short(difference.estimate)), n = \(difference.n)"
    guard let interval = difference.interval else {
      return result(.inconclusive, "\(numbers): no interval")
    }
    let words = "\(numbers), 95 % interval [\(short(interval.low)), \(short(interval.high))]"
    if interval.low <= 0 && interval.high >= 0 { return result(.inconclusive, words) }
    return result(
      interval.low * sign > 0 ? .holds : .contradicted, words)
  }
}
