import Torch

/// What the manifests of all VAEs with one code z say.
protocol VAEKeys: ModelConfiguration {
  /// Dimensions of z.
  var latent: Int { get }
  /// Trunk of q_φ(z|x).
  var encoder: NetworkConfiguration { get }
  /// Network of p_θ(x|z).
  var decoder: NetworkConfiguration { get }
  var likelihood: LikelihoodConfiguration { get }
  var initial: Initializer { get }
  /// Lowest and highest log-variance of every Gaussian that a network gives; ±20 where left out.
  var logVariance: [Double]? { get }
}

extension VAEKeys {
  /// Log-variances within ±20 are log-standard-deviations within ±10.
  var limits: ClosedRange<Double> {
    guard let limits = logVariance, limits.count == 2, limits[0] < limits[1] else {
      return -20...20
    }
    return limits[0]...limits[1]
  }

  public func range(of tensor: String) -> ClosedRange<Double>? {
    tensor == "image" ? likelihood.range : nil
  }

  /// What is impossible about the keys for data with such images, or nil.
  ///
  /// - Parameters:
  ///   - counts: other whole numbers of the manifest, with the highest that each may be.
  ///   - networks: other networks, with the shape of their input and the size of their heads.
  func problem(
    for data: ExampleShapes, counts: [(String, Int, Int)],
    networks: [(NetworkConfiguration, input: [Int], head: Int)] = []
  ) -> String? {
    guard let image = data["image"] else {
      return "\(Self.name) needs data with a tensor named 'image'"
    }
    for (name, value, limit) in [("latent", latent, 65_536)] + counts
    where !(1...limit ~= value) {
      return "\(name) must be from 1 to \(limit)"
    }
    if let limits = logVariance, limits.count != 2 || !(limits[0] < limits[1]) {
      return "log-variance must be two numbers, the lower one first"
    }
    let size = image.reduce(1, *)
    let headed = likelihood.hasHead ? [(decoder, input: [latent], head: size)] : []
    for (network, input, head) in [(encoder, image, latent)] + headed + networks {
      if let problem = network.problem(for: input) ?? network.problem(ofHead: head, for: input) {
        return problem
      }
    }
    let ofOutput =
      likelihood.hasHead ? nil : decoder.problem(ofDecoderFrom: [latent], to: image)
    return ofOutput ?? likelihood.problem
  }
}

/// A VAE with one code: with a standard normal prior (Kingma and Welling 2014; trained on the objective
/// `importance-weighted`, the IWAE of Burda et al. 2016) or with the VampPrior.
public struct VAEConfiguration: VAEKeys {
  public static let name = "vae"
  public var objectives: [String: Objective] { VAE.objectives }

  /// Dimensions of z.
  public var latent: Int
  /// Trunks of q(z|x) and p(x|z).
  public var encoder: NetworkConfiguration
  public var decoder: NetworkConfiguration
  public var prior: PriorConfiguration
  /// K of the objective `importance-weighted`.
  public var importanceSamples: Int
  public var likelihood: LikelihoodConfiguration
  public var initial: Initializer
  public var logVariance: [Double]?

  enum CodingKeys: String, CodingKey {
    case latent, encoder, decoder, prior, likelihood, initial
    case importanceSamples = "importance-samples"
    case logVariance = "log-variance"
  }

  public func problem(for data: ExampleShapes) -> String? {
    problem(for: data, counts: [("importance-samples", importanceSamples, 10_000)])
      ?? prior.problem(image: data["image"] ?? [])
  }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> VAE {
    let image = data["image"] ?? []
    return VAE(self, image: image, importanceSamples: importanceSamples, parameters) { encoder in
      switch prior {
      case .standardNormal: StandardNormalPrior(latent: latent)
      case .vamp(let vamp): VampPrior(vamp, image: image, encoder, at: parameters.root / "prior")
      }
    }
  }
}

/// The prior p(z) as a manifest names it.
public enum PriorConfiguration: Codable, Equatable, Sendable {
  case standardNormal
  case vamp(VampPriorConfiguration)

  enum CodingKeys: String, CodingKey, CaseIterable {
    case vamp
    case standardNormal = "normal"
  }

  /// What is impossible about the prior, or nil.
  func problem(image: [Int]) -> String? {
    guard case .vamp(let vamp) = self else { return nil }
    if !(1...65_536 ~= vamp.components) { return "components must be from 1 to 65536" }
    if let problem = LayerConfiguration.tooManyWeights([vamp.components] + image) {
      return "pseudo-inputs: " + problem
    }
    if !vamp.mean.isFinite { return "the pseudo-inputs' mean must be finite" }
    return vamp.standardDeviation >= 0 && vamp.standardDeviation.isFinite
      ? nil : "the pseudo-inputs' standard-deviation must not be negative"
  }
}

/// The VampPrior (Tomczak and Welling 2018).
public struct VampPriorConfiguration: Codable, Equatable, Sendable {
  /// Number of pseudo-inputs.
  public var components: Int
  /// Normal distribution from which their pixels start.
  public var mean: Double
  public var standardDeviation: Double

  enum CodingKeys: String, CodingKey, CaseIterable {
    case components, mean
    case standardDeviation = "standard-deviation"
  }
}
