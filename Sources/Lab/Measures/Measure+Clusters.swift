import Modelling
import Torch

/// Measures of clusters against the labels of the test split.
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

  /// Clusters that at least one test example is assigned to.
  public static let occupiedClusters = Measure(
    id: "clusters/occupied", summary: "clusters that a test example is assigned to", unit: "",
    direction: .neither, needs: labels
  ) { Double(try ClusterAccuracy.of($0, for: "clusters/occupied").occupied) }

  private static let labels = [
    DataNeed(split: "test", tensor: "image"),
    DataNeed(
      split: "test", tensor: "label", shape: [],
      range: 0...Double(ClusterAccuracy.mostLabels - 1)),
  ]

  private static func accuracy(
    _ variant: String, _ words: String, _ value: @escaping @Sendable (ClusterAccuracy) -> Double
  ) -> Measure {
    let id = "accuracy/" + variant
    return Measure(
      id: id, summary: "share of test examples whose cluster has their label: \(words)", unit: "%",
      direction: .moreIsBetter, needs: labels
    ) { value(try ClusterAccuracy.of($0, for: id)) }
  }
}

extension ClusterAccuracy {
  /// The clusters of a run's test examples against their `label`, once for all measures.
  static func of(_ run: FinishedRun, for purpose: String) throws -> ClusterAccuracy {
    try run.shared("clusters of the test split") { try ClusterAccuracy(run, for: purpose) }
  }

  private init(_ run: FinishedRun, for purpose: String) throws {
    guard let model = run.model as? any ClusteringModel else {
      throw MeasureError.needsClusters(purpose)
    }
    guard let test = try run.dataset.others["test"] else {
      throw MeasureError.needsSplit(purpose, name: "test")
    }
    guard let labels = test["label"] else {
      throw MeasureError.needsTensor(purpose, name: "label")
    }
    var probabilities: [Float] = []
    for start in stride(from: 0, to: test.count, by: FinishedRun.batch) {
      try checked(purpose) {
        withoutGradients {
          let batch = test.rows(start..<min(start + FinishedRun.batch, test.count))
          probabilities += model.clusterProbabilities(batch).floats()
        }
      }
    }
    try self.init(
      probabilities: probabilities, clusters: model.clusters,
      labels: labels.integers().map(Int.init))
  }
}
