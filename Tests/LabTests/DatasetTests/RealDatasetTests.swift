import Datasets
import Files
import Foundation
import Testing
import Torch

@testable import Lab

/// Public data sets through the project's manifests, where they are at hand.
@Suite struct RealDatasetTests {
  private static let directory =
    ProcessInfo.processInfo.environment["PRIORLAB_DATA"]
    ?? URL(fileURLWithPath: DatasetLibraryTests.root)
    .appendingPathComponent("../../shared/datasets").standardizedFileURL.path

  private static let library = DatasetLibrary(
    root: DatasetLibraryTests.root,
    places: DataPlaces(environment: ["PRIORLAB_DATA": directory], root: DatasetLibraryTests.root))

  static let hasMNIST = library.isHere("mnist")
  static let hasFashion = library.isHere("fashion-mnist")
  static let hasBinarised = library.isHere("binarized-mnist")

  static let hasDrawings =
    (try? library.manifest("omniglot"))?
    .state(in: library.places, beside: library.root).items
    .contains { $0.file.name == "images_background.npz" && $0.path != nil } == true
  static let hasMotion = library.isHere("cmu-mocap")

  private func load(_ name: String, _ options: StoredOptions = StoredOptions()) throws -> Dataset {
    let dataset = try Self.library.dataset(name, options)
    try dataset.check()
    return try dataset.load()
  }

  private func mean(_ split: Split?) throws -> Double {
    let values = try #require(split?["image"]?.floats())
    return values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
  }

  private func counts(_ split: Split?) throws -> [Int] {
    var counts = [Int](repeating: 0, count: 10)
    for label in try #require(split?["label"]?.integers()) { counts[Int(label)] += 1 }
    return counts
  }

  @Test(.enabled(if: hasMNIST, "MNIST is neither in PRIORLAB_DATA nor beside the project"))
  func mnist() throws {
    let data = try load("mnist")
    #expect(data.train["image"]?.shape == [60_000, 1, 28, 28])
    #expect(try abs(mean(data.train) - 0.1306604762738429) < 1e-7)
    #expect(
      try counts(data.train) == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    #expect(try counts(data.others["test"]).reduce(0, +) == 10_000)
    let labels = data.train.rows(0..<5)["label"]?.integers()
    #expect(labels == [5, 0, 4, 1, 9])
  }

  /// 50,000 to train on, drawn afresh at each use; 10,000 and 10,000 drawn once.
  @Test(.enabled(if: hasMNIST, "MNIST is neither in PRIORLAB_DATA nor beside the project"))
  func dynamicMNIST() throws {
    let options = StoredOptions(validation: .last(10_000), binarise: .eachUse(seed: 777))
    let data = try load("mnist", options)
    #expect(data.train.count == 50_000)
    #expect(data.others["validation"]?.count == 10_000 && data.others["test"]?.count == 10_000)
    let grey = try load("mnist").train.rows(50_000..<60_000)["image"]?.floats() ?? []
    let binary = try #require(data.others["validation"]?["image"]?.floats())
    #expect(zip(grey, binary).allSatisfy { $0 > 0 && $0 < 1 || $0 == $1 })
    #expect(binary.allSatisfy { $0 == 0 || $0 == 1 })
    // 7.84 million draws: the standard deviation of the mean is below 0.0001.
    let expected = grey.reduce(0.0) { $0 + Double($1) } / Double(grey.count)
    #expect(try abs(mean(data.others["validation"]) - expected) < 0.0005)
  }

  @Test(
    .enabled(if: hasFashion, "Fashion-MNIST is neither in PRIORLAB_DATA nor beside the project"))
  func fashionMNIST() throws {
    let data = try load("fashion-mnist")
    #expect(try counts(data.train) == Array(repeating: 6000, count: 10))
    #expect(try counts(data.others["test"]) == Array(repeating: 1000, count: 10))
  }

  @Test(
    .enabled(if: hasBinarised, "binarised MNIST is neither in PRIORLAB_DATA nor beside the project")
  )
  func binarisedMNIST() throws {
    let data = try load("binarized-mnist")
    #expect(data.train.count == 50_000)
    let splits = [data.train, data.others["validation"], data.others["test"]]
    let means = try splits.map { (try mean($0) * 1e6).rounded() / 1e6 }
    #expect(means == [0.130562, 0.131127, 0.132512])
    let first = try #require(data.train.rows(0..<1)["image"]?.floats())
    #expect(first.count == 784 && first.allSatisfy { $0 == 0 || $0 == 1 })
  }

  /// The substitute of Omniglot's usual form. Values are those of `Scripts/reference/picture_files.py`, of all
  /// examples; a debug build takes minutes to reduce them.
  @Test(
    .enabled(
      if: hasDrawings && ProcessInfo.processInfo.environment["PRIORLAB_WHOLE_DATA"] != nil,
      "Omniglot's drawings are not here, or PRIORLAB_WHOLE_DATA is not set"))
  func omniglotSubstitute() throws {
    let data = try load("omniglot")
    #expect(data.standIn?.contains("a substitute for the images and the split") == true)
    #expect(data.train["image"]?.shape == [24_345, 1, 28, 28])
    #expect(data.others["test"]?["image"]?.shape == [8070, 1, 28, 28])
    #expect(try abs(mean(data.train) - 0.08067246856297115) < 1e-8)
    #expect(try abs(mean(data.others["test"]) - 0.08004011385636452) < 1e-8)
    let expected: [Float] = [
      0.0, 0.017777778208255768, 0.31555554270744324, 0.9377777576446533, 1.0, 0.5911111235618591,
      0.4000000059604645, 0.4000000059604645, 0.4000000059604645, 0.4000000059604645,
      0.4000000059604645, 0.4000000059604645, 0.4000000059604645, 0.15111111104488373, 0.0, 0.0,
    ]
    let found = try #require(data.train.rows(5000..<5001)["image"]?.floats())
    #expect(zip(found[13 * 28 + 6..<13 * 28 + 22], expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  /// Its lists: as many as in the papers, and no drawing in both.
  @Test func omniglotSplit() throws {
    let path = DatasetLibraryTests.root + "/omniglot-split.npz"
    let train = try ArrayFile.read(path, key: "train").integers()
    let test = try ArrayFile.read(path, key: "test").integers()
    #expect(train.count == 24_345 && test.count == 8070)
    #expect(Set(train + test).count == 32_415 && (train + test).allSatisfy { 0..<32_460 ~= $0 })
    #expect(train == train.sorted() && test == test.sorted())
    let file = try Self.library.manifest("omniglot").file(named: "omniglot-split.npz")
    try file.check(at: path, of: "omniglot")
    let options = StoredOptions(validation: .last(1345), binarise: .eachUse(seed: 777))
    let dataset = try Self.library.dataset("omniglot", options)
    #expect(dataset.trainingExamples == 23_000 && dataset.exampleShapes["image"] == [1, 28, 28])
  }

  /// Values are those of `Scripts/reference/motion_capture.py`.
  @Test(
    .enabled(if: hasMotion, "CMU motion capture is neither in PRIORLAB_DATA nor beside the project")
  )
  func motionCapture() throws {
    let data = try load("cmu-mocap")
    let image = try #require(data.train["image"])
    #expect(image.shape == [2530, 50] && data.others.isEmpty && data.standIn == nil)
    let names = try #require(data.featureNames)
    #expect(
      [0, 1, 21, 24, 30, 48, 49].map { names[$0] } == [
        "lowerback.rx", "lowerback.ry", "rradius.rx", "rhand.rz", "lradius.rx", "lfoot.rz",
        "ltoes.rx",
      ])
    #expect(names.count == 50 && !names.contains { $0.hasPrefix("root") })
    #expect(try counts(data.train).prefix(5) == [537, 486, 537, 537, 433])
    let recordings = try #require(data.train["recording"]?.integers())
    let frames = try #require(data.train["frame"]?.integers())
    let labels = try #require(data.train["label"]?.integers())
    let values = image.floats()
    for (row, motion, recording, frame, features) in Self.motionRows {
      #expect(labels[row] == motion && recordings[row] == recording && frames[row] == frame)
      let found = [0, 21, 30, 49].map { values[row * 50 + $0] }
      #expect(zip(found, features).allSatisfy { abs($0 - $1) < 1e-6 }, "\(row): \(found)")
    }
    #expect(try abs(mean(data.train) - 0.4948575309738228) < 1e-7)
    let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
    #expect(abs(squares - 0.2896926352674415) < 1e-7)
    // All of the range, and no more.
    for feature in 0..<50 {
      let column = stride(from: feature, to: values.count, by: 50).map { values[$0] }
      #expect(column.min() == 0 && column.max() == 1)
    }
  }

  private static let motionRows: [(Int, Int64, Int64, Int64, [Float])] = [
    (
      0, 0, 0, 0, [0.688094973564148, 0.29757460951805115, 0.11008262634277344, 0.5387353301048279]
    ),
    (
      536, 0, 4, 155,
      [0.2671586871147156, 0.18538393080234528, 0.2731970250606537, 0.639613687992096]
    ),
    (537, 1, 5, 0, [0.664568305015564, 0.572589099407196, 0.8320591449737549, 0.707423985004425]),
    (
      1000, 1, 16, 12,
      [0.8752120733261108, 0.9277962446212769, 0.7660192251205444, 0.576431393623352]
    ),
    (
      1100, 2, 17, 77,
      [0.7556949257850647, 0.3027786314487457, 0.17386172711849213, 0.9141796231269836]
    ),
    (
      2000, 3, 22, 32,
      [0.29103344678878784, 0.47846442461013794, 0.8184972405433655, 0.3956584930419922]
    ),
    (
      2529, 4, 23, 432,
      [0.274163156747818, 0.6349329948425293, 0.7552982568740845, 0.2738948166370392]
    ),
  ]
}
