import Foundation
import Torch

/// VAE whose prior is a mixture of Gaussians that a second code w moves (Dilokthanakul et al. 2016,
/// version 1): w ~ N(0, I), z uniform over K components, x ~ N(μ_z(w), σ²_z(w)), y ~ p(y|x).
///
/// The objective `elbo` has the terms of the paper's eq. (7), each to be minimised, in nats:
/// `distortion`, −log p(y|x); `conditional-prior`, Σ_k q(z_k) KL(q(x|y) ‖ p(x|w, z_k)); `w-prior` and
/// `z-prior`, the divergences of w and z from their priors; and `consistency-violation`, L_CV of
/// eq. (6). Their weights (η on the z-prior, α on the violation) are the training engine's.
public final class GMVAE: GaussianClusterModel, StyledClusterModel {
  public let parameters: ParameterStore
  private let clusterCount: Int
  private let samples: Int
  private let x: Int
  private let w: Int
  private let encoder: Network
  private let codeHead: GaussianHead
  private let styleHead: GaussianHead
  private let clusterHead: Dense
  private let priorTrunk: Network
  private let componentHead: GaussianHead
  private let decoder: LikelihoodNetwork

  init(_ configuration: GMVAEConfiguration, image: [Int], _ parameters: ParameterStore) {
    self.parameters = parameters
    clusterCount = configuration.clusters
    samples = configuration.samples
    x = configuration.x
    w = configuration.w
    let root = parameters.root
    let initial = configuration.initial
    encoder = configuration.encoder.build(image, at: root / "encoder", initial: initial)
    let features = encoder.outputs
    codeHead = GaussianHead(features, x, at: root / "encoder" / "x", initial: initial)
    styleHead = GaussianHead(features, w, at: root / "encoder" / "w", initial: initial)
    clusterHead = Dense(features, clusterCount, at: root / "encoder" / "z", initial: initial)
    priorTrunk = configuration.prior.build([w], at: root / "prior", initial: initial)
    componentHead = GaussianHead(
      priorTrunk.outputs, clusterCount * x, at: root / "prior", initial: initial)
    decoder = LikelihoodNetwork(
      x, image, configuration.decoder, configuration.effectiveLikelihood, at: root / "decoder",
      initial: initial)
  }

  /// q(x|y), q(w|y) and q(z|y) of a batch.
  struct Posterior {
    let code: DiagonalGaussian
    let style: DiagonalGaussian
    let cluster: Categorical
  }

  func posterior(_ batch: Batch, _ mode: Mode) -> Posterior {
    let features = encoder(batch.tensor("image"), mode).reshaped(batch.count, -1)
    return Posterior(
      code: codeHead(features, mode), style: styleHead(features, mode),
      cluster: Categorical(logits: clusterHead(features, mode)))
  }

  /// The K components p(x|w, z) for rows of w: `[rows, w]` to `[rows, clusters, x]`.
  func components(_ style: Tensor, _ mode: Mode) -> DiagonalGaussian {
    let features = priorTrunk(style, mode)
    let heads = componentHead(features.reshaped(style.extent(0), -1), mode)
    return DiagonalGaussian(
      mean: heads.mean.reshaped(-1, clusterCount, x),
      logVariance: heads.logVariance.reshaped(-1, clusterCount, x))
  }

  public func terms(
    _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
  ) -> Terms {
    let image = batch.tensor("image")
    let q = posterior(batch, progress.mode)
    let codes = draw(q.code, randomness.stream("x"))
    let styles = draw(q.style, randomness.stream("w"))
    let components = components(styles.reshaped(-1, w), progress.mode)
    let output = decoder(codes.reshaped(-1, x), progress.mode)
    let distortion = decoder.likelihood.negativeLogDensity(
      image.reshaped(batch.count, -1), output: output.reshaped(samples, batch.count, -1))

    return Terms(losses: [
      "distortion": distortion.mean(),
      "conditional-prior": conditionalPrior(q, components).mean(),
      "w-prior": q.style.divergenceFromStandardNormal.mean(),
      "z-prior": q.cluster.divergenceFromUniform(categories: clusterCount).mean(),
      "consistency-violation": consistencyViolation(codes, components).mean(),
    ])
  }

  /// M draws for each example: `[samples, batch, dimensions]`.
  private func draw(_ posterior: DiagonalGaussian, _ stream: RandomStream) -> Tensor {
    posterior.sample(stream.normal([samples] + posterior.mean.shape, like: posterior.mean))
  }

  /// Σ_k q(z_k|y) KL(q(x|y) ‖ p(x|w, z_k)) for each draw of w: `[samples, batch]`.
  func conditionalPrior(_ q: Posterior, _ components: DiagonalGaussian) -> Tensor {
    let batch = q.code.mean.extent(0)
    let code = DiagonalGaussian(
      mean: q.code.mean.reshaped(batch, 1, x), logVariance: q.code.logVariance.reshaped(batch, 1, x)
    )
    let divergences = code.divergence(from: split(components, batch))
    return (divergences * q.cluster.probabilities).sum(-1)
  }

  /// L_CV of eq. (6): entropy of p(z|x, w) at each draw of x, paired with the same draw of w:
  /// `[samples, batch]`, from 0 to log K.
  func consistencyViolation(_ codes: Tensor, _ components: DiagonalGaussian) -> Tensor {
    let batch = codes.shape.count == 3 ? codes.shape[1] : 0
    let densities = split(components, batch).logDensity(codes.reshaped(samples, batch, 1, x))
    return Categorical(logits: densities).entropy
  }

  /// `[samples · batch, clusters, x]` as `[samples, batch, clusters, x]`.
  private func split(_ components: DiagonalGaussian, _ batch: Int) -> DiagonalGaussian {
    let shape = [samples, batch, clusterCount, x]
    return DiagonalGaussian(
      mean: components.mean.reshaped(shape), logVariance: components.logVariance.reshaped(shape))
  }

  // MARK: What measures ask

  public func encode(_ batch: Batch) -> DiagonalGaussian { posterior(batch, .evaluation).code }

  public func decode(_ codes: Tensor) -> Tensor {
    decoder.likelihood.mean(decoder(codes, .evaluation))
  }

  public var clusters: [Int] { [clusterCount] }

  public func clusterProbabilities(_ batch: Batch) -> [Tensor] {
    [posterior(batch, .evaluation).cluster.probabilities]
  }

  /// L_CV of eq. (6) for each example, mean over the draws of x and w.
  public func clusterEntropy(_ batch: Batch, _ randomness: StepRandomness) -> Tensor {
    let q = posterior(batch, .evaluation)
    let codes = draw(q.code, randomness.stream("x"))
    let styles = draw(q.style, randomness.stream("w"))
    return consistencyViolation(codes, components(styles.reshaped(-1, w), .evaluation)).mean(0)
  }

  /// The components at w = 0, as Figures 2 to 4 show them.
  public var clusterGaussians: DiagonalGaussian {
    let like = parameters.zero
    let components = components(.zeros([1, w], type: like.type, device: like.device), .evaluation)
    return DiagonalGaussian(
      mean: components.mean.reshaped(-1, x), logVariance: components.logVariance.reshaped(-1, x))
  }

  /// Draws of x from one component at w = 0: `[count, x]`.
  public func sample(
    _ count: Int, ofCluster cluster: Int, facet: Int, _ temperature: Temperature,
    _ stream: RandomStream
  ) -> Tensor {
    let all = clusterGaussians
    let mean = all.mean.narrowed(0, cluster..<cluster + 1)
    let variances = all.logVariance.narrowed(0, cluster..<cluster + 1).exp()
    return mean
      + temperature.deviations(ofVariances: variances) * stream.normal([count, x], like: all.mean)
  }

  /// Means of one component while w moves along straight lines: `[lines · steps, x]`, the steps of a
  /// line one after the other.
  ///
  /// A line leads through w = 0 in a random direction, from −`reach` to `reach` in units of √N_w, near
  /// which is the length of most draws from the prior of w.
  public func traverseStyle(
    of cluster: Int, lines: Int, steps: Int, reach: Double, _ stream: RandomStream
  ) -> Tensor {
    let styles = styleLines(lines, steps: steps, reach: reach, stream)
    return components(styles.reshaped(-1, w), .evaluation).mean
      .narrowed(1, cluster..<cluster + 1).reshaped(-1, x)
  }

  /// The places of w on such lines: `[lines, steps, w]`.
  func styleLines(_ lines: Int, steps: Int, reach: Double, _ stream: RandomStream) -> Tensor {
    let like = parameters.zero
    let direction = stream.normal([lines, 1, w], like: like)
    let length = direction.square().sum(-1).squareRoot().reshaped(lines, 1, 1)
    let places = (0..<steps).map { step in
      steps == 1 ? 0 : reach * (2 * Double(step) / Double(steps - 1) - 1) * Double(w).squareRoot()
    }
    return direction / length * Tensor(places, shape: [steps, 1]).to(like.type).to(like.device)
  }

  /// Ancestral draws: w ~ N(0, I), a component at random, x from it.
  public func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    let like = parameters.zero
    let components = components(stream.normal([count, w], like: like), .evaluation)
    let equal = [Double](repeating: 1 / Double(clusterCount), count: clusterCount)
    let drawn = stream.categories(equal, count).integers()
    let flat = Tensor(
      drawn.enumerated().map { Int64($0 * clusterCount) + $1 }, shape: [count])
    let chosen = DiagonalGaussian(
      mean: components.mean.reshaped(-1, x).rows(flat.to(like.device)),
      logVariance: components.logVariance.reshaped(-1, x).rows(flat.to(like.device)))
    return chosen.sample(stream.normal([count, x], like: like))
  }
}
