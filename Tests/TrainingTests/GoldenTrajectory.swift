import Datasets
import Testing
import Torch

@testable import Modelling
@testable import Training

/// A small model, how it is trained, and the losses and weights of its first three steps.
struct GoldenTrajectory: CustomTestStringConvertible {
  let name: String
  let configuration: any ModelConfiguration
  /// JSON, as a manifest would say it.
  var weights = "{}"
  var objective = "elbo"
  var start = ""
  /// Whether each step draws binary images.
  var binarises = false
  /// Curves by name: all losses, and the weights that change.
  let expected: [String: [Double]]

  var testDescription: String { name }

  /// The curves of three steps of eight images each.
  func curves() throws -> Curves {
    let images = try SmallVHP.pendulum.load().train.rows(0..<24)
    let plan = try decode(
      TrainingPlan.self,
      """
      {"weights": \(weights),
       "phases": [{"id": "train", "batch": 8, \(start)"until": {"steps": 3},
         "updates": [{"minimise": "\(objective)", "optimiser": {"adam": {"rate": 0.01}}}]}]}
      """)
    let shapes = try SmallVHP.pendulum.exampleShapes
    #expect(configuration.problem(for: shapes) == nil)
    let model = configuration.build(for: shapes, parameters: ParameterStore(Randomness(seed: 3)))
    let trainer = Trainer(
      model: model,
      data: Split(images, preparations: binarises ? ["image": Preparation(resamples: true)] : [:]),
      plan: plan, randomness: Randomness(seed: 3), recordEvery: 1)
    while !trainer.isFinished { try trainer.step() }
    return trainer.state.curves
  }
}

extension GoldenTrajectory {
  private static let mlp = NetworkConfiguration.mlp(hidden: [7])

  /// A decoder of images of 6 × 6 pixels.
  private static let toImage = NetworkConfiguration.sequence([
    .dense(DenseConfiguration(units: 7, activation: .tanh)),
    .dense(DenseConfiguration(units: 36, activation: .none)), .reshape([1, 6, 6]),
  ])

  /// A network of gated convolutions, wide enough to go by Winograd's tiles.
  private static func gated(_ first: [LayerConfiguration], last: LayerConfiguration)
    -> NetworkConfiguration
  {
    let wide = ConvolutionConfiguration(
      channels: 32, kernel: 3, padding: 1, activation: .gated, initial: .torchDefault)
    return .sequence(first + [.convolution(wide), .convolution(wide), last])
  }

  private static func vae(
    _ prior: PriorConfiguration, samples: Int = 1, likelihood: LikelihoodConfiguration = .bernoulli
  ) -> VAEConfiguration {
    VAEConfiguration(
      latent: 2, encoder: mlp, decoder: likelihood == .bernoulli ? toImage : mlp, prior: prior,
      importanceSamples: samples,
      likelihood: likelihood, initial: .glorotUniform, logVariance: [-6, 2])
  }

  private static func isa(_ prior: ISAVAEPriorConfiguration) -> ISAVAEConfiguration {
    ISAVAEConfiguration(
      latent: 4, prior: prior, encoder: mlp, decoder: toImage, minibatchSampling: .weighted,
      initial: .torchDefault)
  }

  static let all = [
    GoldenTrajectory(
      name: "IWAE", configuration: vae(.standardNormal, samples: 3),
      objective: "importance-weighted", binarises: true,
      expected: [
        "loss/bound": [25.3406544, 24.8781052, 24.679987]
      ]),
    GoldenTrajectory(
      name: "VampPrior with GECO",
      configuration: vae(
        .vamp(VampPriorConfiguration(components: 5, mean: 0.05, standardDeviation: 0.01)),
        likelihood: .gaussian(scale: 0.4)),
      weights: """
        {"rate": {"geco": {"statistic": "squared-error", "threshold": 0.1, "speed": 5, "start": 1,
                           "smoothing": 0.9}}}
        """,
      expected: [
        "loss/distortion": [32.8787117, 19.1839161, 23.6525402],
        "loss/rate": [0.3938798, 0.0820802, 0.127648],
        "weight/rate": [0.384028, 0.1567327, 0.0662401],
      ]),
    GoldenTrajectory(
      name: "VHP of gated convolutions with a multiplier",
      configuration: VHPConfiguration(
        latent: 2,
        encoder: gated(
          [],
          last: .convolution(
            ConvolutionConfiguration(
              channels: 2, kernel: 3, stride: 2, padding: 1, activation: .gated))),
        decoder: gated(
          [.dense(DenseConfiguration(units: 36, activation: .gated)), .reshape([1, 6, 6])],
          last: .convolution(ConvolutionConfiguration(channels: 1, kernel: 1, activation: .none))),
        priorEncoder: mlp, priorDecoder: mlp, importanceSamples: 3, likelihood: .bernoulli,
        initial: .heNormal, logVariance: nil),
      weights: """
        {"rate": {"multiplier": {"statistic": "squared-error", "threshold": 0.16, "speed": 5, "slope": 3,
                                 "start": 33, "smoothing": 0.9, "hold": []}}}
        """,
      expected: [
        "loss/distortion": [24.9053612, 21.3233528, 20.2023716],
        "loss/rate": [1.6485697, 7.4520264, 6.6605206],
        "weight/rate": [0.01, 0.01, 0.0102375],
      ]),
    GoldenTrajectory(
      name: "MFCVAE, a ladder whose first facet fades in",
      configuration: MFCVAEConfiguration(
        facets: [.init(latent: 2, components: 3), .init(latent: 3, components: 4)],
        covariance: .diagonal, mixtureWeights: .trained,
        architecture: .ladder(
          LadderConfiguration(
            encoder: [.init(block: .mlp(hidden: [5])), .init(block: .mlp(hidden: [7]))],
            decoder: [
              .init(rung: .mlp(hidden: [5]), block: toImage),
              .init(rung: .mlp(hidden: [4]), block: .mlp(hidden: [5])),
            ], merge: .gatedAddition(gate: 0.1))),
        likelihood: .bernoulli, initial: .torchDefault),
      weights: #"{"facet/1": {"ramp": {"from": 0, "to": 1, "over": {"steps": 4}}}}"#,
      objective: "five-terms", start: #""start": [{"mixture-means": {"_0": {"codes": "mean"}}}], "#,
      expected: [
        "loss/distortion": [25.473011, 25.3622036, 24.791151],
        "loss/facet/1": [25.9181728, 45.8921776, 65.368515],
        "loss/facet/2": [140.0920563, 91.8915329, 58.1082916],
        "weight/facet/1": [0.0, 0.25, 0.5],
      ]),
    GoldenTrajectory(
      name: "MFCVAE of weight-normed convolutions with full covariances",
      configuration: MFCVAEConfiguration(
        facets: [.init(latent: 2, components: 3), .init(latent: 2, components: 2)],
        covariance: .full, mixtureWeights: .uniform,
        architecture: .shared(
          SharedConfiguration(
            encoder: .sequence([
              .convolution(
                ConvolutionConfiguration(
                  channels: 3, kernel: 3, stride: 2, padding: 1, weightNorm: true))
            ]),
            decoder: .sequence([
              .dense(DenseConfiguration(units: 18)), .reshape([2, 3, 3]),
              .transposedConvolution(
                ConvolutionConfiguration(
                  channels: 1, kernel: 4, stride: 2, padding: 1, activation: .none, weightNorm: true
                )),
            ]))),
        likelihood: .bernoulli, initial: .torchDefault),
      objective: "three-terms", start: #""start": [{"data-dependent": {"_0": {"scale": 0.5}}}], "#,
      expected: [
        "loss/distortion": [24.9873695, 24.7051125, 24.5152607],
        "loss/facet/1": [62.179821, 40.40979, 66.7963028],
        "loss/facet/2": [520.196167, 238.88974, 203.926651],
      ]),
    GoldenTrajectory(
      name: "ISA-VAE",
      configuration: isa(
        .isa(
          ISAPriorConfiguration(
            subspaces: [2, 2], rootExponent: 2.1, exponents: [2.2, 1.8], learned: true))),
      weights: #"{"rate": 2}"#,
      expected: [
        "loss/distortion": [25.708725, 25.2137985, 24.8974743],
        "loss/rate": [0.788256, 0.953251, 1.0389519],
      ]),
    GoldenTrajectory(
      name: "β-TCVAE", configuration: isa(.standardNormal), weights: #"{"total-correlation": 3}"#,
      objective: "total-correlation",
      expected: [
        "loss/distortion": [25.708725, 25.2185745, 24.8952293],
        "loss/marginal-divergence": [-12.0914307, -12.2429247, -12.2720366],
        "loss/mutual-information": [3.1889577, 3.1961408, 3.1578026],
        "loss/total-correlation": [9.5313578, 9.5365238, 9.5331268],
      ]),
  ]
}
