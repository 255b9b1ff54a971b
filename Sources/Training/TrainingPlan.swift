import Datasets
import Modelling

/// What a run trains and how: the phases in order, and the weights of the loss terms.
public struct TrainingPlan: Codable, Equatable, Sendable {
  /// Weight of each named loss term; a term that is not named has weight 1.
  public var weights: [String: WeightSchedule]
  public var phases: [Phase]

  public init(weights: [String: WeightSchedule], phases: [Phase]) {
    self.weights = weights
    self.phases = phases
  }

  /// Optimiser steps of all phases together, for so many training examples; with early stopping, at
  /// most.
  public func steps(examples: Int) -> Int {
    phases.reduce(0) { sum, phase in
      let batches = BatchOrder.batchesPerEpoch(examples, batch: phase.batch)
      let (total, isTooMany) = sum.addingReportingOverflow(
        phase.until.steps(batchesPerEpoch: batches))
      return isTooMany ? .max : total
    }
  }
}

/// A stretch of training with one set of updates and one end condition.
public struct Phase: Codable, Equatable, Sendable {
  /// Its name in overrides, checkpoints and curves.
  public var id: String
  /// Examples in a mini-batch; an epoch's last batch may be smaller.
  public var batch: Int
  /// What is done to the parameters before the first step, in order.
  public var start: [Start]?
  /// What each step does, in order.
  public var updates: [Update]
  /// The end of the phase; with early stopping, at the latest.
  public var until: Duration
  public var earlyStopping: EarlyStopping?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id, batch, start, updates, until
    case earlyStopping = "early-stopping"
  }

  /// More examples than any memory holds, and few enough to count with.
  private static let largestBatch = 1_000_000_000

  /// What is impossible about the phase, or nil.
  public var problem: String? {
    if !(1...Self.largestBatch ~= batch) { return "batch must be from 1 to 10⁹" }
    if updates.isEmpty { return "a phase needs at least one update" }
    return updates.compactMap(\.optimiser.adam.problem).first
      ?? (start ?? []).compactMap(\.problem).first ?? earlyStopping?.problem
  }
}

/// How parameters are changed once, before a phase's first step: `{data-dependent: {scale: 0.1}}`,
/// `{mixture-means: {codes: mean}}`.
public enum Start: Codable, Equatable, Sendable {
  /// On the phase's first `batch` training examples, in their stored order.
  case dataDependent(DataDependentStart)
  /// On the codes of all training examples.
  case mixtureMeans(MixtureMeansStart)

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case dataDependent = "data-dependent"
    case mixtureMeans = "mixture-means"
  }

  /// What a model must offer for it.
  public var kind: StartKind {
    switch self {
    case .dataDependent: .dataDependent
    case .mixtureMeans: .mixtureMeans
    }
  }

  var problem: String? {
    switch self {
    case .dataDependent(let start): start.problem
    case .mixtureMeans: nil
    }
  }
}

/// One optimiser step: an objective, the parameters that it trains, and how.
public struct Update: Codable, Equatable, Sendable {
  /// Name of one of the model's objectives.
  public var minimise: String
  public var optimiser: Optimiser
  /// Patterns of the parameters that it trains (`encoder/**`); all by default.
  public var parameters: [String]

  private enum CodingKeys: String, CodingKey, CaseIterable { case minimise, optimiser, parameters }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    minimise = try container.decode(String.self, forKey: .minimise)
    optimiser = try container.decode(Optimiser.self, forKey: .optimiser)
    parameters = try container.decodeIfPresent([String].self, forKey: .parameters) ?? ["**"]
  }
}

/// An optimiser by name: `{adam: {rate: 1e-4}}`.
public struct Optimiser: Codable, Equatable, Sendable {
  public var adam: Adam
}

/// Adam (Kingma and Ba 2015) with the paper's defaults.
public struct Adam: Codable, Equatable, Sendable {
  public var rate: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double

  private enum CodingKeys: String, CodingKey, CaseIterable { case rate, beta1, beta2, epsilon }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    rate = try container.decode(Double.self, forKey: .rate)
    beta1 = try container.decodeIfPresent(Double.self, forKey: .beta1) ?? 0.9
    beta2 = try container.decodeIfPresent(Double.self, forKey: .beta2) ?? 0.999
    epsilon = try container.decodeIfPresent(Double.self, forKey: .epsilon) ?? 1e-8
  }

  /// What is impossible about the settings, or nil.
  var problem: String? {
    if !(rate > 0) { return "adam's rate must be positive" }
    if !(0..<1 ~= beta1 && 0..<1 ~= beta2) { return "adam's betas must be in [0, 1)" }
    return epsilon > 0 ? nil : "adam's epsilon must be positive"
  }
}
