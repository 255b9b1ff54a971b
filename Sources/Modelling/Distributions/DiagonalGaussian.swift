import Foundation
import Torch

/// Gaussian with diagonal covariance over the last axis, by mean and log-variance `[..., dimensions]`.
public struct DiagonalGaussian {
  public let mean: Tensor
  public let logVariance: Tensor

  public init(mean: Tensor, logVariance: Tensor) {
    self.mean = mean
    self.logVariance = logVariance
  }

  /// A reparameterised draw `mean + std · noise` for standard normal noise of the mean's shape, or of
  /// a shape that it broadcasts to (`[samples, batch, dimensions]`).
  public func sample(_ noise: Tensor) -> Tensor {
    mean + (logVariance * 0.5).exp() * noise
  }

  /// log N(x; mean, variance), summed over the last axis, in nats.
  public func logDensity(_ x: Tensor) -> Tensor {
    let quadratic = (x - mean).square() / logVariance.exp()
    return (quadratic + logVariance + log(2 * Double.pi)).sum(-1) * -0.5
  }

  /// KL(self ‖ other), summed over the last axis, in nats; the other axes broadcast.
  public func divergence(from other: DiagonalGaussian) -> Tensor {
    let difference = (mean - other.mean).square()
    let ratio = (logVariance.exp() + difference) / other.logVariance.exp()
    return (other.logVariance - logVariance + ratio - 1).sum(-1) * 0.5
  }

  /// KL(self ‖ N(0, I)), summed over the last axis, in nats.
  public var divergenceFromStandardNormal: Tensor { twiceDivergences.sum(-1) * 0.5 }

  /// KL of each dimension from N(0, 1), `[..., dimensions]`, in nats.
  public var divergencesFromStandardNormal: Tensor { twiceDivergences * 0.5 }

  private var twiceDivergences: Tensor { mean.square() + logVariance.exp() - logVariance - 1 }

  /// Standard deviations `[..., dimensions]`.
  public var standardDeviation: Tensor { (logVariance * 0.5).exp() }

  /// The same distribution with rows regrouped: `[rows, d]` to `[first, rows/first, d]`.
  func grouped(_ first: Int) -> DiagonalGaussian {
    let dimensions = mean.extent(-1)
    return DiagonalGaussian(
      mean: mean.reshaped(first, -1, dimensions),
      logVariance: logVariance.reshaped(first, -1, dimensions))
  }
}

/// The standard normal distribution over the last axis.
public enum StandardNormal {
  /// log N(x; 0, I), summed over the last axis, in nats.
  public static func logDensity(_ x: Tensor) -> Tensor {
    (x.square() + log(2 * Double.pi)).sum(-1) * -0.5
  }
}
