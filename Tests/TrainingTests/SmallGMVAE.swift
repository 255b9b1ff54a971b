import Datasets
import Foundation
import Testing
import Torch

@testable import Modelling
@testable import Training

/// A small GMVAE with convolutions and batch normalisation, on 24 images of 8 by 8 pixels: seven steps
/// in two epochs and a part, or until `w-prior`, which training lets rise, has been larger than before in
/// two epochs.
struct SmallGMVAE {
  let model: any Model
  let trainer: Trainer

  init(recordEvery: Int = 2, earlyStopping: Bool = false) throws {
    func layer(_ channels: Int, _ kernel: Int, last: Bool = false) -> ConvolutionConfiguration {
      ConvolutionConfiguration(
        channels: channels, kernel: kernel, stride: 2, padding: 1,
        batchNorm: last ? .none : .beforeActivation,
        activation: last ? .none : .relu)
    }
    let configuration = GMVAEConfiguration(
      clusters: 3, samples: 2, x: 2, w: 2,
      encoder: .sequence([
        .convolution(layer(3, 3)), .dense(DenseConfiguration(units: 6, batchNorm: true)),
      ]),
      prior: .sequence([.dense(DenseConfiguration(units: 5, activation: .tanh))]),
      decoder: .sequence([
        .dense(DenseConfiguration(units: 8, batchNorm: true)), .reshape([2, 2, 2]),
        .transposedConvolution(layer(2, 4)), .transposedConvolution(layer(1, 4, last: true)),
      ]), initial: .torch7)
    let model = try checked("model") {
      configuration.build(
        for: ["image": [1, 8, 8]], parameters: ParameterStore(Randomness(seed: 3)))
    }
    self.model = model
    // Bars at three heights, with soft edges.
    let pixels = (0..<24 * 64).map { index -> Float in
      let (image, row) = (index / 64, index % 64 / 8)
      let distance = abs(Double(row) - Double(1 + 2 * (image % 3)) - Double(image) / 48)
      return Float(exp(-distance * distance))
    }
    let images = Batch(["image": Tensor(pixels, shape: [24, 1, 8, 8])])
    let until =
      earlyStopping
      ? #"{"steps": 100}, "early-stopping": {"of": ["w-prior"], "patience": 2}"#
      : #"{"steps": 7}"#
    trainer = Trainer(
      model: model, data: Split(images), validation: Split(images.rows(0..<10)),
      plan: try decode(
        TrainingPlan.self,
        """
        {"weights": {"consistency-violation": 0.4, "z-prior": 1},
         "phases": [{"id": "train", "batch": 8, "until": \(until),
           "updates": [{"minimise": "elbo", "optimiser": {"adam": {"rate": 0.01}}}]}]}
        """), randomness: Randomness(seed: 3), recordEvery: recordEvery)
  }

  func run(to step: Int = 7) throws {
    while trainer.state.totalSteps < step && !trainer.isFinished { try trainer.step() }
  }
}
