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
  /// Network of p(y|x); its output has the data's shape, and is the Bernoulli logits.
  public var decoder: NetworkConfiguration
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
    for (name, network, input, head) in [
      ("encoder", encoder, image, max(x, w, clusters)), ("prior", prior, [w], clusters * x),
    ] {
      if let problem = network.problem(ofHead: head, for: input) { return "\(name): " + problem }
    }
    return decoder.problem(ofDecoderFrom: [x], to: image)
  }

  /// Images are grey values, which a Bernoulli likelihood takes for probabilities.
  public func range(of tensor: String) -> ClosedRange<Double>? { tensor == "image" ? 0...1 : nil }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> any Model {
    GMVAE(self, image: data["image"] ?? [], parameters)
  }
}
