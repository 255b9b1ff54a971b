import Torch

/// dSprites (Matthey et al. 2017) drawn here: all 737,280 images as `image` `[1, 64, 64]` of 0 and 1,
/// with the class of each factor as `factors` `[6]`. It holds 3 GB of memory.
///
/// Where the official file is to be had, that is read instead.
public struct DSpritesConfiguration: GeneratedDataset {
  public static let name = "dsprites"

  public init() {}

  public var problem: String? { nil }

  public var exampleShapes: [String: [Int]] {
    let side = DSpritesRenderer.side
    return ["image": [1, side, side], "factors": [DSpritesFactors.sizes.count]]
  }

  public var trainingExamples: Int? { DSpritesFactors.count }

  public var contentIdentity: String { "generated/dsprites/1" }

  public func load() throws -> Dataset { try load(0..<DSpritesFactors.count) }

  /// The images of that range of indices.
  func load(_ range: Range<Int>) throws -> Dataset {
    let classes: [Int64] = range.flatMap { index in
      DSpritesFactors.classes(of: index).map { Int64($0) }
    }
    let side = DSpritesRenderer.side
    let train = try checked("dSprites") {
      Batch([
        "image": Tensor(
          keeping: DSpritesRenderer().render(range), shape: [range.count, 1, side, side]),
        "factors": Tensor(classes, shape: [range.count, DSpritesFactors.sizes.count]),
      ])
    }
    return Dataset(
      contentIdentity: contentIdentity,
      train: Split(train, preparations: ["image": Preparation()]))
  }
}
