import Datasets
import Foundation
import Modelling
import Testing
import Torch

@testable import Training

/// The start of mixture priors at a mixture of the codes.
@Suite struct MixtureStartTests {
  /// A model whose codes are the images, in facets of two and of one pixel.
  private final class Mixed: MixturePriorModel {
    let parameters = ParameterStore(Randomness(seed: 0), type: .float64)
    let clusters: [Int]
    private(set) var means: [[Double]] = []
    private(set) var fits = 0
    /// Of the codes.
    var logVariance = -40.0
    private let value: Tensor

    init(_ clusters: [Int] = [3, 2]) {
      self.clusters = clusters
      value = (parameters.root / "x").parameter { _, type in .zeros([1], type: type) }
    }

    func posteriors(_ batch: Batch) -> [DiagonalGaussian] {
      let image = batch["image"] ?? .zeros([0, 2])
      return [image, image.narrowed(1, 1..<2)].map {
        DiagonalGaussian(mean: $0, logVariance: $0 * 0 + logVariance)
      }
    }

    func samplePrior(
      _ count: Int, _ temperature: Temperature, _ stream: RandomStream
    ) -> Tensor { .zeros([count, 3]) }

    func setPriorMeans(_ means: [[Double]]) {
      self.means = means
      fits += 1
    }

    func clusterProbabilities(_ batch: Batch) -> [Tensor] { [] }

    func terms(
      _ objective: String, _ batch: Batch, _ progress: Modelling.Progress,
      _ randomness: StepRandomness
    ) -> Terms { Terms(losses: ["loss": value.square().sum()]) }

    static func plan(_ codes: String) throws -> TrainingPlan {
      let start = #"[{"mixture-means": {"_0": {"codes": "\#(codes)"}}}]"#
      return try decode(
        TrainingPlan.self,
        """
        {"weights": {}, "phases": [{"id": "a", "batch": 2, "start": \(start),
         "updates": [{"minimise": "a", "optimiser": {"adam": {"rate": 0.1}}}], "until": {"steps": 3}}]}
        """)
    }

    func trainer(_ data: Split, _ codes: String = "mean") throws -> Trainer {
      Trainer(
        model: self, data: data, plan: try Self.plan(codes), randomness: Randomness(seed: 1),
        recordEvery: 1)
    }
  }

  /// 1,500 images, so more than are encoded at a time, in three clusters of the first facet and two of
  /// the second.
  private static var clustered: Split {
    let centres = [[-3.0, 5], [0, -4], [3, 5]]
    let values = (0..<3000).map { index -> Double in
      let noise = sin(Double(index) * 2.399 + 0.3)
      return centres[index / 2 % 3][index % 2] + 0.3 * noise
    }
    return Split(Batch(["image": Tensor(values, shape: [1500, 2])]))
  }

  /// A mixture is fitted to the codes of all training examples, once, before the phase's first step, and
  /// in the same way whenever the run is.
  @Test(arguments: ["mean", "sampled"])
  func startsFromAMixture(_ codes: String) throws {
    let plan = try Mixed.plan(codes)
    #expect(try decode(TrainingPlan.self, try encode(plan)) == plan)
    try tensors {
      let model = Mixed()
      // A draw's deviation is seen in the means, and little of it.
      if codes == "sampled" { model.logVariance = -4 }
      let trainer = try model.trainer(Self.clustered, codes)
      #expect(model.means.isEmpty)
      // Made beforehand or with the step, it is made once.
      try trainer.begin()
      #expect(model.fits == 1)
      try trainer.step()
      let first = stride(from: 0, to: 6, by: 2).map { Array(model.means[0][$0...$0 + 1]) }
        .sorted { $0[0] < $1[0] }
      #expect(distance(first.flatMap(\.self), [-3, 5, 0, -4, 3, 5]) < 0.05)
      #expect(distance(model.means[1].sorted(), [-4, 5]) < 0.05)
      let means = model.means
      while !trainer.isFinished { try trainer.step() }
      #expect(model.fits == 1)

      let again = Mixed()
      again.logVariance = model.logVariance
      try again.trainer(Self.clustered, codes).step()
      #expect(again.means == means)
      // What is drawn differs between the two codes, and between seeds.
      let other = Mixed()
      other.logVariance = model.logVariance
      try other.trainer(Self.clustered, codes == "mean" ? "sampled" : "mean").step()
      #expect(other.means[1].sorted() != means[1].sorted())

      // Training that goes on from a later step does not fit again.
      let resumed = Mixed()
      let rest = try resumed.trainer(Self.clustered, codes)
      var state = trainer.state
      (state.phase, state.step, state.totalSteps) = (0, 1, 1)
      rest.restore(state)
      try rest.step()
      #expect(resumed.fits == 0)
    }
  }

  @Test func aMixtureNeedsPointsAndAModelThatHasOne() throws {
    try tensors {
      let model = Mixed([3, 5])
      let trainer = try model.trainer(ToyModel.data)
      let text =
        "the start 'mixture-means': too few points to cluster: found 4, needed 5; take fewer clusters "
        + "or more data"
      do {
        try trainer.step()
        Issue.record("no error")
      } catch {
        #expect("\(error)" == text)
      }
      #expect(model.fits == 0)
      let other = Trainer(
        model: ToyModel(), data: ToyModel.data, plan: try Mixed.plan("mean"),
        randomness: Randomness(seed: 1), recordEvery: 1)
      do {
        try other.step()
        Issue.record("no error")
      } catch {
        #expect(
          "\(error)"
            == "the model has no start 'mixture-means': take it out of the phase's 'start'")
      }
    }
  }
}
