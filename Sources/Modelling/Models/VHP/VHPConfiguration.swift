import Torch

/// The hierarchical-prior VAE as a manifest describes it (Klushyn et al. 2019, appendix F).
public struct VHPConfiguration: ModelConfiguration {
  public static let name = "vhp"
  public var objectives: [String: Objective] {
    [
      "elbo": Objective(losses: ["distortion", "rate"], statistics: ["squared-error"])
    ]
  }

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
    for (name, value, limit) in [
      ("latent", latent, 65_536), ("importance-samples", importanceSamples, 10_000),
    ] where !(1...limit ~= value) {
      return "\(name) must be from 1 to \(limit)"
    }
    let networks = [
      (encoder, image, latent), (decoder, [latent], image.reduce(1, *)),
      (priorEncoder, [latent], latent), (priorDecoder, [latent], latent),
    ]
    return networks.lazy.compactMap { network, input, head in
      network.problem(for: input) ?? network.problem(ofHead: head, for: input)
    }.first ?? likelihood.problem
  }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> any Model {
    VHP(self, image: data["image"] ?? [], parameters)
  }
}
