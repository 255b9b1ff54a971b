/// The cluster that an example is assigned to by its probabilities: the first of the likeliest.
func likeliest(_ probabilities: ArraySlice<Float>) -> Int {
  let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] }
  return (best ?? probabilities.startIndex) - probabilities.startIndex
}

/// How well clusters agree with labels: a label is given to each cluster, and the examples whose
/// cluster has their own label are counted. The three ways of giving it differ.
public struct ClusterAccuracy: Sendable {
  /// Examples of each label in each cluster, `[cluster][label]`.
  private let counts: [[Int]]
  /// Label of each cluster's most confident example.
  private let confidentLabels: [Int]
  private let examples: Int

  /// - Parameters:
  ///   - probabilities: q(z|x) row by row, `[examples, clusters]`.
  ///   - labels: one an example, from 0.
  /// - Throws: `MeasureError` where there are no examples or too many clusters, or a label is negative or
  ///   too large.
  public init(probabilities: [Float], clusters: Int, labels: [Int]) throws {
    guard !labels.isEmpty, clusters > 0, probabilities.count == labels.count * clusters else {
      throw MeasureError.tooFewPoints("the accuracy of clusters", needed: 1)
    }
    guard clusters <= Self.mostClusters else {
      throw MeasureError.tooManyClusters(clusters, limit: Self.mostClusters)
    }
    guard let highest = labels.max(), let lowest = labels.min(), lowest >= 0,
      highest < Self.mostLabels
    else { throw MeasureError.labelsOutOfRange(limit: Self.mostLabels) }
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: highest + 1), count: clusters)
    var confident = [(probability: Float, label: Int)](
      repeating: (-.infinity, labels[0]), count: clusters)
    for (example, label) in labels.enumerated() {
      let row = probabilities[example * clusters..<(example + 1) * clusters]
      // The first of several equal ones counts, as it does for the assignment.
      for (cluster, probability) in row.enumerated()
      where probability > confident[cluster].probability {
        confident[cluster] = (probability, label)
      }
      counts[likeliest(row)][label] += 1
    }
    self.counts = counts
    confidentLabels = confident.map(\.label)
    examples = labels.count
  }

  /// More labels than any data set of ours has; matching them with clusters takes its cube.
  static let mostLabels = 1000
  /// More clusters than any model of ours has: the matching takes a matrix of their square, and the time of
  /// their cube.
  static let mostClusters = 4096

  /// A cluster has the label of the example with the highest probability of it, whether or not that
  /// example is assigned to it (Dilokthanakul et al. 2016, section 4.2). In percent.
  public var mostConfident: Double {
    percent(zip(counts, confidentLabels).reduce(0) { $0 + $1.0[$1.1] })
  }

  /// A cluster has the label of most of its examples. In percent.
  public var majority: Double {
    percent(counts.reduce(0) { $0 + ($1.max() ?? 0) })
  }

  /// Clusters and labels are matched one to one, so that most examples agree. In percent.
  public var hungarian: Double {
    let labels = counts.first?.count ?? 0
    let size = max(counts.count, labels)
    // A match that is not there costs as much as one that no example agrees with.
    let costs = (0..<size).map { cluster in
      (0..<size).map { label in
        cluster < counts.count && label < labels ? -Double(counts[cluster][label]) : 0
      }
    }
    let match = Assignment.minimal(costs)
    return percent(
      counts.indices.reduce(0) { sum, cluster in
        match[cluster] < labels ? sum + counts[cluster][match[cluster]] : sum
      })
  }

  /// Clusters that have at least one example.
  public var occupied: Int { counts.count { $0.contains { $0 > 0 } } }

  /// Share of the examples in the largest cluster. In percent.
  public var largestShare: Double { percent(counts.map { $0.reduce(0, +) }.max() ?? 0) }

  private func percent(_ counted: Int) -> Double { 100 * Double(counted) / Double(examples) }
}

/// The assignment problem.
enum Assignment {
  /// The column of each row in the one-to-one matching of least total cost, by shortest augmenting
  /// paths (Kuhn 1955, Munkres 1957; O(n³)). `costs` is square.
  static func minimal(_ costs: [[Double]]) -> [Int] {
    let n = costs.count
    // Row and column 0 stand for "none yet".
    var rowPotential = [Double](repeating: 0, count: n + 1)
    var columnPotential = [Double](repeating: 0, count: n + 1)
    var rowOf = [Int](repeating: 0, count: n + 1)
    for row in stride(from: 1, through: n, by: 1) {
      var least = [Double](repeating: .infinity, count: n + 1)
      var previous = [Int](repeating: 0, count: n + 1)
      var visited = [Bool](repeating: false, count: n + 1)
      rowOf[0] = row
      var column = 0
      repeat {
        visited[column] = true
        let current = rowOf[column]
        var step = Double.infinity
        var next = 0
        for candidate in 1...n where !visited[candidate] {
          let reduced =
            costs[current - 1][candidate - 1] - rowPotential[current] - columnPotential[candidate]
          if reduced < least[candidate] {
            least[candidate] = reduced
            previous[candidate] = column
          }
          if least[candidate] < step {
            step = least[candidate]
            next = candidate
          }
        }
        for other in 0...n {
          if visited[other] {
            rowPotential[rowOf[other]] += step
            columnPotential[other] -= step
          } else {
            least[other] -= step
          }
        }
        column = next
      } while rowOf[column] != 0
      while column != 0 {
        rowOf[column] = rowOf[previous[column]]
        column = previous[column]
      }
    }
    var match = [Int](repeating: 0, count: n)
    for column in stride(from: 1, through: n, by: 1) { match[rowOf[column] - 1] = column - 1 }
    return match
  }
}
