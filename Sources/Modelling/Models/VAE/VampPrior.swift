import Foundation
import Torch

/// p(z) = (1/C) Σ_c q_φ(z|u_c), the posteriors of C trained images u_c in [0, 1] (Tomczak and Welling
/// 2018, eq. 9).
struct VampPrior: Prior {
  private let pseudoInputs: Tensor
  private let encoder: GaussianNetwork
  private let components: Int

  init(
    _ configuration: VampPriorConfiguration, image: [Int], _ encoder: GaussianNetwork,
    at scope: ParameterScope
  ) {
    self.encoder = encoder
    components = configuration.components
    pseudoInputs = (scope / "pseudo-inputs").parameter { stream, type in
      stream.normal([configuration.components] + image, type: type)
        * configuration.standardDeviation + configuration.mean
    }
  }

  /// q_φ(z|u_c) of all components, `[components, latent]`.
  private func posteriors(_ mode: Mode) -> DiagonalGaussian {
    encoder(pseudoInputs.clamped(to: 0...1), mode)
  }

  func density(_ mode: Mode) -> PriorDensity {
    let posteriors = posteriors(mode).grouped(1)
    return { [components] z, _, _ in
      let densities = posteriors.logDensity(z.reshaped([z.extent(0), 1] + z.shape.dropFirst()))
      return densities.logSumExp(1) - log(Double(components))
    }
  }

  func sample(_ count: Int, _ stream: RandomStream, like: Tensor) -> Tensor {
    let posteriors = posteriors(.evaluation)
    let equal = [Double](repeating: 1 / Double(components), count: components)
    let indices = stream.categories(equal, count).to(like.device)
    let chosen = DiagonalGaussian(
      mean: posteriors.mean.rows(indices), logVariance: posteriors.logVariance.rows(indices))
    return chosen.sample(stream.normal(chosen.mean.shape, like: like))
  }
}
