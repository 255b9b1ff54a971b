import Foundation
import Modelling
import Torch

/// Measures of clusters against the labels of the test split. A model with several facets has a
/// clustering of each.
extension Measure {
  /// Accuracy with each cluster labelled by its most confident test example (Dilokthanakul et al. 2016,
  /// table 1).
  public static let mostConfidentAccuracy = clusters(.mostConfident)
  /// Accuracy with each cluster labelled by the majority of its test examples.
  public static let majorityAccuracy = clusters(.majority)
  /// Accuracy under the best one-to-one matching of clusters and labels.
  public static let hungarianAccuracy = clusters(.hungarian)
  /// Clusters that at least one test example is assigned to.
  public static let occupiedClusters = clusters(.occupied)

  /// Of all facets: the best one's accuracy, because which facet finds the labels is not known
  /// beforehand; the sum of occupied clusters.
  private static func clusters(_ kind: ClusterMeasure) -> Measure {
    Measure(
      id: kind.rawValue, summary: kind.summary, unit: kind.unit, direction: kind.direction,
      needs: kind.needs
    ) { run in
      let facets = try ClusterAccuracy.of(run, for: kind.rawValue).map(kind.value)
      return kind == .occupied ? facets.reduce(0, +) : facets.max()
    }
  }
}

extension MeasureFamily {
  /// A measure of the clusters of one facet, counted from 1: `accuracy/facet-2/majority`. None where the
  /// model has not that facet.
  public static let ofOneFacet = MeasureFamily(
    pattern: "accuracy/facet-<j>/<labelling>, clusters/facet-<j>/occupied"
  ) { id in
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].hasPrefix("facet-"), let facet = Int(parts[1].dropFirst(6)),
      1...1000 ~= facet, parts[1] == "facet-\(facet)",
      let kind = ClusterMeasure(rawValue: "\(parts[0])/\(parts[2])")
    else { return nil }
    return Measure(
      id: id, summary: "\(kind.summary); facet \(facet)", unit: kind.unit,
      direction: kind.direction, needs: kind.needs
    ) { run in
      let facets = try ClusterAccuracy.of(run, for: id)
      return facets.indices.contains(facet - 1) ? kind.value(facets[facet - 1]) : nil
    }
  }
}

/// What is measured of the clusters of one facet.
private enum ClusterMeasure: String {
  case mostConfident = "accuracy/most-confident"
  case majority = "accuracy/majority"
  case hungarian = "accuracy/hungarian"
  case occupied = "clusters/occupied"

  var summary: String {
    let accuracy = "share of test examples whose cluster has their label: "
    return switch self {
    case .mostConfident: accuracy + "each cluster labelled by its most confident example"
    case .majority: accuracy + "each cluster labelled by the majority of its examples"
    case .hungarian: accuracy + "the best one-to-one matching of clusters and labels"
    case .occupied: "clusters that a test example is assigned to"
    }
  }

  var unit: String { self == .occupied ? "" : "%" }

  var direction: Direction { self == .occupied ? .neither : .moreIsBetter }

  var needs: [DataNeed] {
    [
      DataNeed(split: "test", tensor: "image"),
      DataNeed(
        split: "test", tensor: "label", shape: [],
        range: 0...Double(ClusterAccuracy.mostLabels - 1)),
    ]
  }

  func value(_ clusters: ClusterAccuracy) -> Double {
    switch self {
    case .mostConfident: clusters.mostConfident
    case .majority: clusters.majority
    case .hungarian: clusters.hungarian
    case .occupied: Double(clusters.occupied)
    }
  }
}

extension ClusterAccuracy {
  /// The clusters of a run's test examples against their `label`, for each facet; once for all measures.
  static func of(_ run: FinishedRun, for purpose: String) throws -> [ClusterAccuracy] {
    try run.shared("clusters of the test split") { try facets(run, for: purpose) }
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
