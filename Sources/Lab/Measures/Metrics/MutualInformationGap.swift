import Foundation

/// The mutual information gap of codes and factors (Chen et al. 2018, section 4): how much more the code
/// dimension that says most about a factor says than the second best, in units of the factor's entropy.
///
/// A code is a draw of the posterior N(μ, σ²) of an example drawn from the data, so that z_j and z_j given
/// a factor's value are mixtures of one-dimensional Gaussians. Their entropies are integrals over a grid
/// on which the densities are tabulated, where the paper has averages over 10,000 draws: the same
/// quantities without the noise.
public struct MutualInformationGap: Sendable {
  /// I(z_j; v_k) in nats, not negative: `[factor][dimension]`.
  public let information: [[Double]]
  /// Number of values of each factor.
  public let cardinalities: [Int]

  /// Of each factor: (largest − second largest information) / log(number of values).
  public var gaps: [Double] {
    zip(information, cardinalities).map { information, cardinality in
      let sorted = information.sorted(by: >)
      return (sorted[0] - (sorted.count > 1 ? sorted[1] : 0)) / log(Double(cardinality))
    }
  }

  /// The mean of the factors' gaps, from 0 to 1.
  public var value: Double { gaps.reduce(0, +) / Double(gaps.count) }

  /// - Parameters:
  ///   - means, deviations: of each example's posterior, row by row, `[examples, dimensions]`.
  ///   - factors: the value of each factor for each example, `[factor][example]`; any whole numbers.
  /// - Throws: `MeasureError` where there is nothing to compare, where a factor has one value only, or
  ///   where a code is not finite.
  public init(
    means: [Double], deviations: [Double], dimensions: Int, factors: [[Int]]
  ) throws {
    guard dimensions > 0, let examples = factors.first?.count, examples > 0,
      means.count == examples * dimensions, deviations.count == means.count,
      factors.allSatisfy({ $0.count == examples })
    else { throw MeasureError.tooFewPoints("the mutual information gap", needed: 1) }
    let groups = factors.map(Groups.init)
    for (factor, groups) in groups.enumerated() where groups.count < 2 {
      throw MeasureError.constantFactor(factor)
    }
    cardinalities = groups.map(\.count)
    var information = [[Double]](repeating: [], count: factors.count)
    for dimension in 0..<dimensions {
      let mixtures = try TabulatedMixtures(
        means: means, deviations: deviations, column: dimension, of: dimensions, groups: groups)
      for factor in factors.indices {
        // Less than nothing is an error of the grid.
        information[factor].append(max(mixtures?.information(about: factor) ?? 0, 0))
      }
    }
    self.information = information
  }
}

/// The examples by the value of one factor.
private struct Groups {
  /// Number of values that occur.
  let count: Int
  /// The number of each example's value, from 0.
  let ofExample: [Int]
  /// Examples with each value.
  let sizes: [Int]

  init(_ values: [Int]) {
    let sorted = Set(values).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
    count = sorted.count
    ofExample = values.map { numbers[$0] ?? 0 }
    var sizes = [Int](repeating: 0, count: sorted.count)
    for number in ofExample { sizes[number] += 1 }
    self.sizes = sizes
  }
}

/// One code dimension's densities on a grid: of the examples with each value of each factor.
private struct TabulatedMixtures {
  private let spacing: Double
  /// Densities times the number of examples, a row of `points` for each value of each factor in turn.
  private let table: [Double]
  private let points: Int
  /// The factors, and the row of the first value of each.
  private let groups: [Groups]
  private let firstRows: [Int]

  /// Gaussians end after so many standard deviations: 2e-9 of their mass is beyond.
  private static let reach = 6.0

  /// With this many points to the smallest standard deviation sums are integrals to within 1e-7 (a
  /// mixture's q log q is less smooth than a Gaussian: with two points the error nears 1e-6).
  private static let pointsPerDeviation = 3.0

  /// A finer grid is not taken: Gaussians narrower than `pointsPerDeviation` of its cells are widened.
  private static let largestGrid = 8192.0

  /// Nil where all codes are one number, which says nothing.
  init?(
    means: [Double], deviations: [Double], column: Int, of dimensions: Int, groups: [Groups]
  ) throws {
    let examples = means.count / dimensions
    var (low, high) = (Double.infinity, -Double.infinity)
    var narrowest = Double.infinity
    for example in 0..<examples {
      let index = example * dimensions + column
      let (mean, deviation) = (means[index], deviations[index])
      guard mean.isFinite, deviation.isFinite, deviation >= 0 else {
        throw MeasureError.codesNotFinite("the mutual information gap")
      }
      low = min(low, mean - Self.reach * deviation)
      high = max(high, mean + Self.reach * deviation)
      narrowest = min(narrowest, deviation)
    }
    let spacing = max(narrowest / Self.pointsPerDeviation, (high - low) / Self.largestGrid)
    let smallest = Self.pointsPerDeviation * spacing
    // Gaussians that are widened reach further than they did.
    let margin = Self.reach * smallest
    let origin = low - margin
    guard spacing > 0, origin.isFinite, high.isFinite else { return nil }
    let points = Int((high + margin - origin) / spacing) + 2

    var firstRows: [Int] = []
    var rows = 0
    for factor in groups {
      firstRows.append(rows)
      rows += factor.count
    }
    var table = [Double](repeating: 0, count: rows * points)
    var density = [Double](repeating: 0, count: points)
    table.withUnsafeMutableBufferPointer { table in
      density.withUnsafeMutableBufferPointer { density in
        for example in 0..<examples {
          let index = example * dimensions + column
          let range = Self.write(
            mean: (means[index] - origin) / spacing,
            deviation: max(deviations[index], smallest) / spacing, to: density)
          for (factor, firstRow) in zip(groups, firstRows) {
            let start = (firstRow + factor.ofExample[example]) * points
            for point in range { table[start + point] += density[point] }
          }
        }
      }
    }
    self.spacing = spacing
    self.table = table
    self.points = points
    self.groups = groups
    self.firstRows = firstRows
  }

  /// Writes a Gaussian's density at the grid's points, in units of its spacing, and says which points
  /// are within reach.
  ///
  /// From one point to the next the density changes by a factor, and the factor by another that is
  /// always the same: two products for each point instead of an exponential.
  private static func write(
    mean: Double, deviation: Double, to density: UnsafeMutableBufferPointer<Double>
  ) -> Range<Int> {
    let centre = Int(mean.rounded())
    let steps = Int(reach * deviation) + 1
    let range = max(centre - steps, 0)..<min(centre + steps + 1, density.count)
    let offset = mean - Double(centre)
    let precision = 1 / (deviation * deviation)
    let peak =
      exp(-0.5 * offset * offset * precision) / (deviation * (2 * Double.pi).squareRoot())
    let bend = exp(-precision)
    var (up, down) = (peak, peak)
    var upFactor = exp((offset - 0.5) * precision)
    var downFactor = exp((-offset - 0.5) * precision)
    density[centre] = peak
    for step in 1...steps {
      up *= upFactor
      down *= downFactor
      upFactor *= bend
      downFactor *= bend
      if centre + step < density.count { density[centre + step] = up }
      if centre - step >= 0 { density[centre - step] = down }
    }
    return range
  }

  /// I(z; v) = H(z) − Σ_c p(v = c) H(z | v = c) in nats.
  func information(about factor: Int) -> Double {
    let groups = groups[factor]
    let examples = Double(groups.ofExample.count)
    var whole = [Double](repeating: 0, count: points)
    var conditional = 0.0
    for value in 0..<groups.count {
      let row = table[
        (firstRows[factor] + value) * points..<(firstRows[factor] + value + 1) * points]
      let size = Double(groups.sizes[value])
      conditional += size / examples * entropy(row, examples: size)
      for (point, density) in row.enumerated() { whole[point] += density }
    }
    return entropy(whole[...], examples: examples) - conditional
  }

  /// −∫ q log q in nats of a density in units of the grid's spacing; the spacing's own share, log of
  /// it, falls out of differences.
  private func entropy(_ densities: ArraySlice<Double>, examples: Double) -> Double {
    densities.reduce(0) { sum, density in
      let q = density / examples
      return q > 0 ? sum - q * log(q) : sum
    }
  }
}
