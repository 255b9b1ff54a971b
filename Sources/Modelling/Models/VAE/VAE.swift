import Foundation
import Torch

/// VAE with a diagonal Gaussian posterior q_φ(z|x) and a prior that may be learned.
///
/// The objective `elbo` has two losses in nats: `distortion`, −log p_θ(x|z), and `rate`,
/// log q_φ(z|x) − log p(z), at one draw of z. Their weights (β on the rate) are the training engine's.
/// The statistic `squared-error` is what the constraint κ² of Klushyn et al. 2019 is compared with.
///
/// The objective `importance-weighted` has one loss in nats, `bound`: minus the bound of Burda et al.
/// 2016, eq. 8, log (1/K) Σ_k p_θ(x|z_k) p(z_k) / q_φ(z_k|x).
public final class VAE: LatentVariableModel, ImportanceSampledModel, InnermostCodeModel {
  public let parameters: ParameterStore
  private let latent: Int
  private let importanceSamples: Int
  private let encoder: GaussianNetwork
  private let decoder: LikelihoodNetwork
  private let prior: any Prior

  /// The objectives that every such model offers.
  static let objectives = [
    "elbo": Objective(losses: ["distortion", "rate"], statistics: ["squared-error"]),
    "importance-weighted": Objective(losses: ["bound"], statistics: []),
  ]

  /// - Parameters:
  ///   - importanceSamples: draws of z for `importance-weighted`, and for `elbo` draws of what the
  ///     prior integrates over.
  ///   - prior: makes the prior once encoder and decoder are there.
  init(
    _ configuration: some VAEKeys, image: [Int], importanceSamples: Int,
    _ parameters: ParameterStore, prior: (GaussianNetwork) -> any Prior
  ) {
    self.parameters = parameters
    self.importanceSamples = importanceSamples
    latent = configuration.latent
    let root = parameters.root
    let initial = configuration.initial
    encoder = GaussianNetwork(
      image, latent, configuration.encoder, at: root / "encoder", initial: initial,
      limits: configuration.limits)
    decoder = LikelihoodNetwork(
      latent, image, configuration.decoder, configuration.likelihood, at: root / "decoder",
      initial: initial, limits: configuration.limits)
    self.prior = prior(encoder)
  }

  public func terms(
    _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
  ) -> Terms {
    if objective == "importance-weighted" {
      let weights = importanceWeights(batch, progress.mode)(importanceSamples, randomness)
      let bound = weights.logSumExp(0) - log(Double(importanceSamples))
      return Terms(losses: ["bound": -bound.mean()])
    }
    let image = batch.tensor("image")
    let x = image.reshaped(batch.count, -1)
    let posterior = encoder(image, progress.mode)
    let z = posterior.sample(randomness.stream("z").normal(posterior.mean.shape, like: x))
    let output = decoder(z, progress.mode)

    return Terms(
      losses: [
        "distortion": decoder.likelihood.negativeLogDensity(x, output: output).mean(),
        "rate": rate(z, posterior, randomness.stream("zeta"), progress.mode).mean(),
      ],
      statistics: [
        "squared-error": (x - decoder.likelihood.mean(output.detached())).square().mean()
      ])
  }

  /// log q_φ(z|x) − log p(z) for rows of z, `[batch]`: for a hierarchical prior the bound F(x) of
  /// Klushyn et al. 2019, eq. 9.
  func rate(_ z: Tensor, _ posterior: DiagonalGaussian, _ stream: RandomStream, _ mode: Mode)
    -> Tensor
  {
    posterior.logDensity(z) - prior.density(mode)(z, importanceSamples, stream)
  }

  public func importanceWeights(_ batch: Batch, _ mode: Mode) -> ImportanceWeights {
    let image = batch.tensor("image")
    let x = image.reshaped(batch.count, -1)
    let posterior = encoder(image, mode)
    let density = prior.density(mode)
    return { [decoder, latent] samples, randomness in
      let shape = [samples, batch.count, latent]
      let z = posterior.sample(randomness.stream("z").normal(shape, like: x))
      let rows = z.reshaped(-1, latent)
      let output = decoder(rows, mode).reshaped(samples, batch.count, -1)
      let prior = density(rows, 1, randomness.stream("zeta")).reshaped(samples, batch.count)
      return prior - decoder.likelihood.negativeLogDensity(x, output: output)
        - posterior.logDensity(z)
    }
  }

  public func innermostPosterior(
    _ batch: Batch, _ randomness: StepRandomness
  ) -> DiagonalGaussian? {
    let posterior = encode(batch)
    let noise = randomness.stream("z").normal(posterior.mean.shape, like: posterior.mean)
    return prior.innermost(posterior, posterior.sample(noise), .evaluation)
  }

  public func encode(_ batch: Batch) -> DiagonalGaussian {
    encoder(batch.tensor("image"), .evaluation)
  }

  public func decode(_ codes: Tensor) -> Tensor {
    decoder.likelihood.mean(decoder(codes, .evaluation))
  }

  public func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    prior.sample(count, stream, like: parameters.zero)
  }
}
