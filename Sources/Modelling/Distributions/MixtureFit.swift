import Foundation
import Torch

/// A mixture of Gaussians with diagonal covariances, fitted to points by expectation maximisation from the
/// clusters of k-means: scikit-learn's `GaussianMixture(covariance_type="diag")` with its defaults, in
/// float64.
public struct MixtureFit {
  /// `[components]`, which add up to 1.
  public private(set) var weights: [Double]
  /// `[components, dimensions]`.
  public private(set) var means: [Double]
  /// `[components, dimensions]`.
  public private(set) var variances: [Double]
  /// Mean log-density of the points in nats before each update of the mixture.
  public private(set) var logLikelihoods: [Double] = []

  /// It ends when the mean log-density changes by less than this, in nats, or after so many updates.
  static let tolerance = 1e-3
  static let mostUpdates = 100
  /// Added to each variance, which could vanish else.
  static let leastVariance = 1e-6

  /// - Parameters:
  ///   - values: the points, row by row.
  ///   - generator: draws the points that k-means starts from.
  /// - Throws: ``ClusteringError`` where there are fewer points than components, or some are not finite.
  public init(
    _ values: [Double], dimensions: Int, components: Int, _ generator: inout SplitMix64
  ) throws(ClusteringError) {
    let points = try Points(values, dimensions: dimensions)
    let clusters = try KMeans(points, clusters: components, &generator)
    self.init(points, labels: clusters.labels, components: components)
  }

  /// From the cluster of each point.
  ///
  /// - Parameter tolerance: in nats; 0 for all updates.
  init(_ points: Points, labels: [Int], components: Int, tolerance: Double = tolerance) {
    weights = [Double](repeating: 0, count: components)
    means = [Double](repeating: 0, count: components * points.dimensions)
    variances = means
    let chunks = points.chunks(columns: max(components, 2 * points.dimensions + 1)).map {
      Features(points, $0)
    }
    maximise(Self.sums(points, labels, components), points)
    for _ in 0..<Self.mostUpdates {
      let before = logLikelihoods.last
      maximise(expect(chunks, points), points)
      if let before, let now = logLikelihoods.last, abs(now - before) < tolerance { break }
    }
    means = points.uncentred(means)
  }

  /// Points as rows (x², x, 1) `[n, 2d + 1]`: a component's log-density is linear in them, and what its
  /// update needs is their sum, weighted with the responsibilities r: Σ r x², Σ r x and Σ r.
  private struct Features {
    let rows: Tensor
    let columns: Tensor
    let zeros: Tensor

    init(_ points: Points, _ range: Range<Int>) {
      let width = 2 * points.dimensions + 1
      let table = range.map { row in points[row].map { $0 * $0 } + points[row] + [1] }
      rows = Tensor(table.flatMap(\.self), shape: [range.count, width])
      columns = Tensor(
        (0..<width).flatMap { column in table.map { $0[column] } }, shape: [width, range.count])
      zeros = .zeros([range.count], type: .float64)
    }
  }

  /// The sums of the features under responsibilities of 0 and 1.
  private static func sums(_ points: Points, _ labels: [Int], _ components: Int) -> [Double] {
    let d = points.dimensions
    let width = 2 * d + 1
    var sums = [Double](repeating: 0, count: components * width)
    for (row, label) in labels.enumerated() {
      for (index, x) in points[row].enumerated() {
        sums[label * width + index] += x * x
        sums[label * width + d + index] += x
      }
      sums[label * width + 2 * d] += 1
    }
    return sums
  }

  /// The sums of the features under the responsibilities of the components, `[components, 2d + 1]`.
  private mutating func expect(_ chunks: [Features], _ points: Points) -> [Double] {
    let d = points.dimensions
    // log π + log N(x; μ, σ²) = −x²/2σ² + xμ/σ² + constant.
    let coefficients = weights.indices.flatMap { k in
      let own = k * d..<(k + 1) * d
      let constant = own.reduce(log(weights[k])) {
        $0 - (means[$1] * means[$1] / variances[$1] + log(2 * Double.pi * variances[$1])) / 2
      }
      return own.map { -0.5 / variances[$0] } + own.map { means[$0] / variances[$0] } + [constant]
    }
    let components = Tensor(coefficients, shape: [weights.count, 2 * d + 1])
    let none = Tensor.zeros([2 * d + 1], type: .float64)
    var sums = [Double](repeating: 0, count: coefficients.count)
    var logLikelihood = 0.0
    for chunk in chunks {
      let joint = components.dense(chunk.rows, chunk.zeros)
      let density = joint.logSumExp(0)
      logLikelihood += density.sum().item()
      let part = (joint - density).exp().dense(chunk.columns, none).doubles()
      for (index, value) in part.enumerated() { sums[index] += value }
    }
    logLikelihoods.append(logLikelihood / Double(points.count))
    return sums
  }

  /// Weights, means and variances from the sums of the features.
  private mutating func maximise(_ sums: [Double], _ points: Points) {
    let d = points.dimensions
    let width = 2 * d + 1
    for k in weights.indices {
      // A component without points gets the mean of all.
      let size = sums[k * width + 2 * d] + 10 * Double.ulpOfOne
      weights[k] = size
      for i in 0..<d {
        let mean = sums[k * width + d + i] / size
        means[k * d + i] = mean
        variances[k * d + i] =
          max(sums[k * width + i] / size - mean * mean, 0) + Self.leastVariance
      }
    }
    let total = weights.reduce(0, +)
    weights = weights.map { $0 / total }
  }
}
