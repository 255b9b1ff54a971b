import Datasets
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// Accuracy of clusters by hand and by trying every matching.
@Suite struct ClusterAccuracyTests {
  /// Probabilities that put each example into the given cluster, with the given confidence.
  private func rows(_ assigned: [(cluster: Int, confidence: Float)], clusters: Int) -> [Float] {
    assigned.flatMap { example in
      (0..<clusters).map {
        $0 == example.cluster ? example.confidence : (1 - example.confidence) / Float(clusters - 1)
      }
    }
  }

  @Test func theThreeWaysDiffer() throws {
    // Both clusters hold labels 1, 1, 0, and the 0 is the most confident of each.
    let found = try ClusterAccuracy(
      probabilities: rows(
        [(0, 0.6), (0, 0.7), (0, 0.9), (1, 0.8), (1, 0.7), (1, 0.95)], clusters: 2),
      clusters: 2, labels: [1, 1, 0, 1, 1, 0])
    #expect(abs(found.mostConfident - 100.0 / 3) < 1e-12)  // the 0 of each
    #expect(abs(found.majority - 200.0 / 3) < 1e-12)  // 1, 1 of each
    #expect(found.hungarian == 50)  // 1, 1 of one and the 0 of the other
    #expect(found.occupied == 2)
    #expect(found.largestShare == 50)
  }

  /// The most confident example of a cluster need not be assigned to it, and may stand for several.
  @Test func confidenceCountsOverAllExamples() throws {
    let found = try ClusterAccuracy(
      probabilities: [
        0.5, 0.1, 0.4,  // assigned to 0; the most confident of clusters 0 and 2
        0.3, 0.4, 0.3,  // assigned to 1
        0.1, 0.6, 0.3,  // assigned to 1; its most confident
      ], clusters: 3, labels: [2, 0, 1])
    #expect(abs(found.mostConfident - 200.0 / 3) < 1e-12)
    #expect(found.occupied == 2)
  }

  @Test func firstOfEqualsCounts() throws {
    let found = try ClusterAccuracy(
      probabilities: [0.5, 0.5, 0.5, 0.5], clusters: 2, labels: [1, 0])
    // Both are in cluster 0, whose label is that of the first.
    #expect(found.mostConfident == 50)
    #expect(found.occupied == 1)
  }

  /// Every matching of clusters and labels, also where there are more of one than of the other.
  @Test(arguments: [(3, 3), (4, 2), (2, 5), (5, 5), (6, 6), (7, 4), (4, 7), (7, 7)])
  func hungarianIsTheBestMatching(_ clusters: Int, _ labels: Int) throws {
    var generator = SplitMix64(state: UInt64(clusters * 10 + labels))
    let matchings = permutations(Array(0..<max(clusters, labels)))
    for _ in 0..<20 {
      let examples = 40
      let truth = (0..<examples).map { _ in Int(generator.next() % UInt64(labels)) }
      let assigned = truth.map { label in
        generator.next() % 3 == 0 ? Int(generator.next() % UInt64(clusters)) : label % clusters
      }
      let found = try ClusterAccuracy(
        probabilities: rows(assigned.map { ($0, 0.9) }, clusters: clusters), clusters: clusters,
        labels: truth)
      let best = matchings.map { match in zip(assigned, truth).count { match[$0] == $1 } }.max()
      #expect(found.hungarian == 100 * Double(try #require(best)) / Double(examples))
    }
  }

  @Test func assignmentsOfLeastCost() {
    #expect(Assignment.minimal([]) == [])
    #expect(Assignment.minimal([[4, 1, 3], [2, 0, 5], [3, 2, 2]]) == [1, 0, 2])
  }

  @Test func impossibleLabels() {
    for labels in [[], [-1], [1000]] {
      #expect(throws: MeasureError.self) {
        try ClusterAccuracy(
          probabilities: labels.map { _ in 1 }, clusters: 1, labels: labels)
      }
    }
  }

  /// Matching takes the cube of their number.
  @Test func tooManyClusters() {
    func refusal(_ clusters: Int) -> String {
      words {
        try ClusterAccuracy(
          probabilities: [Float](repeating: 0, count: clusters), clusters: clusters, labels: [0])
      }
    }
    #expect(
      refusal(4097)
        == "the accuracy of clusters is taken of at most 4096 clusters, and the model has 4097: give it "
        + "fewer, or leave the measure out")
    #expect(!refusal(4096).contains("at most"))
  }

  /// Each facet has its accuracy, and the model that of its best one; a facet that is not there none.
  @Test func facets() throws {
    let model = TwoFacets()
    let test = Split(
      Batch([
        "image": .zeros([4, 1]), "label": Tensor([0, 1, 1, 1] as [Int64], shape: [4]),
        "shape": Tensor([0, 1, 2, 3] as [Int64], shape: [4]),
      ]))
    let train = Split(
      Batch([
        "image": .zeros([4, 1]), "label": Tensor([0, 0, 1, 1] as [Int64], shape: [4]),
        "shape": Tensor([0, 3, 0, 3] as [Int64], shape: [4]),
      ]))
    let run = MeasuredRun(
      model: model,
      dataset: Dataset(contentIdentity: "test", train: train, others: ["test": test]),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
    func values(_ id: String) throws -> [Double?] {
      try (1...3).map { try MeasureFamily.ofClusters.measure("\(id)/facet-\($0)")?.value(run) }
    }
    #expect(try values("accuracy/majority") == [75, 100, nil])
    #expect(try Measure.majorityAccuracy.value(run) == 100)
    #expect(try Measure.hungarianAccuracy.value(run) == 75)
    #expect(try values("clusters/occupied") == [1, 3, nil])
    #expect(try Measure.occupiedClusters.value(run) == 4)
    #expect(try values("clusters/largest-share") == [100, 50, nil])
    #expect(try Measure.largestCluster.value(run) == 100)
    #expect(Measure.largestCluster.direction == .neither)
    #expect(Measure.largestCluster.unit == "%")
    #expect(try MeasureFamily.ofClusters.measure("accuracy/hungarian/facet-2")?.value(run) == 75)
    // The training examples have other labels.
    #expect(try MeasureFamily.ofClusters.measure("accuracy/majority/train")?.value(run) == 75)
    #expect(
      try MeasureFamily.ofClusters.measure("accuracy/majority/train/facet-1")?.value(run) == 50)
    // Another tensor in place of the labels.
    #expect(try values("accuracy/majority/of-shape") == [25, 75, nil])
    #expect(try values("accuracy/majority/of-shape/train") == [50, 100, nil])
    #expect(try MeasureFamily.ofClusters.measure("accuracy/hungarian/of-shape")?.value(run) == 75)
    let ofShape = try #require(MeasureFamily.ofClusters.measure("accuracy/majority/of-shape"))
    #expect(ofShape.needs.map(\.tensor) == ["image", "shape"])
    #expect(throws: MeasureError.self) {
      try MeasureFamily.ofClusters.measure("accuracy/majority/of-wall")?.value(run)
    }
    for id in [
      "accuracy/majority/of-", "accuracy/majority/of-label", "clusters/occupied/of-shape",
      "accuracy/majority/train/of-shape", "accuracy/of-shape",
      "accuracy/majority/train/train", "accuracy/majority/facet-1/train",
      "accuracy/majority/facet-0", "accuracy/majority/facet-02",
      "accuracy/all/facet-1",
    ] {
      #expect(MeasureFamily.ofClusters.measure(id) == nil, "\(id)")
    }
  }

  /// Clusters are counted without labels.
  @Test func occupiedClustersNeedNoLabels() throws {
    let test = Split(Batch(["image": .zeros([4, 1])]))
    let run = MeasuredRun(
      model: TwoFacets(),
      dataset: Dataset(contentIdentity: "test", train: test, others: ["test": test]),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
    #expect(try Measure.occupiedClusters.value(run) == 4)
    #expect(Measure.occupiedClusters.needs.map(\.tensor) == ["image"])
    #expect(throws: MeasureError.self) { try Measure.majorityAccuracy.value(run) }
  }

  private func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.flatMap { first in
      permutations(items.filter { $0 != first }).map { [first] + $0 }
    }
  }
}

/// Facet 1 puts all four examples into one cluster of two; facet 2 splits label 1 over two of three.
private final class TwoFacets: ClusteringModel {
  let parameters = ParameterStore(Randomness(seed: 0))
  let clusters = [2, 3]

  func clusterProbabilities(_ batch: Batch) -> [Tensor] {
    let first: [Float] = [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4]
    let second: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0]
    return [Tensor(first, shape: [4, 2]), Tensor(second, shape: [4, 3])]
  }
}
