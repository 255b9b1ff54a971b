import Datasets
import Modelling
import Torch
import Training

/// What measures and computations see of a run: at the end of its training, or, where a study records
/// measures, as far as it has come.
public struct MeasuredRun {
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

  /// - Parameter pretrained: what measures may read besides the data, by the sets' names.
  public init(
    model: any Model, dataset: @autoclosure @escaping () throws -> Dataset,
    randomness: Randomness, curves: Curves, events: [String: Int],
    pretrained: [String: StoredWeights] = [:]
  ) {
    self.model = model
    load = dataset
    stored = pretrained
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
  func pretrained(_ name: String) throws -> [String: Tensor] {
    try (stored[name] ?? StoredWeights(undescribed: name)).load()
  }

  /// The examples of a split.
  ///
  /// - Throws: `DataError`, or `MeasureError` where there is no such split.
  func examples(of split: String, for purpose: String) throws -> Split {
    let dataset = try dataset
    guard let examples = split == "train" ? dataset.train : dataset.others[split] else {
      throw MeasureError.needsSplit(purpose, name: split)
    }
    return examples
  }

  /// Calls `body` with the examples in their order, a batch after the other, and their places, without
  /// gradients.
  static func evaluate(
    _ examples: Split, for purpose: String, _ body: (Batch, Range<Int>) throws -> Void
  ) throws {
    try evaluate(examples.count, for: purpose) { try body(examples.rows($0), $0) }
  }

  /// The same for so many of whatever the places are of.
  static func evaluate(
    _ count: Int, for purpose: String, _ body: (Range<Int>) throws -> Void
  ) throws {
    for start in stride(from: 0, to: count, by: batch) {
      let range = start..<min(start + batch, count)
      try checked(purpose) { try withoutGradients { try body(range) } }
    }
  }
}
