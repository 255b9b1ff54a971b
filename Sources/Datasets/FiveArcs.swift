import Foundation
import Torch

/// Points on arcs of five circles around the origin (Dilokthanakul et al. 2016, section 4.1).
///
/// The paper says how many points and circles there are, and no more. Centres, radius, spread of the
/// angle and noise are fitted to the authors' published points.
public struct FiveArcsConfiguration: GeneratedDataset {
  public static let name = "five-arcs"

  /// Number of points.
  public var points: Int
  /// Seed of arcs, angles and noise: all runs of a study see the same points.
  public var seed: Int

  static let arcs = 5
  /// Distance of the circles' centres from the origin.
  static let distance = 0.6
  /// Radius of the circles.
  static let radius = 0.4
  /// Standard deviation of a point's angle about its circle's centre, in radians.
  static let spread = 0.5
  /// Standard deviation of Gaussian noise on each coordinate.
  static let noise = 0.024

  public var problem: String? {
    1...10_000_000 ~= points ? nil : "points must be from 1 to 10,000,000"
  }

  public var exampleShapes: [String: [Int]] { ["image": [2], "label": []] }

  public var trainingExamples: Int? { points }

  // The number goes up when the recipe changes.
  public var contentIdentity: String { "generated/five-arcs/1" }

  public func load() throws -> Dataset {
    let randomness = Randomness(seed: seed)
    var generator = randomness.generator("five-arcs")
    let labels = (0..<points).map { _ in Int64(generator.place(below: Self.arcs)) }
    let train = try checked("five-arcs points") {
      let normal = randomness.stream("five-arcs/points").normal([points, 3], type: .float64)
      let deviations = normal.doubles()
      let coordinates = labels.indices.flatMap { row in
        Self.point(on: labels[row], Array(deviations[3 * row..<3 * row + 3]))
      }
      return Batch([
        "image": Tensor(coordinates, shape: [points, 2]),
        "label": Tensor(labels, shape: [points]),
      ])
    }
    return Dataset(contentIdentity: contentIdentity, train: Split(train))
  }

  /// A point of an arc by standard normal deviations of its angle and of its two coordinates. The arc
  /// lies across the line from the origin to its centre, a quarter turn on.
  static func point(on arc: Int64, _ deviations: [Double]) -> [Float] {
    let centre = 2 * Double.pi * Double(arc) / Double(arcs)
    let angle = centre + Double.pi / 2 + spread * deviations[0]
    return [
      Float(distance * cos(centre) + radius * cos(angle) + noise * deviations[1]),
      Float(distance * sin(centre) + radius * sin(angle) + noise * deviations[2]),
    ]
  }
}
