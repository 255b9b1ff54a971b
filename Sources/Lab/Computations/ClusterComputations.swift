import Modelling
import Torch

/// Training examples as they are: `examples/image [n, features]`, and the data's `label` where it has
/// one number for each, `examples/label [n]`.
public struct ExamplesComputation: Computation {
  public static let name = "examples"
  /// How many examples, taken evenly over the training data.
  public var examples: Int

  public var problem: String? { SpacedExamples.problem(examples) }

  public var parametersNeeded: ParametersNeeded { .none }

  public var arrays: [String] {
    ["examples/image", "examples/label"]
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    var images: [Double] = []
    var labels: [Double] = []
    var count = 0
    try SpacedExamples.visit(examples, of: try run.dataset.train, for: Self.name) { batch in
      images += batch["image"]?.doubles() ?? []
      labels += batch["label"]?.doubles() ?? []
      count += batch.count
    }
    let image = ResultArray(
      "examples/image", images, shape: [count, count == 0 ? 0 : images.count / count])
    // A label of several numbers an example colours nothing.
    return labels.count != count || labels.isEmpty
      ? [image] : [image, ResultArray("examples/label", labels, shape: [count])]
  }
}

/// Training examples decoded from their posterior means: `reconstructions/mean [n, features]`.
public struct ReconstructionsComputation: Computation {
  public static let name = "reconstructions"
  /// How many examples, taken evenly over the training data.
  public var examples: Int

  public var problem: String? { SpacedExamples.problem(examples) }

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.code] }

  public var arrays: [String] {
    ["reconstructions/mean"]
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let model: any LatentVariableModel = try run.model(.code, for: Self.name)
    var decoded: [Double] = []
    var count = 0
    try SpacedExamples.visit(examples, of: try run.dataset.train, for: Self.name) { batch in
      decoded += model.decode(model.encode(batch).mean).doubles()
      count += batch.count
    }
    let features = count == 0 ? 0 : decoded.count / count
    return [ResultArray("reconstructions/mean", decoded, shape: [count, features])]
  }
}

/// The likeliest cluster of training examples, counted from 0: `clusters/facet-<j> [n]` for each facet.
public struct ClustersComputation: Computation {
  public static let name = "clusters"
  /// How many examples, taken evenly over the training data.
  public var examples: Int

  public var problem: String? { SpacedExamples.problem(examples) }

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.clusters] }

  public var arrays: [String] {
    ["clusters/facet-*"]
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let model: any ClusteringModel = try run.model(.clusters, for: Self.name)
    let clusters = model.clusters
    var assigned = clusters.map { _ in [Double]() }
    try SpacedExamples.visit(examples, of: try run.dataset.train, for: Self.name) { batch in
      for (facet, probabilities) in model.clusterProbabilities(batch).enumerated() {
        let found = probabilities.floats()
        assigned[facet] += stride(from: 0, to: found.count, by: clusters[facet]).map {
          Double(likeliest(found[$0..<$0 + clusters[facet]]))
        }
      }
    }
    return assigned.enumerated().map { facet, values in
      ResultArray("clusters/facet-\(facet + 1)", values, shape: [values.count])
    }
  }
}

/// The Gaussians of a model's clusters in the space of its code: `components/mean [clusters, latent]` and
/// `components/variance [clusters, latent]`.
public struct ComponentsComputation: Computation {
  public static let name = "components"

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.gaussianClusters] }

  public var arrays: [String] {
    ["components/mean", "components/variance"]
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let model: any GaussianClusterModel = try run.model(.gaussianClusters, for: Self.name)
    return try checked(Self.name) {
      withoutGradients {
        let components = model.clusterGaussians
        let shape = components.mean.shape
        return [
          ResultArray("components/mean", components.mean.doubles(), shape: shape),
          ResultArray("components/variance", components.logVariance.exp().doubles(), shape: shape),
        ]
      }
    }
  }
}
