import Testing
import Torch

@testable import Datasets

/// Stored bytes as models see them.
@Suite struct SplitTests {
  private let split = Split(
    Batch([
      "image": Tensor([0, 51, 255, 102, 153, 204] as [UInt8], shape: [3, 2]),
      "label": Tensor([7, 8, 9] as [Int64], shape: [3]),
    ]), preparations: ["image": Preparation(scale: 255, resamples: true)])

  @Test func evaluationSeesGreyValues() throws {
    try checked("rows") {
      let batch = split.rows(1..<3)
      #expect(batch["image"]?.type == .float32)
      #expect(batch["image"]?.floats() == [1, 0.4, 0.6, 0.8])
      #expect(batch["label"]?.integers() == [8, 9])
      #expect(split["image"]?.floats() == [0, 0.2, 1, 0.4, 0.6, 0.8])
      #expect(split["label"]?.type == .int64)
      #expect(split["angle"] == nil)
    }
    #expect(split.count == 3)
    #expect(split.names == ["image", "label"])
  }

  /// The share of ones is the grey value; 0 and 1 never change; a step sees the same again.
  @Test func trainingResamples() throws {
    let indices = Tensor([0, 2, 1] as [Int64], shape: [3])
    var sums = [Double](repeating: 0, count: 6)
    let draws = 2000
    for step in 0..<draws {
      let randomness = StepRandomness(Randomness(seed: 3), "data", step: step)
      try checked("rows") {
        let image = split.rows(indices, randomness)["image"]
        let values = image?.doubles() ?? []
        #expect(values.allSatisfy { $0 == 0 || $0 == 1 })
        for (index, value) in values.enumerated() { sums[index] += value }
        if step < 3 { #expect(split.rows(indices, randomness)["image"]?.doubles() == values) }
      }
    }
    let expected = [0, 0.2, 0.6, 0.8, 1, 0.4]
    for (sum, share) in zip(sums, expected) {
      // Five standard errors.
      let bound = 5 * (share * (1 - share) / Double(draws)).squareRoot()
      #expect(abs(sum / Double(draws) - share) <= bound)
    }
  }

  @Test func withoutPreparation() throws {
    let plain = Split(Batch(["x": Tensor([0.5, 2] as [Float], shape: [2])]))
    let indices = Tensor([1] as [Int64], shape: [1])
    try checked("rows") {
      #expect(plain.rows(0..<2)["x"]?.floats() == [0.5, 2])
      let randomness = StepRandomness(Randomness(seed: 0), "data")
      #expect(plain.rows(indices, randomness)["x"]?.floats() == [2])
    }
  }
}
