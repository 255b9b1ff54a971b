import Datasets
import Foundation
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// Grids of clusters, on a model whose assignments and outputs are known.
@Suite struct ClusterComputationTests {
  /// Two facets over images of one row of two pixels in 0 to 1. Facet 1 has three clusters, which take the
  /// first pixel below 0.3, from 0.3 to 0.6 and above; facet 2 has two, by the second pixel at 0.5. The
  /// probability of the taken cluster is 0.4 + pixel / 2. Code j is pixel j, and decoding gives the codes.
  private final class TwoFacets: MixturePriorModel, StyledClusterModel {
    let parameters = ParameterStore(Randomness(seed: 0), type: .float64)
    let clusters = [3, 2]

    func terms(
      _ objective: String, _ batch: Batch, _ progress: Modelling.Progress,
      _ randomness: StepRandomness
    ) -> Terms { Terms(losses: [:]) }

    private func pixels(_ batch: Batch) -> [[Double]] {
      let values = batch["image"]?.doubles() ?? []
      return stride(from: 0, to: values.count, by: 2).map { [values[$0], values[$0 + 1]] }
    }

    func clusterProbabilities(_ batch: Batch) -> [Tensor] {
      let rows = pixels(batch).map { pixel -> ([Double], [Double]) in
        func row(_ value: Double, _ taken: Int, of count: Int) -> [Double] {
          let probability = 0.4 + value / 2
          return (0..<count).map {
            $0 == taken ? probability : (1 - probability) / Double(count - 1)
          }
        }
        let first = pixel[0] < 0.3 ? 0 : pixel[0] < 0.6 ? 1 : 2
        return (row(pixel[0], first, of: 3), row(pixel[1], pixel[1] < 0.5 ? 0 : 1, of: 2))
      }
      return [
        Tensor(rows.flatMap(\.0), shape: [rows.count, 3]),
        Tensor(rows.flatMap(\.1), shape: [rows.count, 2]),
      ]
    }

    func posteriors(_ batch: Batch) -> [DiagonalGaussian] {
      (0..<2).map { facet in
        let mean = Tensor(pixels(batch).map { $0[facet] }, shape: [batch.count, 1])
        return DiagonalGaussian(mean: mean, logVariance: mean)
      }
    }

    func setPriorMeans(_ means: [[Double]]) {}
    func encode(_ batch: Batch) -> DiagonalGaussian { posteriors(batch)[0] }
    func decode(_ codes: Tensor) -> Tensor { codes }
    func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor { .zeros([count, 2]) }

    func samplePrior(
      _ count: Int, _ temperature: Temperature, _ stream: RandomStream
    ) -> Tensor { samplePrior(count, stream) }

    /// The cluster and the line in the first number, the step in the second, as shares of 10.
    func traverseStyle(
      of cluster: Int, lines: Int, steps: Int, reach: Double, _ stream: RandomStream
    ) -> Tensor {
      let codes = (0..<lines).flatMap { line in
        (0..<steps).flatMap { [Double(cluster + line) / 10, reach * Double($0) / 10] }
      }
      return Tensor(codes, shape: [lines * steps, 2])
    }

    /// The cluster in the first number, the facet in the second, as shares of 10.
    func sample(
      _ count: Int, ofCluster cluster: Int, facet: Int, _ temperature: Temperature,
      _ stream: RandomStream
    ) -> Tensor {
      Tensor(
        (0..<count).flatMap { _ in [Double(cluster) / 10, Double(facet) / 10] }, shape: [count, 2])
    }
  }

  private static let test: [[Double]] = [
    [0.9, 0.2], [0.1, 0.8], [0.4, 0.9], [0.7, 0.1], [0.2, 0.6], [0.9, 0.3],
  ]

  private func run() -> MeasuredRun {
    let images = Tensor(Self.test.flatMap { $0 }, shape: [6, 1, 1, 2])
    let split = Split(Batch(["image": images]))
    return MeasuredRun(
      model: TwoFacets(),
      dataset: Dataset(contentIdentity: "test", train: split, others: ["test": split]),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
  }

  private let snapshots = Snapshots(steps: []) { _ in }

  private func shade(_ value: Double) -> Double { (value * 255).rounded() }

  /// Of facet 1, cluster 2 has the examples 0, 5 and 3 with 0.85, 0.85 and 0.75 (average 0.8167), cluster 1
  /// example 2 with 0.6, and cluster 0 the examples 4 and 1 with 0.5 and 0.45.
  @Test func examplesAreSortedByTheirClustersProbability() throws {
    let arrays = try ClusterExamplesComputation(columns: 2).compute(run(), snapshots)
    func array(_ name: String) throws -> ResultArray {
      try #require(arrays.first { $0.name == "examples/facet-1/" + name })
    }
    #expect(try array("cluster").values == [2, 1, 0])
    #expect(try array("index").values == [0, 5, 2, -1, 4, 1])
    #expect(try array("index").shape == [3, 2])
    let confidence = try array("confidence").values
    for (found, wanted) in zip(confidence, [2.45 / 3, 0.6, 0.475]) {
      #expect(abs(found - wanted) < 1e-6)
    }
    let probability = try array("probability").values
    for (found, wanted) in zip(probability, [0.85, 0.85, 0.6, .nan, 0.5, 0.45]) {
      #expect(wanted.isNaN ? found.isNaN : abs(found - wanted) < 1e-6)
    }
    let images = try array("images")
    #expect(images.shape == [3, 2, 1, 1, 2])
    let wanted = [0.9, 0.2, 0.9, 0.3, 0.4, 0.9, 1, 1, 0.2, 0.6, 0.1, 0.8]
    #expect(images.values == wanted.map(shade))
  }

  /// An empty cluster is not shown, and no more rows than are asked for.
  @Test func asManyClustersAsAreAskedFor() throws {
    let arrays = try ClusterExamplesComputation(clusters: 1, columns: 3).compute(run(), snapshots)
    let second = try #require(arrays.first { $0.name == "examples/facet-2/index" })
    #expect(second.shape == [1, 3])
    #expect(second.values == [2, 1, 4])
  }

  @Test func samplesFollowTheOrderOfTheClusters() throws {
    let arrays = try ClusterSamplesComputation(clusters: 2, columns: 1).compute(run(), snapshots)
    let first = try #require(arrays.first { $0.name == "samples/facet-1/images" })
    #expect(first.shape == [2, 1, 1, 1, 2])
    #expect(first.values == [0.2, 0, 0.1, 0].map(shade))
    let second = try #require(arrays.first { $0.name == "samples/facet-2/images" })
    #expect(second.values == [0.1, 0.1, 0, 0.1].map(shade))
    let all = try ClusterSamplesComputation(columns: 1, order: .number).compute(run(), snapshots)
    #expect(all.first { $0.name == "samples/facet-1/cluster" }?.values == [0, 1, 2])
  }

  /// Facet 1's surest clusters are 2 (examples 0, 5, 3) and 1 (example 2): one pair of one column.
  @Test func swappingExchangesOneFacetsCodes() throws {
    let arrays = try FacetSwapComputation(facet: 1, pairs: 5, columns: 4).compute(run(), snapshots)
    #expect(arrays.map(\.name) == ["swap/1/images", "swap/1/index", "swap/1/cluster"])
    #expect(arrays[0].shape == [4, 1, 1, 1, 2])
    // Examples 0 (0.9, 0.2) and 2 (0.4, 0.9), and these with each other's first pixel.
    let wanted = [0.9, 0.2, 0.4, 0.9, 0.4, 0.2, 0.9, 0.9]
    #expect(arrays[0].values == wanted.map(shade))
    #expect(arrays[1].values == [0, 2])
    #expect(arrays[2].values == [2, 1])
  }

  /// Lines are rows, and the cluster is the surest of the first facet: number 2.
  @Test func stylesOfOneCluster() throws {
    let arrays = try StyleTraversalComputation(lines: 2, columns: 3, reach: 1.5)
      .compute(run(), snapshots)
    #expect(arrays.map(\.name) == ["styles/images", "styles/cluster"])
    #expect(arrays[0].shape == [2, 3, 1, 1, 2])
    let wanted = [0.2, 0, 0.2, 0.15, 0.2, 0.3, 0.3, 0, 0.3, 0.15, 0.3, 0.3]
    #expect(arrays[0].values == wanted.map(shade))
    #expect(arrays[1].values == [2])
  }

  @Test func whatIsAskedForMustBeThere() {
    #expect(
      words { try FacetSwapComputation(facet: 3, pairs: 1, columns: 1).compute(run(), snapshots) }
        == "facet-swap needs a model with 3 facets or more: leave it out")
    let other = finished().run
    #expect(
      words { try ClusterSamplesComputation(columns: 1).compute(other, snapshots) }
        == "cluster-samples needs a model that generates from its clusters: leave it out")
    #expect(
      words {
        try StyleTraversalComputation(lines: 1, columns: 1, reach: 1).compute(other, snapshots)
      } == "style-traversal needs a model with a code that moves its clusters: leave it out")
    #expect(StyleTraversalComputation(lines: 1, columns: 1, reach: 0).problem != nil)
    #expect(ClusterExamplesComputation(clusters: 0, columns: 1).problem != nil)
    #expect(ClusterExamplesComputation(columns: 0).problem != nil)
    #expect(ClusterSamplesComputation(columns: 1, temperature: .covariance(-1)).problem != nil)
    #expect(FacetSwapComputation(facet: 0, pairs: 1, columns: 1).problem != nil)
  }
}
