import Testing
import Torch

@testable import Modelling

/// Small models in float64, and data for them.
protocol TinyGMVAE {}

extension TinyGMVAE {
  var randomness: StepRandomness { StepRandomness(Randomness(seed: 11), "test", step: 4) }

  func configuration(clusters: Int = 3, samples: Int = 2) -> GMVAEConfiguration {
    GMVAEConfiguration(
      clusters: clusters, samples: samples, x: 2, w: 3, encoder: .mlp(hidden: [4]),
      prior: .sequence([.dense(DenseConfiguration(units: 5, activation: .tanh))]),
      decoder: .sequence([
        .dense(DenseConfiguration(units: 4)),
        .dense(DenseConfiguration(units: 6, activation: .none)), .reshape([1, 2, 3]),
      ]), initial: .torch7)
  }

  func build(clusters: Int = 3, samples: Int = 2) throws -> GMVAE {
    try build(configuration(clusters: clusters, samples: samples), [1, 2, 3])
  }

  /// The same model on points of the plane.
  func buildForPoints() throws -> GMVAE {
    var configuration = configuration()
    configuration.decoder = .mlp(hidden: [4])
    configuration.likelihood = .gaussianPredicted
    return try build(configuration, [2])
  }

  private func build(_ configuration: GMVAEConfiguration, _ image: [Int]) throws -> GMVAE {
    let shapes = ["image": image]
    #expect(configuration.problem(for: shapes) == nil)
    let store = ParameterStore(Randomness(seed: 7), type: .float64)
    return configuration.build(for: shapes, parameters: store)
  }

  var images: [Double] { scattered(5 * 6, 2).map { 0.5 + 0.5 * $0 } }
  var batch: Batch { Batch(["image": Tensor(images, shape: [5, 1, 2, 3])]) }

  var points: [Double] { scattered(5 * 2, 3) }
  var pointBatch: Batch { Batch(["image": Tensor(points, shape: [5, 2])]) }

  func terms(_ model: GMVAE, _ batch: Batch) -> Terms {
    model.terms("elbo", batch, Progress(step: 0, totalSteps: 0, epoch: 0), randomness)
  }
}
