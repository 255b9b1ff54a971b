import Foundation
import Torch

/// Generated images with labels and factors that stand for a set whose files are not here. They are
/// of its shapes and of no other use: results on them say that they are of stand-in data.
///
/// The image is cut into upright bands, one for the label and one for each factor. A band's pixels,
/// taken row by row, are cut into as many pieces as there are values, and the value's piece is bright.
public struct StandInConfiguration: GeneratedDataset {
  public static let name = "stand-in"

  /// Shape of an image: channels, height, width; or a number of features, which are a row of pixels.
  public var image: [Int]
  /// Number of training examples.
  public var train: Int
  /// Number of test examples.
  public var test: Int
  /// Number of examples of a split to validate on; none where it is left out.
  public var validation: Int?
  /// Number of labels, which the examples have in turn.
  public var labels: Int
  /// Seed of factors and noise.
  public var seed: Int
  /// Number of values of each factor, drawn for each example.
  public var factors: [Int]?
  /// Names of tensors that hold one factor each, in the order of `factors`.
  public var names: [String]?

  public var problem: String? {
    if ![1, 3].contains(image.count) {
      return "image must be [channels, height, width], or [features]"
    }
    for (extent, what) in zip(picture, ["channels", "height", "width"])
    where !(1...4096 ~= extent) {
      return "image: \(what) must be from 1 to 4096"
    }
    let splits =
      [(train, "train"), (test, "test")] + (validation.map { [($0, "validation")] } ?? [])
    for (examples, what) in splits
    where !(1...Self.mostNumbers ~= examples) {
      return "\(what) must be from 1 to 2²⁸"
    }
    // Each image alone first: all of them need not have a product.
    let numbers = image.reduce(1, *)
    if numbers > Self.mostNumbers || splits.reduce(0, { $0 + $1.0 }) * numbers > Self.mostNumbers {
      return "all images together must have at most 2²⁸ numbers, which is 1 GiB"
    }
    let sizes = sizes
    if sizes.count > picture[2] {
      return
        "factors: there can be at most \(picture[2] - 1), as the image's width leaves a band to each"
    }
    let most = picture[1] * (picture[2] / sizes.count)
    for (size, what) in zip(sizes, ["labels"] + sizes.dropFirst().map { _ in "factors" })
    where !(1...most ~= size) {
      return "\(what) must be from 1 to \(most), the pixels of a band of the image"
    }
    guard let names else { return nil }
    if names.count != sizes.count - 1 { return "names must be as many as factors" }
    if let name = names.first(where: { $0.isEmpty || Self.taken.contains($0) }) {
      return "names: a factor cannot be called '\(name)'"
    }
    return Set(names).count < names.count ? "names must differ" : nil
  }

  private static let mostNumbers = 1 << 28
  private static let taken = ["image", "label", "factors"]

  /// Channels, height and width of what is drawn.
  private var picture: [Int] { image.count == 1 ? [1, 1] + image : image }

  /// Number of values of the label and of each factor.
  private var sizes: [Int] { [labels] + (factors ?? []) }

  public var exampleShapes: [String: [Int]] {
    var shapes = ["image": image, "label": []]
    if let factors { shapes["factors"] = [factors.count] }
    for name in names ?? [] { shapes[name] = [] }
    return shapes
  }

  public var splitShapes: [String: [String: [Int]]] {
    let names = ["train", "test"] + (validation == nil ? [] : ["validation"])
    return Dictionary(uniqueKeysWithValues: names.map { ($0, exampleShapes) })
  }

  public var trainingExamples: Int? { train }

  // The number goes up when the recipe changes.
  public var contentIdentity: String { "generated/stand-in/1" }

  public func load() throws -> Dataset {
    var others = ["test": try split("test", test)]
    if let validation { others["validation"] = try split("validation", validation) }
    return Dataset(
      contentIdentity: contentIdentity, standIn: "generated images in place of the study's own",
      train: try split("train", train), others: others)
  }

  private func split(_ name: String, _ count: Int) throws -> Split {
    var generator = Randomness(seed: seed).generator("stand-in/\(name)")
    let sizes = sizes
    var values = sizes.map { _ in [Int64]() }
    var pixels: [Float] = []
    pixels.reserveCapacity(count * image.reduce(1, *))
    for example in 0..<count {
      let drawn = sizes.dropFirst().map { generator.place(below: $0) }
      let value = [example % labels] + drawn
      for (index, value) in value.enumerated() { values[index].append(Int64(value)) }
      draw(value, &generator, into: &pixels)
    }
    return try checked("stand-in images") {
      var tensors = [
        "image": Tensor(pixels, shape: [count] + image), "label": Tensor(values[0], shape: [count]),
      ]
      let columns = Array(values.dropFirst())
      if factors != nil {
        let rows = (0..<count).flatMap { example in columns.map { $0[example] } }
        tensors["factors"] = Tensor(rows, shape: [count, columns.count])
      }
      for (name, column) in zip(names ?? [], columns) {
        tensors[name] = Tensor(column, shape: [count])
      }
      return Split(Batch(tensors))
    }
  }

  /// Appends one image, channel by channel and row by row, in [0, 1]: noise up to 0.1, and bright pieces
  /// in a colour of their value, from 0.42 on.
  private func draw(
    _ values: [Int], _ generator: inout SplitMix64, into pixels: inout [Float]
  ) {
    let (channels, height, width) = (picture[0], picture[1], picture[2])
    let band = width / values.count
    let sizes = sizes
    let gain = 0.7 + 0.3 * generator.uniform()
    for channel in 0..<channels {
      let colours = zip(values, sizes).map { value, size in
        let turn = Double(value) / Double(size) + Double(channel) / Double(channels)
        return gain * (0.8 + 0.2 * cos(2 * Double.pi * turn))
      }
      for row in 0..<height {
        for column in 0..<width {
          let noise = 0.1 * generator.uniform()
          let part = column / band
          guard part < values.count else {
            pixels.append(Float(noise))
            continue
          }
          let piece = (row * band + column % band) * sizes[part] / (height * band)
          pixels.append(Float(piece == values[part] ? colours[part] : noise))
        }
      }
    }
  }
}
