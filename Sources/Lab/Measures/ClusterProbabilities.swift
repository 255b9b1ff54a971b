import Datasets
import Modelling
import Torch

/// p(c|x) of the clusters of one facet for the examples of a split.
struct ClusterProbabilities {
  let clusters: Int
  /// `[examples, clusters]`, row by row.
  let values: [Float]
}

extension MeasuredRun {
  /// The probabilities of each facet's clusters for a split's examples; once for all that ask.
  ///
  /// - Throws: `MeasureError` where the model has no clusters or the data no such split.
  func clusterProbabilities(
    _ split: String, for purpose: String
  ) throws -> [ClusterProbabilities] {
    try shared("clusters of the split \(split)") {
      let model: any ClusteringModel = try model(.clusters, for: purpose)
      var probabilities = model.clusters.map { _ in [Float]() }
      try Self.evaluate(examples(of: split, for: purpose), for: purpose) { batch, _ in
        for (facet, found) in model.clusterProbabilities(batch).enumerated() {
          probabilities[facet] += found.floats()
        }
      }
      return zip(model.clusters, probabilities).map(ClusterProbabilities.init)
    }
  }
}

/// The clusters of one facet as the papers' figures show them: those that an example is assigned to, by
/// the average probability of their examples, from the surest; and their examples likewise (Falck et al.
/// 2021, figure 4).
struct RankedClusters {
  /// A cluster with its examples.
  struct Cluster: Equatable {
    let index: Int
    /// Average over its examples of the probability with which they are assigned.
    let confidence: Double
    /// From the surest.
    let members: [Member]
  }

  /// An example's place in its split, and the probability of its cluster.
  struct Member: Equatable {
    let example: Int
    let probability: Float
  }

  let clusters: [Cluster]

  init(_ probabilities: ClusterProbabilities) {
    let count = probabilities.clusters
    var members = [[Member]](repeating: [], count: count)
    for example in 0..<(count == 0 ? 0 : probabilities.values.count / count) {
      let row = probabilities.values[example * count..<(example + 1) * count]
      let assigned = likeliest(row)
      members[assigned].append(
        Member(example: example, probability: row[row.startIndex + assigned]))
    }
    // Where two are equal, the first in the data's order comes first.
    clusters = members.enumerated().compactMap { index, members in
      guard !members.isEmpty else { return nil }
      let sum = members.reduce(0) { $0 + Double($1.probability) }
      return Cluster(
        index: index, confidence: sum / Double(members.count),
        members: members.sorted {
          ($1.probability, $0.example) < ($0.probability, $1.example)
        })
    }.sorted { ($1.confidence, $0.index) < ($0.confidence, $1.index) }
  }
}
