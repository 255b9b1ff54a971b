import Datasets
import Modelling
import Testing
import Torch

@testable import Training

/// A model small enough to train by hand: `fit` is the mean squared distance of the batch's images from
/// `centre/value`, `size` is |extra/value|² + Σ centre/value / 2. The statistics are the test's.
final class ToyModel: Model {
  let parameters: ParameterStore
  /// Value of the statistic `error` by step of the whole run.
  var statistic: (Int) -> Double = { _ in 0 }
  /// A name of a term or statistic that is spoilt from a step on.
  var spoilt: (name: String, step: Int, value: Double)?
  /// Whether `size` has 100 more at every step, without a gradient.
  var growing = false
  private(set) var asked: [(objective: String, progress: Progress, images: [Double])] = []
  private let centre: Tensor
  private let extra: Tensor

  static let centreStart = [0.5, -1.0]
  static let extraStart = [2.0, -0.25, 1.0]
  static let images = [0.0, 1.0, 2.0, -1.0, 0.5, 0.5, -1.5, 3.0]

  /// Four images of two pixels.
  static var data: Split { Split(Batch(["image": Tensor(images, shape: [4, 2])])) }

  init(_ type: ElementType = .float64) {
    parameters = ParameterStore(Randomness(seed: 0), type: type)
    centre = (parameters.root / "centre" / "value").parameter { _, type in
      Tensor(Self.centreStart, shape: [2]).to(type)
    }
    extra = (parameters.root / "extra" / "value").parameter { _, type in
      Tensor(Self.extraStart, shape: [3]).to(type)
    }
  }

  func terms(
    _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
  ) -> Terms {
    let x = batch["image"] ?? .zeros([0, 2])
    asked.append((objective, progress, x.doubles()))
    let fit = (x - centre).square().sum(-1).mean()
    let size =
      extra.square().sum() + centre.sum() * 0.5 + (growing ? 100 * Double(progress.totalSteps) : 0)
    let error = Tensor.full(statistic(progress.totalSteps), [], type: .float64)
    var terms = Terms(losses: [:], statistics: ["error": error])
    if objective != "size" { terms.losses["fit"] = fit }
    if objective != "fit" { terms.losses["size"] = size }
    if let spoilt, progress.totalSteps >= spoilt.step {
      if terms.losses[spoilt.name] != nil { terms.losses[spoilt.name] = fit * spoilt.value }
      if terms.statistics[spoilt.name] != nil { terms.statistics[spoilt.name] = fit * spoilt.value }
    }
    return terms
  }

  var centreValues: [Double] { centre.doubles() }
  var extraValues: [Double] { extra.doubles() }

  /// Gradients of fitWeight·fit + sizeWeight·size at these values on these images.
  static func gradients(
    centre: [Double], extra: [Double], images: [Double], fit: Double, size: Double
  ) -> (centre: [Double], extra: [Double]) {
    let count = Double(images.count / 2)
    let centreGradient = centre.indices.map { i in
      let pixels = stride(from: i, to: images.count, by: 2).map { images[$0] }
      let mean = pixels.reduce(0, +) / count
      return fit * 2 * (centre[i] - mean) + size * 0.5
    }
    return (centreGradient, extra.map { size * 2 * $0 })
  }
}

/// Adam (Kingma and Ba 2015, algorithm 1) on plain numbers.
struct PlainAdam {
  var value: [Double]
  private var mean: [Double]
  private var square: [Double]
  private var (decay1, decay2) = (1.0, 1.0)

  init(_ value: [Double]) {
    self.value = value
    mean = value.map { _ in 0 }
    square = mean
  }

  mutating func step(
    _ gradient: [Double], rate: Double, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8
  ) {
    (decay1, decay2) = (decay1 * beta1, decay2 * beta2)
    for i in value.indices {
      mean[i] = beta1 * mean[i] + (1 - beta1) * gradient[i]
      square[i] = beta2 * square[i] + (1 - beta2) * gradient[i] * gradient[i]
      let scale = (square[i] / (1 - decay2)).squareRoot() + epsilon
      value[i] -= rate * mean[i] / (1 - decay1) / scale
    }
  }
}
