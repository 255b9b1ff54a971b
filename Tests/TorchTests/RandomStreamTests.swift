import Foundation
import Testing
import Torch

@Suite struct RandomStreamTests {
  /// Literals by Scripts/reference/streams.py, with NumPy's Mersenne twister.
  @Test func numbersAreThoseOfTheReference() throws {
    try tensors {
      let random = Randomness(seed: 7)
      #expect(
        random.stream("z", step: 3).uniform([3]).doubles()
          == [0.3060094714164734, 0.3919302821159363, 0.5326147079467773])
      #expect(
        random.stream("z", step: 3).uniform([3], type: .float64).doubles()
          == [0.4480759434251679, 0.26091789438477164, 0.40886700356762584])
      let normal = random.stream("z", step: 3).normal([3], type: .float64).doubles()
      #expect(
        distance(normal, [-0.7366013784715875, 0.24922064580679248, -0.836493624400915]) < 1e-14)
      let late = random.stream("z", step: 3 + (1 << 32)).uniform([3], type: .float64).doubles()
      #expect(late == [0.75376413411976, 0.7763533075786017, 0.9122991673199661])
      let step = StepRandomness(Randomness(seed: -1), "train/0", step: 0)
      #expect(
        step.stream("zeta").uniform([3], type: .float64).doubles()
          == [0.005407810788998546, 0.977635827116467, 0.4195382229364846])
    }
  }

  @Test func theSameKeyGivesTheSameNumbers() throws {
    try tensors {
      for type in [ElementType.float32, .float64] {
        let draws = (0..<2).map { _ in
          let stream = Randomness(seed: 5).stream("z", step: 9)
          return [stream.normal([40], type: type), stream.uniform([3, 5], type: type)]
            .map { $0.doubles() }
        }
        #expect(draws[0] == draws[1])
      }
      let orders = (0..<2).map { _ in Randomness(seed: 5).stream("o").permutation(50).integers() }
      #expect(orders[0] == orders[1])
    }
  }

  @Test func differentKeysGiveDifferentNumbers() throws {
    try tensors {
      var draws: [String: [Double]] = [:]
      for (seed, purpose, step) in [
        (0, "z", 0), (1, "z", 0), (1 << 32, "z", 0), (-1, "z", 0), (0, "zeta", 0), (0, "", 0),
        (0, "z", 1), (0, "z", 1 << 32), (0, "z", 1 + (1 << 32)), (1, "z", 1), (0, "z/1", 0),
      ] {
        let stream = Randomness(seed: seed).stream(purpose, step: step)
        draws["\(seed) \(purpose) \(step)"] = stream.uniform([64], type: .float64).doubles()
      }
      // Not even one number of one stream is in another.
      #expect(Set(draws.values.joined()).count == 11 * 64)
      let step = [("a", "b"), ("a/b", "c"), ("b", "a")].map { activity, purpose in
        StepRandomness(Randomness(seed: 0), activity).stream(purpose).uniform([4]).doubles()
      }
      #expect(Set(step).count == 3)
    }
  }

  @Test func numbersLikeATensorAreThoseOfItsType() throws {
    try tensors {
      func stream() -> RandomStream { Randomness(seed: 5).stream("z") }
      for type in [ElementType.float32, .float64] {
        let like = stream().normal([3, 2], like: .zeros([7], type: type))
        #expect((like.type, like.device) == (type, .cpu))
        #expect(like.doubles() == stream().normal([3, 2], type: type).doubles())
      }
    }
  }

  @Test func drawsOfOneStreamGoOn() throws {
    try tensors {
      let stream = Randomness(seed: 5).stream("z")
      #expect(stream.normal([8]).doubles() != stream.normal([8]).doubles())
      #expect(stream.uniform([2, 0]).shape == [2, 0])
      #expect(stream.normal([]).shape == [])
    }
  }

  @Test(arguments: [ElementType.float32, .float64])
  func normalNumbersHaveTheirMoments(type: ElementType) throws {
    try tensors {
      // One long draw, and many short ones from streams of neighbouring steps.
      let long = Randomness(seed: 3).stream("n").normal([100, 1000], type: type).doubles()
      let short = (0..<4000).flatMap {
        Randomness(seed: 3).stream("n", step: $0).normal([5], type: type).doubles()
      }
      for x in [long, short] {
        // The powers of a normal number: expectation and variance.
        for (power, expectation, variance) in [(1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
          let mean = average(x.map { pow($0, Double(power)) })
          #expect(abs(mean - Double(expectation)) < limit(Double(variance), x.count))
        }
        let products = zip(x, x.dropFirst(5)).map { $0 * $1 }
        #expect(abs(average(products)) < limit(1, products.count))
      }
    }
  }

  @Test(arguments: [ElementType.float32, .float64])
  func uniformNumbersFillTheirRange(type: ElementType) throws {
    try tensors {
      let x = Randomness(seed: 3).stream("u").uniform([100_000], type: type).doubles()
      #expect(x.allSatisfy { 0 <= $0 && $0 < 1 })
      #expect(abs(average(x) - 0.5) < limit(1 / 12, x.count))
      var counts = [Double](repeating: 0, count: 20)
      for value in x { counts[Int(value * 20)] += 1 }
      // 19 degrees of freedom: above 43.8 with probability 0.001.
      #expect(chiSquared(counts) < 43.8)
    }
  }

  /// Γ(a) has mean and variance a, and e⁻ˣ the mean 2⁻ᵃ and the second moment 3⁻ᵃ under it.
  @Test(arguments: [ElementType.float32, .float64])
  func gammaNumbers(type: ElementType) throws {
    try tensors {
      for shape in [0.45, 1.9, 9.5] {
        let count = 50_000
        let x = Randomness(seed: 3).stream("g").gamma(.full(shape, [count], type: type))
        #expect(x.type == type)
        let values = x.doubles()
        #expect(values.allSatisfy { $0 >= 0 })
        #expect(abs(average(values) - shape) < limit(shape, count))
        let expected = pow(2, -shape)
        let variance = pow(3, -shape) - expected * expected
        #expect(abs(average(values.map { exp(-$0) }) - expected) < limit(variance, count))
      }
    }
  }

  @Test func permutationsHoldEachNumberOnce() throws {
    try tensors {
      for count in [0, 1, 2, 17, 1000] {
        let order = Randomness(seed: 3).stream("p").permutation(count)
        #expect(order.integers().sorted() == (0..<count).map(Int64.init))
        #expect(order.type == .int64)
      }
      // All orders of three are as frequent as the others.
      var counts: [[Int64]: Double] = [:]
      for step in 0..<6000 {
        let order = Randomness(seed: 3).stream("p", step: step).permutation(3).integers()
        counts[order, default: 0] += 1
      }
      #expect(counts.count == 6)
      // 5 degrees of freedom: above 20.5 with probability 0.001.
      #expect(chiSquared(Array(counts.values)) < 20.5)
    }
  }

  private func average(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

  /// Five standard errors of a mean.
  private func limit(_ variance: Double, _ count: Int) -> Double {
    5 * (variance / Double(count)).squareRoot()
  }

  /// The statistic against all counts being equal.
  private func chiSquared(_ counts: [Double]) -> Double {
    let expected = average(counts)
    return counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
  }
}
