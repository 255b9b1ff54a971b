import Torch

/// The Gaussian mixture VAE as a manifest describes it (Dilokthanakul et al. 2016, version 1, appendix A).
public struct GMVAEConfiguration: ModelConfiguration {
  public static let name = "gmvae"
  public var objectives: [String: Objective] {
    [
      "elbo": Objective(
        losses: [
          "distortion", "conditional-prior", "w-prior", "z-prior", "consistency-violation",
        ], statistics: [])
    ]
  }

  /// K, the number of Gaussian components.
  public var clusters: Int
  /// M, the draws of x and of w for each example.
  public var samples: Int
  /// Dimensions of x, the code, and of w, which moves the components.
  public var x: Int
  public var w: Int
  /// Trunk of q(x|y), q(w|y) and q(z|y).
  public var encoder: NetworkConfiguration
  /// Network of p(x|w, z) up to its heads.
  public var prior: NetworkConfiguration
  /// Network of p(y|x).
  public var decoder: NetworkConfiguration
  /// p(y|x) of the decoder's output; Bernoulli where left out.
  public var likelihood: LikelihoodConfiguration?
  public var initial: Initializer

  public func problem(for data: ExampleShapes) -> String? {
    guard let image = data["image"] else {
      return "gmvae needs data with a tensor named 'image'"
    }
    for (name, value, limit) in [
      ("clusters", clusters, 10_000), ("samples", samples, 10_000), ("x", x, 65_536),
      ("w", w, 65_536),
    ] where !(1...limit ~= value) {
      return "\(name) must be from 1 to \(limit)"
    }
    if let problem = encoder.problem(for: image) { return "encoder: " + problem }
    if let problem = prior.problem(for: [w]) { return "prior: " + problem }
    if let problem = effectiveLikelihood.problem { return "likelihood: " + problem }
    let hasHead = effectiveLikelihood.hasHead
    if hasHead, let problem = decoder.problem(for: [x]) { return "decoder: " + problem }
    let headed = [
      ("encoder", encoder, image, max(x, w, clusters)), ("prior", prior, [w], clusters * x),
    ]
    let ofDecoder = hasHead ? [("decoder", decoder, [x], image.reduce(1, *))] : []
    for (name, network, input, head) in headed + ofDecoder {
      if let problem = network.problem(ofHead: head, for: input) { return "\(name): " + problem }
    }
    return hasHead ? nil : decoder.problem(ofDecoderFrom: [x], to: image)
  }

  /// The likelihood, also where the manifest names none.
  var effectiveLikelihood: LikelihoodConfiguration { likelihood ?? .bernoulli }

  public func range(of tensor: String) -> ClosedRange<Double>? {
    tensor == "image" ? effectiveLikelihood.range : nil
  }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> GMVAE {
    GMVAE(self, image: data["image"] ?? [], parameters)
  }
}
