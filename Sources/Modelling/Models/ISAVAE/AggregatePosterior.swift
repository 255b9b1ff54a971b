import Foundation
import Torch

/// How the posterior of the whole data set, q(z) = 1/N Σ q(z|x_n), is estimated at the codes of a
/// mini-batch of M examples, from the posteriors of the same batch (Chen et al. 2018, appendix C).
public enum MinibatchSampling: String, Codable, CaseIterable, Sendable {
  /// q(z) ≈ 1/(MN) Σ_m q(z|x_m): biased, since the batch holds the example that z is of.
  case weighted
  /// Unbiased: the example that z is of counts 1/N, the others stand for the rest of the data.
  case stratified
}

/// Estimates of log q(z) and log Π q(z_j) at the codes of a batch, `[batch]` each, in nats.
struct AggregatePosterior {
  let joint: Tensor
  /// Σ_j log q(z_j).
  let marginals: Tensor

  /// - Parameters:
  ///   - z: a draw from each example's posterior, `[batch, latent]`.
  ///   - examples: N, the size of the data set.
  init(_ z: Tensor, _ posterior: DiagonalGaussian, _ sampling: MinibatchSampling, examples: Int) {
    let batch = z.extent(0)
    let latent = z.extent(-1)
    let weights = sampling == .stratified ? Self.stratified(batch, examples, like: z) : nil
    let densities = z.mixtureLogDensities(
      mean: posterior.mean, logVariance: posterior.logVariance, logWeights: weights)
    let count = sampling == .weighted ? log(Double(batch)) + log(Double(examples)) : 0
    joint = densities.narrowed(1, latent..<latent + 1).reshaped(-1) - count
    marginals = densities.narrowed(1, 0..<latent).sum(-1) - count * Double(latent)
  }

  /// Log-weights `[batch, batch]` of batch − 1 = M others: 1/N for the example itself, (N − M)/(NM)
  /// for the next one of the batch, 1/M for all that are left. They add up to 1.
  private static func stratified(_ batch: Int, _ examples: Int, like z: Tensor) -> Tensor {
    // An example alone says nothing of the others.
    guard batch > 1 else { return .zeros([batch, batch], type: z.type, device: z.device) }
    let others = Double(batch - 1)
    // No data set is smaller than a batch of it.
    let n = Double(max(examples, batch))
    var weights = [Double](repeating: -log(others), count: batch * batch)
    for row in 0..<batch {
      weights[row * batch + row] = -log(n)
      weights[row * batch + (row + 1) % batch] = log((n - others) / (n * others))
    }
    return Tensor(weights, shape: [batch, batch]).to(z.type).to(z.device)
  }
}
