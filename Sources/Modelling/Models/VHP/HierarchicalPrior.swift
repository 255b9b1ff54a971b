import Foundation
import Torch

/// p_Θ(z) = ∫ p_Θ(z|ζ) N(ζ; 0, I) dζ, with q_Φ(ζ|z) to integrate by importance sampling (Klushyn et al.
/// 2019, section 2).
struct HierarchicalPrior: Prior {
  private let latent: Int
  private let encoder: GaussianNetwork
  private let decoder: GaussianNetwork

  init(_ configuration: VHPConfiguration, at scope: ParameterScope) {
    let latent = configuration.latent
    self.latent = latent
    func gaussian(_ network: NetworkConfiguration, _ scope: ParameterScope) -> GaussianNetwork {
      GaussianNetwork(
        [latent], latent, network, at: scope, initial: configuration.initial,
        limits: configuration.limits)
    }
    encoder = gaussian(configuration.priorEncoder, scope / "encoder")
    decoder = gaussian(configuration.priorDecoder, scope / "decoder")
  }

  /// log (1/K) Σ_k p_Θ(z|ζ_k) p(ζ_k) / q_Φ(ζ_k|z), ζ_k ~ q_Φ(ζ|z), of eq. (9).
  func density(_ mode: Mode) -> PriorDensity {
    { z, samples, stream in
      let q = encoder(z, mode).grouped(1)
      let zeta = q.sample(stream.normal([samples, z.extent(0), latent], like: z))
      let p = decoder(zeta.reshaped(-1, latent), mode).grouped(samples)
      let logWeights = p.logDensity(z) + StandardNormal.logDensity(zeta) - q.logDensity(zeta)
      return logWeights.logSumExp(0) - log(Double(samples))
    }
  }

  /// q_Φ(ζ|z).
  func innermost(_ posterior: DiagonalGaussian, _ z: Tensor, _ mode: Mode) -> DiagonalGaussian? {
    encoder(z, mode)
  }

  /// Ancestral draws: ζ ~ N(0, I), z ~ p_Θ(z|ζ).
  func sample(_ count: Int, _ stream: RandomStream, like: Tensor) -> Tensor {
    let zeta = stream.normal([count, latent], like: like)
    return decoder(zeta, .evaluation).sample(stream.normal([count, latent], like: like))
  }
}
