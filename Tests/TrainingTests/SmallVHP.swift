import Datasets
import Foundation
import Modelling
import Testing
import Torch

@testable import Training

/// A small VHP in float32 on 64 pendulum images: eight steps in two phases, REWO holding the prior until
/// its constraint is met in the fourth step.
struct SmallVHP {
  let model: any Model
  let trainer: Trainer

  /// - Parameter threshold: κ², so chosen that the constraint is first met inside the first phase.
  init(
    threshold: Double = 0.145, latent: Int = 2, seed: Int = 5, recordEvery: Int = 2
  ) throws {
    let model = try Self.untrained(latent: latent, seed: seed)
    self.model = model
    trainer = Trainer(
      model: model, data: try Self.pendulum.load().train, plan: try Self.plan(threshold),
      randomness: Randomness(seed: seed), recordEvery: recordEvery)
  }

  static func untrained(latent: Int = 2, seed: Int = 5) throws -> any Model {
    let network = #"{"mlp": {"hidden": [12, 8]}}"#
    let configuration = try decode(
      VHPConfiguration.self,
      """
      {"latent": \(latent), "encoder": \(network), "decoder": \(network),
       "prior-encoder": \(network), "prior-decoder": \(network), "importance-samples": 3,
       "likelihood": {"gaussian-learned": {"initial": 0.5}}, "initial": "glorot-uniform"}
      """)
    let shapes = try pendulum.exampleShapes
    return try checked("model") {
      configuration.build(
        for: shapes, parameters: ParameterStore(Randomness(seed: seed)))
    }
  }

  static var pendulum: PendulumConfiguration {
    get throws {
      try decode(
        PendulumConfiguration.self,
        #"{"images": 64, "size": 6, "rod-length": 2.2, "rod-width": 0.8, "noise": 0, "seed": 2}"#)
    }
  }

  private static func plan(_ threshold: Double) throws -> TrainingPlan {
    try decode(
      TrainingPlan.self,
      """
      {"weights": {"rate": {"rewo": {
         "statistic": "squared-error", "threshold": \(threshold), "speed": 50, "steepness": 3,
         "start": 0.01, "smoothing": 0.5, "hold": ["prior/**"]}}},
       "phases": [
         {"id": "train", "batch": 24, "until": {"steps": 5},
          "updates": [{"minimise": "elbo", "optimiser": {"adam": {"rate": 0.01}}}]},
         {"id": "tune", "batch": 32, "until": {"epochs": 1.5},
          "updates": [{"minimise": "elbo", "optimiser": {"adam": {"rate": 0.005}},
                       "parameters": ["encoder/**", "prior/*/mean/*"]}]}]}
      """)
  }

  func run(to step: Int = 8) throws {
    while trainer.state.totalSteps < step && !trainer.isFinished { try trainer.step() }
  }

  var outcome: [String: [UInt64]] { outcomeOf(model, trainer) }
}
