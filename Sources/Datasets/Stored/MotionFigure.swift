import Files

/// Draws an example of motion capture as the bones of a person.
public struct MotionFigure: Equatable, Sendable {
  /// A feature's channel, and the angles in degrees that 0 and 1 stand for.
  struct Channel: Equatable, Sendable {
    let name: String
    let low: Double
    let high: Double
  }

  let skeleton: MotionSkeleton
  /// Of the features, in their order.
  let channels: [Channel]
  /// Angles of the channels that are no feature, in degrees.
  let rest: [String: Double]

  /// Beginning and end of each bone, the body standing upright with its root at the origin and y pointing
  /// upwards; none where the skeleton does not say where its bones lie.
  ///
  /// - Parameter features: of an example, from 0 to 1.
  public func bones(of features: some Collection<Double>) -> [MotionSkeleton.Stroke] {
    var angles = rest
    for (channel, feature) in zip(channels, features) {
      angles[channel.name] = channel.low + (channel.high - channel.low) * feature
    }
    return skeleton.bones(at: angles)
  }
}
