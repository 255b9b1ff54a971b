import Torch

/// log p(z) in nats of rows of z, `[rows, latent]` to `[rows]`. Where p(z) is an integral, the logarithm
/// of an unbiased estimate of it from so many draws.
typealias PriorDensity = (_ z: Tensor, _ samples: Int, _ stream: RandomStream) -> Tensor

/// The prior p(z) of a code.
protocol Prior {
  /// The density; what does not depend on z is computed here, once.
  func density(_ mode: Mode) -> PriorDensity

  /// The posterior of the innermost code, whose prior is N(0, I), for rows of z drawn from `posterior`: of
  /// z itself where there is no other. Nil where the prior of the innermost code is another one.
  func innermost(_ posterior: DiagonalGaussian, _ z: Tensor, _ mode: Mode) -> DiagonalGaussian?

  /// Draws `[count, latent]`, of a tensor's element type and on its device.
  func sample(_ count: Int, _ stream: RandomStream, like: Tensor) -> Tensor
}

extension Prior {
  func innermost(_ posterior: DiagonalGaussian, _ z: Tensor, _ mode: Mode) -> DiagonalGaussian? {
    nil
  }
}

/// p(z) = N(z; 0, I).
struct StandardNormalPrior: Prior {
  let latent: Int

  func density(_ mode: Mode) -> PriorDensity {
    { z, _, _ in StandardNormal.logDensity(z) }
  }

  func innermost(_ posterior: DiagonalGaussian, _ z: Tensor, _ mode: Mode) -> DiagonalGaussian? {
    posterior
  }

  func sample(_ count: Int, _ stream: RandomStream, like: Tensor) -> Tensor {
    stream.normal([count, latent], like: like)
  }
}
