import Modelling
import Torch

/// Measures of clusters against the labels of the test split.
///
/// A model with several facets has a clustering of each. A measure of one facet has no value where the
/// model has not that facet.
extension Measure {
  /// Accuracy with each cluster labelled by its most confident test example (Dilokthanakul et al. 2016,
  /// table 1).
  public static let mostConfidentAccuracy = accuracy(
    "most-confident", "each cluster labelled by its most confident example", \.mostConfident)

  /// Accuracy with each cluster labelled by the majority of its test examples.
  public static let majorityAccuracy = accuracy(
    "majority", "each cluster labelled by the majority of its examples", \.majority)

  /// Accuracy under the best one-to-one matching of clusters and labels.
  public static let hungarianAccuracy = accuracy(
    "hungarian", "the best one-to-one matching of clusters and labels", \.hungarian)

  /// Clusters that at least one test example is assigned to, of all facets together.
  public static let occupiedClusters = Measure(
    id: "clusters/occupied", summary: "clusters that a test example is assigned to", unit: "",
    direction: .neither
  ) {
    Double(
      try ClusterAccuracy.of($0, for: "clusters/occupied").reduce(0) { $0 + $1.occupied })
  }

  /// ``majorityAccuracy`` of one facet, counted from 1.
  public static func majorityAccuracy(facet: Int) -> Measure {
    Measure(
      id: "accuracy/majority/facet-\(facet)",
      summary: "accuracy/majority of the clusters of facet \(facet)", unit: "%",
      direction: .moreIsBetter
    ) { try ClusterAccuracy.of($0, facet: facet)?.majority }
  }

  /// ``occupiedClusters`` of one facet, counted from 1.
  public static func occupiedClusters(facet: Int) -> Measure {
    Measure(
      id: "clusters/occupied/facet-\(facet)",
      summary: "clusters of facet \(facet) that a test example is assigned to", unit: "",
      direction: .neither
    ) { try ClusterAccuracy.of($0, facet: facet).map { Double($0.occupied) } }
  }

  /// The best facet's accuracy: which facet finds the labels is not known beforehand.
  private static func accuracy(
    _ variant: String, _ words: String, _ value: @escaping @Sendable (ClusterAccuracy) -> Double
  ) -> Measure {
    let id = "accuracy/" + variant
    return Measure(
      id: id, summary: "share of test examples whose cluster has their label: \(words)", unit: "%",
      direction: .moreIsBetter
    ) { try ClusterAccuracy.of($0, for: id).map(value).max() }
  }
}

extension ClusterAccuracy {
  /// The clusters of a run's test examples against their `label`, for each facet; once for all measures.
  static func of(_ run: FinishedRun, for purpose: String) throws -> [ClusterAccuracy] {
    try run.shared("clusters of the test split") { try facets(run, for: purpose) }
  }

  static func of(_ run: FinishedRun, facet: Int) throws -> ClusterAccuracy? {
    let facets = try of(run, for: "the accuracy of clusters")
    return facets.indices.contains(facet - 1) ? facets[facet - 1] : nil
  }

  private static func facets(_ run: FinishedRun, for purpose: String) throws -> [ClusterAccuracy] {
    guard let model = run.model as? any ClusteringModel else {
      throw MeasureError.needsClusters(purpose)
    }
    guard let test = try run.dataset.others["test"] else {
      throw MeasureError.needsSplit(purpose, name: "test")
    }
    guard let labels = test["label"] else {
      throw MeasureError.needsTensor(purpose, name: "label")
    }
    var probabilities = model.clusters.map { _ in [Float]() }
    for start in stride(from: 0, to: test.count, by: FinishedRun.batch) {
      try checked(purpose) {
        withoutGradients {
          let batch = test.rows(start..<min(start + FinishedRun.batch, test.count))
          for (facet, found) in model.clusterProbabilities(batch).enumerated() {
            probabilities[facet] += found.floats()
          }
        }
      }
    }
    let truth = labels.integers().map(Int.init)
    return try zip(probabilities, model.clusters).map {
      try ClusterAccuracy(probabilities: $0, clusters: $1, labels: truth)
    }
  }
}
