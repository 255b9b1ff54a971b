import Foundation
import Torch

/// Shape of the covariances of a mixture's components.
public enum Covariance: String, Codable, CaseIterable, Sendable {
  /// Diagonal: Σ = diag(softplus₁₀(u)).
  case diagonal
  /// Full, by the lower triangular L with diagonal softplus₁₀(u): Σ = L Lᵀ.
  case full
}

/// A trained mixture of K Gaussians over d dimensions, the last axis: Σ_k π_k N(z; μ_k, Σ_k).
///
/// Parameters: `mean` `[K, d]`; `logits` `[K]` where the weights π = softmax(logits) are trained; `scale`
/// `[K, d]`, which softplus₁₀(u) = log(1 + e^{10u})/10 makes the variances of a diagonal covariance, or
/// the diagonal of L for a full one; and for that `lower` `[K, d, d]`, of which the part below the
/// diagonal is L's. Means start at N(0, I), covariances at ``initialVariance`` I, weights equal.
public struct GaussianMixture {
  public let components: Int
  public let dimensions: Int
  private let mean: Tensor
  private let logits: Tensor?
  private let scale: Tensor
  private let lower: Tensor?

  /// Variance of each component before training, in each dimension.
  static let initialVariance = 0.01

  /// - Parameter trainsWeights: whether π is trained; else it is uniform.
  init(
    _ components: Int, _ dimensions: Int, _ covariance: Covariance, trainsWeights: Bool,
    at scope: ParameterScope
  ) {
    self.components = components
    self.dimensions = dimensions
    let shape = [components, dimensions]
    mean = (scope / "mean").parameter { $0.normal(shape, type: $1) }
    logits = trainsWeights ? (scope / "logits").parameter { .zeros([components], type: $1) } : nil
    switch covariance {
    case .diagonal:
      let start = Self.inverseSoftplus(Self.initialVariance)
      scale = (scope / "scale").parameter { .full(start, shape, type: $1) }
      lower = nil
    case .full:
      let start = Self.inverseSoftplus(Self.initialVariance.squareRoot())
      scale = (scope / "scale").parameter { .full(start, shape, type: $1) }
      lower = (scope / "lower").parameter { .zeros(shape + [dimensions], type: $1) }
    }
  }

  /// Sets the means, `[K, d]` row by row.
  func setMeans(_ values: [Double]) {
    mean.assign(Tensor(values, shape: [components, dimensions]))
  }

  /// u with softplus₁₀(u) = `value`.
  static func inverseSoftplus(_ value: Double) -> Double {
    Foundation.log(Foundation.exp(10 * value) - 1) / 10
  }

  /// log(1 + e^{10u})/10.
  private static func softplus(_ u: Tensor) -> Tensor { (u * 10).softplus() / 10 }

  /// log π, `[K]`.
  var logWeights: Tensor {
    logits?.logSoftmax(-1)
      ?? .full(
        -Foundation.log(Double(components)), [components], type: mean.type, device: mean.device)
  }

  /// log N(z; μ_k, Σ_k) in nats of each row under each component: `[rows, d]` to `[rows, K]`.
  func logDensities(_ z: Tensor) -> Tensor {
    let constant = Double(dimensions) / 2 * Foundation.log(2 * Double.pi)
    guard let lower else {
      let logVariance = Self.softplus(scale).log()
      // Expanded into products of z² and z, the square would lose digits where a mean is many
      // standard deviations from the origin.
      let whitened = (z.reshaped(-1, 1, dimensions) - mean) * (logVariance * -0.5).exp()
      return (whitened.square().sum(-1) + logVariance.sum(-1)) * -0.5 - constant
    }
    let diagonal = Self.softplus(scale)
    let inverse = triangle(diagonal, lower).lowerInverse()
    // L_k⁻¹ (z − μ_k) of all components is one affine map of z. It is a density and no layer, so that it
    // is never rounded.
    let shift = (inverse * mean.reshaped(components, 1, dimensions)).sum(-1)
    let whitened = withPrecision(.fp32) {
      z.dense(inverse.reshaped(-1, dimensions), -shift.reshaped(-1))
    }
    let squares = whitened.reshaped(-1, components, dimensions).square().sum(-1)
    return squares * -0.5 - diagonal.log().sum(-1) - constant
  }

  /// L from its diagonal and from what holds the part below it, `[K, d, d]`.
  private func triangle(_ diagonal: Tensor, _ lower: Tensor) -> Tensor {
    let below = (0..<dimensions).flatMap { row in
      (0..<dimensions).map { $0 < row ? Float(1) : 0 }
    }
    let mask = Tensor(below, shape: [dimensions, dimensions]).to(lower.type).to(lower.device)
    return lower * mask + diagonal.diagonalMatrices()
  }

  /// Draws: `[count, d]`; of one component, or of all by their weights.
  func sample(
    _ count: Int, of component: Int? = nil, temperature: Temperature = .one,
    _ stream: RandomStream
  ) -> Tensor {
    let chosen =
      component.map { Tensor([Int64](repeating: Int64($0), count: count), shape: [count]) }
      ?? stream.categories(logWeights.exp().doubles(), count)
    let rows = chosen.to(mean.device)
    let noise = stream.normal([count, dimensions], like: mean)
    guard let lower else {
      let deviations = temperature.deviations(ofVariances: Self.softplus(scale))
      return mean.rows(rows) + deviations.rows(rows) * noise
    }
    let factors = temperature.scaled(factor: triangle(Self.softplus(scale), lower)).rows(rows)
    return mean.rows(rows) + (factors * noise.reshaped(count, 1, dimensions)).sum(-1)
  }
}
