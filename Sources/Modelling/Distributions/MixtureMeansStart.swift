import Torch

/// A start that fits a mixture of diagonal Gaussians to each facet's codes of the training data and takes
/// its means for those of the facet's prior (Falck et al. 2021, appendix D.4). Its weights and variances
/// are discarded.
public struct MixtureMeansStart: Codable, Equatable, Sendable {
  /// What stands for an example.
  public var codes: Codes

  /// A code of an example.
  public enum Codes: String, Codable, CaseIterable, Sendable {
    /// The mean of q(z|x), as in the official code.
    case mean
    /// A draw from q(z|x), as in the paper.
    case sampled
  }

  /// Fits the mixtures and sets the means.
  ///
  /// - Throws: ``ClusteringError``, before anything is changed.
  public func apply(
    to model: any MixturePriorModel, on batches: some Sequence<Batch>,
    _ randomness: StepRandomness
  ) throws(ClusteringError) {
    var values = model.clusters.map { _ in [Double]() }
    var dimensions = model.clusters.map { _ in 0 }
    let streams = model.clusters.indices.map { randomness.stream("z/\($0 + 1)") }
    withoutGradients {
      for batch in batches {
        for (facet, q) in model.posteriors(batch).enumerated() {
          let drawn =
            codes == .mean ? q.mean : q.sample(streams[facet].normal(q.mean.shape, like: q.mean))
          values[facet] += drawn.doubles()
          dimensions[facet] = q.mean.extent(-1)
        }
      }
    }
    var means: [[Double]] = []
    for (facet, components) in model.clusters.enumerated() {
      var generator = randomness.generator("k-means/\(facet + 1)")
      means.append(
        try MixtureFit(
          values[facet], dimensions: dimensions[facet], components: components, &generator
        ).means)
    }
    model.setPriorMeans(means)
  }
}
