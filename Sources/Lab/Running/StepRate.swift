/// Steps a second over the last one to two minutes: long enough to even out what a step in a hundred
/// costs, such as a measure or a checkpoint, and short enough to notice that a machine has become busy.
struct StepRate {
  private struct Mark {
    let step: Int
    let seconds: Double
  }

  static let window = 60.0

  private var before: Mark
  private var last: Mark

  /// - Parameter seconds: on any clock that goes on.
  init(step: Int, at seconds: Double) {
    before = Mark(step: step, seconds: seconds)
    last = before
  }

  /// The rate where a step has been reached.
  mutating func reached(_ step: Int, at seconds: Double) -> Double {
    if seconds - last.seconds >= Self.window {
      before = last
      last = Mark(step: step, seconds: seconds)
    }
    return Double(step - before.step) / max(seconds - before.seconds, 1e-9)
  }
}
