import Datasets
import Foundation
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// Measures and arrays of clusters that are Gaussians of the code, on a model whose outputs are known.
@Suite struct GaussianClusterTests {
  private func run(_ model: any Model, label: [Int64]? = nil, count: Int = 10) -> MeasuredRun {
    var tensors = ["image": Tensor(scattered(2 * count), shape: [count, 2])]
    if let label { tensors["label"] = Tensor(label, shape: [count]) }
    return MeasuredRun(
      model: model, dataset: Dataset(contentIdentity: "test", train: Split(Batch(tensors))),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
  }

  private let noSnapshots = Snapshots(steps: []) { _ in }

  private func array(_ name: String, _ arrays: [ResultArray]) throws -> ResultArray {
    try #require(arrays.first { $0.name == name })
  }

  /// KL(N(m₁, s₁²) ‖ N(m₂, s₂²)) by hand: for means 0 and 2 and variances 1 and 4 they are
  /// log 2 + (1 + 4)/8 − ½ and −log 2 + (4 + 4)/2 − ½, and 0 in the other dimension.
  @Test func divergenceOfComponents() throws {
    let model = TwoGaussians(means: [0, 3, 2, 3], variances: [1, 5, 4, 5])
    let found = try #require(try Measure.componentDivergence.value(run(model)))
    let pair = [log(2) + 5.0 / 8 - 0.5, -log(2) + 4 - 0.5]
    #expect(abs(found - (pair[0] + pair[1]) / 2) < 1e-14)
    let equal = TwoGaussians(means: [1, 2, 1, 2], variances: [3, 4, 3, 4])
    #expect(try Measure.componentDivergence.value(run(equal)) == 0)
  }

  @Test func divergenceOfThreeComponents() throws {
    let means = scattered(6, 1)
    let variances = scattered(6, 2).map { exp($0) }
    let found = try #require(
      try Measure.componentDivergence.value(
        run(TwoGaussians(means: means, variances: variances, count: 3))))
    var sum = 0.0
    for a in 0..<3 {
      for b in 0..<3 where a != b {
        for d in 0..<2 {
          let (v, u) = (variances[2 * a + d], variances[2 * b + d])
          let m = means[2 * a + d] - means[2 * b + d]
          sum += 0.5 * (log(u / v) + (v + m * m) / u - 1)
        }
      }
    }
    #expect(abs(found - sum / 6) < 1e-13)
    let alone = TwoGaussians(means: [1, 2], variances: [1, 1], count: 1)
    #expect(try Measure.componentDivergence.value(run(alone)) == nil)
  }

  /// The mean over all examples, also where they come in several batches.
  @Test func consistencyViolation() throws {
    let model = TwoGaussians(means: [0, 0, 1, 1], variances: [1, 1, 1, 1])
    let run = run(model, count: 2300)
    let found = try #require(try Measure.consistencyViolation.value(run))
    let images = scattered(4600)
    let expected = (0..<2300).reduce(0) { $0 + abs(images[2 * $1]) } / 2300
    #expect(abs(found - expected) < 1e-12)
    #expect(model.batches == [1000, 1000, 300])
    #expect(Measure.consistencyViolation.direction == .lessIsBetter)
  }

  @Test func otherModelsHaveNoSuchClusters() {
    let measures: [Measure] = [.componentDivergence, .consistencyViolation]
    for measure in measures {
      #expect(
        words { try measure.value(run(PlaneModel())) }
          == "\(measure.id) needs a model whose clusters are Gaussians of its code: leave it out")
    }
    #expect(
      words { try ComponentsComputation().compute(run(PlaneModel()), noSnapshots) }
        == "components needs a model whose clusters are Gaussians of its code: leave it out")
    #expect(
      words { try ClustersComputation(examples: 3).compute(run(PlaneModel()), noSnapshots) }
        == "clusters needs a model with clusters: leave it out")
    #expect(
      words {
        try ReconstructionsComputation(examples: 3).compute(run(CodelessModel()), noSnapshots)
      }
        == "reconstructions needs a model with a continuous code: leave it out")
  }

  // MARK: Computations

  @Test func components() throws {
    let arrays = try ComponentsComputation().compute(
      run(TwoGaussians(means: [0, 3, 2, 3], variances: [1, 5, 4, 5])), noSnapshots)
    #expect(try array("components/mean", arrays).values == [0, 3, 2, 3])
    #expect(try array("components/mean", arrays).shape == [2, 2])
    let variance = try array("components/variance", arrays)
    #expect(variance.shape == [2, 2])
    for (found, wanted) in zip(variance.values, [1.0, 5, 4, 5]) {
      #expect(abs(found - wanted) < 1e-14)
    }
  }

  /// Every computation takes the same examples, evenly over the ten.
  @Test func theSameExamples() throws {
    let labels: [Int64] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    let model = TwoGaussians(means: [0, 0, 1, 1], variances: [1, 1, 1, 1])
    let run = run(model, label: labels)
    let rows = [0, 2, 5, 7]
    let images = scattered(20)
    let chosen = rows.flatMap { [images[2 * $0], images[2 * $0 + 1]] }

    let examples = try ExamplesComputation(examples: 4).compute(run, noSnapshots)
    #expect(try array("examples/image", examples).values == chosen)
    #expect(try array("examples/image", examples).shape == [4, 2])
    #expect(try array("examples/label", examples).values == rows.map(Double.init))
    #expect(try array("examples/label", examples).shape == [4])

    let decoded = try ReconstructionsComputation(examples: 4).compute(run, noSnapshots)
    let mean = try array("reconstructions/mean", decoded)
    #expect(mean.shape == [4, 2])
    for (found, wanted) in zip(mean.values, chosen) { #expect(abs(found - (wanted + 1)) < 1e-14) }

    let assigned = try ClustersComputation(examples: 4).compute(run, noSnapshots)
    #expect(
      try array("clusters/facet-1", assigned).values == rows.map { images[2 * $0] > 0 ? 1 : 0 })
    #expect(try array("clusters/facet-1", assigned).shape == [4])
    #expect(try array("clusters/facet-2", assigned).values == [2, 2, 2, 2])
  }

  @Test func severalBatchesOfExamples() throws {
    let run = run(PlaneModel(), count: 2300)
    let all = try ExamplesComputation(examples: 5000).compute(run, noSnapshots)
    #expect(all.map(\.name) == ["examples/image"])
    #expect(all[0].values == scattered(4600))
    #expect(all[0].shape == [2300, 2])
  }

  @Test func impossibleNumbersOfExamples() {
    let words = "examples must be from 1 to 1,000,000"
    for count in [0, -1, 1_000_001] {
      #expect(ExamplesComputation(examples: count).problem == words)
      #expect(ReconstructionsComputation(examples: count).problem == words)
      #expect(ClustersComputation(examples: count).problem == words)
      #expect(CodesComputation(examples: count).problem == words)
    }
    #expect(ExamplesComputation(examples: 1).problem == nil)
  }

  @Test func whatEachNeeds() {
    #expect(ExamplesComputation(examples: 1).parametersNeeded == .none)
    #expect(ReconstructionsComputation(examples: 1).parametersNeeded == .final)
    #expect(ClustersComputation(examples: 1).parametersNeeded == .final)
    #expect(ComponentsComputation().parametersNeeded == .final)
  }
}

/// Gaussians that are given, a code that is the image, a decoder that adds 1, and two ways to cluster: by
/// the sign of the first coordinate, and all into the last of three.
private final class TwoGaussians: GaussianClusterModel {
  let parameters = ParameterStore(Randomness(seed: 0), type: .float64)
  let clusterGaussians: DiagonalGaussian
  let clusters: [Int]
  private(set) var batches: [Int] = []

  init(means: [Double], variances: [Double], count: Int = 2) {
    clusterGaussians = DiagonalGaussian(
      mean: Tensor(means, shape: [count, 2]),
      logVariance: Tensor(variances.map { log($0) }, shape: [count, 2]))
    clusters = count == 2 ? [2, 3] : [count]
  }

  /// What a batch says here is its first coordinates.
  func clusterEntropy(_ batch: Batch, _ randomness: StepRandomness) -> Tensor {
    batches.append(batch.count)
    let image = batch["image"] ?? .zeros([0, 2])
    return Tensor(
      stride(from: 0, to: 2 * batch.count, by: 2).map { [values = image.doubles()] in
        abs(values[$0])
      }, shape: [batch.count])
  }

  func encode(_ batch: Batch) -> DiagonalGaussian {
    let image = batch["image"] ?? .zeros([0, 2])
    return DiagonalGaussian(mean: image, logVariance: image)
  }

  func decode(_ codes: Tensor) -> Tensor { codes + 1 }

  func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor { stream.normal([count, 2]) }

  func clusterProbabilities(_ batch: Batch) -> [Tensor] {
    let values = (batch["image"] ?? .zeros([0, 2])).doubles()
    let rows = 0..<batch.count
    return [
      Tensor(
        rows.flatMap { values[2 * $0] > 0 ? [0.2, 0.8] : [0.8, 0.2] }, shape: [batch.count, 2]),
      Tensor(rows.flatMap { _ in [0.1, 0.2, 0.7] }, shape: [batch.count, 3]),
    ]
  }
}
