import Torch

@testable import Modelling

/// VAE with a standard normal prior as a manifest describes it (Kingma and Welling 2014).
public struct PlainVAEConfiguration: ModelConfiguration {
  public static let name = "plain-vae"
  public var objectives: [String: Objective] {
    ["elbo": Objective(losses: ["distortion", "rate"], statistics: [])]
  }

  /// Dimensions of z.
  public var latent: Int
  public var encoder: NetworkConfiguration
  public var decoder: NetworkConfiguration
  public var likelihood: LikelihoodConfiguration
  public var initial: Initializer

  public func problem(for data: ExampleShapes) -> String? {
    guard let image = data["image"] else {
      return "plain-vae needs data with a tensor named 'image'"
    }
    if !(1...65_536).contains(latent) { return "latent must be from 1 to 65536" }
    let size = image.reduce(1, *)
    return encoder.problem(for: image) ?? encoder.problem(ofHead: latent, for: image)
      ?? (likelihood.hasHead
        ? decoder.problem(for: [latent]) ?? decoder.problem(ofHead: size, for: [latent])
        : decoder.problem(ofDecoderFrom: [latent], to: image)) ?? likelihood.problem
  }

  public func range(of tensor: String) -> ClosedRange<Double>? {
    tensor == "image" ? likelihood.range : nil
  }

  public func build(for data: ExampleShapes, parameters: ParameterStore) -> PlainVAE {
    PlainVAE(self, image: data["image"] ?? [], parameters)
  }
}
