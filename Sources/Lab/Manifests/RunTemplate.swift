import Datasets
import Modelling
import Torch
import Training

/// What the runs of one cell do, decoded: everything but the seed.
public struct RunTemplate: Sendable {
  public let study: String
  public let cell: Cell
  public private(set) var dataset: any DatasetConfiguration
  public let model: any ModelConfiguration
  public let plan: TrainingPlan
  /// How precise the products of its networks are, in training and in everything computed after it.
  public let precision: Precision
  public let keep: Keep
  public let recording: Recording
  public let measures: [String]
  /// How the manifest names parameters.
  let patterns: [WrittenPattern]
  /// The stored weights that measures read, by the sets' names.
  public let pretrained: [String: StoredWeights]
  /// The set that a measure reads, where it reads one.
  private let pretrainedOfMeasures: [String: String]
  /// Measures that a run's record is enough for.
  private let measuresOfRecords: Set<String>

  /// Decodes the parts of a study whose axes and placeholders are filled in.
  ///
  /// - Throws: `ManifestError`.
  init(_ study: Study, cell: Cell, kinds: Kinds) throws {
    self.study = study.id
    self.cell = cell
    let decoder = StrictDecoder()
    dataset = try kinds.dataset(study.dataset)
    model = try kinds.model(study.model, for: dataset)
    let weights = try study.weights.map {
      try decoder.decode([String: WeightSchedule].self, from: $0, path: "weights")
    }
    let phases = try decoder.decode([Phase].self, from: study.phases, path: "phases")
    plan = TrainingPlan(weights: weights ?? [:], phases: phases)
    patterns = Self.patterns(of: study, plan)
    precision =
      try study.precision.map {
        try decoder.decode(Precision.self, from: $0, path: "precision")
      } ?? .fp32
    keep = study.keep ?? Keep(snapshots: [])
    recording = try decoder.decode(Recording.self, from: study.record, path: "record")
    measures = try decoder.decode([String].self, from: study.measures, path: "measures")
    var sets: [String: StoredWeights] = [:]
    var pretrainedOfMeasures: [String: String] = [:]
    var measuresOfRecords: Set<String> = []
    for id in measures + (recording.measures?.ids ?? []) {
      // A measure that is not known is refused below.
      let measure = try? kinds.measure(id, origin: .resolved)
      if measure?.ofRecord != nil { measuresOfRecords.insert(id) }
      guard let name = measure?.pretrained else { continue }
      sets[name] = try sets[name] ?? kinds.weights(name)
      pretrainedOfMeasures[id] = name
    }
    pretrained = sets
    self.pretrainedOfMeasures = pretrainedOfMeasures
    self.measuresOfRecords = measuresOfRecords
    try check(study, kinds)
  }

  /// What the run with that seed does.
  func ofRun(seed: Int) -> RunTemplate {
    var template = self
    template.dataset = dataset.ofRun(seed: seed)
    return template
  }

  /// Why a measure cannot be taken here: the weights that it reads are not here. Nil where it can be.
  public func missingWeights(of measure: String) -> DataError? {
    pretrainedOfMeasures[measure].flatMap { pretrained[$0]?.missing }
  }

  /// The measures that can be taken here and that do not follow from a run's record.
  func measuresToTake(_ record: RunRecord?) -> [String] {
    measures.filter {
      guard let record else { return missingWeights(of: $0) == nil }
      return !record.measures.keys.contains($0) && !measuresOfRecords.contains($0)
        && missingWeights(of: $0) == nil
    }
  }

  /// What no type can say: names that must exist, and values that must fit each other.
  private func check(_ study: Study, _ kinds: Kinds) throws {
    func refuse(_ node: ConfigNode, _ path: String, _ message: String) -> ManifestError {
      ManifestError(origin: node.originOfBlame, path: path, .impossible(message))
    }
    let objectives = model.objectives
    if plan.phases.isEmpty {
      throw refuse(study.phases, "phases", "at least one phase is needed")
    }
    var ids: Set<String> = []
    for (phase, node) in zip(plan.phases, study.phases.items ?? []) {
      guard ids.insert(phase.id).inserted else {
        throw refuse(
          node["id"] ?? node, "phases.\(phase.id)",
          "two phases have this id: overrides and random streams go by it")
      }
      if let problem = phase.problem { throw refuse(node, "phases.\(phase.id)", problem) }
      for (index, start) in (phase.start ?? []).enumerated()
      where !model.starts.contains(start.kind) {
        throw refuse(
          node["start"]?.items?[index] ?? node, "phases.\(phase.id).start",
          "\(type(of: model).name) has no start '\(start.kind.rawValue)'")
      }
      for (index, update) in phase.updates.enumerated() {
        let written = node["updates"]?.items?[index]
        if objectives[update.minimise] == nil {
          throw ManifestError(
            origin: written?["minimise"]?.origin ?? node.origin, path: "phases.\(phase.id).updates",
            .unknownName(name: update.minimise, valid: objectives.keys.sorted()))
        }
        if update.parameters.isEmpty {
          throw refuse(
            written?["parameters"] ?? node, "phases.\(phase.id).updates.\(index).parameters",
            "an update trains at least one parameter: write patterns, or leave the key out to train all"
          )
        }
      }
    }
    try checkEarlyStopping(study, objectives)
    if let examples = dataset.trainingExamples, plan.steps(examples: examples) > Duration.limit {
      throw refuse(study.phases, "phases", "all phases together have more than 10¹² steps")
    }
    let used = plan.phases.flatMap(\.updates).compactMap { objectives[$0.minimise] }
    for entry in study.weights?.entries ?? [] {
      let losses = Set(used.flatMap(\.losses)).sorted()
      if !losses.contains(entry.key) {
        throw ManifestError(
          origin: entry.keyOrigin, path: "weights", .unknownName(name: entry.key, valid: losses))
      }
      let statistics = Set(used.flatMap { $0.statistics + $0.losses }).sorted()
      if let name = plan.weights[entry.key]?.statistic, !statistics.contains(name) {
        throw ManifestError(
          origin: entry.value.origin, path: "weights.\(entry.key)",
          .unknownName(name: name, valid: statistics))
      }
    }
    try check(measures, study.measures, "measures", kinds)
    if let recorded = recording.measures, let node = study.record["measures"]?["ids"] {
      try check(recorded.ids, node, "record.measures.ids", kinds)
    }
  }

  /// Early stopping asks for losses of its phase, for the weight of one of them, and for a split.
  private func checkEarlyStopping(_ study: Study, _ objectives: [String: Objective]) throws {
    for (phase, node) in zip(plan.phases, study.phases.items ?? []) {
      guard let stopping = phase.earlyStopping, let own = node["early-stopping"] else { continue }
      let path = "phases.\(phase.id).early-stopping"
      let losses = Set(phase.updates.flatMap { objectives[$0.minimise]?.losses ?? [] }).sorted()
      for (name, item) in zip(stopping.of, own["of"]?.items ?? []) where !losses.contains(name) {
        throw ManifestError(
          origin: item.origin, path: path + ".of", .unknownName(name: name, valid: losses))
      }
      let scheduled = losses.filter { plan.weights[$0] != nil }
      if let from = stopping.from, !scheduled.contains(from.weight) {
        throw ManifestError(
          origin: own["from"]?["weight"]?.origin ?? own.origin, path: path + ".from.weight",
          .unknownName(name: from.weight, valid: scheduled))
      }
      if dataset.hasKnownShapes, dataset.splitShapes[EarlyStopping.split] == nil {
        throw ManifestError(
          origin: own.originOfBlame, path: path,
          .impossible(
            "it needs data with a split named '\(EarlyStopping.split)', which this data set has not"
          ))
      }
    }
  }

  private func check(
    _ measures: [String], _ nodes: ConfigNode, _ path: String, _ kinds: Kinds
  ) throws {
    for (measure, node) in zip(measures, nodes.items ?? []) {
      let measure = try kinds.measure(measure, origin: node.origin)
      // Shapes that are not known yet are checked once the files are here.
      guard dataset.hasKnownShapes else { continue }
      for problem in measure.needs.compactMap({ $0.problem(in: dataset.splitShapes) }) {
        throw ManifestError(
          origin: node.originOfBlame, path: path, .impossible("\(measure.id) \(problem)"))
      }
    }
  }
}
