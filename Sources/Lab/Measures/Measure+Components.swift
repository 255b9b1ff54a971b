import Modelling
import Torch

/// Measures of clusters that are Gaussians of the code: how far they lie apart.
extension Measure {
  /// Mean divergence of every component from every other, in nats: 0 where all are equal.
  public static let componentDivergence = Measure(
    id: "components/divergence",
    summary: "KL divergence between the Gaussians of two clusters, mean over all ordered pairs",
    unit: "nats", direction: .neither, abilities: [.gaussianClusters]
  ) { run in
    let id = "components/divergence"
    let model: any GaussianClusterModel = try run.model(.gaussianClusters, for: id)
    return try checked(id) {
      withoutGradients {
        let components = model.clusterGaussians
        let (count, latent) = (components.mean.extent(0), components.mean.extent(-1))
        guard count > 1 else { return nil }
        let others = DiagonalGaussian(
          mean: components.mean.reshaped(-1, 1, latent),
          logVariance: components.logVariance.reshaped(-1, 1, latent))
        // The pairs of a component with itself add nothing.
        return components.divergence(from: others).sum().item() / Double(count * (count - 1))
      }
    }
  }

  /// Mean entropy of the cluster given the code over the training data: the consistency violation of
  /// Dilokthanakul et al. 2016, eq. 6.
  public static let consistencyViolation = Measure(
    id: "consistency-violation/train",
    summary: "entropy of the cluster given draws of the codes, mean over the training examples",
    unit: "nats", direction: .lessIsBetter, abilities: [.gaussianClusters],
    needs: [DataNeed(split: "train", tensor: "image")]
  ) { run in
    let id = "consistency-violation/train"
    let model: any GaussianClusterModel = try run.model(.gaussianClusters, for: id)
    let data = try run.dataset.train
    var sum = 0.0
    try MeasuredRun.evaluate(data, for: id) { batch, range in
      let randomness = StepRandomness(run.randomness, "measure/" + id, step: range.lowerBound)
      sum += model.clusterEntropy(batch, randomness).sum().item()
    }
    return sum / Double(data.count)
  }
}
