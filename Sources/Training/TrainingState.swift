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
  /// Step at which each named event happened, the first time but for `best-validation`.
  public var events: [String: Int] = [:]
  /// State of the weight schedules by loss term.
  var controllers: [String: WeightController.State] = [:]
  /// Adam's state by update and parameter path.
  var optimisers: [[String: AdamState]] = []

  /// Where the early stopping of the phase stands.
  var stopping = StoppingState()

  /// Step of the best parameters on the validation split so far, where a phase stops early.
  public var bestStep: Int? { events[RecordName.bestValidation] }

  public init() {}
}
