import Foundation
import Torch

/// k-means by Lloyd's algorithm from given or drawn centres, as scikit-learn's `KMeans` with its defaults:
/// at most 300 iterations, until no label changes or the centres move by less than 10⁻⁴ of the variance.
struct KMeans {
  /// The cluster of each point.
  private(set) var labels: [Int]
  /// `[clusters, dimensions]`, in the coordinates of the points.
  private(set) var centres: [Double]
  private(set) var iterations = 0

  static let mostIterations = 300
  static let tolerance = 1e-4

  /// From centres drawn by k-means++.
  ///
  /// - Throws: ``ClusteringError`` where there are fewer points than clusters.
  init(
    _ points: Points, clusters: Int, _ generator: inout SplitMix64
  ) throws(ClusteringError) {
    guard clusters > 0, points.count >= clusters else {
      throw .tooFewPoints(points.count, clusters: clusters)
    }
    self.init(points, from: Self.seeds(points, clusters, &generator).flatMap { points[$0] })
  }

  /// From these centres, `[clusters, dimensions]`; at least one.
  init(_ points: Points, from start: [Double]) {
    centres = start
    labels = []
    while iterations < Self.mostIterations {
      iterations += 1
      let before = labels
      labels = Self.nearest(points, centres)
      let old = centres
      moveCentres(points)
      if labels == before { return }
      let shift = zip(old, centres).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      if shift <= Self.tolerance * points.variance { break }
    }
    labels = Self.nearest(points, centres)
  }

  /// Each centre becomes the mean of its points. One without points takes the point that lies farthest
  /// from its centre, while there is one that does not lie upon it.
  private mutating func moveCentres(_ points: Points) {
    let dimensions = points.dimensions
    let clusters = centres.count / dimensions
    var sums = [Double](repeating: 0, count: centres.count)
    var sizes = [Int](repeating: 0, count: clusters)
    for (row, label) in labels.enumerated() {
      sizes[label] += 1
      for d in 0..<dimensions {
        sums[label * dimensions + d] += points.values[row * dimensions + d]
      }
    }
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    if !empty.isEmpty {
      let distances = labels.enumerated().map { row, label in
        let centre = centres[label * dimensions..<(label + 1) * dimensions]
        return zip(points[row], centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      let farthest = distances.indices.filter { distances[$0] > 0 }
        .sorted { (distances[$1], $0) < (distances[$0], $1) }
      for (cluster, row) in zip(empty, farthest) {
        for d in 0..<dimensions {
          let value = points.values[row * dimensions + d]
          sums[labels[row] * dimensions + d] -= value
          sums[cluster * dimensions + d] = value
        }
        sizes[labels[row]] -= 1
        sizes[cluster] = 1
      }
    }
    for cluster in sizes.indices where sizes[cluster] > 0 {
      for i in cluster * dimensions..<(cluster + 1) * dimensions {
        centres[i] = sums[i] / Double(sizes[cluster])
      }
    }
  }

  /// The nearest centre of each point; the first of several.
  static func nearest(_ points: Points, _ centres: [Double]) -> [Int] {
    let dimensions = points.dimensions
    let clusters = centres.count / dimensions
    // ‖x − c‖² = ‖x‖² − 2 (x·c − ‖c‖²/2): the nearest centre has the largest of the differences.
    let weight = Tensor(centres, shape: [clusters, dimensions])
    let bias = weight.square().sum(-1) * -0.5
    return points.chunks(columns: clusters).flatMap { rows -> [Int] in
      let x = Tensor(
        Array(points.values[rows.lowerBound * dimensions..<rows.upperBound * dimensions]),
        shape: [rows.count, dimensions])
      let scores = x.dense(weight, bias).doubles()
      return stride(from: 0, to: scores.count, by: clusters).map { start in
        (0..<clusters).max { scores[start + $0] < scores[start + $1] } ?? 0
      }
    }
  }

  /// Rows of points to start from, by greedy k-means++ (Arthur and Vassilvitskii 2007): the first is drawn
  /// evenly, and each further one is the best of 2 + ⌊log K⌋ that are drawn in proportion to the squared
  /// distance from those before.
  static func seeds(
    _ points: Points, _ clusters: Int, _ generator: inout SplitMix64
  ) -> [Int] {
    var seeds = [generator.place(below: points.count)]
    var nearest = points.squaredDistances(to: points[seeds[0]])
    let trials = 2 + Int(log(Double(clusters)))
    while seeds.count < clusters {
      var cumulative = nearest
      for row in cumulative.indices.dropFirst() { cumulative[row] += cumulative[row - 1] }
      let total = cumulative.last ?? 0
      var best: (row: Int, nearest: [Double], potential: Double)?
      for _ in 0..<trials {
        let row = first(in: cumulative, above: generator.uniform() * total)
        let distances = zip(nearest, points.squaredDistances(to: points[row])).map(min)
        let potential = distances.reduce(0, +)
        if potential < best?.potential ?? .infinity { best = (row, distances, potential) }
      }
      guard let best else { break }
      seeds.append(best.row)
      nearest = best.nearest
    }
    return seeds
  }

  /// The first place whose cumulative sum is above a value; the last one where none is.
  private static func first(in cumulative: [Double], above value: Double) -> Int {
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
