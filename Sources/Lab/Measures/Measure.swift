import Training

/// A number taken of a finished run. Its id names its variant; there is no bare "accuracy".
public struct Measure: Sendable {
  public let id: String
  /// One line on what it is.
  public let summary: String
  /// Unit of the value (`rad`, `nats`, `steps`), empty for a plain number.
  public let unit: String
  public let direction: Direction
  /// What it asks of the model, checked before anything is trained, like the following.
  public let abilities: [ModelAbility]
  /// What it reads of the data.
  public let needs: [DataNeed]
  /// The stored set of weights that it reads (`datasets/<name>.yaml`), without which a run has no value.
  public let pretrained: String?
  /// What it reads of training's own records: a name that no run of the study can have is refused.
  public let record: TrainingRecord?
  /// The value; nil where the run has none, such as the step of an event that never came.
  let value: @Sendable (MeasuredRun) throws -> Double?
  /// The same of a run's recorded curves and events, for a measure that reads nothing else: it can be taken
  /// of a run whose weights are gone.
  private(set) var ofRecord: (@Sendable (Curves, [String: Int]) -> Double?)?
  /// Where the value is a mean over so few examples that a record can keep them: the value of each, in an
  /// order that is the same for all runs, so that two runs can be compared example by example.
  let examples: (@Sendable (MeasuredRun) throws -> [Double])?

  public init(
    id: String, summary: String, unit: String, direction: Direction,
    abilities: [ModelAbility] = [], needs: [DataNeed] = [], pretrained: String? = nil,
    record: TrainingRecord? = nil,
    examples: (@Sendable (MeasuredRun) throws -> [Double])? = nil,
    value: @escaping @Sendable (MeasuredRun) throws -> Double?
  ) {
    self.id = id
    self.summary = summary
    self.unit = unit
    self.direction = direction
    self.abilities = abilities
    self.needs = needs
    self.pretrained = pretrained
    self.record = record
    self.examples = examples
    self.value = { try Self.bounded(value($0)) }
  }

  /// A measure that reads training's own records, and nothing else.
  init(
    id: String, summary: String, unit: String, record: TrainingRecord,
    of value: @escaping @Sendable (Curves, [String: Int]) -> Double?
  ) {
    self.init(id: id, summary: summary, unit: unit, direction: .neither, record: record) {
      value($0.curves, $0.events)
    }
    ofRecord = { Self.bounded(value($0, $1)) }
  }

  /// Infinite, as what has no finite value, where a record could not hold the number.
  private static func bounded(_ value: Double?) -> Double? {
    value.map { abs($0) > StatisticsError.largest ? .infinity : $0 }
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
