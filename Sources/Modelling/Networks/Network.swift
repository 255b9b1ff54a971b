import Torch

/// The trunk of a network as a manifest names it: `{mlp: {hidden: [256, 256]}}`.
public enum NetworkConfiguration: Codable, Equatable, Sendable {
  /// Dense layers of the given widths, each followed by ReLU.
  case mlp(hidden: [Int])

  enum CodingKeys: String, CodingKey, CaseIterable { case mlp }

  /// Builds the trunk for rows of `inputs` features.
  func build(_ inputs: Int, at scope: ParameterScope, initial: Initializer) -> MLP {
    switch self {
    case .mlp(let hidden): MLP(inputs, hidden: hidden, at: scope, initial: initial)
    }
  }

  /// What is impossible about the configuration, or nil.
  public var problem: String? {
    switch self {
    case .mlp(let hidden):
      hidden.isEmpty || hidden.contains { $0 < 1 }
        ? "an mlp needs at least one hidden layer, each of at least one unit" : nil
    }
  }
}

/// Dense layers with ReLU after each. Input `[batch, inputs]`, output `[batch, outputs]`.
public struct MLP {
  private let layers: [Dense]
  /// Width of the last layer.
  public let outputs: Int

  public init(_ inputs: Int, hidden: [Int], at scope: ParameterScope, initial: Initializer) {
    layers = zip([inputs] + hidden, hidden).enumerated().map { index, widths in
      Dense(widths.0, widths.1, at: scope / "\(index)", initial: initial)
    }
    outputs = hidden.last ?? inputs
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    layers.reduce(x) { features, layer in layer(features, relu: true) }
  }
}

/// A network whose output is a diagonal Gaussian: trunk, mean head, log-variance head.
public struct GaussianNetwork {
  private let trunk: MLP
  private let mean: Dense
  private let logVariance: Dense
  private let limit: Double

  /// - Parameter limit: log-variances are limited to ±`limit`, so that no exponential overflows.
  public init(
    _ inputs: Int, _ outputs: Int, _ configuration: NetworkConfiguration, at scope: ParameterScope,
    initial: Initializer, limit: Double
  ) {
    trunk = configuration.build(inputs, at: scope, initial: initial)
    mean = Dense(trunk.outputs, outputs, at: scope / "mean", initial: initial)
    logVariance = Dense(trunk.outputs, outputs, at: scope / "log-variance", initial: initial)
    self.limit = limit
  }

  /// The distribution of `[batch, outputs]` given `[batch, inputs]`.
  public func callAsFunction(_ x: Tensor) -> DiagonalGaussian {
    let features = trunk(x)
    return DiagonalGaussian(
      mean: mean(features), logVariance: logVariance(features).clamped(to: -limit...limit))
  }
}
