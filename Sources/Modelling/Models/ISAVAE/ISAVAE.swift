import Torch

/// VAE with a Bernoulli likelihood and a prior of independent subspaces, or the standard normal one
/// (Stühmer et al. 2019; the β-VAE and the β-TCVAE are the same model with the latter).
///
/// Its objectives are minimised, in nats, averaged over the batch, with one draw of z. `elbo` has the
/// terms `distortion`, −log p(x|z), and `rate`, log q(z|x) − log p(z) at the draw; β is the rate's
/// weight. `total-correlation` splits the rate (Chen et al. 2018, eq. 2): `mutual-information`,
/// log q(z|x) − log q(z); `total-correlation`, log q(z) − log Π q(z_j), whose weight is β; and
/// `marginal-divergence`, log Π q(z_j) − log p(z). With weights of 1 they add up to the rate.
public final class ISAVAE: LikelihoodModel {
  public let parameters: ParameterStore
  private let latent: Int
  private let prior: any Prior
  private let encoder: Network
  private let posterior: Dense
  private let decoder: Network
  private let minibatchSampling: MinibatchSampling

  init(_ configuration: ISAVAEConfiguration, image: [Int], _ parameters: ParameterStore) {
    self.parameters = parameters
    latent = configuration.latent
    minibatchSampling = configuration.minibatchSampling
    let root = parameters.root
    let initial = configuration.initial
    encoder = configuration.encoder.build(image, at: root / "encoder", initial: initial)
    posterior = Dense(
      encoder.outputs, 2 * latent, at: root / "encoder" / "posterior", initial: initial)
    decoder = configuration.decoder.build([latent], at: root / "decoder", initial: initial)
    prior =
      switch configuration.prior {
      case .standardNormal: StandardNormalPrior(latent: latent)
      case .isa(let isa): ISAPrior(isa, like: posterior.weight, at: root / "prior")
      }
  }

  public func terms(
    _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
  ) -> Terms {
    let q = encode(batch, progress.mode)
    let z = q.sample(randomness.stream("z").normal(q.mean.shape, like: q.mean))
    let distortion = negativeLogLikelihood(batch, z, progress.mode).mean()
    let ofPosterior = q.logDensity(z)
    let ofPrior = prior.density(progress.mode)(z, 1, randomness.stream("prior"))
    guard objective == "total-correlation" else {
      return Terms(losses: ["distortion": distortion, "rate": (ofPosterior - ofPrior).mean()])
    }
    let aggregate = AggregatePosterior(
      z, q, minibatchSampling, examples: progress.examples)
    return Terms(losses: [
      "distortion": distortion,
      "mutual-information": (ofPosterior - aggregate.joint).mean(),
      "total-correlation": (aggregate.joint - aggregate.marginals).mean(),
      "marginal-divergence": (aggregate.marginals - ofPrior).mean(),
    ])
  }

  /// q(z|x): one layer gives the means and then the logarithms of the standard deviations.
  private func encode(_ batch: Batch, _ mode: Mode) -> DiagonalGaussian {
    let features = encoder(batch.tensor("image"), mode).reshaped(batch.count, -1)
    let heads = posterior(features, mode)
    return DiagonalGaussian(
      mean: heads.narrowed(1, 0..<latent),
      logVariance: heads.narrowed(1, latent..<2 * latent) * 2)
  }

  /// −log p(x|z), `[batch]`.
  private func negativeLogLikelihood(_ batch: Batch, _ z: Tensor, _ mode: Mode) -> Tensor {
    let image = batch.tensor("image")
    return Bernoulli.negativeLogDensity(
      image.reshaped(batch.count, -1), logits: decoder(z, mode).reshaped(batch.count, -1))
  }

  // MARK: What measures ask

  public func encode(_ batch: Batch) -> DiagonalGaussian { encode(batch, .evaluation) }

  public func decode(_ codes: Tensor) -> Tensor {
    decoder(codes, .evaluation).sigmoid().reshaped(codes.extent(0), -1)
  }

  public func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    prior.sample(count, stream, like: posterior.weight)
  }

  public func logLikelihood(_ batch: Batch, codes: Tensor) -> Tensor {
    -negativeLogLikelihood(batch, codes, .evaluation)
  }
}
