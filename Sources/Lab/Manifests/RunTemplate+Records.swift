import Training

/// What training writes down of a run besides its parameters, and a measure or a figure reads.
public enum TrainingRecord: Equatable, Sendable {
  /// A value at each recorded step.
  case curve(String)
  /// The step at which something first happened.
  case event(String)

  var name: String {
    switch self {
    case .curve(let name), .event(let name): name
    }
  }
}

extension RunTemplate {
  /// The names that a record of that kind can have with this model. Whether a run has it also depends on
  /// weights and phases, which an override may change: a constant weight has no constraint to meet.
  func names(like record: TrainingRecord) -> Set<String> {
    let objectives = plan.phases.flatMap(\.updates).compactMap { model.objectives[$0.minimise] }
    let losses = Set(objectives.flatMap(\.losses))
    switch record {
    case .event:
      return losses.reduce(into: [RecordName.bestValidation, RecordName.stopped]) {
        $0.insert(RecordName.constraintFirstMet($1))
      }
    case .curve:
      let statistics = Set(objectives.flatMap(\.statistics))
      let ofLosses = losses.flatMap {
        [
          RecordName.loss($0), RecordName.weight($0), RecordName.average($0),
          RecordName.validation($0),
        ]
      }
      let ofStatistics = statistics.flatMap { [RecordName.statistic($0), RecordName.average($0)] }
      let ofMeasures = (recording.measures?.ids ?? []).map { Measure.curve(of: $0) }
      return Set(ofLosses + ofStatistics + ofMeasures + [RecordName.validationSum])
    }
  }
}

extension Collection<RunTemplate> {
  /// Why none of them can have that record, or nil.
  ///
  /// - Parameter id: the name in which its own is written, after a slash; that alone where left out.
  func problem(_ record: TrainingRecord, in id: String? = nil) -> ManifestError.Problem? {
    let names = reduce(into: Set<String>()) { $0.formUnion($1.names(like: record)) }
    if isEmpty || names.contains(record.name) { return nil }
    guard let id, let own = id.firstRange(of: "/" + record.name) else {
      return .unknownName(name: record.name, valid: names.sorted())
    }
    let (before, after) = (id[..<own.lowerBound], id[own.upperBound...])
    return .unknownName(name: id, valid: names.map { "\(before)/\($0)\(after)" }.sorted())
  }

  /// Why none of them can have a measure, by what it asks of the model and reads of training, or nil.
  func problem(_ measure: Measure) -> ManifestError.Problem? {
    if let lacking = first.flatMap({ measure.abilities.lacking(in: $0.model) }),
      allSatisfy({ measure.abilities.lacking(in: $0.model) != nil })
    {
      return .impossible(MeasureError.lacks(measure.id, lacking).description)
    }
    return measure.record.flatMap { problem($0, in: measure.id) }
  }
}
