/// Which of the runs of a cell a figure shows.
public enum RunSelection: Equatable, Sendable {
  /// Every run.
  case all
  /// The best `count` runs by the first measure, best first.
  case best(count: Int, Direction)
  /// The run whose first measure is nearest the median.
  case median
  /// A typical run among the good ones (Stühmer et al. 2019, A.5).
  ///
  /// Of the better half of the runs by the first measure, the run with the least Mahalanobis
  /// distance to their mean over all measures, with the covariance of that half, or its diagonal
  /// where it is singular. An odd number of runs gives the better half its middle run.
  case representative(Direction)

  /// Picks runs; ties go to the lowest seed.
  ///
  /// - Parameters:
  ///   - seeds: seed of each run.
  ///   - values: for each run, its value of each measure; `all` reads none.
  /// - Returns: indices into `seeds`, in order of seed except for `best`.
  /// - Throws: `StatisticsError.noValues` if there are no runs, `.unevenValues`, `.notFinite` (its
  ///   index counts runs), `.directionNeeded`, `.outOfRange` for a count below 1.
  public func select(seeds: [Int], values: [[Double]]) throws -> [Int] {
    guard !seeds.isEmpty else { throw StatisticsError.noValues }
    let bySeed = seeds.indices.sorted { seeds[$0] < seeds[$1] }
    if self == .all { return bySeed }
    let first = try firstMeasure(runs: seeds.count, values: values)

    switch self {
    case .all:
      return bySeed
    case .best(let count, let direction):
      guard count > 0 else {
        throw StatisticsError.outOfRange(
          name: "number of best runs", value: "\(count)", allowed: "1 or more")
      }
      return Array(try ranked(bySeed, by: first, direction).prefix(count))
    case .median:
      let median = Summary.median(of: first)
      return nearest(bySeed, distances: bySeed.map { abs(first[$0] - median) })
    case .representative(let direction):
      let ranking = try ranked(bySeed, by: first, direction)
      let half = ranking.prefix((ranking.count + 1) / 2).sorted { seeds[$0] < seeds[$1] }
      return nearest(half, distances: mahalanobisDistances(half.map { values[$0] }))
    }
  }
}

/// The first measure of each run, after checking that the table is whole and finite.
private func firstMeasure(runs: Int, values: [[Double]]) throws -> [Double] {
  guard values.count == runs else {
    throw StatisticsError.unevenValues(expected: runs, found: values.count)
  }
  let measures = max(values[0].count, 1)
  for (run, row) in values.enumerated() {
    guard row.count == measures else {
      throw StatisticsError.unevenValues(expected: measures, found: row.count)
    }
    if let bad = row.first(where: { !$0.isFinite }) {
      throw StatisticsError.notFinite(index: run, value: "\(bad)")
    }
  }
  return values.map { $0[0] }
}

/// Runs from best to worst; `order` decides ties.
private func ranked(
  _ order: [Int], by measure: [Double], _ direction: Direction
) throws -> [Int] {
  guard direction != .neither else { throw StatisticsError.directionNeeded }
  let sign: Double = direction == .lessIsBetter ? 1 : -1
  return order.enumerated().sorted { left, right in
    (sign * measure[left.element], left.offset) < (sign * measure[right.element], right.offset)
  }.map(\.element)
}

/// The run of least distance, the first of several.
///
/// Distances that differ by rounding alone are ties, so that the choice does not hang on the
/// order of summation.
private func nearest(_ runs: [Int], distances: [Double]) -> [Int] {
  guard let least = distances.min() else { return [] }
  return zip(runs, distances).first { $0.1 <= least + 1e-12 * abs(least) }.map { [$0.0] } ?? []
}
