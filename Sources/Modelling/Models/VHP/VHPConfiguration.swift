import Torch

/// The hierarchical-prior VAE as a manifest describes it (Klushyn et al. 2019, appendix F). Trained on
/// the objective `importance-weighted` it is the IWAE with two stochastic layers.
public struct VHPConfiguration: VAEKeys {
  public static let name = "vhp"
  public var objectives: [String: Objective] { VAE.objectives }

  /// Dimensions of z and of ζ.
  public var latent: Int
  /// Trunks of q_φ(z|x), p_θ(x|z), q_Φ(ζ|z) and p_Θ(z|ζ).
  public var encoder: NetworkConfiguration
  public var decoder: NetworkConfiguration
  public var priorEncoder: NetworkConfiguration
  public var priorDecoder: NetworkConfiguration
  /// K: of eq. (9), where 1 makes the bound of the second layer an ELBO (App. B.4); and of the
  /// objective `importance-weighted`.
  public var importanceSamples: Int
  public var likelihood: LikelihoodConfiguration
  public var initial: Initializer
  public var logVariance: [Double]?

  enum CodingKeys: String, CodingKey {
    case latent, encoder, decoder, likelihood, initial
    case priorEncoder = "prior-encoder"
    case priorDecoder = "prior-decoder"
    case importanceSamples = "importance-samples"
    case logVariance = "log-variance"
  }

  public func problem(for data: ExampleShapes) -> String? {
    problem(
      for: data, counts: [("importance-samples", importanceSamples, 10_000)],
      networks: [(priorEncoder, [latent], latent), (priorDecoder, [latent], latent)])
  }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> VAE {
    VAE(
      self, image: data["image"] ?? [], importanceSamples: importanceSamples, parameters
    ) { _ in HierarchicalPrior(self, at: parameters.root / "prior") }
  }
}
