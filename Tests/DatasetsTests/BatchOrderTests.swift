import Testing
import Torch

@testable import Datasets

@Suite struct BatchOrderTests {
  /// The indices of some steps, each batch by itself.
  private func batches(
    _ steps: Range<Int>, seed: Int = 4, phase: String = "train", count: Int = 23, size: Int = 5
  ) throws -> [[Int64]] {
    var order = BatchOrder(Randomness(seed: seed), count: count, batch: size)
    return try checked("order") {
      steps.map { order.indices(step: $0, phase: phase).integers() }
    }
  }

  @Test(arguments: [(23, 5, 5), (20, 5, 4), (21, 5, 5), (3, 8, 1), (1, 1, 1), (6, 1, 6)])
  func eachEpochVisitsEachExampleOnce(count: Int, size: Int, perEpoch: Int) throws {
    let order = BatchOrder(Randomness(seed: 4), count: count, batch: size)
    #expect(order.batchesPerEpoch == perEpoch)
    let all = try batches(0..<3 * perEpoch, count: count, size: size)
    for epoch in 0..<3 {
      let part = all[epoch * perEpoch..<(epoch + 1) * perEpoch]
      #expect(part.joined().sorted() == (0..<count).map(Int64.init))
      #expect(part.dropLast().allSatisfy { $0.count == size })
      #expect(part.last?.count == count - (perEpoch - 1) * size)
    }
  }

  @Test func ordersDifferBetweenEpochsPhasesAndSeeds() throws {
    let first = try batches(0..<5)
    let others = [
      try batches(5..<10), try batches(10..<15), try batches(0..<5, phase: "tune"),
      try batches(0..<5, seed: 5),
    ]
    #expect(Set([first] + others).count == 5)
    #expect(first.flatMap(\.self) != (0..<23).map(Int64.init))
    #expect(try batches(0..<5) == first)
  }

  @Test func resumingInTheMiddleGivesTheSame() throws {
    let whole = try batches(0..<14)
    for start in 0..<14 { #expect(try batches(start..<14) == Array(whole[start...])) }
    #expect(try batches(7..<8) == [whole[7]])
  }

  @Test func stepsMayGoBack() throws {
    var order = BatchOrder(Randomness(seed: 4), count: 23, batch: 5)
    let whole = try batches(0..<14)
    for step in [12, 3, 3, 13, 0] {
      #expect(order.indices(step: step, phase: "train").integers() == whole[step])
    }
  }

  /// A permutation once was kept by epoch only, whatever the phase.
  @Test func oneOrderServesSeveralPhases() throws {
    let tune = try batches(0..<1, phase: "tune")
    var order = BatchOrder(Randomness(seed: 4), count: 23, batch: 5)
    _ = order.indices(step: 0, phase: "train")
    let found = order.indices(step: 0, phase: "tune").integers()
    #expect(found == tune[0])
  }
}
