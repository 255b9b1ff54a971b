import Foundation
import Testing
import Torch

@testable import Datasets

/// From files to splits, on files of a few bytes.
@Suite struct StoredDatasetTests {
  private let folder: StoredFolder

  private let manifest = """
    {"dataset": "dots", "title": "Dots", "splits": {
      "train": {
        "image": {"file": "images", "rows": [0, 4], "shape": [1, 2, 2], "scale": 255},
        "label": {"file": "labels", "rows": [0, 4], "shape": [], "as": "integers"}},
      "test": {
        "image": {"file": "images", "rows": [4, 6], "shape": [1, 2, 2], "scale": 255},
        "label": {"file": "labels", "rows": [4, 6], "shape": [], "as": "integers"}}}}
    """

  init() throws {
    folder = try StoredFolder()
    try folder.write((0..<24).map { $0 * 10 }, shape: [6, 2, 2], to: "dots/images")
    try folder.write([5, 4, 3, 2, 1, 0], shape: [6], to: "dots/labels")
  }

  @Test func splitsAreAsTheManifestSays() throws {
    let dataset = try folder.dataset(manifest)
    #expect(dataset.exampleShapes == ["image": [1, 2, 2], "label": []])
    #expect(dataset.trainingExamples == 4)
    let data = try dataset.load()
    #expect(data.train.count == 4)
    #expect(data.train["image"]?.shape == [4, 1, 2, 2])
    #expect(data.train["label"]?.integers() == [5, 4, 3, 2])
    #expect(data.train["label"]?.type == .int64)
    #expect(data.others.keys.sorted() == ["test"])
    #expect(data.others["test"]?["label"]?.integers() == [1, 0])
    let expected = (16..<24).map { Float($0 * 10) / 255 }
    #expect(data.others["test"]?["image"]?.floats() == expected)
    #expect(data.standIn == nil)
    #expect(data.contentIdentity == dataset.contentIdentity)
  }

  @Test func boundsAreThoseOfThePreparedValues() throws {
    let data = try folder.dataset(manifest).load()
    #expect(data.train.bounds(of: "image") == 0...150.0 / 255)
    #expect(data.others["test"]?.bounds(of: "label") == 0...1)
    #expect(data.train.bounds(of: "angle") == nil)
  }

  /// Shapes of all splits are known before anything is loaded, under the names that they will have.
  @Test func shapesOfAllSplits() throws {
    let shapes = ["image": [1, 2, 2], "label": []]
    let held = try folder.dataset(manifest, StoredOptions(validation: .last(1)))
    #expect(held.splitShapes == ["train": shapes, "validation": shapes, "test": shapes])
    let other = try folder.dataset(manifest, StoredOptions(train: ["test"]))
    #expect(other.splitShapes == ["train": shapes])
  }

  @Test func lastExamplesAreHeldOut() throws {
    let dataset = try folder.dataset(manifest, StoredOptions(validation: .last(1)))
    #expect(dataset.trainingExamples == 3)
    let data = try dataset.load()
    #expect(data.train["label"]?.integers() == [5, 4, 3])
    #expect(data.others["validation"]?["label"]?.integers() == [2])
    #expect(data.others["validation"]?["image"]?.floats() == (12..<16).map { Float($0 * 10) / 255 })
  }

  @Test func randomExamplesAreHeldOut() throws {
    func held(_ seed: Int) throws -> (train: [Int64], validation: [Int64]) {
      let data = try folder.dataset(
        manifest, StoredOptions(validation: .random(count: 2, seed: .number(seed)))
      ).load()
      return (
        data.train["label"]?.integers() ?? [],
        data.others["validation"]?["label"]?.integers() ?? []
      )
    }
    let first = try held(1)
    #expect(first.validation.count == 2)
    #expect((first.train + first.validation).sorted() == [2, 3, 4, 5])
    #expect(try held(1) == first)
    #expect(try Set((0..<20).map { try held($0).validation }).count > 3)
  }

  /// A test split of training examples, and then a validation split of what is left.
  @Test func testExamplesAreHeldOut() throws {
    let bare = manifest.replacing("\"test\": {", with: "\"more\": {")
    let options = StoredOptions(test: .last(1), validation: .last(2))
    let dataset = try folder.dataset(bare, options)
    #expect(dataset.problem == nil && dataset.trainingExamples == 1)
    #expect(dataset.splitShapes.keys.sorted() == ["test", "train", "validation"])
    let data = try dataset.load()
    #expect(data.train["label"]?.integers() == [5])
    #expect(data.others["validation"]?["label"]?.integers() == [4, 3])
    #expect(data.others["test"]?["label"]?.integers() == [2])
    let taken = try folder.dataset(manifest, StoredOptions(test: .last(1)))
    #expect(taken.problem == "test: the data set has a split of that name already")
    let numpy = try folder.dataset(
      bare, StoredOptions(test: .numpyChoice(train: 3, seed: 7)))
    // numpy.random.seed(7); numpy.random.choice(4, 3, replace=False)
    #expect(numpy.trainingExamples == 3)
    #expect(try numpy.load().train["label"]?.integers() == [3, 4, 5])
    #expect(try numpy.load().others["test"]?["label"]?.integers() == [2])
    // NumPy takes no such seed: it would be another one, cut to 32 bits.
    let ofRun = try folder.dataset(
      bare, StoredOptions(test: .numpyChoice(train: 3, seed: .run)))
    #expect(try ofRun.ofRun(seed: 7).load().train["label"]?.integers() == [3, 4, 5])
    #expect(throws: DataError.self) { try ofRun.ofRun(seed: 1 << 32 + 7).load() }
    #expect(
      try folder.dataset(manifest, StoredOptions(select: ["a": 0])).problem
        == "select: the examples to train on have no grid of factors")
  }

  @Test func severalSplitsAreTrainedOn() throws {
    let data = try folder.dataset(manifest, StoredOptions(train: ["test", "train"])).load()
    #expect(data.train["label"]?.integers() == [1, 0, 5, 4, 3, 2])
    #expect(data.others.isEmpty)
  }

  /// Every evaluation sees the same binary images, training sees new ones at each step.
  @Test func binariseAtEachUse() throws {
    let options = StoredOptions(validation: .last(1), binarise: .eachUse(seed: 7))
    let data = try folder.dataset(manifest, options).load()
    let again = try folder.dataset(manifest, options).load()
    for split in ["validation", "test"] {
      let values = try #require(data.others[split]?["image"]?.floats())
      #expect(values.allSatisfy { $0 == 0 || $0 == 1 })
      #expect(values == again.others[split]?["image"]?.floats())
    }
    #expect(data.train["image"]?.floats()[1] == 10.0 / 255)
    let indices = Tensor([0, 1, 2] as [Int64], shape: [3])
    let draws = (0..<20).map { step in
      data.train.rows(indices, StepRandomness(Randomness(seed: 0), "train/0", step: step))["image"]?
        .floats() ?? []
    }
    #expect(draws.joined().allSatisfy { $0 == 0 || $0 == 1 })
    #expect(Set(draws).count > 10)
  }

  @Test func binariseOnce() throws {
    func images(_ seed: Int) throws -> [Float] {
      let data = try folder.dataset(manifest, StoredOptions(binarise: .once(seed: seed))).load()
      let all = [data.train, try #require(data.others["test"])].flatMap {
        $0["image"]?.floats() ?? []
      }
      let indices = Tensor([0, 1, 2, 3] as [Int64], shape: [4])
      let used = data.train.rows(indices, StepRandomness(Randomness(seed: 0), "train/0"))
      #expect(used["image"]?.floats() == Array(all.prefix(16)))
      return all
    }
    let first = try images(1)
    #expect(first.allSatisfy { $0 == 0 || $0 == 1 } && first[0] == 0)
    #expect(try images(1) == first)
    #expect(try images(2) != first)
  }

  /// Of four grey values the shares of ones are their 255ths, none and all at the ends, and pixels are
  /// drawn one by one: of all images once, of those to train on once or at each use.
  @Test(arguments: [StoredOptions.Binarisation.once(seed: 3), .eachUse(seed: 3)])
  func greyValuesAreProbabilities(_ binarise: StoredOptions.Binarisation) throws {
    let greys: [UInt8] = [0, 51, 128, 255]
    let pixels = (0..<8000).flatMap { _ in greys }
    try folder.write(pixels, shape: [8000, 2, 2], to: "dots/greys")
    let text = """
      {"dataset": "dots", "title": "Dots", "splits": {
        "train": {"image": {"file": "greys", "rows": [0, 5000], "shape": [1, 2, 2], "scale": 255}},
        "test": {"image": {"file": "greys", "rows": [5000, 8000], "shape": [1, 2, 2], "scale": 255}}}}
      """
    func expectShares(_ images: Tensor?, _ count: Int) throws {
      let pixels = try #require(images).floats()
      try #require(pixels.count == 4 * count)
      #expect(pixels.allSatisfy { $0 == 0 || $0 == 1 })
      func share(_ places: [Int]) -> Double {
        let images = (0..<count).filter { image in
          places.allSatisfy { pixels[4 * image + $0] == 1 }
        }
        return Double(images.count) / Double(count)
      }
      #expect(share([0]) == 0)
      #expect(share([3]) == 1)
      let (low, high) = (0.2, 128.0 / 255)
      for (places, expected) in [([1], low), ([2], high), ([1, 2], low * high)] {
        let error = (expected * (1 - expected) / Double(count)).squareRoot()
        #expect(abs(share(places) - expected) < 5 * error, "\(places)")
      }
    }
    let data = try folder.dataset(text, StoredOptions(binarise: binarise)).load()
    func used(_ split: Split, _ count: Int, step: Int) -> Tensor? {
      let indices = Tensor((0..<count).map { Int64($0) }, shape: [count])
      return split.rows(indices, StepRandomness(Randomness(seed: 0), "data", step: step))["image"]
    }
    let steps = (0..<2).map { used(data.train, 5000, step: $0) }
    for images in steps { try expectShares(images, 5000) }
    let isSame = steps[0]?.floats() == steps[1]?.floats()
    #expect(isSame == (binarise == .once(seed: 3)))

    let test = try #require(data.others["test"])
    try expectShares(test["image"], 3000)
    #expect(used(test, 3000, step: 1)?.floats() == test["image"]?.floats())
  }

  @Test func greyValuesOutOfRangeAreNoProbabilities() throws {
    let wrong = manifest.replacing("\"scale\": 255", with: "\"scale\": 100")
    let message = words {
      try folder.dataset(wrong, StoredOptions(binarise: .once(seed: 1))).load()
    }
    #expect(
      message.contains("to binarise, images must be from 0 to 1, and they are from 0.0 to 1.5"))
  }
}
