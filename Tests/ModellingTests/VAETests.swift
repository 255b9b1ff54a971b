import Foundation
import Testing
import Torch

@testable import Modelling

/// VAEs with each prior, against the equations on plain numbers.
@Suite struct VAETests {
  private let randomness = StepRandomness(Randomness(seed: 11), "test", step: 4)
  private let images = scattered(5 * 6, 2).map { 0.5 + 0.5 * $0 }
  private var batch: Batch { Batch(["image": Tensor(images, shape: [5, 1, 2, 3])]) }
  private let progress = Progress(step: 0, totalSteps: 0, epoch: 0)

  enum Kind: CaseIterable {
    case standardNormal, vamp, hierarchical
  }

  private static let logits = NetworkConfiguration.sequence([
    .dense(DenseConfiguration(units: 4)),
    .dense(DenseConfiguration(units: 6, activation: .none)), .reshape([1, 2, 3]),
  ])

  private func build(
    _ kind: Kind, samples: Int = 3, encoder: NetworkConfiguration = .mlp(hidden: [4]),
    decoder: NetworkConfiguration = logits, likelihood: LikelihoodConfiguration = .bernoulli,
    logVariance: [Double]? = nil
  ) throws -> VAE {
    let configuration: any ModelConfiguration
    if kind == .hierarchical {
      configuration = VHPConfiguration(
        latent: 2, encoder: encoder, decoder: decoder, priorEncoder: .mlp(hidden: [3]),
        priorDecoder: .mlp(hidden: [4]), importanceSamples: samples, likelihood: likelihood,
        initial: .torchDefault, logVariance: logVariance)
    } else {
      let vamp = VampPriorConfiguration(components: 4, mean: 0.5, standardDeviation: 0.4)
      configuration = VAEConfiguration(
        latent: 2, encoder: encoder, decoder: decoder,
        prior: kind == .vamp ? .vamp(vamp) : .standardNormal, importanceSamples: samples,
        likelihood: likelihood, initial: .torchDefault, logVariance: logVariance)
    }
    let shapes = ["image": [1, 2, 3]]
    #expect(configuration.problem(for: shapes) == nil)
    let store = ParameterStore(Randomness(seed: 7), type: .float64)
    return try #require(configuration.build(for: shapes, parameters: store) as? VAE)
  }

  /// log p(x, z) − log q(z|x) of one example and draw.
  private func logWeight(
    _ kind: Kind, _ plain: PlainVHP, _ x: [Double], noise: [Double], zetaNoise: [Double]
  ) -> Double {
    let posterior = plain.gaussian(x, "encoder")
    let z = posterior.sample(noise)
    let hidden = plain.layer(z, "decoder/0").map { max($0, 0) }
    let likelihood = zip(x, plain.layer(hidden, "decoder/1")).reduce(0) { sum, pixel in
      let p = 1 / (1 + exp(-pixel.1))
      return sum + pixel.0 * log(p) + (1 - pixel.0) * log(1 - p)
    }
    return likelihood + logPrior(kind, plain, z, zetaNoise) - posterior.logDensity(z)
  }

  private func logPrior(
    _ kind: Kind, _ plain: PlainVHP, _ z: [Double], _ zetaNoise: [Double]
  ) -> Double {
    let standard = PlainVHP.Gaussian(mean: [0, 0], logVariance: [0, 0])
    switch kind {
    case .standardNormal: return standard.logDensity(z)
    case .vamp:
      let pixels = plain.parameters.numbers("prior/pseudo-inputs").map { min(max($0, 0), 1) }
      let densities = (0..<4).map { component in
        exp(
          plain.gaussian(Array(pixels[component * 6..<component * 6 + 6]), "encoder").logDensity(z))
      }
      return log(densities.reduce(0, +) / 4)
    case .hierarchical:
      let q = plain.gaussian(z, "prior/encoder")
      let zeta = q.sample(zetaNoise)
      return plain.gaussian(zeta, "prior/decoder").logDensity(z) + standard.logDensity(zeta)
        - q.logDensity(zeta)
    }
  }

  @Test(arguments: Kind.allCases) func importanceWeights(_ kind: Kind) throws {
    let (model, weights, noise, zeta) = try tensors {
      let model = try build(kind)
      return (
        model, model.importanceWeights(batch, .evaluation)(3, randomness),
        randomness.stream("z").normal([3, 5, 2], type: .float64).doubles(),
        randomness.stream("zeta").normal([15, 2], type: .float64).doubles()
      )
    }
    let plain = PlainVHP(parameters: model.parameters)
    let expected = (0..<15).map { row in
      let example = row % 5
      return logWeight(
        kind, plain, Array(images[example * 6..<example * 6 + 6]),
        noise: Array(noise[2 * row..<2 * row + 2]), zetaNoise: Array(zeta[2 * row..<2 * row + 2]))
    }
    #expect(weights.shape == [3, 5])
    #expect(distance(weights.doubles(), expected) < 1e-11)

    // The objective is minus the logarithm of their mean, averaged over examples.
    let terms = try tensors { model.terms("importance-weighted", batch, progress, randomness) }
    #expect(Array(terms.losses.keys) == VAE.objectives["importance-weighted"]?.losses)
    let bounds = (0..<5).map { example in
      log((0..<3).map { exp(expected[$0 * 5 + example]) }.reduce(0, +) / 3)
    }
    let bound = try #require(terms.losses["bound"]).item()
    #expect(abs(bound + moments(bounds).mean) < 1e-11)
  }

  /// q(ζ|z) at one draw of z with a hierarchical prior, q(z|x) with a standard normal one.
  @Test func innermostPosteriors() throws {
    try tensors {
      let hierarchical = try build(.hierarchical)
      let noise = randomness.stream("z").normal([5, 2], type: .float64).doubles()
      let found = try #require(hierarchical.innermostPosterior(batch, randomness))
      let plain = PlainVHP(parameters: hierarchical.parameters)
      let expected = (0..<5).map { example in
        let posterior = plain.gaussian(Array(images[example * 6..<example * 6 + 6]), "encoder")
        return plain.gaussian(
          posterior.sample(Array(noise[2 * example..<2 * example + 2])), "prior/encoder")
      }
      #expect(found.mean.shape == [5, 2])
      #expect(distance(found.mean.doubles(), expected.flatMap(\.mean)) < 1e-12)
      #expect(distance(found.logVariance.doubles(), expected.flatMap(\.logVariance)) < 1e-12)

      let flat = try build(.standardNormal)
      let own = try #require(flat.innermostPosterior(batch, randomness))
      #expect(own.mean.doubles() == flat.encode(batch).mean.doubles())
      #expect(try build(.vamp).innermostPosterior(batch, randomness) == nil)
    }
  }

  /// With one draw the two terms of `elbo` are together the importance-weighted bound.
  @Test(arguments: Kind.allCases) func oneDraw(_ kind: Kind) throws {
    try tensors {
      let model = try build(kind, samples: 1)
      let elbo = model.terms("elbo", batch, progress, randomness)
      let bound = model.terms("importance-weighted", batch, progress, randomness)
      #expect(Array(elbo.losses.keys) == VAE.objectives["elbo"]?.losses)
      #expect(Array(elbo.statistics.keys) == VAE.objectives["elbo"]?.statistics)
      let sum = elbo.losses.values.map { $0.item() }.reduce(0, +)
      #expect(abs(sum - (bound.losses["bound"]?.item() ?? .nan)) < 1e-12)

      // κ² is compared with probabilities, not with logits.
      let posterior = model.encode(batch)
      let z = posterior.sample(randomness.stream("z").normal([5, 2], type: .float64))
      let squares = zip(images, model.decode(z).doubles()).map { ($0 - $1) * ($0 - $1) }
      let found = try #require(elbo.statistics["squared-error"]).item()
      #expect(abs(found - squares.reduce(0, +) / 30) < 1e-12)
      #expect(model.decode(z).doubles().allSatisfy { 0 < $0 && $0 < 1 })
    }
  }

  /// All networks of Table 2's kind: gated convolutions there and back, and gated dense layers.
  @Test(arguments: Kind.allCases, ["elbo", "importance-weighted"])
  func gradientsAreThoseOfCentralDifferences(_ kind: Kind, _ objective: String) throws {
    let encoder = NetworkConfiguration.sequence([
      .convolution(.init(channels: 2, kernel: 3, stride: 2, padding: 1, activation: .gated)),
      .dense(DenseConfiguration(units: 3, activation: .gated)),
    ])
    let decoder = NetworkConfiguration.sequence([
      .dense(DenseConfiguration(units: 4, activation: .gated)), .reshape([2, 1, 2]),
      .transposedConvolution(.init(channels: 2, kernel: 2, activation: .gated)),
      .convolution(.init(channels: 1, kernel: 1, activation: .none)),
    ])
    try tensors {
      let model = try build(kind, samples: 2, encoder: encoder, decoder: decoder)
      func loss() -> Tensor {
        let losses = model.terms(objective, batch, progress, randomness).losses.values
        return losses.dropFirst().reduce(losses[0]) { $0 + $1 * 0.3 }
      }
      let parameters = model.parameters.all
      let gradients = loss().gradients(parameters.map(\.value))
      for (parameter, gradient) in zip(parameters, gradients) {
        let values = parameter.value.doubles()
        let numeric = values.indices.map { index in
          let sides = [1e-5, -1e-5].map { step in
            var moved = values
            moved[index] += step
            parameter.value.assign(Tensor(moved, shape: parameter.value.shape))
            return loss().item()
          }
          return (sides[0] - sides[1]) / 2e-5
        }
        parameter.value.assign(Tensor(values, shape: parameter.value.shape))
        #expect(numeric.contains { abs($0) > 1e-6 }, "\(parameter.path) says nothing")
        #expect(distance(gradient.doubles(), numeric) < 1e-7, "\(parameter.path)")
      }
    }
  }

  /// Draws of each prior have the moments of its density: by self-normalised importance sampling from a
  /// wide Gaussian.
  @Test(arguments: Kind.allCases) func priorSamples(_ kind: Kind) throws {
    try tensors {
      let model = try build(kind)
      let count = 20_000
      let draws = model.samplePrior(count, Randomness(seed: 5).stream("prior")).doubles()
      let scale = 2.0
      let z = Randomness(seed: 6).stream("wide").normal([count, 2], type: .float64) * scale
      let posterior = DiagonalGaussian(
        mean: .zeros([count, 2], type: .float64), logVariance: .zeros([count, 2], type: .float64))
      // The rate is log q − log p; q is taken away again.
      let logPrior =
        posterior.logDensity(z)
        - model.rate(z, posterior, Randomness(seed: 7).stream("zeta"), .evaluation)
      let wide = (z * (1 / scale)).square().sum(-1) * -0.5
      let weights = zip(logPrior.doubles(), wide.doubles()).map { exp($0 - $1) }
      let total = weights.reduce(0, +)
      let values = z.doubles()
      for axis in 0..<2 {
        let drawn = moments((0..<count).map { draws[2 * $0 + axis] })
        let mean = (0..<count).reduce(0) { $0 + weights[$1] * values[2 * $1 + axis] } / total
        let square = (0..<count).reduce(0) {
          let centred = values[2 * $1 + axis] - mean
          return $0 + weights[$1] * centred * centred
        }
        #expect(abs(drawn.mean - mean) < 0.06, "\(drawn.mean), \(mean)")
        #expect(abs(drawn.variance - square / total) < 0.1, "\(drawn.variance)")
      }
    }
  }

  @Test func logVariancesAreLimited() throws {
    try tensors {
      let model = try build(.standardNormal, logVariance: [-6, 2])
      for (bias, expected) in [(50.0, 2.0), (-50, -6)] {
        try model.parameters.set("encoder/log-variance/bias", [bias, bias])
        #expect(Set(model.encode(batch).logVariance.doubles()) == [expected])
      }
    }
  }
}

/// What manifests may say of them.
@Suite struct VAEConfigurationTests {
  private let shapes = ["image": [1, 28, 28]]

  private static func gated(
    _ channels: Int, _ kernel: Int, stride: Int = 1, padding: Int
  ) -> LayerConfiguration {
    .convolution(
      ConvolutionConfiguration(
        channels: channels, kernel: kernel, stride: stride, padding: padding, activation: .gated))
  }

  private static func gated(_ units: Int) -> LayerConfiguration {
    .dense(DenseConfiguration(units: units, activation: .gated))
  }

  private static let encoder = NetworkConfiguration.sequence([
    gated(32, 7, padding: 3), gated(32, 3, stride: 2, padding: 1), gated(64, 5, padding: 2),
    gated(64, 3, stride: 2, padding: 1), gated(6, 3, padding: 1),
  ])
  private static let decoder = NetworkConfiguration.sequence(
    [gated(784), .reshape([1, 28, 28])]
      + [LayerConfiguration](repeating: gated(64, 3, padding: 1), count: 4)
      + [.convolution(ConvolutionConfiguration(channels: 1, kernel: 1, activation: .none))])
  private static let second = NetworkConfiguration.sequence([gated(256), gated(256)])

  private func vae(_ prior: PriorConfiguration) -> VAEConfiguration {
    VAEConfiguration(
      latent: 32, encoder: Self.encoder, decoder: Self.decoder, prior: prior,
      importanceSamples: 16, likelihood: .bernoulli, initial: .heNormal, logVariance: [-6, 2])
  }

  /// Counted by hand in the specification: 223,884 and 274,657, and twice 164,928 for the second layer.
  @Test func parametersOfTable2() throws {
    let vhp = VHPConfiguration(
      latent: 32, encoder: Self.encoder, decoder: Self.decoder, priorEncoder: Self.second,
      priorDecoder: Self.second, importanceSamples: 16, likelihood: .bernoulli,
      initial: .heNormal, logVariance: [-6, 2])
    let vamp = vae(
      .vamp(VampPriorConfiguration(components: 500, mean: 0.05, standardDeviation: 0.01)))
    let counts: [(any ModelConfiguration, Int)] = [
      (vhp, 828_397), (vae(.standardNormal), 498_541), (vamp, 498_541 + 392_000),
    ]
    for (configuration, count) in counts {
      #expect(configuration.problem(for: shapes) == nil)
      try tensors {
        let store = ParameterStore(Randomness(seed: 0))
        _ = configuration.build(for: shapes, parameters: store)
        #expect(store.count == count)
      }
    }
  }

  @Test func pseudoInputsStartAsTheirManifestSays() throws {
    let vamp = vae(
      .vamp(VampPriorConfiguration(components: 50, mean: 0.25, standardDeviation: 0.01)))
    try tensors {
      let store = ParameterStore(Randomness(seed: 0))
      _ = vamp.build(for: shapes, parameters: store)
      #expect(store["prior/pseudo-inputs"]?.value.shape == [50, 1, 28, 28])
      let found = moments(store.numbers("prior/pseudo-inputs"))
      #expect(abs(found.mean - 0.25) < 5 * found.error)
      #expect(abs(found.variance.squareRoot() - 0.01) < 2e-4)
    }
  }

  @Test func problems() throws {
    let good = vae(.standardNormal)
    func problem(_ change: (inout VAEConfiguration) -> Void) -> String? {
      var configuration = good
      change(&configuration)
      return configuration.problem(for: shapes)
    }
    #expect(good.problem(for: [:]) == "vae needs data with a tensor named 'image'")
    #expect(problem { $0.latent = 0 } == "latent must be from 1 to 65536")
    #expect(problem { $0.importanceSamples = 0 } == "importance-samples must be from 1 to 10000")
    #expect(
      problem { $0.decoder = .mlp(hidden: [784]) }
        == "the decoder's output has shape [784], and an image of the data has [1, 28, 28]")
    #expect(
      problem { $0.decoder = .mlp(hidden: []) } == "decoder: a network needs at least one layer")
    #expect(problem { $0.encoder = .mlp(hidden: []) } == "a network needs at least one layer")
    for limits: [Double] in [[1], [2, 1], [0, 0], [.nan, 1], []] {
      #expect(
        problem { $0.logVariance = limits }
          == "log-variance must be two numbers, the lower one first")
    }
    let priors: [(components: Int, mean: Double, deviation: Double, message: String)] = [
      (0, 0, 1, "components must be from 1 to 65536"),
      (1, .nan, 1, "the pseudo-inputs' mean must be finite"),
      (1, 0, -1, "the pseudo-inputs' standard-deviation must not be negative"),
    ]
    for (components, mean, deviation, message) in priors {
      #expect(
        problem {
          $0.prior = .vamp(
            VampPriorConfiguration(
              components: components, mean: mean, standardDeviation: deviation))
        } == message)
    }
  }

  /// What is left out is not written either: the identity of runs without it stays.
  @Test func logVarianceIsOptional() throws {
    var configuration = vae(.standardNormal)
    configuration.logVariance = nil
    let json = String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
    #expect(!json.contains("log-variance"))
    #expect(configuration.limits == -20...20)
  }
}

/// The model that CONTRIBUTING.md shows is the library's VAE with a standard normal prior.
@Suite struct SampleModelTests {
  @Test(arguments: [LikelihoodConfiguration.bernoulli, .gaussianPredicted])
  func isTheVAE(_ likelihood: LikelihoodConfiguration) throws {
    let decoder = NetworkConfiguration.sequence([
      .dense(DenseConfiguration(units: 6, activation: .none)), .reshape([1, 2, 3]),
    ])
    let sample = PlainVAEConfiguration(
      latent: 2, encoder: .mlp(hidden: [4]), decoder: decoder, likelihood: likelihood,
      initial: .torchDefault)
    let library = VAEConfiguration(
      latent: 2, encoder: .mlp(hidden: [4]), decoder: decoder, prior: .standardNormal,
      importanceSamples: 1, likelihood: likelihood, initial: .torchDefault, logVariance: nil)
    let shapes = ["image": [1, 2, 3]]
    func losses(_ configuration: some ModelConfiguration) throws -> [String: Double] {
      #expect(configuration.problem(for: shapes) == nil)
      let model = configuration.build(
        for: shapes, parameters: ParameterStore(Randomness(seed: 7), type: .float64))
      let images = scattered(5 * 6, 2).map { 0.5 + 0.5 * $0 }
      return try checked("terms") {
        let batch = Batch(["image": Tensor(images, shape: [5, 1, 2, 3])])
        let terms = model.terms(
          "elbo", batch, Progress(step: 0, totalSteps: 0, epoch: 0),
          StepRandomness(Randomness(seed: 11), "test", step: 4))
        return Dictionary(uniqueKeysWithValues: terms.losses.map { ($0.key, $0.value.item()) })
      }
    }
    let (ours, theirs) = (try losses(sample), try losses(library))
    #expect(ours == theirs && ours.count == 2)
    #expect(sample.range(of: "image") == library.range(of: "image"))
  }
}
