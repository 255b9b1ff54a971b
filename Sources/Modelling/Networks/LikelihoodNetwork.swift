import Torch

/// p(x|z) of a code: a network, the heads that its likelihood needs, and how their output stands for the
/// data.
struct LikelihoodNetwork {
  private let trunk: Network
  private let mean: Dense?
  private let logVariance: Dense?
  private let limits: ClosedRange<Double>?
  let likelihood: any Likelihood

  /// - Parameter limits: predicted log-variances are limited to this range; not at all by default.
  init(
    _ latent: Int, _ image: [Int], _ network: NetworkConfiguration,
    _ likelihood: LikelihoodConfiguration, at scope: ParameterScope, initial: Initializer,
    limits: ClosedRange<Double>? = nil
  ) {
    let trunk = network.build([latent], at: scope, initial: initial)
    func head(_ name: String) -> Dense {
      Dense(trunk.outputs, image.reduce(1, *), at: scope / name, initial: initial)
    }
    self.trunk = trunk
    mean = likelihood.hasHead ? head("mean") : nil
    logVariance = likelihood == .gaussianPredicted ? head("log-variance") : nil
    self.limits = limits
    self.likelihood = likelihood.build(at: scope)
  }

  /// The likelihood's parameters: `[rows, latent]` to `[rows, features]`, or `[rows, 2 · features]` where
  /// log-variances follow the means.
  func callAsFunction(_ codes: Tensor, _ mode: Mode) -> Tensor {
    let features = trunk(codes, mode).reshaped(codes.extent(0), -1)
    guard let mean else { return features }
    guard let logVariance else { return mean(features, mode) }
    let predicted = logVariance(features, mode)
    return .concatenated(
      [mean(features, mode), limits.map { predicted.clamped(to: $0) } ?? predicted], -1)
  }
}
