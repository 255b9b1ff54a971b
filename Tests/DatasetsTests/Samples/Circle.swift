import Foundation
import Torch

@testable import Datasets

/// Points on the unit circle, with their angle.
public struct CircleConfiguration: GeneratedDataset {
  public static let name = "circle"

  /// Number of points.
  public var points: Int

  public var problem: String? {
    1...1_000_000 ~= points ? nil : "points must be from 1 to 1,000,000"
  }

  public var exampleShapes: [String: [Int]] { ["image": [2], "angle": []] }

  public var trainingExamples: Int? { points }

  // The number goes up when the recipe changes.
  public var contentIdentity: String { "generated/circle/1" }

  public func load() throws -> Dataset {
    var generator = Randomness(seed: 0).generator("circle")
    var angles: [Double] = []
    for _ in 0..<points { angles.append(generator.uniform() * 2 * Double.pi) }
    let values = angles.flatMap { [Float(cos($0)), Float(sin($0))] }
    let train = try checked("circle") {
      Batch([
        "image": Tensor(values, shape: [points, 2]), "angle": Tensor(angles, shape: [points]),
      ])
    }
    return Dataset(contentIdentity: contentIdentity, train: Split(train))
  }
}
