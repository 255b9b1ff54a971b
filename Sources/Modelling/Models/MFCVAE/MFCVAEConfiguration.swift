import Torch

/// The multi-facet clustering VAE as a manifest describes it (Falck et al. 2021, section 3); with one
/// facet it is VaDE (Jiang et al. 2017).
public struct MFCVAEConfiguration: ModelConfiguration {
  public static let name = "mfcvae"

  /// The facets, from the one nearest to the data.
  public var facets: [FacetConfiguration]
  public var covariance: Covariance
  public var mixtureWeights: MixtureWeights
  public var architecture: ArchitectureConfiguration
  /// p(x|z) of the decoder's output, which has as many numbers as an image, or twice as many where the
  /// variances are predicted.
  public var likelihood: LikelihoodConfiguration
  public var initial: Initializer

  enum CodingKeys: String, CodingKey, CaseIterable {
    case facets, covariance, architecture, likelihood, initial
    case mixtureWeights = "mixture-weights"
  }

  /// Whether π is trained.
  public enum MixtureWeights: String, Codable, CaseIterable, Sendable {
    case trained, uniform
  }

  /// Both forms of the bound have the terms `distortion` and `facet/1` to `facet/J`.
  public var objectives: [String: Objective] {
    let losses = ["distortion"] + facets.indices.map { "facet/\($0 + 1)" }
    return Dictionary(
      uniqueKeysWithValues: MFCVAE.Form.allCases.map {
        ($0.rawValue, Objective(losses: losses, statistics: []))
      })
  }

  public func problem(for data: ExampleShapes) -> String? {
    guard let image = data["image"] else {
      return "mfcvae needs data with a tensor named 'image'"
    }
    guard 1...64 ~= facets.count else { return "mfcvae needs from 1 to 64 facets" }
    for (index, facet) in facets.enumerated() {
      if let problem = facet.problem(covariance) { return "facet \(index + 1): " + problem }
    }
    if let problem = likelihood.problem { return "likelihood: " + problem }
    return architecture.problem(
      image: image, facets: facets, numbersPerFeature: likelihood.numbersPerFeature)
  }

  public func range(of tensor: String) -> ClosedRange<Double>? {
    tensor == "image" ? likelihood.range : nil
  }

  public var starts: [StartKind] { [.dataDependent, .mixtureMeans] }

  public var facetCount: Int { facets.count }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> MFCVAE {
    MFCVAE(self, image: data["image"] ?? [], parameters)
  }
}

/// One facet: a code of its own with a mixture prior of its own.
public struct FacetConfiguration: Codable, Equatable, Sendable {
  /// Dimensions of z_j.
  public var latent: Int
  /// K_j, the components of its prior.
  public var components: Int

  func problem(_ covariance: Covariance) -> String? {
    if !(1...65_536 ~= latent) { return "latent must be from 1 to 65536" }
    if !(1...65_536 ~= components) { return "components must be from 1 to 65536" }
    let shape = [components, latent] + (covariance == .full ? [latent] : [])
    return LayerConfiguration.tooManyWeights(shape).map { "the prior: " + $0 }
  }
}
