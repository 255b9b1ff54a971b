import Torch

/// The hierarchical-prior VAE as a manifest describes it (Klushyn et al. 2019, appendix F).
public struct VHPConfiguration: ModelConfiguration {
  public static let name = "vhp"
  public static let objectives = [
    "elbo": Objective(losses: ["distortion", "rate"], statistics: ["squared-error"])
  ]

  /// Dimensions of z and of ζ.
  public var latent: Int
  /// Trunks of q_φ(z|x), p_θ(x|z), q_Φ(ζ|z) and p_Θ(z|ζ).
  public var encoder: NetworkConfiguration
  public var decoder: NetworkConfiguration
  public var priorEncoder: NetworkConfiguration
  public var priorDecoder: NetworkConfiguration
  /// K of eq. (9); 1 makes the bound of the second layer an ELBO (App. B.4).
  public var importanceSamples: Int
  public var likelihood: LikelihoodConfiguration
  public var initial: Initializer

  enum CodingKeys: String, CodingKey {
    case latent, encoder, decoder, likelihood, initial
    case priorEncoder = "prior-encoder"
    case priorDecoder = "prior-decoder"
    case importanceSamples = "importance-samples"
  }

  public func problem(for data: ExampleShapes) -> String? {
    guard let image = data["image"] else {
      return "vhp needs data with a tensor named 'image'"
    }
    if latent < 1 { return "latent must be at least 1" }
    if importanceSamples < 1 { return "importance-samples must be at least 1" }
    return encoder.problem(for: image)
      ?? [decoder, priorEncoder, priorDecoder].compactMap { $0.problem(for: [latent]) }.first
      ?? likelihood.problem
  }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> any Model {
    VHP(self, image: data["image"] ?? [], parameters)
  }
}
