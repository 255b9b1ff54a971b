import Datasets
import Torch

/// Images as a figure shows them: bytes, with 0 and 1 at the ends and what lies outside cut off.
struct Pictures {
  let bytes: [UInt8]
  /// `[channels, height, width]`.
  let shape: [Int]

  /// Examples of a split by their places.
  init(of examples: Split, at places: [Int], for purpose: String) throws {
    guard let images = examples.rows(at: places)["image"] else {
      throw MeasureError.needsTensor(purpose, name: "image")
    }
    guard images.shape.count == 4 else { throw MeasureError.needsPictures(purpose) }
    bytes = try checked(purpose) { Self.bytes(of: images) }
    shape = Array(images.shape.dropFirst())
  }

  /// The nearest of 256 shades.
  static func bytes(of images: Tensor) -> [UInt8] {
    images.floats().map { UInt8((255 * min(max($0.isNaN ? 0 : $0, 0), 1)).rounded()) }
  }
}

extension MeasuredRun {
  /// `[channels, height, width]` of the data's images.
  func imageShape(for purpose: String) throws -> [Int] {
    guard let image = try dataset.train.rows(0..<1)["image"] else {
      throw MeasureError.needsTensor(purpose, name: "image")
    }
    guard image.shape.count == 4 else { throw MeasureError.needsPictures(purpose) }
    return Array(image.shape.dropFirst())
  }
}
