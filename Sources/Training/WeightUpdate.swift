import Foundation

extension WeightSchedule {
  /// What one step of a controller makes of a weight while the running mean of its statistic is `excess`
  /// above the threshold; for REWO, once the threshold has been met. Nil for a schedule that follows no
  /// statistic.
  public func updated(_ weight: Double, excess: Double) -> Double? {
    let threshold: Double
    switch self {
    case .constant, .ramp: return nil
    case .rewo(let rewo): threshold = rewo.threshold
    case .geco(let geco): threshold = geco.threshold
    }
    var controller = WeightController(self, batchesPerEpoch: 1)
    var state = controller.state
    state.logWeight = log(weight)
    // Without a running mean so far, the statistic of the step becomes it.
    state.average = nil
    state.firstSatisfied = 1
    controller.restore(state)
    return controller.weight(step: 1, statistic: threshold + excess)
  }
}
