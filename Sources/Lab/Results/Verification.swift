import Foundation

/// Checks a stored result against the runs that it was made of.
public struct Verification: Codable, Sendable {
  /// A number or verdict that does not follow from the recorded runs.
  public struct Discrepancy: Codable, Sendable {
    public let cell: String
    public let measure: String
    public let stored: String
    public let recomputed: String
  }

  public let rows: Int
  public let runs: Int
  /// Runs of the stored result that have no record any more.
  public let missing: [String]
  public let discrepancies: [Discrepancy]

  /// Recomputes every row of a stored comparison from the records of its own runs.
  public init(
    _ stored: Comparison, library: ManifestLibrary, kinds: Kinds, store: RunStore
  ) throws {
    let finished = Set(stored.rows.flatMap(\.finished))
    let failed = Set(stored.rows.flatMap(\.failed))
    let seeds = Set(finished.union(failed).map(\.seed))
    let artefact = try ArtefactRuns(
      stored.artefact, stored.profile, seeds: seeds.isEmpty ? nil : SeedList(seeds.sorted()),
      library: library, kinds: kinds)
    // Runs that were recorded since, for another result, are not this one's.
    let fresh = try Comparison(
      artefact, kinds: kinds, store: store, failures: Set(failed.map(\.identity)),
      only: Set(finished.map(\.identity)))
    let known = Set(
      Set(stored.rows.map(\.study)).flatMap { store.records(of: $0).records.keys })
    var missing: Set<String> = []
    var discrepancies: [Discrepancy] = []
    for row in stored.rows {
      missing.formUnion(row.runs.map(\.identity).filter { !known.contains($0) })
      let other = fresh.rows.first {
        $0.study == row.study && $0.cell == row.cell && $0.measure == row.measure
          && $0.statistic == row.statistic
      }
      let before = Self.words(row)
      let after = other.map(Self.words) ?? "the manifest has no such row any more"
      let isSame = try other.map { try jsonText($0) == jsonText(row) } ?? false
      if !isSame {
        discrepancies.append(
          Discrepancy(
            cell: row.cell.label, measure: row.measure, stored: before, recomputed: after))
      }
    }
    rows = stored.rows.count
    runs = Set(stored.rows.flatMap { $0.runs.map(\.identity) }).count
    self.missing = missing.sorted()
    self.discrepancies = discrepancies
  }

  private static func words(_ row: Comparison.Row) -> String {
    let values = row.runs.map { "\($0.seed): \($0.value)" }.joined(separator: ", ")
    let mean = row.summary.map { "mean \($0.mean), " } ?? ""
    return "\(row.judgement.verdict.label): \(mean)\(row.failed.count) failed [\(values)]"
  }
}
