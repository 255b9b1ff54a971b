import Torch

@testable import Modelling

/// VAE with a standard normal prior.
public final class PlainVAE: LatentVariableModel {
  public let parameters: ParameterStore
  private let latent: Int
  private let encoder: GaussianNetwork
  private let decoder: LikelihoodNetwork

  init(_ configuration: PlainVAEConfiguration, image: [Int], _ parameters: ParameterStore) {
    self.parameters = parameters
    latent = configuration.latent
    let root = parameters.root
    let initial = configuration.initial
    encoder = GaussianNetwork(
      image, latent, configuration.encoder, at: root / "encoder", initial: initial,
      limits: -20...20)
    decoder = LikelihoodNetwork(
      latent, image, configuration.decoder, configuration.likelihood, at: root / "decoder",
      initial: initial)
  }

  public func terms(
    _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
  ) -> Terms {
    let image = batch.tensor("image")
    let x = image.reshaped(batch.count, -1)
    let posterior = encoder(image, progress.mode)
    let noise = randomness.stream("z").normal(posterior.mean.shape, like: posterior.mean)
    let z = posterior.sample(noise)
    let output = decoder(z, progress.mode)
    let rate = posterior.logDensity(z) - StandardNormal.logDensity(z)
    return Terms(losses: [
      "distortion": decoder.likelihood.negativeLogDensity(x, output: output).mean(),
      "rate": rate.mean(),
    ])
  }

  public func encode(_ batch: Batch) -> DiagonalGaussian {
    encoder(batch.tensor("image"), .evaluation)
  }

  public func decode(_ codes: Tensor) -> Tensor {
    decoder.likelihood.mean(decoder(codes, .evaluation))
  }

  public func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    stream.normal([count, latent], like: parameters.zero)
  }
}
