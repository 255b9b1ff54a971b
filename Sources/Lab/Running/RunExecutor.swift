import Datasets
import Files
import Foundation
import Modelling
import Torch
import Training

/// Trains one run to its end in this process: resumes, checkpoints, measures, and records.
public struct RunExecutor {
  /// How a run ended here.
  public enum Outcome: Equatable, Sendable {
    case finished
    /// The record says so already.
    case alreadyFinished
    /// Training broke down; the reason is recorded.
    case failed(String)
    /// A stop was asked for: a checkpoint holds the step, or, of a trained run, the record the measures that
    /// were taken.
    case interrupted(step: Int)
  }

  /// What is told along the way.
  public enum Event: Codable, Sendable {
    /// `best`: the step of the best parameters on the validation split, where a phase stops early.
    case progress(step: Int, of: Int, stepsPerSecond: Double, best: Int? = nil)
    /// The run is trained, and a measure is about to be taken: the `number`th `of` those that are.
    case measuring(String, number: Int, of: Int)
    case warning(String)
    case waiting
  }

  private let run: RunSpecification
  private let kinds: Kinds
  private let store: RunStore
  private let device: Device
  private let environment: RunEnvironment
  private let checkpointSeconds: Double
  private let needed: ParametersNeeded
  private let freeBytes: (String) throws -> Int

  /// - Parameters:
  ///   - needed: a finished run that these parameters are missing of is trained again.
  ///   - freeBytes: says how much can still be written below a path.
  public init(
    _ run: RunSpecification, kinds: Kinds, store: RunStore, device: Device,
    environment: RunEnvironment, checkpointSeconds: Double = 60, needed: ParametersNeeded = .none,
    freeBytes: @escaping (String) throws -> Int = Disk.freeBytes(at:)
  ) {
    self.run = run
    self.kinds = kinds
    self.store = store
    self.device = device
    self.environment = environment.with(run.template.precision)
    self.checkpointSeconds = checkpointSeconds
    self.needed = needed
    self.freeBytes = freeBytes
  }

  /// Claims the run's directory and brings the run to its end.
  ///
  /// - Parameters:
  ///   - shouldStop: asked after every step, and after every measure that is not the last.
  ///   - report: told of progress about twice a second, of measures, and of warnings.
  public func execute(
    shouldStop: () -> Bool, report: @escaping (Event) -> Void
  ) throws -> Outcome {
    let directory = store.directory(run)
    let before = try record()?.failedAt
    var lock = try claim(directory)
    if lock == nil {
      report(.waiting)
      while lock == nil {
        Thread.sleep(forTimeInterval: 0.2)
        lock = try claim(directory)
        if lock == nil && shouldStop() {
          return .interrupted(step: try directory.checkpointStep ?? 0)
        }
      }
      // The one that was waited for has found that training breaks down; so would this one.
      if let record = try record(), let failure = record.failure, record.failedAt != before {
        lock?.release()
        return .failed(failure)
      }
    }
    defer { lock?.release() }
    return try withPrecision(run.template.precision) {
      try executeClaimed(directory, shouldStop, report)
    }
  }

  /// The lock on the run's directory, which another command may have removed meanwhile; nil where it
  /// is taken.
  private func claim(_ directory: RunDirectory) throws -> FileLock? {
    try directory.create()
    return try FileLock(tryLocking: directory.claim)
  }

  private func record() throws -> RunRecord? { try store.record(of: run) }

  /// What a claimed run is worked at with.
  private struct Session {
    let directory: RunDirectory
    let dataset: Dataset
    let model: any Model
    let randomness: Randomness
    let report: (Event) -> Void
  }

  private func executeClaimed(
    _ directory: RunDirectory, _ shouldStop: () -> Bool, _ report: @escaping (Event) -> Void
  ) throws -> Outcome {
    // Another process may have finished the run while this one waited for the claim.
    let known = try record()
    let missing = run.template.measuresToTake(known)
    // The same as a plan decides.
    let weights = try known.map { try directory.weights(of: $0) } ?? .missing
    let kept = try known.map { try directory.has(needed, of: run, $0, weights: weights) } ?? false
    if let known, known.failure == nil, missing.isEmpty, kept { return .alreadyFinished }

    let session = try open(directory, report)
    if var known, known.failure == nil, kept, weights == .here {
      // Trained before, but a measure was added since.
      try directory.read(directory.weights, into: session.model.parameters)
      let curves = try directory.storedCurves() ?? known.curves
      // Those of another cell with the same run stay.
      let found = try measure(missing, session, curves, known.events, shouldStop)
      known.measures.merge(found.values) { $1 }
      known.examples = (known.examples ?? [:]).merging(found.examples) { $1 }.nilIfEmpty
      try store.append(known)
      return found.isWhole ? .finished : .interrupted(step: known.steps)
    }
    if let known, known.failure == nil, let doubt = weights.doubt {
      report(.warning(doubt))
    }
    let space = RunSpace(run, session.model.parameters)
    try SpaceError.check(
      space.kept + space.checkpoints - directory.bytes, at: directory.path, free: freeBytes)
    return try train(session, known, shouldStop)
  }

  /// Loads and checks the data, and builds the untrained model.
  private func open(
    _ directory: RunDirectory, _ report: @escaping (Event) -> Void
  ) throws -> Session {
    try AtomicFile.removeLeftovers(in: directory.path)
    try AtomicFile.write(Data(try run.resolved().yaml().utf8), to: directory.resolved)
    let template = run.template
    let dataset = try checked("moving the data") { try template.dataset.load().to(device) }
    try checked("checking the data") {
      try template.check(dataset, kinds: kinds)
      for weights in template.pretrained.values { try weights.check() }
    }
    return Session(
      directory: directory, dataset: dataset, model: try run.untrainedModel(on: device),
      randomness: Randomness(seed: run.seed), report: report)
  }

  /// Trains to the end, or until a stop is asked for; writes what is kept, measures, and records.
  ///
  /// - Parameter known: the run's record so far.
  private func train(
    _ session: Session, _ known: RunRecord?, _ shouldStop: () -> Bool
  ) throws -> Outcome {
    let (directory, dataset) = (session.directory, session.dataset)
    let trainer = Trainer(
      model: session.model, data: dataset.train,
      validation: dataset.others[EarlyStopping.split], plan: run.template.plan,
      randomness: session.randomness, recordEvery: run.template.recording.every)
    let checkpoints = CheckpointStore(
      in: directory.path, environment: environment.checkpointKey)
    let (state, warnings) = try checkpoints.restore(into: session.model)
    for warning in warnings { session.report(.warning(warning)) }
    if let state { trainer.restore(state) }
    do {
      try steps(trainer, session, checkpoints, shouldStop)
    } catch let error as TrainingError {
      try store.append(record(trainer, dataset, failure: error.description, Found()))
      return .failed(error.description)
    }
    if !trainer.isFinished { return .interrupted(step: trainer.state.totalSteps) }

    // The curves first, which tell of which training the weights are.
    let file = try HDF5File(creating: directory.curves)
    try CurvesFile.write(trainer.state.curves, into: file)
    try file.close()
    try ParameterFile.write(session.model.parameters, to: directory.weights)
    let found = try measure(
      run.template.measuresToTake(nil), session, trainer.state.curves, trainer.state.events,
      shouldStop)
    var made = record(trainer, dataset, failure: nil, found)
    if let known, known.failure == nil, known.profile.isCommitted, !made.profile.isCommitted {
      // In the other file the record of the training before would count, and not this one.
      made.profile = known.profile
      made.cell = known.cell
    }
    try store.append(made)
    checkpoints.removeAll()
    return found.isWhole ? .finished : .interrupted(step: trainer.state.totalSteps)
  }

  /// One step after the other, with snapshots, checkpoints and reports between them.
  private func steps(
    _ trainer: Trainer, _ session: Session, _ checkpoints: CheckpointStore,
    _ shouldStop: () -> Bool
  ) throws {
    let before = trainer.state.seconds
    let start = ContinuousClock.now
    let startOfWork = ProcessorTime.seconds
    var reported = start
    var saved = start
    let planned = trainer.plannedSteps
    if trainer.state.totalSteps == 0, !trainer.isFinished {
      try trainer.begin()
      try recordMeasures(trainer, session, warns: true)
    }
    var rate = StepRate(
      step: trainer.state.totalSteps, at: (ContinuousClock.now - start).seconds)
    while !trainer.isFinished {
      try trainer.step()
      // Before the checkpoint of the step, which then has them.
      try recordMeasures(trainer, session, warns: false)
      let now = ContinuousClock.now
      let worked =
        device == .cpu ? ProcessorTime.seconds - startOfWork : (now - start).seconds
      trainer.setSeconds(before + worked)
      let step = trainer.state.totalSteps
      if run.template.keep.snapshots.contains(step) {
        try ParameterFile.write(trainer.model.parameters, to: session.directory.snapshot(step))
      }
      let stopping = shouldStop()
      if (now - saved).seconds > checkpointSeconds || (stopping && !trainer.isFinished) {
        try checkpoints.save(trainer.model, trainer.state)
        saved = now
      }
      if (now - reported).seconds > 0.5 || trainer.isFinished {
        session.report(
          .progress(
            step: step, of: planned,
            stepsPerSecond: rate.reached(step, at: (now - start).seconds),
            best: trainer.state.bestStep))
        reported = now
      }
      if stopping { return }
    }
  }

  /// Takes the measures that are curves where it is their time.
  ///
  /// - Parameter warns: whether of measures without a value; once is enough.
  private func recordMeasures(_ trainer: Trainer, _ session: Session, warns: Bool) throws {
    guard let recorded = run.template.recording.measures,
      trainer.state.totalSteps.isMultiple(of: recorded.every)
    else { return }
    let measured = self.measured(session, trainer.state.curves, trainer.state.events)
    var found = Found()
    for id in recorded.ids where run.template.missingWeights(of: id) == nil {
      try take(id, measured, session, warns: warns, &found)
    }
    trainer.record(Dictionary(found.values.map { (Measure.curve(of: $0), $1 ?? .nan) }) { $1 })
  }

  /// What measures found of a run: their values, and those of single examples where a record keeps them.
  private struct Found {
    var values: [String: Double?] = [:]
    var examples: [String: [Double]] = [:]
    /// Whether no stop left some of them.
    var isWhole = true
  }

  /// Takes measures of a trained run, until a stop is asked for: those that are left are taken another
  /// time, like those of a manifest that asks for more than it did.
  private func measure(
    _ ids: [String], _ session: Session, _ curves: Curves, _ events: [String: Int],
    _ shouldStop: () -> Bool
  ) throws -> Found {
    let measured = self.measured(session, curves, events)
    var found = Found()
    for (index, id) in ids.enumerated() {
      session.report(.measuring(id, number: index + 1, of: ids.count))
      try take(id, measured, session, warns: true, &found)
      if index + 1 < ids.count, shouldStop() {
        found.isWhole = false
        break
      }
    }
    return found
  }

  private func measured(
    _ session: Session, _ curves: Curves, _ events: [String: Int]
  ) -> MeasuredRun {
    MeasuredRun(
      model: session.model, dataset: session.dataset, randomness: session.randomness,
      curves: curves, events: events, pretrained: run.template.pretrained)
  }

  private func take(
    _ id: String, _ measured: MeasuredRun, _ session: Session, warns: Bool, _ found: inout Found
  ) throws {
    let measure = try kinds.measure(id, origin: .commandLine(id))
    do {
      found.values.updateValue(try measure.value(measured), forKey: id)
      // As exact as float32, in which they were computed.
      found.examples[id] = try measure.examples?(measured).map { Double("\(Float($0))") ?? $0 }
    } catch let error where error is MeasureError || error is StatisticsError {
      // The run is trained, and its other measures are good: this one has no value.
      if warns { session.report(.warning("no value of \(id): \(error)")) }
      found.values.updateValue(nil, forKey: id)
    } catch let error as TensorError {
      // For want of memory, say: the others are kept, and this one may be taken another time.
      if warns { session.report(.warning("\(id) could not be taken and is left open: \(error)")) }
    }
  }

  private func record(
    _ trainer: Trainer, _ dataset: Dataset, failure: String?, _ found: Found
  ) -> RunRecord {
    RunRecord(
      format: RunRecord.format, identity: run.identity, study: run.template.study,
      cell: run.template.cell, seed: run.seed, profile: run.profile, failure: failure,
      measures: found.values, examples: found.examples.nilIfEmpty, events: trainer.state.events,
      curves: trainer.state.curves.thinned(
        to: RunRecord.curvePoints, whole: RunRecord.wholeCurvePoints
      ).rounded(),
      steps: trainer.state.totalSteps, seconds: trainer.state.seconds, environment: environment,
      finished: Date(), standIn: dataset.standIn)
  }
}

extension RunRecord {
  /// When the run failed; nil where it did not.
  fileprivate var failedAt: Date? { failure == nil ? nil : finished }
}

extension Dictionary {
  fileprivate var nilIfEmpty: Self? { isEmpty ? nil : self }
}

extension Swift.Duration {
  /// The duration as a number of seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
