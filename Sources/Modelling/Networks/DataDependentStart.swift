import Torch

/// A start that fits each affine map to a batch (Salimans and Kingma 2016, section 3): every output
/// channel then has mean 0 and standard deviation ``scale`` on it.
public struct DataDependentStart: Codable, Equatable, Sendable {
  /// Standard deviation of each channel of each affine map's output.
  public var scale: Double

  public init(scale: Double) {
    self.scale = scale
  }

  /// What is impossible about the start, or nil.
  public var problem: String? {
    scale > 0 && scale.isFinite ? nil : "the scale of a data-dependent start must be positive"
  }

  /// Fits weights and biases so that `y`, `[batch, channels, …]`, is standardised, and gives `y` as it
  /// is then. A channel that does not vary is scaled as one with the variance 1e-5.
  ///
  /// - Parameters:
  ///   - weight: what made `y`, or nil where only the bias is set.
  ///   - channelAxis: the axis of `weight` that is `y`'s channels.
  func fit(_ y: Tensor, _ weight: Tensor?, channelAxis: Int = 0, bias: Tensor) -> Tensor {
    withoutGradients {
      let shape = y.shape
      let channels = y.reshaped(shape.first ?? 0, bias.count, -1)
      let mean = channels.mean(0, 2).reshaped(1, -1, 1)
      let values = max(y.count / max(bias.count, 1) - 1, 1)
      let variance = (channels - mean).square().sum(0, 2) / Double(values)
      let factor =
        Tensor.full(scale, [], type: y.type, device: y.device)
        / (variance + 1e-5).squareRoot()
      if let weight {
        var extents = weight.shape.map { _ in 1 }
        extents[channelAxis] = -1
        weight.assign(weight * factor.reshaped(extents))
      }
      bias.assign((bias - mean.reshaped(-1)) * factor)
      return ((channels - mean) * factor.reshaped(1, -1, 1)).reshaped(shape)
    }
  }
}
