import Foundation

extension WeightSchedule {
  /// What one step of a controller makes of a weight while the running mean of its statistic is `excess`
  /// above the threshold; for REWO and the multiplier, once the threshold has been met. Nil for a schedule
  /// that follows no statistic, NaN for a weight that it cannot have.
  public func updated(_ weight: Double, excess: Double) -> Double? {
    guard let constraint else { return nil }
    var controller = WeightController(self, batchesPerEpoch: 1)
    var state = controller.state
    state.logWeight = log(weight)
    if case .multiplier(let multiplier) = self {
      // It keeps γ, of which β = 1/(1 + τγ) is the weight.
      state.logWeight = log((1 / weight - 1) / multiplier.slope)
    }
    state.firstSatisfied = 1
    controller.restore(state)
    // Without a running mean so far, the statistic of the step becomes it.
    return controller.weight(step: 1, statistic: constraint.threshold + excess)
  }
}
