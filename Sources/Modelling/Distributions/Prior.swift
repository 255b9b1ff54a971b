import Torch

/// log p(z) in nats of rows of z, `[rows, latent]` to `[rows]`. Where p(z) is an integral, the logarithm
/// of an unbiased estimate of it from so many draws.
typealias PriorDensity = (_ z: Tensor, _ samples: Int, _ stream: RandomStream) -> Tensor

/// The prior p(z) of a code.
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
