import OrderedCollections
import Torch

/// Where training stands when a model is asked for its terms.
public struct Progress: Equatable, Sendable {
  /// Optimiser steps done in the phase, and in the whole run.
  public let step: Int
  public let totalSteps: Int
  /// Passes over the training data that are complete in the phase.
  public let epoch: Int
  /// The step's weights of the loss terms whose schedules are constants or ramps, so that more of a
  /// model than its loss can follow a schedule. A controller's weight is not known yet.
  public let weights: [String: Double]
  /// Examples of the split that the batch is of: N of objectives that estimate something of the whole of it.
  public let examples: Int
  /// Whether the batch is trained on, or looked at for evaluation.
  public let mode: Mode

  public init(
    step: Int, totalSteps: Int, epoch: Int, weights: [String: Double] = [:], examples: Int = 1,
    mode: Mode = .training
  ) {
    self.step = step
    self.totalSteps = totalSteps
    self.epoch = epoch
    self.weights = weights
    self.examples = examples
    self.mode = mode
  }
}

/// What a model says of one batch.
public struct Terms {
  /// Terms of the objective by name, each a scalar averaged over the batch; training minimises their
  /// weighted sum.
  public var losses: OrderedDictionary<String, Tensor>
  /// Scalars that controllers and curves read, without a gradient.
  public var statistics: OrderedDictionary<String, Tensor>

  public init(
    losses: OrderedDictionary<String, Tensor>, statistics: OrderedDictionary<String, Tensor> = [:]
  ) {
    self.losses = losses
    self.statistics = statistics
  }
}

/// A probabilistic model: parameters, and the terms of its objectives.
///
/// It holds no loop, no file and no device; randomness is an argument.
public protocol Model: AnyObject {
  /// The trained tensors by path.
  var parameters: ParameterStore { get }

  /// The terms of an objective on one batch.
  func terms(
    _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
  ) -> Terms
}

/// A model with a continuous code, which most measures ask for.
public protocol LatentVariableModel: Model {
  /// q(z|x) of a batch, `[batch, latent]`.
  func encode(_ batch: Batch) -> DiagonalGaussian

  /// E p(x|z): codes `[n, latent]` to `[n, features]`.
  func decode(_ codes: Tensor) -> Tensor

  /// Draws from the prior: `[count, latent]`.
  func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor
}

/// A model whose likelihood of the data can be evaluated.
public protocol LikelihoodModel: LatentVariableModel {
  /// log p(x|z) in nats of a batch and a code for each of its examples, `[batch, latent]`: `[batch]`.
  func logLikelihood(_ batch: Batch, codes: Tensor) -> Tensor
}

/// log p(x, z_s) − log q(z_s|x) in nats for so many draws z_s of each example: `[samples, batch]`.
public typealias ImportanceWeights = (_ samples: Int, _ randomness: StepRandomness) -> Tensor

/// A model whose likelihood p(x) can be estimated by importance sampling: the mean of the weights is an
/// unbiased estimate.
public protocol ImportanceSampledModel: Model {
  /// Draws and weights for a batch, whose examples are encoded once.
  func importanceWeights(_ batch: Batch, _ mode: Mode) -> ImportanceWeights
}

/// A model of one or several layers of codes, whose innermost one may have the prior N(0, I).
public protocol InnermostCodeModel: Model {
  /// The posterior of the innermost code for each example of a batch, `[batch, dimensions]`, at one draw of
  /// the codes around it; nil where its prior is not N(0, I).
  func innermostPosterior(_ batch: Batch, _ randomness: StepRandomness) -> DiagonalGaussian?
}

/// A model that assigns examples to clusters, in one or several ways (facets) at a time.
public protocol ClusteringModel: Model {
  /// Number of clusters of each facet; one number where there is one way.
  var clusters: [Int] { get }

  /// The probability of each facet's clusters for the examples of a batch, `[batch, clusters]` each.
  func clusterProbabilities(_ batch: Batch) -> [Tensor]
}

/// A clustering model that generates examples of a cluster.
public protocol ClusterGenerator: ClusteringModel, LatentVariableModel {
  /// Codes of draws from a cluster of a facet (both counted from 0), with the other facets drawn from
  /// their priors: `[count, latent]`.
  func sample(
    _ count: Int, ofCluster cluster: Int, facet: Int, _ temperature: Temperature,
    _ stream: RandomStream
  ) -> Tensor
}

/// A clustering model with a second code that moves its clusters, their style.
public protocol StyledClusterModel: ClusterGenerator {
  /// Codes of one cluster while its style moves along straight lines through the middle of the styles'
  /// prior, `[lines · steps, latent]`, the steps of a line one after the other. `reach` is half a line's
  /// length in units of the square root of the style's dimensions, about the length of a draw.
  func traverseStyle(
    of cluster: Int, lines: Int, steps: Int, reach: Double, _ stream: RandomStream
  ) -> Tensor
}

/// A clustering model whose clusters are Gaussians of a continuous code, each with a diagonal covariance.
public protocol GaussianClusterModel: LatentVariableModel, ClusteringModel {
  /// The Gaussian of each cluster, `[clusters, latent]`; where a second code moves them, as they are at
  /// the mean of that code's prior.
  var clusterGaussians: DiagonalGaussian { get }

  /// Entropy of the cluster given the code, and given the second code where there is one, at draws from
  /// the posterior of each example: `[batch]`, in nats, from 0 to the logarithm of the number of clusters.
  func clusterEntropy(_ batch: Batch, _ randomness: StepRandomness) -> Tensor
}

/// A model whose start can be fitted to data.
public protocol DataDependentModel: Model {
  /// Fits the untrained networks to a batch, in the order in which they see it.
  func start(_ start: DataDependentStart, on batch: Batch, _ randomness: StepRandomness)
}

/// A clustering model whose facets have mixtures of Gaussians for priors.
public protocol MixturePriorModel: ClusteringModel {
  /// q(z_j|x) of a batch for each facet, `[batch, latent]`, as evaluation sees it.
  func posteriors(_ batch: Batch) -> [DiagonalGaussian]

  /// Draws of the codes of all facets from their priors, each component at a temperature: `[count, latent]`.
  func samplePrior(_ count: Int, _ temperature: Temperature, _ stream: RandomStream) -> Tensor

  /// Sets the means of each facet's components, `[clusters, latent]` row by row.
  func setPriorMeans(_ means: [[Double]])
}

/// What of the data the parameters of a model can be started from; the value is the start's name in
/// manifests.
public enum StartKind: String, Sendable {
  /// Of a ``DataDependentModel``.
  case dataDependent = "data-dependent"
  /// Of a ``MixturePriorModel``.
  case mixtureMeans = "mixture-means"
}

/// Shape of one example of each named tensor of a data set.
public typealias ExampleShapes = [String: [Int]]

/// The names of an objective's terms and statistics, for checking a manifest before anything runs.
public struct Objective: Sendable {
  public let losses: [String]
  public let statistics: [String]

  public init(losses: [String], statistics: [String]) {
    self.losses = losses
    self.statistics = statistics
  }
}

/// What a manifest says below a model's name.
public protocol ModelConfiguration: Codable, Sendable {
  /// The model that it builds; what that conforms to says what can be measured of it.
  associatedtype Built: Model

  /// The model's name in manifests.
  static var name: String { get }

  /// The objectives that a model of this configuration offers, by name.
  var objectives: [String: Objective] { get }

  /// What is impossible about the configuration for such data, or nil.
  func problem(for data: ExampleShapes) -> String?

  /// The values that a tensor of the data may have; nil where all are good. Checked when the data are
  /// loaded.
  func range(of tensor: String) -> ClosedRange<Double>?

  /// The starts that the model offers.
  var starts: [StartKind] { get }

  /// In how many ways the model clusters its examples, where it does.
  var facetCount: Int { get }

  /// The untrained model.
  func build(for data: ExampleShapes, parameters: ParameterStore) -> Built
}

extension ModelConfiguration {
  public func range(of tensor: String) -> ClosedRange<Double>? { nil }
  public var starts: [StartKind] { [] }
  public var facetCount: Int { 1 }
}
