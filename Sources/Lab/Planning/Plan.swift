import Files
import Foundation
import OrderedCollections

/// What will be done about each run, and why. Making a plan runs nothing.
public struct Plan: Sendable {
  /// What is to be done about one run.
  public enum Action: Equatable, Sendable {
    /// Finished, with everything that is needed.
    case cached
    /// Failed before, for good: the same numbers would follow.
    case failedBefore(String)
    /// Finished, but some measures are missing; weights are here.
    case measure([String])
    /// Goes on from a checkpoint.
    case resume(step: Int)
    case train(why: String)
  }

  /// A run and what is to be done about it.
  public struct Item: Sendable {
    public let run: RunSpecification
    public let action: Action
    /// Optimiser steps still to do; nil where the size of the data is not known yet.
    public let steps: Int?
    /// Seconds of one core, from the rate of earlier runs of the study; nil where there are none.
    public let seconds: Double?
    /// Disk space that the run will take; nil where nothing is to be trained, or the size of the data
    /// is not known yet.
    public let space: RunSpace?
    /// Bytes that an earlier attempt has left, and that its end will take up again.
    let here: Int

    /// Whether a process must be started for it.
    public var isPending: Bool {
      switch action {
      case .cached, .failedBefore: false
      case .measure, .resume, .train: true
      }
    }
  }

  public let items: [Item]
  public let warnings: [String]

  /// - Parameters:
  ///   - needed: which of a run's parameters must be here, by identity; none where it is not named.
  ///   - shown: the measures for which a finished run without weights is trained again; all where left out.
  ///   - retryFailed: train runs again that failed before.
  public init(
    _ runs: [RunSpecification], needed: [String: ParametersNeeded] = [:],
    shown: Set<String>? = nil, store: RunStore, retryFailed: Bool = false
  ) throws {
    var items: [Item] = []
    var doubts: [String] = []
    var withoutWeights: OrderedDictionary<String, OrderedSet<String>> = [:]
    for (study, runs) in Dictionary(grouping: runs, by: \.template.study).sorted(by: {
      $0.key < $1.key
    }) {
      let records = try store.records(of: study)
      // Seeds do not change how large a run is, or how long it takes.
      var spaces: [Cell: RunSpace] = [:]
      for run in runs {
        let record = records[run.identity]
        let directory = store.directory(run)
        let weights: KeptWeights =
          try record.map { try $0.failure == nil ? directory.weights(of: $0) : .missing }
          ?? .missing
        let action = try Self.action(
          run, record, needed[run.identity] ?? .none, shown, directory, weights, retryFailed)
        let total = run.template.dataset.trainingExamples.map {
          run.template.plan.steps(examples: $0)
        }
        let steps: Int? =
          switch action {
          case .cached, .failedBefore, .measure: 0
          case .resume(let step): total.map { max($0 - max(step, 0), 0) }
          case .train: total
          }
        var space: RunSpace?
        if steps != 0 && run.template.dataset.hasKnownShapes {
          space = try spaces[run.template.cell] ?? RunSpace(run)
          spaces[run.template.cell] = space
        }
        let here = try space.map { _ in try directory.bytes } ?? 0
        let rate = Self.secondsPerStep(of: run, records.values)
        let item = Item(
          run: run, action: action, steps: steps,
          seconds: steps == 0 ? 0 : steps.flatMap { count in rate.map { $0 * Double(count) } },
          space: space, here: here)
        items.append(item)
        // Of finished runs the comparison says it, where it shows the measure.
        guard item.isPending else { continue }
        if let doubt = weights.doubt { doubts.append(doubt) }
        for measure in run.template.measures where record?.measures.keys.contains(measure) != true {
          guard let reason = run.template.missingWeights(of: measure)?.description else { continue }
          withoutWeights[reason, default: []].append(measure)
        }
      }
    }
    self.items = items
    warnings = doubts + withoutWeights.map { "no value of \($1.joined(separator: ", ")): \($0)" }
  }

  /// The runs that a process must be started for.
  public var pending: [Item] { items.filter(\.isPending) }

  /// Core-seconds of all runs; nil where a rate or a size is not known.
  public var seconds: Double? {
    items.reduce(0) { sum, item in sum.flatMap { sum in item.seconds.map { sum + $0 } } }
  }

  /// Bytes that the runs to come will keep.
  public var bytes: Int { items.reduce(0) { $0 + ($1.space?.kept ?? 0) } }

  /// Bytes that they take at most while so many are going on at a time.
  public func peakBytes(jobs: Int) -> Int {
    let checkpoints = items.compactMap(\.space?.checkpoints).sorted(by: >)
    return bytes + checkpoints.prefix(jobs).reduce(0, +)
  }

  /// Throws where there is not the space for that, less what earlier attempts have left.
  ///
  /// - Parameter free: says how many bytes are free at a path.
  public func checkSpace(
    jobs: Int, at path: String, free: (String) throws -> Int = Disk.freeBytes(at:)
  ) throws {
    let here = items.reduce(0) { $0 + $1.here }
    try SpaceError.check(peakBytes(jobs: jobs) - here, at: path, free: free)
  }

  private static func action(
    _ run: RunSpecification, _ record: RunRecord?, _ parameters: ParametersNeeded,
    _ shown: Set<String>?, _ directory: RunDirectory, _ weights: KeptWeights, _ retryFailed: Bool
  ) throws -> Action {
    if let failure = record?.failure {
      return retryFailed ? .train(why: "failed before: \(failure)") : .failedBefore(failure)
    }
    guard let record else {
      if let step = try directory.checkpointStep { return .resume(step: step) }
      return .train(why: "no finished run")
    }
    let missing = run.template.measuresToTake(record).filter { measure in
      weights == .here || shown.map { $0.contains(measure) } ?? true
    }
    let parametersHere = try directory.has(parameters, of: run, record, weights: weights)
    if missing.isEmpty && parametersHere { return .cached }
    if parametersHere && weights == .here { return .measure(missing) }
    if let step = try directory.checkpointStep { return .resume(step: step) }
    return .train(
      why: parametersHere
        ? "measures are missing (\(missing.joined(separator: ", "))) and the weights are not here"
        : "it is finished, but weights or snapshots that a figure needs are not here")
  }

  /// Median of what a step took in earlier runs of the same profile: on a processor such as this one, or
  /// on others where there are none; of the same cell, or of its study's others where there are none, though
  /// they may do more or less work in a step.
  static func secondsPerStep(of run: RunSpecification, _ records: some Sequence<RunRecord>)
    -> Double?
  {
    let known = records.filter { $0.profile == run.profile && $0.steps > 0 }
    let here = known.filter { $0.environment.processor == RunEnvironment.processorName }
    let comparable = here.isEmpty ? known : here
    let own = comparable.filter { $0.cell == run.template.cell }
    let rates = (own.isEmpty ? comparable : own).map { $0.seconds / Double($0.steps) }.sorted()
    return rates.isEmpty ? nil : rates[rates.count / 2]
  }
}
