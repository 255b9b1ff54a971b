import Foundation
import Modelling
import Torch

/// Measures of clusters against the labels of the test split, or of the training split. A model with
/// several facets has a clustering of each.
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
  /// Share of the test examples that is assigned to the largest cluster.
  public static let largestCluster = clusters(.largestShare)

  private static func clusters(_ kind: ClusterMeasure) -> Measure {
    kind.measure(id: kind.rawValue, split: "test", facet: nil)
  }
}

extension MeasureFamily {
  /// A measure of the clusters of the training split, `accuracy/majority/train`, or of one facet, counted
  /// from 1: `accuracy/majority/facet-2`, `accuracy/majority/train/facet-2`. None where the model has not
  /// that facet.
  public static let ofClusters = MeasureFamily(
    pattern: "<measure of clusters>[/train][/facet-<j>]"
  ) { id in
    var rest = id[...]
    var facet: Int?
    if let split = rest.range(of: "/facet-") {
      guard let number = Int(rest[split.upperBound...]), 1...1000 ~= number,
        id.hasSuffix("-\(number)")
      else { return nil }
      facet = number
      rest = rest[..<split.lowerBound]
    }
    let isOfTraining = rest.hasSuffix("/train")
    if isOfTraining { rest = rest.dropLast("/train".count) }
    return ClusterMeasure(rawValue: String(rest))?.measure(
      id: id, split: isOfTraining ? "train" : "test", facet: facet)
  }
}

/// What is measured of the clusters of one facet.
private enum ClusterMeasure: String {
  case mostConfident = "accuracy/most-confident"
  case majority = "accuracy/majority"
  case hungarian = "accuracy/hungarian"
  case occupied = "clusters/occupied"
  case largestShare = "clusters/largest-share"

  /// The measure on a split: of one facet, or of all. That is the best one's accuracy, because which facet
  /// finds the labels is not known beforehand, the sum of occupied clusters, and the largest share of all.
  func measure(id: String, split: String, facet: Int?) -> Measure {
    Measure(
      id: id, summary: summary(split) + (facet.map { "; facet \($0)" } ?? ""), unit: unit,
      direction: isAccuracy ? .moreIsBetter : .neither, needs: needs(split)
    ) { run in
      let facets = try ClusterAccuracy.of(run, split, for: id)
      guard let facet else {
        let values = facets.map(value)
        return self == .occupied ? values.reduce(0, +) : values.max()
      }
      return facets.indices.contains(facet - 1) ? value(facets[facet - 1]) : nil
    }
  }

  private func summary(_ split: String) -> String {
    let examples = split == "train" ? "training" : split
    let accuracy = "share of \(examples) examples whose cluster has their label: "
    return switch self {
    case .mostConfident: accuracy + "each cluster labelled by its most confident example"
    case .majority: accuracy + "each cluster labelled by the majority of its examples"
    case .hungarian: accuracy + "the best one-to-one matching of clusters and labels"
    case .occupied: "clusters that a \(examples) example is assigned to"
    case .largestShare: "share of the \(examples) examples in the largest cluster"
    }
  }

  private var isAccuracy: Bool { self != .occupied && self != .largestShare }

  private var unit: String { self == .occupied ? "" : "%" }

  private func needs(_ split: String) -> [DataNeed] {
    [
      DataNeed(split: split, tensor: "image"),
      DataNeed(
        split: split, tensor: "label", shape: [],
        range: 0...Double(ClusterAccuracy.mostLabels - 1)),
    ]
  }

  private func value(_ clusters: ClusterAccuracy) -> Double {
    switch self {
    case .mostConfident: clusters.mostConfident
    case .majority: clusters.majority
    case .hungarian: clusters.hungarian
    case .occupied: Double(clusters.occupied)
    case .largestShare: clusters.largestShare
    }
  }
}

extension ClusterAccuracy {
  /// The clusters of a split's examples against their `label`, for each facet; once for all measures.
  static func of(
    _ run: FinishedRun, _ split: String, for purpose: String
  ) throws -> [ClusterAccuracy] {
    try run.shared("clusters of the split \(split)") { try facets(run, split, for: purpose) }
  }

  private static func facets(
    _ run: FinishedRun, _ split: String, for purpose: String
  ) throws -> [ClusterAccuracy] {
    guard let model = run.model as? any ClusteringModel else {
      throw MeasureError.needsClusters(purpose)
    }
    let dataset = try run.dataset
    guard let examples = split == "train" ? dataset.train : dataset.others[split] else {
      throw MeasureError.needsSplit(purpose, name: split)
    }
    guard let labels = examples["label"] else {
      throw MeasureError.needsTensor(purpose, name: "label")
    }
    var probabilities = model.clusters.map { _ in [Float]() }
    for start in stride(from: 0, to: examples.count, by: FinishedRun.batch) {
      try checked(purpose) {
        withoutGradients {
          let batch = examples.rows(start..<min(start + FinishedRun.batch, examples.count))
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
