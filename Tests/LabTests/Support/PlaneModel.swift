import Datasets
import Foundation
import Modelling
import Torch
import Training

@testable import Lab

/// A model whose every output is known: the code is the image times one parameter, its standard
/// deviation is exp(image), and decoding adds 0.25.
final class PlaneModel: LatentVariableModel {
  static let shift = 0.25
  let parameters = ParameterStore(Randomness(seed: 0), type: .float64)
  let scale: Tensor

  init(scale value: Double = 1) {
    scale = (parameters.root / "scale").parameter { .full(value, [], type: $1) }
  }

  func encode(_ batch: Batch) -> DiagonalGaussian {
    let image = batch["image"] ?? Tensor([Double](), shape: [0, 0])
    return DiagonalGaussian(mean: image * scale, logVariance: image * 2)
  }

  func decode(_ codes: Tensor) -> Tensor { codes + Self.shift }

  func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    stream.normal([count, 2], type: .float64) * scale
  }
}

extension Model {
  /// What is measured of a model asks for no objective: models of tests need none of their own.
  func terms(
    _ objective: String, _ batch: Batch, _ progress: Modelling.Progress,
    _ randomness: StepRandomness
  ) -> Terms {
    Terms(losses: [:])
  }
}

/// A model without a code.
final class CodelessModel: Model {
  let parameters = ParameterStore(Randomness(seed: 0))
}

/// Numbers between −1.5 and 1.5 without a pattern that an error in an index could hide in.
func scattered(_ count: Int, _ phase: Double = 0) -> [Double] {
  (0..<count).map { 1.5 * sin(Double($0) * 2.399 + 1.7 * phase + 0.3) }
}

/// A finished run on `count` images of `dimensions` numbers each, and those numbers.
func finished(
  _ model: any Model = PlaneModel(), count: Int = 10, dimensions: Int = 2, seed: Int = 0,
  angles: [Double]? = nil, curves: Curves = Curves(), events: [String: Int] = [:]
) -> (run: MeasuredRun, images: [Double]) {
  let images = scattered(count * dimensions)
  var tensors = ["image": Tensor(images, shape: [count, dimensions])]
  if let angles { tensors["angle"] = Tensor(angles, shape: [count]) }
  let run = MeasuredRun(
    model: model, dataset: Dataset(contentIdentity: "test", train: Split(Batch(tensors))),
    randomness: Randomness(seed: seed), curves: curves, events: events)
  return (run, images)
}
