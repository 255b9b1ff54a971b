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
    #expect(try counts(data.train).prefix(5) == [537, 484, 539, 537, 433])
    let recordings = try #require(data.train["recording"]?.integers())
    let frames = try #require(data.train["frame"]?.integers())
    let labels = try #require(data.train["label"]?.integers())
    let values = image.floats()
    for (row, motion, recording, frame, features) in Self.motionRows {
      #expect(labels[row] == motion && recordings[row] == recording && frames[row] == frame)
      let found = [0, 21, 30, 49].map { values[row * 50 + $0] }
      #expect(zip(found, features).allSatisfy { abs($0 - $1) < 1e-6 }, "\(row): \(found)")
    }
    #expect(try abs(mean(data.train) - 0.1801322933703976) < 1e-7)
    let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
    #expect(abs(squares - 0.05513296779076284) < 1e-7)
    // All from 0, and one to 1.
    let largest = (0..<50).map { feature in
      let column = stride(from: feature, to: values.count, by: 50).map { values[$0] }
      #expect(column.min() == 0)
      return column.max() ?? 0
    }
    #expect(largest.filter { $0 == 1 }.count == 1 && largest.max() == 1)
    #expect(names[largest.firstIndex(of: 1) ?? 0] == "rwrist.ry")
  }

  private static let motionRows: [(Int, Int64, Int64, Int64, [Float])] = [
    (
      0, 0, 0, 0,
      [0.16651882231235504, 0.20236344635486603, 0.07293489575386047, 0.17165280878543854]
    ),
    (
      536, 0, 4, 155,
      [0.06465233862400055, 0.12606897950172424, 0.1810058355331421, 0.20379485189914703]
    ),
    (
      537, 1, 5, 0,
      [0.16082535684108734, 0.38938501477241516, 0.5512781739234924, 0.2254006713628769]
    ),
    (
      1000, 1, 17, 14,
      [0.1991432011127472, 0.6638121604919434, 0.5275974869728088, 0.14242053031921387]
    ),
    (
      1100, 2, 18, 79,
      [0.1828448623418808, 0.20159319043159485, 0.10124917328357697, 0.30315572023391724]
    ),
    (
      2000, 3, 23, 32,
      [0.07043002545833588, 0.3253762423992157, 0.5422927737236023, 0.12606540322303772]
    ),
    (
      2529, 4, 24, 432,
      [0.06634742021560669, 0.431781530380249, 0.5004204511642456, 0.08726885169744492]
    ),
  ]
}
