import Foundation
import Torch

/// The Lᵖ-nested prior of depth two, under which consecutive slices of the code are independent
/// subspaces (Stühmer et al. 2019, eqs. 7–11).
///
/// With v_k = (Σ |z_j|^p_k)^(1/p_k) over the coordinates of subspace k, the density is proportional to
/// exp(−Σ_k v_k^p₀ / s). Equation (7) divides out to a sum over subspaces that is finite at z = 0.
/// Exponents of 2 make a subspace invariant under rotation, and p_k = p₀ makes its coordinates
/// independent; p₀ = p_k = 2 is N(0, s/2 I).
struct ISAPrior: Prior {
  private let rootExponent: Double
  private let scale: Double
  private let isLearned: Bool
  /// p_k, `[subspaces]`.
  private let storedExponents: Tensor
  /// l_k, `[subspaces]`.
  private let sizes: Tensor
  /// The subspace of each coordinate, `[latent]`.
  private let owners: Tensor
  /// 1 where the coordinate is of the subspace, else 0, `[subspaces, latent]`; and the logarithm of it.
  private let membership: Tensor
  private let logMembership: Tensor

  /// Trained exponents below it count as this: towards 1 the density gets a kink.
  static let smallestLearnedExponent = 1.05

  /// Coordinates nearer to zero count as this far from it, and have no gradient.
  private static let smallestMagnitude = 1e-30

  init(_ configuration: ISAPriorConfiguration, like: Tensor, at scope: ParameterScope) {
    rootExponent = configuration.rootExponent
    scale = configuration.scale
    isLearned = configuration.learned
    func constant(_ values: [Double], _ shape: Int...) -> Tensor {
      Tensor(values, shape: shape).to(like.type).to(like.device)
    }
    let count = configuration.subspaces.count
    let exponents = constant(configuration.exponents, count)
    storedExponents =
      isLearned ? (scope / "exponents").parameter { _, type in exponents.to(type) } : exponents
    sizes = constant(configuration.subspaces.map(Double.init), count)
    let owners = configuration.subspaces.enumerated().flatMap { subspace, size in
      [Int64](repeating: Int64(subspace), count: size)
    }
    self.owners = Tensor(owners, shape: [owners.count]).to(like.device)
    let membership = (0..<count).flatMap { k in owners.map { $0 == Int64(k) ? 1.0 : 0 } }
    self.membership = constant(membership, count, owners.count)
    logMembership = constant(membership.map { log($0) }, count, owners.count)
  }

  /// p_k, `[subspaces]`.
  private var exponents: Tensor {
    isLearned
      ? storedExponents.clamped(to: Self.smallestLearnedExponent...Double.infinity)
      : storedExponents
  }

  func density(_ mode: Mode) -> PriorDensity {
    { z, _, _ in logDensity(z) }
  }

  /// log p(z) in nats: `[rows, latent]` to `[rows]`.
  func logDensity(_ z: Tensor) -> Tensor {
    let exponents = exponents
    let latent = owners.count
    let logMagnitudes = z.magnitude().clamped(to: Self.smallestMagnitude...Double.infinity).log()
    let logPowers = logMagnitudes * exponents.rows(owners)
    // p_k log v_k, by logarithms because small coordinates with large exponents leave a float's range.
    let logSums = (logPowers.reshaped(-1, 1, latent) + logMembership).logSumExp(-1)
    let powersOfRadii = (logSums * (exponents.power(-1) * rootExponent)).exp()
    return powersOfRadii.sum(-1) * (-1 / scale) + logNormaliser(exponents)
  }

  /// The part of log p(z) that does not depend on z, in nats.
  private func logNormaliser(_ exponents: Tensor) -> Tensor {
    let n = Double(owners.count)
    let inverse = exponents.power(-1)
    let ofSubspaces =
      (sizes - 1) * exponents.log() + (sizes * inverse).logGamma() - sizes * inverse.logGamma()
      - (sizes / rootExponent).logGamma() + log(rootExponent)
    return ofSubspaces.sum() - (n * log(2) + n / rootExponent * log(scale))
  }

  /// Draws by the radius of each subspace and a direction in it (Stühmer et al. 2019, algorithm 1, of
  /// which this is the same per subspace): v_k^p₀ ~ s·Gamma(l_k/p₀); |z_j|^p_k / v_k^p_k ~ Dirichlet
  /// of 1/p_k; random signs. `[count, latent]`.
  func sample(_ count: Int, _ stream: RandomStream, like: Tensor) -> Tensor {
    withoutGradients {
      // Gamma variables of small shapes leave a float's range.
      let (sizes, membership) = (sizes.to(.float64), membership.to(.float64))
      let inverse = exponents.to(.float64).power(-1).rows(owners)
      let rows = Tensor.full(1, [count, 1], type: .float64, device: sizes.device)
      let radii = (stream.gamma(rows * (sizes / rootExponent)) * scale).power(1 / rootExponent)
      let gammas = stream.gamma(rows * inverse)
      // For each coordinate the radius and the sum of its subspace.
      func spread(_ x: Tensor) -> Tensor { (x.reshaped(count, -1, 1) * membership).sum(1) }
      let sums = (gammas.reshaped(count, 1, -1) * membership).sum(-1)
      let magnitudes = (gammas / spread(sums)).power(inverse) * spread(radii)
      let signs = stream.bernoulli(rows * (inverse * 0 + 0.5)) * 2 - 1
      return (magnitudes * signs).to(like.type).to(like.device)
    }
  }
}
