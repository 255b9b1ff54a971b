import Foundation
import Testing
import Torch

@testable import Datasets

@Suite struct StandInTests {
  private func configuration(
    _ image: [Int] = [3, 32, 32], train: Int = 256, test: Int = 64, labels: Int = 10, seed: Int = 0,
    factors: [Int]? = nil, names: [String]? = nil
  ) -> StandInConfiguration {
    StandInConfiguration(
      image: image, train: train, test: test, labels: labels, seed: seed, factors: factors,
      names: names)
  }

  @Test func keysAreThoseOfManifests() throws {
    let json = """
      {"image": [1, 28, 28], "train": 5, "test": 3, "labels": 2, "seed": 7}
      """
    let decoded = try JSONDecoder().decode(StandInConfiguration.self, from: Data(json.utf8))
    #expect(StandInConfiguration.name == "stand-in")
    #expect(decoded.problem == nil)
    // What is not said is not part of the identity.
    let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(decoded))
    let keys = try #require(encoded as? [String: Any]).keys
    #expect(keys.sorted() == ["image", "labels", "seed", "test", "train"])
  }

  @Test(arguments: [[3, 32, 32], [1, 28, 28], [2, 9, 17], [50]], [nil, [3, 8, 12]])
  func whatIsKnownBeforeLoadingIsTrueAfterwards(_ image: [Int], _ factors: [Int]?) throws {
    let names = factors.map { _ in ["floor", "scale", "shape"] }
    let configuration = configuration(image, labels: 4, factors: factors, names: names)
    #expect(configuration.problem == nil)
    let data = try configuration.load()
    #expect(data.train.count == configuration.trainingExamples)
    #expect(data.contentIdentity == configuration.contentIdentity)
    #expect(data.standIn?.isEmpty == false)
    #expect(Array(data.others.keys) == ["test"])
    for (name, split, count) in [("train", data.train, 256), ("test", data.others["test"], 64)] {
      let split = try #require(split)
      let shapes = try #require(configuration.splitShapes[name])
      #expect(Set(split.names) == Set(shapes.keys))
      for (tensor, shape) in shapes { #expect(split[tensor]?.shape == [count] + shape) }
      let bounds = try #require(split.bounds(of: "image"))
      #expect(bounds.lowerBound >= 0 && bounds.upperBound <= 1 && bounds.upperBound > 0.9)
      let labels = try #require(split["label"]).integers()
      for label in 0..<4 { #expect(labels.filter { $0 == label }.count == count / 4) }
      for (column, size) in (factors ?? []).enumerated() {
        let all = try #require(split["factors"]).integers()
        let values = stride(from: column, to: all.count, by: 3).map { all[$0] }
        #expect(values.allSatisfy { 0..<Int64(size) ~= $0 })
        #expect(Set(values).count > size / 2)
        #expect(try #require(split[["floor", "scale", "shape"][column]]).integers() == values)
      }
    }
  }

  /// A split to validate on is there where it is asked for, and leaves the others as they are.
  @Test func validation() throws {
    let plain = configuration([1, 6, 6])
    var changed = plain
    changed.validation = 7
    #expect(changed.problem == nil)
    #expect(changed.splitShapes.keys.sorted() == ["test", "train", "validation"])
    let (before, after) = (try plain.load(), try changed.load())
    #expect(after.others.keys.sorted() == ["test", "validation"])
    let split = try #require(after.others["validation"])
    #expect(split["image"]?.shape == [7, 1, 6, 6] && split["label"]?.shape == [7])
    #expect(before.train["image"]?.floats() == after.train["image"]?.floats())
    #expect(before.others["test"]?["image"]?.floats() == after.others["test"]?["image"]?.floats())
    let images = try #require(split["image"]).floats()
    #expect(images != Array(try #require(after.others["test"]?["image"]).floats()[..<(7 * 36)]))
    #expect(images != Array(try #require(after.train["image"]).floats()[..<(7 * 36)]))
    changed.validation = 0
    #expect(changed.problem == "validation must be from 1 to 2²⁸")
    changed.validation = 1 << 28
    #expect(
      changed.problem == "all images together must have at most 2²⁸ numbers, which is 1 GiB")
  }

  /// Four bands of eight columns, of which the label's has ten pieces of 25 or 26 pixels.
  @Test func piecesAreWhereTheyAreSaidToBe() throws {
    let data = try configuration(test: 12, factors: [3, 8, 15]).load()
    let split = try #require(data.others["test"])
    let pixels = try #require(split["image"]).floats()
    let labels = try #require(split["label"]).integers()
    let factors = try #require(split["factors"]).integers()
    for example in 0..<12 {
      let values = [labels[example]] + factors[3 * example..<3 * example + 3]
      for channel in 0..<3 {
        for (band, (value, size)) in zip(values, [10, 3, 8, 15]).enumerated() {
          for place in 0..<256 {
            let (row, column) = (place / 8, 8 * band + place % 8)
            let pixel = pixels[((example * 3 + channel) * 32 + row) * 32 + column]
            let isOfValue = place * size >= 256 * Int(value) && place * size < 256 * Int(value + 1)
            #expect(isOfValue ? pixel >= 0.42 : pixel < 0.1)
          }
        }
      }
    }
  }

  /// The nearest of the mean training images of each value has the value of most test images.
  @Test(arguments: [[3, 32, 32], [1, 28, 28]])
  func labelsAndFactorsCanBeSeen(_ image: [Int]) throws {
    let data = try configuration(image, train: 1500, factors: [3, 15], names: ["a", "b"]).load()
    let test = try #require(data.others["test"])
    for (name, size) in [("label", 10), ("a", 3), ("b", 15)] {
      try checked("nearest means") {
        let truth = try #require(data.train[name]).integers()
        let x = try #require(data.train["image"]).reshaped(1500, -1)
        let y = try #require(test["image"]).reshaped(64, -1)
        let distances = (0..<size).map { value in
          let own = (0..<1500).map { Int64($0) }.filter { truth[Int($0)] == Int64(value) }
          return (y - x.rows(Tensor(own, shape: [own.count])).mean(0)).square().sum(1).doubles()
        }
        let wanted = try #require(test[name]).integers()
        let right = (0..<64).filter { example in
          let row = distances.map { $0[example] }
          return row.firstIndex(of: row.min() ?? 0) == Int(wanted[example])
        }
        #expect(right.count > 48, "\(name)")
      }
    }
  }

  @Test func seedsDecideTheData() throws {
    func data(_ seed: Int, _ labels: Int = 10) throws -> [[Double]] {
      let data = try configuration([1, 6, 6], labels: labels, seed: seed, factors: [4]).load()
      return [data.train, try #require(data.others["test"])].flatMap { split in
        split.names.map { split[$0]?.doubles() ?? [] }
      }
    }
    #expect(try data(1) == data(1))
    #expect(try data(1)[0] != data(2)[0])
    #expect(try data(1)[1] != data(2)[1])
    #expect(try data(1)[0] != data(1)[3])
  }

  @Test func impossibleSettingsAreNamed() {
    func problem(_ change: (inout StandInConfiguration) -> Void) -> String? {
      var configuration = configuration(factors: [2, 3], names: ["a", "b"])
      change(&configuration)
      return configuration.problem
    }
    #expect(problem { _ in } == nil)
    #expect(
      problem { $0.image = [32, 32] } == "image must be [channels, height, width], or [features]")
    #expect(problem { $0.image[0] = 0 } == "image: channels must be from 1 to 4096")
    #expect(problem { $0.image[2] = .max } == "image: width must be from 1 to 4096")
    #expect(problem { $0.train = 0 } == "train must be from 1 to 2²⁸")
    #expect(problem { $0.test = .max } == "test must be from 1 to 2²⁸")
    let all = "all images together must have at most 2²⁸ numbers, which is 1 GiB"
    #expect(problem { $0.train = 1 << 28 } == all)
    #expect(problem { $0.image = [4096, 4096, 4096] } == all)
    #expect(
      problem { $0.labels = 0 } == "labels must be from 1 to 320, the pixels of a band of the image"
    )
    #expect(problem { $0.labels = 320 } == nil)
    #expect(problem { $0.labels = 321 } != nil)
    #expect(
      problem { $0.factors = [2, 321] }
        == "factors must be from 1 to 320, the pixels of a band of the image")
    #expect(
      problem { $0.factors = .init(repeating: 1, count: 32) }
        == "factors: there can be at most 31, as the image's width leaves a band to each")
    #expect(problem { $0.names = ["a"] } == "names must be as many as factors")
    #expect(problem { $0.factors = nil } == "names must be as many as factors")
    #expect(problem { $0.names = ["a", "a"] } == "names must differ")
    #expect(problem { $0.names = ["a", "label"] } == "names: a factor cannot be called 'label'")
    #expect(problem { $0.names = ["", "a"] } == "names: a factor cannot be called ''")
  }
}
