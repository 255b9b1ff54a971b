import Torch

/// Everything that training goes on from: what a checkpoint holds.
public struct TrainingState {
  /// Index of the phase, steps done in it, and steps done in the whole run.
  public var phase = 0
  public var step = 0
  public var totalSteps = 0
  /// Seconds of training so far, over all sessions.
  public var seconds = 0.0
  public var curves = Curves()
  /// Step at which each named event first happened.
  public var events: [String: Int] = [:]
  /// State of the weight schedules by loss term.
  var controllers: [String: WeightController.State] = [:]
  /// Adam's state by update and parameter path.
  var optimisers: [[String: AdamState]] = []

  public init() {}
}
