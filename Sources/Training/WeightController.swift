import Foundation

/// The moving part of a weight schedule: what it is now, and how a step changes it.
///
/// All state is float64 and goes into checkpoints; log β is kept rather than β, because GECO can
/// drive β below the smallest float.
struct WeightController {
  /// What a checkpoint keeps.
  struct State: Codable, Equatable {
    /// Logarithm of what the steps multiply: the weight β itself, or γ of ``WeightSchedule/Multiplier``.
    var logWeight: Double
    /// Running mean of the statistic; nil before the first step.
    var average: Double?
    /// Step at which the running mean first fell below the threshold, counted from 1.
    var firstSatisfied: Int?
  }

  let schedule: WeightSchedule
  /// When a ramp begins, and its length, in steps.
  private let rampStart: Int
  private let rampSteps: Int
  private let hold: [PathPattern]
  private(set) var state: State

  init(_ schedule: WeightSchedule, batchesPerEpoch: Int) {
    self.schedule = schedule
    (rampStart, rampSteps) =
      if case .ramp(let ramp) = schedule {
        (
          ramp.after?.steps(batchesPerEpoch: batchesPerEpoch) ?? 0,
          ramp.over.steps(batchesPerEpoch: batchesPerEpoch)
        )
      } else { (0, 0) }
    hold = (schedule.constraint?.hold ?? []).map(PathPattern.init)
    state = State(logWeight: log(schedule.constraint?.start ?? 1))
  }

  /// Continues from a checkpoint.
  mutating func restore(_ state: State) {
    self.state = state
  }

  /// Parameters (patterns) that must stand still in this step.
  var held: [PathPattern] { state.firstSatisfied == nil ? hold : [] }

  /// The weight for step `step` (from 0) where it depends on nothing else, so that it is known before
  /// the step.
  func scheduledWeight(step: Int) -> Double? {
    switch schedule {
    case .constant(let value): return value
    case .ramp(let ramp):
      let share = min(Double(max(step - rampStart, 0)) / Double(rampSteps), 1)
      return ramp.from + (ramp.to - ramp.from) * share
    case .rewo, .geco, .multiplier: return nil
    }
  }

  /// The weight for step `step` (from 0), after the statistic of its batch is known.
  mutating func weight(step: Int, statistic: Double?) -> Double {
    guard let constraint = schedule.constraint else { return scheduledWeight(step: step) ?? 1 }
    let excess = excess(of: statistic, step, constraint)
    switch schedule {
    case .constant, .ramp: break
    case .rewo(let rewo):
      if state.firstSatisfied != nil {
        let factor = excess < 0 ? tanh(rewo.steepness * (exp(state.logWeight) - 1)) : -1
        state.logWeight += rewo.speed * factor * excess
      }
    case .geco(let geco): state.logWeight -= geco.speed * excess
    case .multiplier(let multiplier):
      if state.firstSatisfied != nil { state.logWeight += multiplier.speed * excess }
      return 1 / (1 + multiplier.slope * exp(state.logWeight))
    }
    return exp(state.logWeight)
  }

  /// Takes the batch's statistic into the running mean, which starts at the first; returns by how much
  /// the mean is above the threshold.
  private mutating func excess(
    of statistic: Double?, _ step: Int, _ constraint: WeightSchedule.Constraint
  ) -> Double {
    let (value, smoothing) = (statistic ?? .nan, constraint.smoothing)
    let average = state.average.map { (1 - smoothing) * value + smoothing * $0 } ?? value
    state.average = average
    if state.firstSatisfied == nil && average < constraint.threshold {
      state.firstSatisfied = step + 1
    }
    return average - constraint.threshold
  }
}
