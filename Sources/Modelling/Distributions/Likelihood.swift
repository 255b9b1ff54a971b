import Foundation
import Torch

/// How a decoder's output stands for the data, as a manifest names it.
public enum LikelihoodConfiguration: Codable, Equatable, Sendable {
  /// Independent Gaussians with one fixed standard deviation, in the data's unit.
  case gaussian(scale: Double)
  /// Independent Gaussians with one trained standard deviation, from the given start.
  case gaussianLearned(initial: Double)

  enum CodingKeys: String, CodingKey, CaseIterable {
    case gaussian
    case gaussianLearned = "gaussian-learned"
  }

  /// What is impossible about the configuration, or nil.
  public var problem: String? {
    switch self {
    case .gaussian(let scale), .gaussianLearned(let scale):
      scale > 0 && scale.isFinite ? nil : "the standard deviation must be positive"
    }
  }

  /// Builds the likelihood, registering what it trains.
  func build(at scope: ParameterScope) -> GaussianLikelihood {
    switch self {
    case .gaussian(let scale):
      GaussianLikelihood(logScale: nil, fixed: scale)
    case .gaussianLearned(let initial):
      GaussianLikelihood(
        logScale: (scope / "log-scale").parameter { .full(log(initial), [], type: $1) },
        fixed: initial)
    }
  }
}

/// Independent Gaussians around the decoder's mean, with one standard deviation for all features.
public struct GaussianLikelihood {
  let logScale: Tensor?
  let fixed: Double

  /// −log p(x | mean) in nats, summed over features: `[batch, features]` to `[batch]`.
  public func negativeLogDensity(_ x: Tensor, mean: Tensor) -> Tensor {
    let features = Double(x.shape.last ?? 0)
    let squares = (x - mean).square().sum(-1)
    let constant = features / 2 * log(2 * Double.pi)
    guard let logScale else {
      return squares / (2 * fixed * fixed) + (features * log(fixed) + constant)
    }
    return squares * (logScale * -2).exp() * 0.5 + logScale * features + constant
  }
}
