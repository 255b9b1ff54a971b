import Torch

/// The VAE with an independent-subspace or a standard normal prior as a manifest describes it (Stühmer
/// et al. 2019, appendix A.4).
public struct ISAVAEConfiguration: ModelConfiguration {
  public static let name = "isa-vae"
  /// Dimensions of z.
  public var latent: Int
  public var prior: ISAVAEPriorConfiguration
  /// Trunk of q(z|x).
  public var encoder: NetworkConfiguration
  /// Network of p(x|z); its output has the data's shape, and is the Bernoulli logits.
  public var decoder: NetworkConfiguration
  /// How the objective `total-correlation` estimates q(z).
  public var minibatchSampling: MinibatchSampling
  public var initial: Initializer

  enum CodingKeys: String, CodingKey {
    case latent, prior, encoder, decoder, initial
    case minibatchSampling = "minibatch-sampling"
  }

  public init(
    latent: Int, prior: ISAVAEPriorConfiguration, encoder: NetworkConfiguration,
    decoder: NetworkConfiguration, minibatchSampling: MinibatchSampling, initial: Initializer
  ) {
    self.latent = latent
    self.prior = prior
    self.encoder = encoder
    self.decoder = decoder
    self.minibatchSampling = minibatchSampling
    self.initial = initial
  }

  public var objectives: [String: Objective] {
    [
      "elbo": Objective(losses: ["distortion", "rate"], statistics: []),
      "total-correlation": Objective(
        losses: ["distortion", "mutual-information", "total-correlation", "marginal-divergence"],
        statistics: []),
    ]
  }

  public func problem(for data: ExampleShapes) -> String? {
    guard let image = data["image"] else {
      return "isa-vae needs data with a tensor named 'image'"
    }
    if !(1...10_000 ~= latent) { return "latent must be from 1 to 10000" }
    if let problem = prior.problem(latent: latent) { return problem }
    if let problem = encoder.problem(for: image)
      ?? encoder.problem(ofHead: 2 * latent, for: image)
    {
      return "encoder: " + problem
    }
    return decoder.problem(ofDecoderFrom: [latent], to: image)
  }

  public func range(of tensor: String) -> ClosedRange<Double>? { tensor == "image" ? 0...1 : nil }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> ISAVAE {
    ISAVAE(self, image: data["image"] ?? [], parameters)
  }
}
