import Foundation
import Torch

/// VAE with a hierarchical prior p_Θ(z) = ∫ p_Θ(z|ζ) N(ζ; 0, I) dζ (Klushyn et al. 2019, section 2).
///
/// Its objective `elbo` has two losses in nats: `distortion`, −log p_θ(x|z), and `rate`, the
/// importance-weighted bound F on KL(q_φ(z|x) ‖ p_Θ(z)). Their weights (β on the rate) are the
/// training engine's. The statistic `squared-error` is what the constraint κ² is compared with.
public final class VHP: LatentVariableModel {
  public let parameters: ParameterStore
  private let latent: Int
  private let importanceSamples: Int
  private let encoder: GaussianNetwork
  private let decoderTrunk: Network
  private let decoderMean: Dense
  private let likelihood: any Likelihood
  private let priorEncoder: GaussianNetwork
  private let priorDecoder: GaussianNetwork

  /// Log-variances within ±20, that is log-standard-deviations within ±10.
  private static let logVarianceLimit = 20.0

  init(_ configuration: VHPConfiguration, image: [Int], _ parameters: ParameterStore) {
    self.parameters = parameters
    latent = configuration.latent
    importanceSamples = configuration.importanceSamples
    let root = parameters.root
    let initial = configuration.initial
    func gaussian(
      _ input: [Int], _ network: NetworkConfiguration, _ scope: ParameterScope
    ) -> GaussianNetwork {
      GaussianNetwork(
        input, configuration.latent, network, at: scope, initial: initial,
        limit: Self.logVarianceLimit)
    }
    encoder = gaussian(image, configuration.encoder, root / "encoder")
    decoderTrunk = configuration.decoder.build([latent], at: root / "decoder", initial: initial)
    decoderMean = Dense(
      decoderTrunk.outputs, image.reduce(1, *), at: root / "decoder" / "mean", initial: initial)
    likelihood = configuration.likelihood.build(at: root / "decoder")
    priorEncoder = gaussian([latent], configuration.priorEncoder, root / "prior" / "encoder")
    priorDecoder = gaussian([latent], configuration.priorDecoder, root / "prior" / "decoder")
  }

  public func terms(
    _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
  ) -> Terms {
    let image = batch["image"] ?? .zeros([0, 0])
    let x = image.reshaped(batch.count, -1)
    let posterior = encoder(image, .training)
    let z = posterior.sample(randomness.stream("z").normal(posterior.mean.shape, like: x))
    let output = decode(z, .training)

    return Terms(
      losses: [
        "distortion": likelihood.negativeLogDensity(x, output: output).mean(),
        "rate": rate(z, posterior, randomness.stream("zeta"), .training).mean(),
      ],
      statistics: [
        "squared-error": (x - likelihood.mean(output)).square().mean().detached()
      ])
  }

  /// The bound F(x) of eq. (9), `[batch]`: log q_φ(z|x) − log (1/K) Σ_k p_Θ(z|ζ_k) p(ζ_k) / q_Φ(ζ_k|z).
  func rate(_ z: Tensor, _ posterior: DiagonalGaussian, _ stream: RandomStream, _ mode: Mode)
    -> Tensor
  {
    let batch = z.shape.first ?? 0
    let q = priorEncoder(z, mode).grouped(1)
    let zeta = q.sample(stream.normal([importanceSamples, batch, latent], like: z))
    let p = priorDecoder(zeta.reshaped(-1, latent), mode).grouped(importanceSamples)
    let logWeights = p.logDensity(z) + StandardNormal.logDensity(zeta) - q.logDensity(zeta)
    let logPrior = logWeights.logSumExp(0) - log(Double(importanceSamples))
    return posterior.logDensity(z) - logPrior
  }

  public func encode(_ batch: Batch) -> DiagonalGaussian {
    encoder(batch["image"] ?? .zeros([0, 0]), .evaluation)
  }

  public func decode(_ codes: Tensor) -> Tensor {
    likelihood.mean(decode(codes, .evaluation))
  }

  private func decode(_ codes: Tensor, _ mode: Mode) -> Tensor {
    let features = decoderTrunk(codes, mode)
    return decoderMean(features.reshaped(features.shape.first ?? 0, -1))
  }

  /// Ancestral draws: ζ ~ N(0, I), z ~ p_Θ(z|ζ).
  public func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    let like = parameters.all.first?.value ?? .zeros([])
    let zeta = stream.normal([count, latent], like: like)
    return priorDecoder(zeta, .evaluation).sample(stream.normal([count, latent], like: like))
  }
}
