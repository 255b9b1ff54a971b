import Datasets
import Modelling
import Torch
import Training

/// A number taken of a finished run. Its id names its variant; there is no bare "accuracy".
public struct Measure: Sendable {
  public let id: String
  /// One line on what it is.
  public let summary: String
  /// Unit of the value (`rad`, `nats`, `steps`), empty for a plain number.
  public let unit: String
  public let direction: Direction
  /// What it reads of the data, checked before anything is trained.
  public let needs: [DataNeed]
  /// The stored set of weights that it reads (`datasets/<name>.yaml`), without which a run has no value.
  public let weights: String?
  /// What it reads of training's own records: a name that no run of the study can have is refused.
  public let record: TrainingRecord?
  /// The value; nil where the run has none, such as the step of an event that never came.
  let value: @Sendable (FinishedRun) throws -> Double?

  public init(
    id: String, summary: String, unit: String, direction: Direction, needs: [DataNeed] = [],
    weights: String? = nil, record: TrainingRecord? = nil,
    value: @escaping @Sendable (FinishedRun) throws -> Double?
  ) {
    self.id = id
    self.summary = summary
    self.unit = unit
    self.direction = direction
    self.needs = needs
    self.weights = weights
    self.record = record
    self.value = value
  }

  /// A measure's name in files, where slashes are levels: one id may begin with another.
  static func fileName(of id: String) -> String { id.replacing("/", with: ".") }

  /// Name of the curve of a measure that is taken while a run trains.
  static func curve(of id: String) -> String { "measure/" + fileName(of: id) }
}

/// Measures whose ids hold numbers, such as `nll/importance-5000`.
public struct MeasureFamily: Sendable {
  /// The ids, for people to read: `nll/importance-<samples>`.
  public let pattern: String
  /// The measure of an id; nil where the id is not of the family.
  let measure: @Sendable (String) -> Measure?

  public init(pattern: String, measure: @escaping @Sendable (String) -> Measure?) {
    self.pattern = pattern
    self.measure = measure
  }

  /// A number above 0 in an id, as it would be written out, between other letters.
  static func number(
    _ text: Substring, prefix: String = "", suffix: String = ""
  ) -> Int? {
    guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { return nil }
    let digits = text.dropFirst(prefix.count).dropLast(suffix.count)
    guard let number = Int(digits), 1...1_000_000_000 ~= number, "\(number)" == digits else {
      return nil
    }
    return number
  }
}

/// What measures and computations see of a run: at the end of its training, or, where a study records
/// measures, as far as it has come.
public struct FinishedRun {
  public let model: any Model
  /// The run's own randomness; evaluation uses streams of purposes that training does not.
  public let randomness: Randomness
  public let curves: Curves
  /// Step at which each named event first happened.
  public let events: [String: Int]

  private let load: () throws -> Dataset
  private let stored: [String: StoredWeights]
  private let shared = Shared()

  /// What several measures read, such as the clusters of all test examples, is computed once.
  private final class Shared {
    var values: [String: Any] = [:]
  }

  /// The value of that name, computed where no measure of this run has asked for it before.
  func shared<Value>(_ name: String, _ compute: () throws -> Value) rethrows -> Value {
    if let value = shared.values[name] as? Value { return value }
    let value = try compute()
    shared.values[name] = value
    return value
  }

  /// Examples in an evaluation batch.
  static let batch = 1000

  /// - Parameter weights: what measures may read besides the data, by the sets' names.
  public init(
    model: any Model, dataset: @autoclosure @escaping () throws -> Dataset,
    randomness: Randomness, curves: Curves, events: [String: Int],
    weights: [String: StoredWeights] = [:]
  ) {
    self.model = model
    load = dataset
    stored = weights
    self.randomness = randomness
    self.curves = curves
    self.events = events
  }

  /// The data, read when they are first asked for: what is drawn of the curves needs none.
  ///
  /// - Throws: `DataError`.
  public var dataset: Dataset {
    get throws { try shared("dataset", load) }
  }

  /// The stored weights of that name.
  ///
  /// - Throws: `DataError`.
  func weights(_ name: String) throws -> [String: Tensor] {
    try (stored[name] ?? StoredWeights(undescribed: name)).load()
  }

  /// The model, where it has a continuous code.
  func latentModel(for purpose: String) throws -> any LatentVariableModel {
    guard let model = model as? any LatentVariableModel else {
      throw MeasureError.needsCode(purpose)
    }
    return model
  }
}

/// Why a measure or a computation cannot be taken of a run.
public enum MeasureError: Error, CustomStringConvertible {
  case needsCode(String)
  case needsTwoDimensions(String, found: Int)
  case needsTensor(String, name: String)
  case needsNumbers(String, name: String)
  case tooFewPoints(String, needed: Int)
  case needsClusters(String)
  case needsClusterGenerator(String)
  case needsMixturePriors(String)
  case needsFacets(String, needed: Int, found: Int)
  case needsGaussianClusters(String)
  case needsStyles(String)
  case needsSplit(String, name: String)
  case labelsOutOfRange(limit: Int)
  case needsWeights(String)
  case needsStandardNormal(String)
  case notFinite(String)
  case needsLikelihood(String)
  case needsFactors(String, needed: Int, found: Int)
  case constantFactor(Int)
  case codesNotFinite(String)
  case decodedNotFinite(String)
  case tooManyClasses(Int, limit: Int)
  case needsPictures(String)
  case wrongWeights(String, tensor: String, shape: [Int])

  public var description: String {
    switch self {
    case .needsCode(let what): "\(what) needs a model with a continuous code"
    case .needsTwoDimensions(let what, let found):
      "\(what) needs a code of 2 dimensions, and this model's has \(found)"
    case .needsTensor(let what, let name):
      "\(what) needs data with a tensor named '\(name)', which this data set has not"
    case .needsNumbers(let what, let name):
      "\(what) needs data with a tensor named '\(name)' of one number an example"
    case .tooFewPoints(let what, let needed): "\(what) needs at least \(needed) points"
    case .needsClusters(let what): "\(what) needs a model with clusters"
    case .needsClusterGenerator(let what): "\(what) needs a model that generates from its clusters"
    case .needsMixturePriors(let what):
      "\(what) needs a model whose facets have mixtures for priors"
    case .needsFacets(let what, let needed, let found):
      "\(what) asks for facet \(needed), and the model has \(found)"
    case .needsStyles(let what): "\(what) needs a model with a code that moves its clusters"
    case .needsGaussianClusters(let what):
      "\(what) needs a model whose clusters are Gaussians of its code"
    case .needsSplit(let what, let name):
      "\(what) needs data with a split named '\(name)', which this data set has not"
    case .labelsOutOfRange(let limit):
      "labels must be whole numbers from 0 to \(limit - 1)"
    case .needsWeights(let what): "\(what) needs a model with importance weights"
    case .needsStandardNormal(let what):
      "\(what) needs a model whose innermost code has the prior N(0, I)"
    case .notFinite(let what): "\(what) is not finite: an image has no density under the model"
    case .needsLikelihood(let what): "\(what) needs a model whose likelihood can be evaluated"
    case .needsFactors(let what, let needed, let found):
      "\(what) needs data whose 'factors' have \(needed) columns, and these have \(found)"
    case .constantFactor(let factor):
      "the mutual information gap needs factors that vary, and factor \(factor) has one value"
    case .codesNotFinite(let what): "\(what) needs codes that are finite numbers"
    case .decodedNotFinite(let what): "\(what) needs decoded examples of finite numbers"
    case .needsPictures(let what):
      "\(what) needs images of one or three channels, height and width, the same in all splits"
    case .wrongWeights(let set, let tensor, let shape):
      "the weights of \(set) need a tensor '\(tensor)' of shape \(shape): correct datasets/\(set).yaml"
    case .tooManyClasses(let found, let limit):
      "a probe tells at most \(limit) classes apart, and the labels have \(found)"
    }
  }
}
