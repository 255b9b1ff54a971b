import Torch

/// Points that a clustering is fitted to, row by row, around their mean.
///
/// Sums of squares lose digits where points lie far from the origin of their coordinates, and neither
/// k-means nor a mixture depends on where that is.
struct Points {
  let count: Int
  let dimensions: Int
  /// `[count, dimensions]`.
  let values: [Double]
  /// Of the points as they were given.
  let mean: [Double]

  /// - Throws: ``ClusteringError`` where the numbers are no points, or are not finite.
  init(_ values: [Double], dimensions: Int) throws(ClusteringError) {
    guard dimensions > 0, values.count.isMultiple(of: dimensions) else {
      throw .notPoints(numbers: values.count, dimensions: dimensions)
    }
    guard values.allSatisfy({ $0.isFinite }) else { throw .notFinite }
    let count = values.count / dimensions
    var mean = [Double](repeating: 0, count: dimensions)
    for (index, value) in values.enumerated() { mean[index % dimensions] += value / Double(count) }
    var centred = values
    for index in centred.indices { centred[index] -= mean[index % dimensions] }
    self.count = count
    self.dimensions = dimensions
    self.values = centred
    self.mean = mean
  }

  subscript(row: Int) -> ArraySlice<Double> {
    values[row * dimensions..<(row + 1) * dimensions]
  }

  /// Mean over the dimensions of the points' variances (n).
  var variance: Double {
    values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))
  }

  /// ‖x − c‖² of each point.
  func squaredDistances(to centre: some Collection<Double>) -> [Double] {
    let centre = Array(centre)
    return (0..<count).map { row in
      var sum = 0.0
      for d in 0..<dimensions {
        let difference = values[row * dimensions + d] - centre[d]
        sum += difference * difference
      }
      return sum
    }
  }

  /// Ranges of rows so small that a matrix with so many numbers a row takes no more than 32 MiB.
  func chunks(columns: Int) -> [Range<Int>] {
    let rows = max(1, (1 << 22) / max(columns, 1))
    return stride(from: 0, to: count, by: rows).map { $0..<min($0 + rows, count) }
  }

  /// Centres in the coordinates of the points as they were given.
  func uncentred(_ centres: [Double]) -> [Double] {
    centres.enumerated().map { $1 + mean[$0 % dimensions] }
  }
}

/// Why points cannot be clustered.
public enum ClusteringError: Error, Equatable, CustomStringConvertible {
  case notPoints(numbers: Int, dimensions: Int)
  case notFinite
  case tooFewPoints(Int, clusters: Int)

  public var description: String {
    switch self {
    case .notPoints(let numbers, let dimensions):
      "points cannot have \(dimensions) dimensions and \(numbers) numbers in all: give each point as "
        + "many numbers as it has dimensions, at least one"
    case .notFinite:
      "clusters are fitted to finite numbers, and some of these are not: look for NaN and infinity in "
        + "the data, or try another seed"
    case .tooFewPoints(let count, let clusters):
      "too few points to cluster: found \(count), needed \(clusters); take fewer clusters or more data"
    }
  }
}
