import Foundation
import Torch

/// How a decoder's output stands for the data, as a manifest names it.
public enum LikelihoodConfiguration: Codable, Equatable, Sendable {
  /// Independent Bernoulli variables; the decoder's output is their logits.
  case bernoulli
  /// Independent Gaussians with one fixed standard deviation, in the data's unit.
  case gaussian(scale: Double)
  /// Independent Gaussians with one trained standard deviation, from the given start.
  case gaussianLearned(initial: Double)
  /// Independent Gaussians whose means and variances the decoder gives, both for each feature.
  case gaussianPredicted

  enum CodingKeys: String, CodingKey, CaseIterable {
    case bernoulli, gaussian
    case gaussianLearned = "gaussian-learned"
    case gaussianPredicted = "gaussian-predicted"
  }

  /// What is impossible about the configuration, or nil.
  public var problem: String? {
    switch self {
    case .bernoulli, .gaussianPredicted: nil
    case .gaussian(let scale), .gaussianLearned(let scale):
      scale > 0 && scale.isFinite ? nil : "the standard deviation must be positive"
    }
  }

  /// Whether a dense layer stands between the decoder's network and its output.
  var hasHead: Bool { self != .bernoulli }

  /// Numbers of the decoder's output for each feature of the data.
  var numbersPerFeature: Int { self == .gaussianPredicted ? 2 : 1 }

  /// The values that the data may have; nil where all are good.
  var range: ClosedRange<Double>? { self == .bernoulli ? 0...1 : nil }

  /// Builds the likelihood, registering what it trains.
  func build(at scope: ParameterScope) -> any Likelihood {
    switch self {
    case .bernoulli:
      BernoulliLikelihood()
    case .gaussian(let scale):
      GaussianLikelihood(logScale: nil, fixed: scale)
    case .gaussianLearned(let initial):
      GaussianLikelihood(
        logScale: (scope / "log-scale").parameter { .full(log(initial), [], type: $1) },
        fixed: initial)
    case .gaussianPredicted:
      PredictedGaussianLikelihood()
    }
  }
}

/// p(x|z) by the decoder's output.
protocol Likelihood {
  /// −log p(x | output) in nats, summed over features: `[…, batch, features]` to `[…, batch]`. The
  /// output has as many numbers in its last axis as the likelihood takes for all features.
  func negativeLogDensity(_ x: Tensor, output: Tensor) -> Tensor

  /// E p(x | output) of each feature.
  func mean(_ output: Tensor) -> Tensor
}

/// Independent Bernoulli variables by their logits.
struct BernoulliLikelihood: Likelihood {
  func negativeLogDensity(_ x: Tensor, output: Tensor) -> Tensor {
    Bernoulli.negativeLogDensity(x, logits: output)
  }

  func mean(_ output: Tensor) -> Tensor { output.sigmoid() }
}

/// Independent Gaussians around the decoder's output, with one standard deviation for all features.
struct GaussianLikelihood: Likelihood {
  let logScale: Tensor?
  let fixed: Double

  func negativeLogDensity(_ x: Tensor, output: Tensor) -> Tensor {
    let features = Double(x.extent(-1))
    let squares = (x - output).square().sum(-1)
    let constant = features / 2 * log(2 * Double.pi)
    guard let logScale else {
      return squares / (2 * fixed * fixed) + (features * log(fixed) + constant)
    }
    return squares * (logScale * -2).exp() * 0.5 + logScale * features + constant
  }

  func mean(_ output: Tensor) -> Tensor { output }
}

/// Independent Gaussians, whose means are the first half of the decoder's output, and their log-variances
/// the second.
struct PredictedGaussianLikelihood: Likelihood {
  func negativeLogDensity(_ x: Tensor, output: Tensor) -> Tensor {
    -DiagonalGaussian(mean: mean(output), logVariance: half(output, 1)).logDensity(x)
  }

  func mean(_ output: Tensor) -> Tensor { half(output, 0) }

  private func half(_ output: Tensor, _ index: Int) -> Tensor {
    let features = output.extent(-1) / 2
    return output.narrowed(output.shape.count - 1, index * features..<(index + 1) * features)
  }
}
