import Foundation
import Modelling
import Torch

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
  }

  public let items: [Item]
  /// Bytes that the runs to come will keep.
  public let bytes: Int
  public let warnings: [String]

  /// - Parameters:
  ///   - needed: which of a run's parameters must be here.
  ///   - retryFailed: train runs again that failed before.
  public init(
    _ runs: [RunSpecification], needed: ParametersNeeded, store: RunStore,
    retryFailed: Bool = false
  ) throws {
    var items: [Item] = []
    var bytes = 0
    var warnings: [String] = []
    for (study, runs) in Dictionary(grouping: runs, by: \.template.study).sorted(by: {
      $0.key < $1.key
    }) {
      let (records, torn) = store.records(of: study)
      warnings += torn
      // Seeds do not change how large a run is, or how long it takes.
      var sizes: [Cell: Int] = [:]
      var rates: [ProfileName: Double?] = [:]
      for run in runs {
        let action = Self.action(
          run, records[run.identity], needed, store.directory(run), retryFailed)
        let total = run.template.dataset.trainingExamples.map {
          run.template.plan.steps(examples: $0)
        }
        let steps: Int? =
          switch action {
          case .cached, .failedBefore, .measure: 0
          case .resume(let step): total.map { max($0 - max(step, 0), 0) }
          case .train: total
          }
        let rate =
          rates[run.profile]
          ?? Self.secondsPerStep(records.values.filter { $0.profile == run.profile })
        rates.updateValue(rate, forKey: run.profile)
        items.append(
          Item(
            run: run, action: action, steps: steps,
            seconds: steps == 0 ? 0 : steps.flatMap { count in rate.map { $0 * Double(count) } }))
        if steps != 0 {
          let size = try sizes[run.template.cell] ?? Self.keptBytes(run)
          sizes[run.template.cell] = size
          bytes += size
        }
      }
    }
    self.items = items
    self.bytes = bytes
    self.warnings = warnings
  }

  /// The runs that a process must be started for.
  public var pending: [Item] {
    items.filter {
      switch $0.action {
      case .cached, .failedBefore: false
      case .measure, .resume, .train: true
      }
    }
  }

  /// Core-seconds of all runs; nil where a rate or a size is not known.
  public var seconds: Double? {
    items.reduce(0) { sum, item in sum.flatMap { sum in item.seconds.map { sum + $0 } } }
  }

  private static func action(
    _ run: RunSpecification, _ record: RunRecord?, _ parameters: ParametersNeeded,
    _ directory: RunDirectory, _ retryFailed: Bool
  ) -> Action {
    if let failure = record?.failure {
      return retryFailed ? .train(why: "failed before: \(failure)") : .failedBefore(failure)
    }
    let finished = record != nil
    let missing = run.template.measures.filter { record?.measures.keys.contains($0) != true }
    let parametersHere = directory.has(parameters, of: run, steps: record?.steps ?? .max)
    if finished && missing.isEmpty && parametersHere { return .cached }
    if finished && parametersHere && directory.hasWeights { return .measure(missing) }
    if let step = directory.checkpointStep { return .resume(step: step) }
    if !finished { return .train(why: "no finished run") }
    return .train(
      why: parametersHere
        ? "measures are missing (\(missing.joined(separator: ", "))) and the weights are not here"
        : "it is finished, but weights or snapshots that a figure needs are not here")
  }

  /// Median of what earlier runs took a step: runs of the same study and profile, as others may do
  /// more or less work in a step.
  static func secondsPerStep(_ records: [RunRecord]) -> Double? {
    let rates = records.filter { $0.steps > 0 }.map { $0.seconds / Double($0.steps) }.sorted()
    return rates.isEmpty ? nil : rates[rates.count / 2]
  }

  /// Final weights and snapshots; checkpoints go when the run is finished.
  private static func keptBytes(_ run: RunSpecification) throws -> Int {
    let parameters = ParameterStore(Randomness(seed: run.seed))
    _ = try checked("building the model") {
      run.template.model.build(for: run.template.dataset.exampleShapes, parameters: parameters)
    }
    return parameters.count * 4 * (1 + run.template.keep.snapshots.count)
  }
}
