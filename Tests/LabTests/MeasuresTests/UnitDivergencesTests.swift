import Datasets
import Foundation
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// Active units, on a model whose posterior is known.
@Suite struct UnitDivergencesTests {
  /// q(ζ|x) has as means the image's numbers times these, and these log-variances for all images.
  private final class Known: InnermostCodeModel {
    static let gains = [0.0, 1.5, 0.02, -0.4]
    static let logVariances = [0.0, -1.2, 0.01, 0.6]
    let parameters = ParameterStore(Randomness(seed: 0))
    var hasCode = true

    func terms(
      _ objective: String, _ batch: Batch, _ progress: Modelling.Progress,
      _ randomness: StepRandomness
    ) -> Terms {
      Terms(losses: [:])
    }

    func innermostPosterior(_ batch: Batch, _ randomness: StepRandomness) -> DiagonalGaussian? {
      guard hasCode, let image = batch["image"] else { return nil }
      return DiagonalGaussian(
        mean: image * Tensor(Self.gains, shape: [4]),
        logVariance: Tensor(Self.logVariances, shape: [1, 4]) + image * 0)
    }
  }

  private func run(_ model: any Model, _ images: [Double]) -> MeasuredRun {
    let test = Split(Batch(["image": Tensor(images, shape: [images.count / 4, 4])]))
    return MeasuredRun(
      model: model,
      dataset: Dataset(contentIdentity: "test", train: test, others: ["test": test]),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
  }

  /// KL(N(m, v) ‖ N(0, 1)) = ∫ q log(q/p), by the trapezoidal rule over 24 standard deviations.
  private func divergence(_ mean: Double, _ variance: Double) -> Double {
    let deviation = variance.squareRoot()
    let step = deviation / 100
    return (-1200...1200).reduce(0) { sum, index in
      let x = mean + Double(index) * step
      let logQ = -(x - mean) * (x - mean) / (2 * variance) - 0.5 * log(2 * Double.pi * variance)
      let logP = -x * x / 2 - 0.5 * log(2 * Double.pi)
      return sum + exp(logQ) * (logQ - logP) * step
    }
  }

  /// More images than a batch holds, the last batch smaller.
  @Test func meansOverTheTestImages() throws {
    let images = scattered(2300 * 4)
    let run = run(Known(), images)
    let found = try #require(try UnitDivergences(run, for: "test")).values
    // A mean's square is linear in the divergence, so one integral for each dimension's mean square.
    let expected = (0..<4).map { dimension in
      let squares = stride(from: dimension, to: images.count, by: 4).map {
        let mean = Known.gains[dimension] * images[$0]
        return mean * mean
      }
      let square = squares.reduce(0, +) / 2300
      return divergence(square.squareRoot(), exp(Known.logVariances[dimension]))
    }
    for (mine, theirs) in zip(found, expected) { #expect(abs(mine - theirs) < 1e-9) }
    // Of no use is the first, and the third hardly: below 0.01 nats.
    #expect(expected[0] < 1e-9 && expected[2] < 0.01 && expected[1] > 0.01 && expected[3] > 0.01)
    #expect(try Measure.activeUnits.value(run) == 2)

    let arrays = try UnitDivergencesComputation().compute(run, Snapshots(steps: []) { _ in })
    #expect(arrays.map(\.name) == ["units/divergence", "units/dimension"])
    #expect(arrays.map(\.shape) == [[4], [4]])
    #expect(arrays[1].values == [1, 3, 2, 0])
    #expect(arrays[0].values == [1, 3, 2, 0].map { found[$0] })
  }

  /// q(ζ|x) = N(m, I) for all images: the divergence of a dimension is m²/2.
  private final class Constant: InnermostCodeModel {
    let parameters = ParameterStore(Randomness(seed: 0))
    private let means: [Double]

    init(means: [Double]) { self.means = means }

    func terms(
      _ objective: String, _ batch: Batch, _ progress: Modelling.Progress,
      _ randomness: StepRandomness
    ) -> Terms {
      Terms(losses: [:])
    }

    func innermostPosterior(_ batch: Batch, _ randomness: StepRandomness) -> DiagonalGaussian? {
      let zero = Tensor.zeros([batch.count, means.count], type: .float64)
      return DiagonalGaussian(
        mean: zero + Tensor(means, shape: [1, means.count]), logVariance: zero)
    }
  }

  /// A hundredth of a nat is between two units, of which one is active.
  @Test func threshold() throws {
    let model = Constant(means: [(2 * 0.0099).squareRoot(), (2 * 0.0101).squareRoot()])
    let run = run(model, scattered(1500 * 4))
    let found = try #require(try UnitDivergences(run, for: "test")).values
    #expect(found.count == 2)
    #expect(zip(found, [0.0099, 0.0101]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(try Measure.activeUnits.value(run) == 1)
  }

  @Test func otherModelsHaveNone() throws {
    let model = Known()
    model.hasCode = false
    #expect(try Measure.activeUnits.value(run(model, scattered(8))) == nil)
    #expect(try Measure.activeUnits.value(run(CodelessModel(), scattered(8))) == nil)
    #expect(
      words {
        try UnitDivergencesComputation().compute(
          run(model, scattered(8)), Snapshots(steps: []) { _ in })
      } == "unit-divergences needs a model whose innermost code has the prior N(0, I): leave it out"
    )
    #expect(
      words { try Measure.activeUnits.value(finished(Known()).run) }
        == "active-units/test needs data with a split named 'test', which this data set has not: "
        + "name another split, or leave it out")
  }
}
