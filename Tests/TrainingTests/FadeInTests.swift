import Datasets
import Foundation
import Testing
import Torch

@testable import Modelling
@testable import Training

/// A facet that fades into the decoder by the ramp of its loss's weight (Falck et al. 2021, appendix C),
/// trained: until its weight rises, Adam leaves what is its own as it was.
@Suite struct FadeInTests {
  private static let block = NetworkConfiguration.sequence([
    .dense(DenseConfiguration(units: 4, activation: .tanh)),
    .dense(DenseConfiguration(units: 6, activation: .none)),
  ])

  private static func ladder(_ merge: LadderConfiguration.Merge) -> ArchitectureConfiguration {
    .ladder(
      LadderConfiguration(
        encoder: [.init(block: .mlp(hidden: [5])), .init(block: .mlp(hidden: [7]))],
        decoder: [
          .init(rung: .mlp(hidden: [5]), block: block),
          .init(rung: .mlp(hidden: [4]), block: .mlp(hidden: [5])),
        ], merge: merge))
  }

  /// Paths that are the first facet's own, and some that are on the way of the second.
  struct Case: CustomTestStringConvertible {
    let name: String
    let architecture: ArchitectureConfiguration
    let own: [String]
    let others: [String]

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "gated addition", architecture: ladder(.gatedAddition(gate: 0.1)),
      own: ["encoder/1/mean/", "encoder/1/log-variance/", "decoder/1/rung/", "prior/1/"],
      others: ["encoder/1/block/", "encoder/2/mean/", "decoder/1/block/", "prior/2/"]),
    Case(
      name: "concatenation", architecture: ladder(.concatenation),
      own: ["encoder/1/mean/", "encoder/1/log-variance/", "decoder/1/rung/", "prior/1/"],
      others: ["encoder/1/block/", "encoder/2/mean/", "decoder/1/block/", "prior/2/"]),
    Case(
      name: "shared",
      architecture: .shared(SharedConfiguration(encoder: .mlp(hidden: [5]), decoder: block)),
      own: ["prior/1/"], others: ["prior/2/"]),
  ]

  @Test(arguments: cases)
  func ownParametersStandStillUntilTheRamp(_ given: Case) throws {
    try tensors {
      let configuration = MFCVAEConfiguration(
        facets: [.init(latent: 2, components: 3), .init(latent: 3, components: 4)],
        covariance: .diagonal, mixtureWeights: .trained, architecture: given.architecture,
        likelihood: .bernoulli, initial: .torchDefault)
      let model = configuration.build(
        for: ["image": [1, 2, 3]], parameters: ParameterStore(Randomness(seed: 5)))
      let pixels = (0..<12 * 6).map { Float(0.5 + 0.5 * sin(Double($0 * $0))) }
      let trainer = Trainer(
        model: model,
        data: Split(Batch(["image": Tensor(pixels, shape: [12, 1, 2, 3])])),
        plan: try decode(
          TrainingPlan.self,
          """
          {"weights": {"facet/2": 1,
             "facet/1": {"ramp": {"from": 0, "to": 1, "after": {"steps": 3}, "over": {"steps": 4}}}},
           "phases": [{"id": "train", "batch": 4, "until": {"steps": 8},
             "updates": [{"minimise": "five-terms", "optimiser": {"adam": {"rate": 0.01}}}]}]}
          """), randomness: Randomness(seed: 5), recordEvery: 1)
      func values(_ prefixes: [String]) -> [String: [Float]] {
        let found = model.parameters.all.filter { parameter in
          prefixes.contains { parameter.path.hasPrefix($0) }
        }
        return Dictionary(uniqueKeysWithValues: found.map { ($0.path, $0.value.floats()) })
      }
      let (own, others) = (values(given.own), values(given.others))
      #expect(own.count >= given.own.count && others.count >= given.others.count)
      // The step that is taken at weight 0 last is the fourth: it begins where the ramp does.
      for step in 1...4 {
        try trainer.step()
        #expect(values(given.own) == own, "step \(step)")
        for (path, before) in others { #expect(values([path])[path] != before, "\(path)") }
      }
      for _ in 0..<3 { try trainer.step() }
      for (path, before) in own { #expect(values([path])[path] != before, "\(path)") }
    }
  }
}
