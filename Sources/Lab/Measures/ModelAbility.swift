import Modelling

/// What a measure or a computation asks of a model, beyond what every model can: checked of the manifest
/// before anything is trained.
public enum ModelAbility: Equatable, Sendable {
  case code, likelihood, importanceWeights, clusters, clusterSamples, styles, gaussianClusters
  case mixturePriors, innermostCode
  /// So many ways of clustering, at least.
  case facets(Int)

  /// A model that has it.
  var words: String {
    switch self {
    case .code: "a model with a continuous code"
    case .likelihood: "a model whose likelihood can be evaluated"
    case .importanceWeights: "a model with importance weights"
    case .clusters: "a model with clusters"
    case .clusterSamples: "a model that generates from its clusters"
    case .styles: "a model with a code that moves its clusters"
    case .gaussianClusters: "a model whose clusters are Gaussians of its code"
    case .mixturePriors: "a model whose facets have mixtures for priors"
    case .innermostCode: "a model with an innermost code"
    case .facets(let count): "a model with \(count) facets or more"
    }
  }

  /// Whether the model of a configuration has it.
  func isOffered(by configuration: some ModelConfiguration) -> Bool {
    let model = type(of: configuration).Built.self
    return switch self {
    case .code: model is any LatentVariableModel.Type
    case .likelihood: model is any LikelihoodModel.Type
    case .importanceWeights: model is any ImportanceSampledModel.Type
    case .clusters: model is any ClusteringModel.Type
    case .clusterSamples: model is any ClusterGenerator.Type
    case .styles: model is any StyledClusterModel.Type
    case .gaussianClusters: model is any GaussianClusterModel.Type
    case .mixturePriors: model is any MixturePriorModel.Type
    case .innermostCode: model is any InnermostCodeModel.Type
    case .facets(let count): configuration.facetCount >= count
    }
  }
}

extension [ModelAbility] {
  /// The first that the model of a configuration has not.
  func lacking(in configuration: any ModelConfiguration) -> ModelAbility? {
    first { !$0.isOffered(by: configuration) }
  }
}

extension MeasuredRun {
  /// The model as a type that has an ability.
  ///
  /// - Throws: `MeasureError.lacks`.
  func model<Able>(_ ability: ModelAbility, for purpose: String) throws -> Able {
    guard let model = model as? Able else { throw MeasureError.lacks(purpose, ability) }
    return model
  }
}
