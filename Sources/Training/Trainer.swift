import Datasets
import Modelling
import Torch

/// Runs the phases of a training plan, one step at a time.
///
/// The trainer has no clock and no files: whoever calls ``step()`` decides when to write a checkpoint,
/// report progress, or stop.
public final class Trainer {
  public let model: any Model
  public private(set) var state = TrainingState()
  private let plan: TrainingPlan
  private let data: Split
  private let validation: Split?
  private let randomness: Randomness
  private let recordEvery: Int
  private var order: BatchOrder
  private var controllers: [String: WeightController] = [:]
  /// What each update of the phase trains.
  private var trained: [[Parameter]] = []
  /// The phase whose start has been made here.
  private var begun: Int?

  /// - Parameters:
  ///   - validation: what early stopping looks at.
  ///   - recordEvery: steps between the values of the curves; the first step is always taken.
  public init(
    model: any Model, data: Split, validation: Split? = nil, plan: TrainingPlan,
    randomness: Randomness, recordEvery: Int
  ) {
    self.model = model
    self.plan = plan
    self.data = data
    self.validation = validation
    self.randomness = randomness
    self.recordEvery = recordEvery
    order = BatchOrder(randomness, count: data.count, batch: plan.phases.first?.batch ?? 1)
    controllers = plan.weights.mapValues {
      WeightController($0, batchesPerEpoch: order.batchesPerEpoch)
    }
    if !isFinished {
      enterPhase()
      startOptimisers()
    }
  }

  /// Continues from a checkpoint's state; the parameters' values are the model's own.
  public func restore(_ saved: TrainingState) {
    state = saved
    for (term, saved) in state.controllers { controllers[term]?.restore(saved) }
    if !isFinished { enterPhase() }
  }

  /// Notes how long training has taken so far, for checkpoints and records.
  public func setSeconds(_ seconds: Double) {
    state.seconds = seconds
  }

  /// Whether all phases are done.
  public var isFinished: Bool { state.phase >= plan.phases.count }

  /// Steps of all phases together; with early stopping, at most.
  public var plannedSteps: Int { plan.steps(examples: data.count) }

  /// Enters values of the present step into the curves.
  public func record(_ values: [String: Double]) {
    state.curves.record(state.totalSteps, values)
  }

  /// Makes the start of a phase whose first step is the next, where that has not been done.
  ///
  /// - Throws: ``TrainingError``, or `TensorError` where an operation fails.
  public func begin() throws {
    guard !isFinished, state.step == 0, begun != state.phase else { return }
    try start(plan.phases[state.phase])
    begun = state.phase
  }

  /// Does one step: forward, weights, gradients, optimiser, for each update of the phase.
  ///
  /// - Throws: ``TrainingError`` where a term is not finite, `TensorError` where an operation fails.
  public func step() throws {
    try begin()
    let phase = plan.phases[state.phase]
    let batch = try checked("batch") {
      data.rows(
        order.indices(step: state.step, phase: phase.id),
        StepRandomness(randomness, "data", step: state.totalSteps))
    }
    var record: [String: Double] = [:]
    for (index, update) in phase.updates.enumerated() {
      try perform(update, index, batch, &record)
    }
    state.step += 1
    state.totalSteps += 1
    if state.totalSteps == 1 || state.totalSteps.isMultiple(of: recordEvery) {
      state.curves.record(state.totalSteps, record)
    }
    let isLast = state.step >= phase.until.steps(batchesPerEpoch: order.batchesPerEpoch)
    let isStopped = try validate(phase, record, isLast: isLast)
    if isLast || isStopped { try endPhase() }
  }

  private func endPhase() throws {
    if let best = state.stopping.best {
      try checked("going back to the best parameters") {
        best.parameters.restore(to: model.parameters)
      }
    }
    state.stopping = StoppingState()
    state.phase += 1
    state.step = 0
    if !isFinished {
      enterPhase()
      startOptimisers()
    }
  }

  /// At the end of an epoch and of the phase, looks whether the parameters are the best so far.
  ///
  /// - Parameter record: the values of the step.
  /// - Returns: whether the phase ends before its time.
  private func validate(_ phase: Phase, _ record: [String: Double], isLast: Bool) throws -> Bool {
    guard let stopping = phase.earlyStopping,
      isLast || state.step.isMultiple(of: order.batchesPerEpoch)
    else { return false }
    let losses = try validationLosses(phase, stopping)
    let sum = stopping.of.reduce(0) { $0 + (losses[$1] ?? .nan) }
    guard sum.isFinite else {
      throw TrainingError.notFinite(term: RecordName.validationSum, step: state.totalSteps)
    }
    var values = Dictionary(
      uniqueKeysWithValues: losses.map { (RecordName.validation($0), $1) })
    values[RecordName.validationSum] = sum
    state.curves.record(state.totalSteps, values)
    try checked("keeping the best parameters") {
      state.stopping.take(
        sum, step: state.totalSteps, counts: stopping.counts(record),
        ParameterValues(of: model.parameters))
    }
    state.events[RecordName.bestValidation] = state.stopping.best?.step
    let isStopped = !isLast && state.stopping.worse >= stopping.patience
    if isStopped { state.events[RecordName.stopped] = state.totalSteps }
    return isStopped
  }

  /// Means over the validation split of the losses of the phase's objectives, up to the last one that
  /// is asked for.
  private func validationLosses(
    _ phase: Phase, _ stopping: EarlyStopping
  ) throws -> [String: Double] {
    guard let validation, validation.count > 0 else { throw TrainingError.noValidation }
    var sums: [String: Double] = [:]
    for (index, update) in phase.updates.enumerated()
    where !phase.updates[..<index].contains(where: { $0.minimise == update.minimise }) {
      if stopping.of.allSatisfy({ sums[$0] != nil }) { break }
      var own: [String: Double] = [:]
      for (place, start) in stride(from: 0, to: validation.count, by: phase.batch).enumerated() {
        let batch = validation.rows(start..<min(start + phase.batch, validation.count))
        // The same numbers every time, so that two epochs differ by their parameters alone.
        let random = StepRandomness(randomness, "validate/" + update.minimise, step: place)
        try checked("validation after step \(state.totalSteps)") {
          let terms = withoutGradients {
            model.terms(
              update.minimise, batch, progress(.evaluation, of: validation), random)
          }
          for (name, term) in terms.losses {
            own[name, default: 0] += term.item() * Double(batch.count)
          }
        }
      }
      // A loss that several objectives have is that of the first.
      sums.merge(own) { first, _ in first }
    }
    return sums.mapValues { $0 / Double(validation.count) }
  }

  private func enterPhase() {
    let phase = plan.phases[state.phase]
    order = BatchOrder(randomness, count: data.count, batch: phase.batch)
    trained = phase.updates.map { update in
      let patterns = update.parameters.map(PathPattern.init)
      return model.parameters.all.filter { parameter in
        patterns.contains { $0.matches(parameter.path) }
      }
    }
  }

  private func start(_ phase: Phase) throws {
    for (index, start) in (phase.start ?? []).enumerated() {
      let random = StepRandomness(randomness, "start/\(phase.id)/\(index)")
      switch start {
      case .dataDependent(let dataDependent):
        guard let model = model as? any DataDependentModel else {
          throw TrainingError.noStart(start.kind)
        }
        try checked("the data-dependent start") {
          model.start(dataDependent, on: data.rows(0..<min(phase.batch, data.count)), random)
        }
      case .mixtureMeans(let mixture):
        guard let model = model as? any MixturePriorModel else {
          throw TrainingError.noStart(start.kind)
        }
        do {
          try checked("the start from a mixture of codes") {
            try mixture.apply(to: model, on: Self.encodingBatches(of: data), random)
          }
        } catch let error as ClusteringError {
          throw TrainingError.clustering(error)
        }
      }
    }
  }

  /// All examples in their stored order, so many at a time as an encoder's features take little memory.
  private static func encodingBatches(of data: Split) -> some Sequence<Batch> {
    stride(from: 0, to: data.count, by: 1000).lazy.map {
      data.rows($0..<min($0 + 1000, data.count))
    }
  }

  private func startOptimisers() {
    state.optimisers = trained.map { parameters in
      Dictionary(uniqueKeysWithValues: parameters.map { ($0.path, AdamState(for: $0.value)) })
    }
  }

  private func perform(
    _ update: Update, _ index: Int, _ batch: Batch, _ record: inout [String: Double]
  ) throws {
    let random = StepRandomness(randomness, "train/\(index)", step: state.totalSteps)
    let terms = try checked(stepName) {
      model.terms(update.minimise, batch, progress, random)
    }
    for (name, term) in terms.losses { record[RecordName.loss(name)] = try finite(term, name) }
    for (name, term) in terms.statistics {
      record[RecordName.statistic(name)] = try finite(term, name)
    }
    for term in terms.losses.keys { try moveWeight(of: term, &record) }
    try checked(stepName) {
      let weighted = terms.losses.map { name, term in
        record[RecordName.weight(name)].map { term * $0 } ?? term
      }
      guard let first = weighted.first else { return }
      minimise(weighted.dropFirst().reduce(first, +), update.optimiser.adam, index)
    }
  }

  /// Where training stands before the next step.
  public var progress: Progress { progress(.training, of: data) }

  private func progress(_ mode: Mode, of examples: Split) -> Progress {
    Progress(
      step: state.step, totalSteps: state.totalSteps, epoch: state.step / order.batchesPerEpoch,
      weights: controllers.compactMapValues { $0.scheduledWeight(step: state.totalSteps) },
      examples: examples.count, mode: mode)
  }

  private var stepName: String { "step \(state.totalSteps + 1)" }

  private func finite(_ term: Tensor, _ name: String) throws -> Double {
    let value = term.item()
    if !value.isFinite { throw TrainingError.notFinite(term: name, step: state.totalSteps + 1) }
    return value
  }

  /// Moves the weight schedule of one term by a step and records where it stands; updates that share
  /// a term share its weight.
  private func moveWeight(
    of term: String, _ record: inout [String: Double]
  ) throws {
    guard var controller = controllers[term], record[RecordName.weight(term)] == nil else { return }
    var statistic: Double?
    if let name = controller.schedule.statistic {
      guard let value = record[RecordName.statistic(name)] ?? record[RecordName.loss(name)] else {
        throw TrainingError.missingStatistic(name)
      }
      statistic = value
    }
    record[RecordName.weight(term)] = controller.weight(
      step: state.totalSteps, statistic: statistic)
    if let name = controller.schedule.statistic {
      record[RecordName.average(name)] = controller.state.average
    }
    state.events[RecordName.constraintFirstMet(term)] = controller.state.firstSatisfied
    state.controllers[term] = controller.state
    controllers[term] = controller
  }

  /// One optimiser step on the update's parameters, less those that a weight schedule holds still:
  /// their gradients are discarded and their optimiser state is not touched.
  private func minimise(_ loss: Tensor, _ adam: Adam, _ index: Int) {
    let held = controllers.values.flatMap(\.held)
    let parameters = trained[index].filter { parameter in
      !held.contains { $0.matches(parameter.path) }
    }
    guard !parameters.isEmpty else { return }
    let values = parameters.map(\.value)
    adamStep(
      values, gradients: loss.gradients(values),
      states: parameters.map { state.optimisers[index][$0.path] ?? AdamState(for: $0.value) },
      rate: adam.rate, beta1: adam.beta1, beta2: adam.beta2, epsilon: adam.epsilon)
  }
}
