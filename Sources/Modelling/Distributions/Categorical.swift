import Foundation
import Torch

/// A distribution over categories, the last axis, by its log-probabilities `[..., categories]`.
public struct Categorical {
  public let logProbabilities: Tensor

  public init(logits: Tensor) {
    logProbabilities = logits.logSoftmax(-1)
  }

  /// `[..., categories]`.
  public var probabilities: Tensor { logProbabilities.exp() }

  /// −Σ p log p, in nats.
  public var entropy: Tensor { -(probabilities * logProbabilities).sum(-1) }

  /// KL(self ‖ uniform) = log K − entropy, in nats.
  public func divergenceFromUniform(categories: Int) -> Tensor {
    (probabilities * logProbabilities).sum(-1) + log(Double(categories))
  }
}
