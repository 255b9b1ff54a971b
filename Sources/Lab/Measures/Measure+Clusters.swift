import Datasets
import Foundation
import Modelling
import Torch

/// Measures of clusters against the labels of the test split, or of the training split, or against another
/// tensor of these. A model with several facets has a clustering of each.
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

  /// The tensor that clusters are compared with where an id names no other.
  fileprivate static let defaultLabels = "label"

  private static func clusters(_ kind: ClusterMeasure) -> Measure {
    kind.measure(id: kind.rawValue, labels: defaultLabels, split: "test", facet: nil)
  }
}

extension MeasureFamily {
  /// A measure of the clusters against the tensor of that name, `accuracy/majority/of-shape`; of the training
  /// split, `accuracy/majority/train`; or of one facet, counted from 1: `accuracy/majority/facet-2`. All
  /// together, `accuracy/majority/of-shape/train/facet-2`. None where the model has not that facet.
  public static let ofClusters = MeasureFamily(
    pattern: "<measure of clusters>[/of-<tensor>][/train][/facet-<j>]"
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
    var labels: String?
    if let tensor = rest.range(of: "/of-") {
      let name = String(rest[tensor.upperBound...])
      // One id for a measure.
      guard !name.isEmpty, name != Measure.defaultLabels else { return nil }
      labels = name
      rest = rest[..<tensor.lowerBound]
    }
    guard let kind = ClusterMeasure(rawValue: String(rest)), labels == nil || kind.readsLabels
    else {
      return nil
    }
    return kind.measure(
      id: id, labels: labels ?? Measure.defaultLabels, split: isOfTraining ? "train" : "test",
      facet: facet)
  }
}

/// What is measured of the clusters of one facet.
private enum ClusterMeasure: String {
  case mostConfident = "accuracy/most-confident"
  case majority = "accuracy/majority"
  case hungarian = "accuracy/hungarian"
  case occupied = "clusters/occupied"
  case largestShare = "clusters/largest-share"

  /// Whether it compares the clusters with anything.
  var readsLabels: Bool { self != .occupied && self != .largestShare }

  /// The measure on a split: of one facet, or of all. That is the best one's accuracy, because which facet
  /// finds the labels is not known beforehand, the sum of occupied clusters, and the largest share of all.
  ///
  /// - Parameter labels: the tensor that clusters are compared with.
  func measure(id: String, labels: String, split: String, facet: Int?) -> Measure {
    Measure(
      id: id, summary: summary(split, labels) + (facet.map { "; facet \($0)" } ?? ""), unit: unit,
      direction: readsLabels ? .moreIsBetter : .neither, abilities: [.clusters],
      needs: needs(split, labels)
    ) { run in
      let facets = try ClusterAccuracy.of(run, split, readsLabels ? labels : nil, for: id)
      guard let facet else {
        let values = facets.map(value)
        return self == .occupied ? values.reduce(0, +) : values.max()
      }
      return facets.indices.contains(facet - 1) ? value(facets[facet - 1]) : nil
    }
  }

  private func summary(_ split: String, _ labels: String) -> String {
    let examples = split == "train" ? "training" : split
    let accuracy = "share of \(examples) examples whose cluster has their \(labels): "
    return switch self {
    case .mostConfident: accuracy + "each cluster labelled by its most confident example"
    case .majority: accuracy + "each cluster labelled by the majority of its examples"
    case .hungarian: accuracy + "the best one-to-one matching of clusters and labels"
    case .occupied: "clusters that a \(examples) example is assigned to"
    case .largestShare: "share of the \(examples) examples in the largest cluster"
    }
  }

  private var unit: String { self == .occupied ? "" : "%" }

  private func needs(_ split: String, _ labels: String) -> [DataNeed] {
    let image = DataNeed(split: split, tensor: "image")
    guard readsLabels else { return [image] }
    return [
      image,
      DataNeed(
        split: split, tensor: labels, shape: [],
        range: 0...Double(ClusterAccuracy.mostLabels - 1), isWhole: true),
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
  /// The clusters of a split's examples against a tensor of labels, for each facet; once for all measures.
  ///
  /// - Parameter labels: the tensor's name; without one, all examples have one label.
  static func of(
    _ run: MeasuredRun, _ split: String, _ labels: String?, for purpose: String
  ) throws -> [ClusterAccuracy] {
    try run.shared("clusters of the split \(split) against \(labels ?? "nothing")") {
      let examples = try run.examples(of: split, for: purpose)
      var truth = [Int](repeating: 0, count: examples.count)
      if let labels {
        guard let found = examples[labels] else {
          throw MeasureError.needsTensor(purpose, name: labels)
        }
        truth = found.integers().map(Int.init)
      }
      return try run.clusterProbabilities(split, for: purpose).map {
        try ClusterAccuracy(probabilities: $0.values, clusters: $0.clusters, labels: truth)
      }
    }
  }
}
