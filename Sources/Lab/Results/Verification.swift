import Foundation

/// Checks a stored result against its manifest and the runs that it was made of.
public struct Verification: Codable, Sendable {
  /// A part of the stored result that does not follow.
  public struct Discrepancy: Codable, Sendable {
    /// A row's study, cell and measure, or the name of another part.
    public let part: String
    public let stored: String
    public let recomputed: String
    public let isRow: Bool
  }

  /// Rows that are stored or should be.
  public let rows: Int
  public let runs: Int
  /// Runs of the stored result that have no record any more.
  public let missing: [String]
  public let discrepancies: [Discrepancy]

  /// Recomputes a stored comparison from the records of its own runs.
  public init(
    _ stored: Comparison, library: ManifestLibrary, kinds: Kinds, store: RunStore
  ) throws {
    let finished = Set(stored.rows.flatMap(\.finished))
    let failed = Set(stored.rows.flatMap(\.failed))
    let seeds = Set(finished.union(failed).map(\.seed))
    let artefact = try ArtefactRuns(
      stored.artefact, stored.profile, seeds: seeds.isEmpty ? nil : SeedList(seeds.sorted()),
      library: library, kinds: kinds)
    try artefact.checkIdentities()
    // Runs that were recorded since, for another result, are not this one's.
    let fresh = try Comparison(
      artefact, kinds: kinds, store: store, failures: Set(failed.map(\.identity)),
      only: Set(finished.map(\.identity)))
    let known = Set(
      try Set(stored.rows.map(\.study)).flatMap { try store.records(of: $0).keys })
    let used = Set(stored.rows.flatMap { $0.runs.map(\.identity) + $0.finished.map(\.identity) })
    runs = used.count
    missing = used.filter { !known.contains($0) }.sorted()
    let found = try Self.compareRows(stored.rows, fresh.rows)
    rows = found.count
    discrepancies = try found.discrepancies + Self.compareRest(stored, fresh)
  }

  private static func compareRows(
    _ stored: [Comparison.Row], _ fresh: [Comparison.Row]
  ) throws -> (count: Int, discrepancies: [Discrepancy]) {
    var rest = fresh
    var found: [Discrepancy] = []
    for row in stored {
      // Each row once: a second one of the same name has nothing to follow from.
      let other = rest.firstIndex { $0.name == row.name }.map { rest.remove(at: $0) }
      if let other, try jsonText(other) == jsonText(row) { continue }
      found.append(
        Discrepancy(
          part: row.name, stored: words(row),
          recomputed: other.map(words) ?? "the manifest has no such row", isRow: true))
    }
    found += rest.map {
      Discrepancy(
        part: $0.name, stored: "the result has no such row", recomputed: words($0), isRow: true)
    }
    return (stored.count + rest.count, found)
  }

  /// Everything besides the rows.
  private static func compareRest(
    _ stored: Comparison, _ fresh: Comparison
  ) throws -> [Discrepancy] {
    func parts(_ comparison: Comparison) throws -> [(String, String)] {
      [
        ("title", comparison.title), ("because", comparison.because ?? "none"),
        ("standIn", comparison.standIn ?? "none"),
        ("precision", comparison.precision?.rawValue ?? "none"),
        ("expectedFalseAlarms", "\(comparison.expectedFalseAlarms)"),
        ("quoted", try lineOfJSON(comparison.quoted)),
        ("claims", try lineOfJSON(comparison.claims)),
      ]
    }
    return try zip(parts(stored), parts(fresh)).compactMap { before, after in
      before.1 == after.1
        ? nil : Discrepancy(part: before.0, stored: before.1, recomputed: after.1, isRow: false)
    }
  }

  private static func words(_ row: Comparison.Row) -> String {
    let values = row.runs.map { "\($0.seed): \($0.value)" }.joined(separator: ", ")
    let mean = row.summary.map { "mean \($0.mean), " } ?? ""
    return "\(row.judgement.verdict.label): \(mean)\(row.failed.count) failed [\(values)]"
  }
}

extension Comparison.Row {
  fileprivate var name: String {
    "\(study), \(cell.label), \(measure)" + (statistic == .best ? ", best run" : "")
  }
}
