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

extension RandomStream {
  /// Independent draws of categories with these probabilities, `[count]`.
  func categories(_ probabilities: [Double], _ count: Int) -> Tensor {
    var cumulative = probabilities
    for k in cumulative.indices.dropFirst() { cumulative[k] += cumulative[k - 1] }
    let drawn = uniform([count], type: .float64).doubles().map { u in
      // Rounding may leave the sum a little below 1.
      Int64(cumulative.firstIndex { u < $0 } ?? cumulative.count - 1)
    }
    return Tensor(drawn, shape: [count])
  }
}
