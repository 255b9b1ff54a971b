/// What a new result would lack of the one whose place it takes.
public struct ResultLoss: Error, CustomStringConvertible {
  /// The directory of the result.
  let directory: String
  /// Values and arrays, in words.
  let losses: [String]

  public var description: String {
    let shown = losses.prefix(3).joined(separator: "; ")
    let rest = losses.count > 3 ? "; and \(losses.count - 3) more" : ""
    return
      "\(directory) stays as it is, because a new one would lack \(shown)\(rest): the records or "
      + "weights of these runs are not here; bring them back, leave out --no-training, or say --replace"
  }

  /// Looks for values and arrays in the old result that the new one has not, though it asks for the same runs.
  ///
  /// - Parameters:
  ///   - runs: that the new result asks for.
  ///   - kept: arrays of the old result.
  ///   - without: runs that the new result has no arrays of, though it should.
  /// - Throws: `ResultLoss`; `DataError` where the data of runs in the old result are not here, and so not
  ///   known which runs the new one asks for.
  static func check(
    _ directory: String, _ comparison: Comparison, _ runs: [RunSpecification], _ kept: KeptArrays?,
    without: [RunSpecification]
  ) throws {
    let losses =
      try values(directory, comparison, runs)
      + without.filter { kept?.hasSome(of: $0) ?? false }.map {
        "arrays of \($0.template.study), \($0.template.cell.label), seed \($0.seed)"
      }
    if !losses.isEmpty { throw ResultLoss(directory: directory, losses: losses) }
  }

  private static func values(
    _ directory: String, _ comparison: Comparison, _ runs: [RunSpecification]
  ) throws -> [String] {
    let old: Comparison
    do {
      old = try Comparison(reading: directory + "/comparison.json")
    } catch is ComparisonError {
      // Of one that is not there, torn or of another version nothing is known.
      return []
    }
    for template in runs.map(\.template) where !template.dataset.isIdentified {
      let isShown = old.rows.contains {
        $0.study == template.study && $0.cell == template.cell && !$0.runs.isEmpty
      }
      if isShown, let missing = template.dataset.missing { throw missing }
    }
    let asked = Set(runs.map(\.identity))
    return old.rows.compactMap { row in
      let new = comparison.rows.first {
        $0.study == row.study && $0.cell == row.cell && $0.measure == row.measure
      }
      // A measure that is no longer shown is none that is lost.
      guard let new else { return nil }
      // A run that was trained again may have come to no value.
      let found = Set(new.finished.map(\.identity))
      let lost = row.runs.filter { asked.contains($0.identity) && !found.contains($0.identity) }
      let seeds = lost.map { "\($0.seed)" }.joined(separator: ", ")
      return lost.isEmpty
        ? nil : "\(row.measure) of \(row.study), \(row.cell.label), seed \(seeds)"
    }
  }
}
