import Torch

/// Multi-facet clustering VAE (Falck et al. 2021): for each facet j, c_j ~ π_j, z_j ~ N(μ_{c_j}, Σ_{c_j}),
/// and x ~ p(x|z_1, …, z_J). q(z_j|x) is a diagonal Gaussian, and q(c_j|x) is p(c_j|z_j) at the drawn z_j.
///
/// Its objectives are the two Monte-Carlo forms of the bound at one draw, `five-terms` and `three-terms`:
/// the same function written in two ways. Each has the losses `distortion`, −log p(x|z), and `facet/j`, the
/// divergence block of facet j, in nats. The weight of `facet/j` is also α_j, which fades the facet into
/// the decoder (progressive training, section 3.4).
public final class MFCVAE: LatentVariableModel, MixturePriorModel, DataDependentModel,
  ClusterGenerator
{
  public let parameters: ParameterStore
  private let facets: [FacetConfiguration]
  private let architecture: any Architecture
  private let priors: [GaussianMixture]
  private let likelihood: any Likelihood
  /// α_j at the last step of training, with which evaluation decodes: `[J]`.
  private let fadeIn: Tensor

  /// A Monte-Carlo form of the bound; the value is the objective's name.
  enum Form: String, CaseIterable {
    /// Eq. (62), with the assignments' probabilities written out.
    case fiveTerms = "five-terms"
    /// Eq. (71), with the assignments summed out.
    case threeTerms = "three-terms"
  }

  init(_ configuration: MFCVAEConfiguration, image: [Int], _ parameters: ParameterStore) {
    self.parameters = parameters
    facets = configuration.facets
    let root = parameters.root
    architecture = configuration.architecture.build(
      image: image, facets: facets, at: root, initial: configuration.initial)
    priors = facets.enumerated().map { index, facet in
      GaussianMixture(
        facet.components, facet.latent, configuration.covariance,
        trainsWeights: configuration.mixtureWeights == .trained,
        at: root / "prior" / "\(index + 1)")
    }
    likelihood = configuration.likelihood.build(at: root / "decoder")
    let count = facets.count
    fadeIn = (root / "fade-in").state { .full(1, [count], type: $0) }
  }

  public func terms(
    _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
  ) -> Terms {
    let image = batch.tensor("image")
    let names = facets.indices.map { "facet/\($0 + 1)" }
    let alphas = names.map { progress.weights[$0] ?? 1 }
    if progress.mode != .evaluation { fadeIn.assign(Tensor(alphas, shape: [alphas.count])) }

    let posteriors = architecture.encode(image, progress.mode)
    let codes = draw(posteriors, randomness)
    let output = architecture.decode(codes, fadeIn: alphas, progress.mode)
    let x = image.reshaped(batch.count, -1)
    var terms = Terms(losses: [
      "distortion": likelihood.negativeLogDensity(x, output: output).mean()
    ])
    let form = Form(rawValue: objective) ?? .fiveTerms
    for (index, name) in names.enumerated() {
      terms.losses[name] = Self.divergence(
        posteriors[index], priors[index], codes[index], form
      ).mean()
    }
    return terms
  }

  /// A draw of each facet's code.
  private func draw(_ posteriors: [DiagonalGaussian], _ randomness: StepRandomness) -> [Tensor] {
    posteriors.enumerated().map { index, q in
      q.sample(randomness.stream("z/\(index + 1)").normal(q.mean.shape, like: q.mean))
    }
  }

  /// One pass through encoder and decoder with all facets in.
  public func start(_ start: DataDependentStart, on batch: Batch, _ randomness: StepRandomness) {
    withoutGradients {
      let posteriors = architecture.encode(batch.tensor("image"), .start(start))
      _ = architecture.decode(
        draw(posteriors, randomness), fadeIn: facets.map { _ in 1 }, .start(start))
    }
  }

  public func setPriorMeans(_ means: [[Double]]) {
    for (prior, means) in zip(priors, means) { prior.setMeans(means) }
  }

  /// log q(z|x) − log p(z) at the draw z, in nats: `[batch]`.
  static func divergence(
    _ posterior: DiagonalGaussian, _ prior: GaussianMixture, _ z: Tensor, _ form: Form
  ) -> Tensor {
    let logDensities = prior.logDensities(z)
    let logWeights = prior.logWeights
    let joint = logDensities + logWeights
    switch form {
    case .fiveTerms:
      let assignment = Categorical(logits: joint)
      let r = assignment.probabilities
      let code = posterior.logDensity(z) - (r * logDensities).sum(-1)
      let cluster = (r * assignment.logProbabilities).sum(-1) - (r * logWeights).sum(-1)
      return code + cluster
    case .threeTerms:
      return posterior.logDensity(z) - joint.logSumExp(-1)
    }
  }

  // MARK: What measures ask

  /// The codes of all facets, one after the other.
  public func encode(_ batch: Batch) -> DiagonalGaussian {
    let posteriors = posteriors(batch)
    return DiagonalGaussian(
      mean: .concatenated(posteriors.map(\.mean), 1),
      logVariance: .concatenated(posteriors.map(\.logVariance), 1))
  }

  public func decode(_ codes: Tensor) -> Tensor {
    var start = 0
    let parts = facets.map { facet in
      defer { start += facet.latent }
      return codes.narrowed(1, start..<start + facet.latent)
    }
    return likelihood.mean(
      architecture.decode(parts, fadeIn: fadeIn.doubles(), .evaluation))
  }

  public func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    samplePrior(count, .one, stream)
  }

  public func samplePrior(
    _ count: Int, _ temperature: Temperature, _ stream: RandomStream
  ) -> Tensor {
    .concatenated(priors.map { $0.sample(count, temperature: temperature, stream) }, 1)
  }

  public func sample(
    _ count: Int, ofCluster cluster: Int, facet: Int, _ temperature: Temperature,
    _ stream: RandomStream
  ) -> Tensor {
    let codes = priors.enumerated().map { index, prior in
      prior.sample(
        count, of: index == facet ? cluster : nil, temperature: temperature, stream)
    }
    return .concatenated(codes, 1)
  }

  public var clusters: [Int] { facets.map(\.components) }

  /// p(c_j | z_j) at the mean of q(z_j|x).
  public func clusterProbabilities(_ batch: Batch) -> [Tensor] {
    zip(posteriors(batch), priors).map { posterior, prior in
      (prior.logDensities(posterior.mean) + prior.logWeights).logSoftmax(-1).exp()
    }
  }

  public func posteriors(_ batch: Batch) -> [DiagonalGaussian] {
    architecture.encode(batch.tensor("image"), .evaluation)
  }
}
