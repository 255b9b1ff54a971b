import Foundation

/// Two results beside each other, cell by cell, by runs of equal seeds.
public struct PairedComparison: Codable, Sendable {
  public let ours: String
  public let theirs: String
  public let rows: [Row]

  /// One measure of one cell that both results have.
  public struct Row: Codable, Sendable {
    public let study: String
    public let cell: Cell
    public let measure: String
    public let unit: String
    public let ours: Summary
    public let theirs: Summary
    /// Ours less theirs.
    public let difference: Difference
  }

  /// - Throws: ``PairedComparisonError`` where the results share no measure of a cell.
  public init(_ ours: Comparison, _ theirs: Comparison) throws {
    self.ours = ours.name
    self.theirs = theirs.name
    // Rows of another statistic have the same runs.
    let firsts = ours.rows.enumerated().filter { index, row in
      !ours.rows.prefix(index).contains { $0.isOfSameRuns(as: row) }
    }
    rows = try firsts.compactMap { _, row -> Row? in
      guard let other = theirs.rows.first(where: { $0.isOfSameRuns(as: row) }),
        let summary = row.summary, let otherSummary = other.summary
      else { return nil }
      let left = Dictionary(uniqueKeysWithValues: row.runs.map { ($0.seed, $0.value) })
      let right = Dictionary(uniqueKeysWithValues: other.runs.map { ($0.seed, $0.value) })
      let shared = left.keys.contains { right[$0] != nil }
      return Row(
        study: row.study, cell: row.cell, measure: row.measure, unit: row.unit, ours: summary,
        theirs: otherSummary,
        difference: try shared
          ? .paired(left, right)
          : .unpaired(row.runs.map(\.value), other.runs.map(\.value)))
    }
    if rows.isEmpty { throw PairedComparisonError.nothingInCommon(self.ours, self.theirs) }
  }

  /// The comparison in a format.
  public func text(_ format: ComparisonFormat) throws -> String {
    if format == .json { return try jsonText(self) }
    let table = TextTable(
      columns: ["cell", "measure", "ours", "theirs", "difference", "95 % interval", "seeds"],
      rows: rows.map { row in
        [
          rows.contains { $0.study != row.study }
            ? "\(row.study) \(row.cell.label)" : row.cell.label,
          row.unit.isEmpty ? row.measure : "\(row.measure) [\(row.unit)]",
          "\(short(row.ours.mean)) (n = \(row.ours.n))",
          "\(short(row.theirs.mean)) (n = \(row.theirs.n))", short(row.difference.estimate),
          row.difference.interval.map { "[\(short($0.low)), \(short($0.high))]" } ?? "–",
          row.difference.method == .paired ? "paired" : "not paired",
        ]
      })
    let heading = "ours: \(ours)\ntheirs: \(theirs)"
    return table.text(format, heading: heading)
  }
}

extension Comparison {
  /// The artefact, and what tells its result from others of it.
  fileprivate var name: String {
    let precision = precision.map { ", \(Self.words($0))" } ?? ""
    return "\(artefact) (\(profile.directory)\(precision))"
  }
}

extension Comparison.Row {
  /// Whether it is of the same measure of the same cell of a study.
  fileprivate func isOfSameRuns(as other: Comparison.Row) -> Bool {
    measure == other.measure && cell == other.cell && study == other.study
  }
}

/// Why two results cannot be compared.
public enum PairedComparisonError: Error, CustomStringConvertible {
  case nothingInCommon(String, String)

  public var description: String {
    switch self {
    case .nothingInCommon(let ours, let theirs):
      "\(ours) and \(theirs) have no measure of a cell in common with finished runs: reproduce both "
        + "first, or compare others"
    }
  }
}
