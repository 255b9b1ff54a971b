import Foundation
import Torch

/// Rendered pendulum images at random angles (Klushyn et al. 2019, section 4.1).
///
/// The paper gives the number of images, their size, and that angles are uniform. The renderer is
/// ours: a rod of soft width from the middle of the image.
public struct PendulumConfiguration: GeneratedDataset {
  public static let name = "pendulum"

  /// Number of images.
  public var images: Int
  /// Width and height in pixels.
  public var size: Int
  /// How far the rod reaches from its pivot in the middle, in pixels.
  public var rodLength: Double
  /// Where it begins, in pixels from the pivot; at the pivot where this is nil. A rod that begins where it
  /// ends is a bob.
  public var rodStart: Double?
  /// Standard deviation of the rod's soft edge, in pixels.
  public var rodWidth: Double
  /// Standard deviation of Gaussian noise on every pixel.
  public var noise: Double
  /// Seed of angles and noise: all runs of a study see the same images.
  public var seed: Int

  enum CodingKeys: String, CodingKey {
    case images, size, noise, seed
    case rodLength = "rod-length"
    case rodStart = "rod-start"
    case rodWidth = "rod-width"
  }

  public var problem: String? {
    if images < 1 || size < 1 { return "images and size must be at least 1" }
    let (area, isTooWide) = size.multipliedReportingOverflow(by: size)
    let (pixels, isTooMuch) = images.multipliedReportingOverflow(by: area)
    if isTooWide || isTooMuch || pixels > 1 << 31 {
      return "images × size × size must be at most 2³¹ pixels, which is 8 GiB"
    }
    if !(rodLength > 0 && rodWidth > 0) { return "rod-length and rod-width must be positive" }
    if let rodStart, !(rodStart >= 0 && rodStart <= rodLength) {
      return "rod-start must be from 0 to rod-length"
    }
    return noise >= 0 ? nil : "noise must not be negative"
  }

  public var exampleShapes: [String: [Int]] { ["image": [1, size, size], "angle": []] }

  public var trainingExamples: Int? { images }

  // The recipe is part of the configuration; the number goes up when its meaning changes.
  public var contentIdentity: String { "generated/pendulum/1" }

  public func load() throws -> Dataset {
    var generator = Randomness(seed: seed).generator("pendulum")
    var angles: [Double] = []
    var pixels: [Float] = []
    pixels.reserveCapacity(images * size * size)
    for _ in 0..<images {
      let angle = generator.uniform() * 2 * Double.pi
      angles.append(angle)
      render(angle, into: &pixels)
    }
    let train = try checked("pendulum images") {
      var image = Tensor(pixels, shape: [images, 1, size, size])
      if noise > 0 {
        image =
          image + Randomness(seed: seed).stream("pendulum/noise").normal(image.shape) * noise
      }
      return Batch(["image": image, "angle": Tensor(angles, shape: [images])])
    }
    return Dataset(contentIdentity: contentIdentity, train: Split(train))
  }

  /// Appends one image, row by row from the top: exp(−d²/2w²) for each pixel centre's distance d to the
  /// rod. Angle 0 hangs down; the angle grows counter-clockwise.
  func render(_ angle: Double, into pixels: inout [Float]) {
    let middle = Double(size) / 2
    let direction = (x: sin(angle), y: -cos(angle))
    for row in 0..<size {
      let y = middle - (Double(row) + 0.5)
      for column in 0..<size {
        let x = Double(column) + 0.5 - middle
        let along = min(max(x * direction.x + y * direction.y, rodStart ?? 0), rodLength)
        let distance = hypot(x - along * direction.x, y - along * direction.y)
        pixels.append(Float(exp(-distance * distance / (2 * rodWidth * rodWidth))))
      }
    }
  }
}
