import Datasets
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
}
