import Foundation
import Torch

/// log p(z) in nats of rows of z, `[rows, latent]` to `[rows]`. Where p(z) is an integral, the logarithm
/// of an unbiased estimate of it from so many draws.
typealias PriorDensity = (_ z: Tensor, _ samples: Int, _ stream: RandomStream) -> Tensor

/// The prior p(z) of a VAE.
protocol Prior {
  /// The density; what does not depend on z is computed here, once.
  func density(_ mode: Mode) -> PriorDensity

  /// Draws `[count, latent]`, of a tensor's element type and on its device.
  func sample(_ count: Int, _ stream: RandomStream, like: Tensor) -> Tensor
}

/// p(z) = N(z; 0, I).
struct StandardNormalPrior: Prior {
  let latent: Int

  func density(_ mode: Mode) -> PriorDensity {
    { z, _, _ in StandardNormal.logDensity(z) }
  }

  func sample(_ count: Int, _ stream: RandomStream, like: Tensor) -> Tensor {
    stream.normal([count, latent], like: like)
  }
}

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
      let shape = z.shape
      let densities = posteriors.logDensity(z.reshaped([shape[0], 1] + shape.dropFirst()))
      return densities.logSumExp(1) - log(Double(components))
    }
  }

  func sample(_ count: Int, _ stream: RandomStream, like: Tensor) -> Tensor {
    let posteriors = posteriors(.evaluation)
    let drawn = stream.uniform([count], type: .float64).doubles().map {
      min(Int64($0 * Double(components)), Int64(components) - 1)
    }
    let indices = Tensor(drawn, shape: [count]).to(like.device)
    let chosen = DiagonalGaussian(
      mean: posteriors.mean.rows(indices), logVariance: posteriors.logVariance.rows(indices))
    return chosen.sample(stream.normal(chosen.mean.shape, like: like))
  }
}
