import Torch

/// Layers one after the other. Input `[batch, …]` or `[batch, features]`, output `[batch] + outputShape`.
public struct Network {
  let layers: [any Layer]
  /// Shape of an example of the output.
  public let outputShape: [Int]

  /// Numbers in an example of the output.
  public var outputs: Int { outputShape.reduce(1, *) }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
    layers.reduce(x) { features, layer in layer(features, mode) }
  }
}

/// A network whose output is a diagonal Gaussian: trunk, mean head, log-variance head.
public struct GaussianNetwork {
  private let trunk: Network
  private let head: GaussianHead

  /// - Parameter limits: log-variances are limited to this range, so that no exponential overflows.
  public init(
    _ input: [Int], _ outputs: Int, _ configuration: NetworkConfiguration, at scope: ParameterScope,
    initial: Initializer, limits: ClosedRange<Double>
  ) {
    trunk = configuration.build(input, at: scope, initial: initial)
    head = GaussianHead(trunk.outputs, outputs, at: scope, initial: initial, limits: limits)
  }

  /// The distribution of `[batch, outputs]` given `[batch] + input`.
  public func callAsFunction(_ x: Tensor, _ mode: Mode) -> DiagonalGaussian {
    let features = trunk(x, mode)
    return head(features.reshaped(features.extent(0), -1), mode)
  }
}

/// Mean and log-variance of a diagonal Gaussian by two dense layers. Input `[batch, features]`.
public struct GaussianHead {
  private let mean: Dense
  private let logVariance: Dense
  private let limits: ClosedRange<Double>?

  /// - Parameter limits: log-variances are limited to this range; not at all by default.
  public init(
    _ inputs: Int, _ outputs: Int, at scope: ParameterScope, initial: Initializer,
    limits: ClosedRange<Double>? = nil
  ) {
    mean = Dense(inputs, outputs, at: scope / "mean", initial: initial)
    logVariance = Dense(inputs, outputs, at: scope / "log-variance", initial: initial)
    self.limits = limits
  }

  public func callAsFunction(_ features: Tensor, _ mode: Mode) -> DiagonalGaussian {
    let mean = mean(features, mode)
    let logVariance = logVariance(features, mode)
    return DiagonalGaussian(
      mean: mean,
      logVariance: limits.map { logVariance.clamped(to: $0) } ?? logVariance)
  }
}
