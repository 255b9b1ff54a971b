import Torch

/// Independent Bernoulli variables by their logits, over the last axis.
public enum Bernoulli {
  /// −log p(x | logits) in nats, summed over the last axis: cross-entropy where x is grey, in [0, 1].
  public static func negativeLogDensity(_ x: Tensor, logits: Tensor) -> Tensor {
    (logits.softplus() - logits * x).sum(-1)
  }
}
