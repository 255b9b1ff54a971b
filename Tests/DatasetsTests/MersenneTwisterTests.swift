import Testing

@testable import Datasets

/// Literals by Scripts/reference/numpy_choice.py, of NumPy 2.4.
@Suite struct MersenneTwisterTests {
  /// The seed of the authors' own program, whose first number is in the literature.
  @Test func bits() {
    var generator = MersenneTwister(seed: 5489)
    let found = (0..<5).map { _ in generator.bits() }
    #expect(found == [3_499_211_612, 581_869_302, 3_890_346_734, 3_586_334_585, 545_404_204])
  }

  @Test(arguments: [
    (0, [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]), (1, [2, 9, 6, 4, 0, 3, 1, 7, 8, 5]),
    (3, [5, 4, 1, 2, 9, 6, 7, 0, 3, 8]), (4_294_967_295, [6, 9, 5, 1, 8, 0, 7, 4, 2, 3]),
  ])
  func permutations(_ seed: Int, _ expected: [Int]) {
    var generator = MersenneTwister(seed: UInt32(seed))
    #expect(generator.permutation(10) == expected)
  }

  /// Several rounds of the state.
  @Test(arguments: [
    (
      0, [2255, 608, 2856, 1889, 1519, 4466], [373, 1685, 3062], 17_639_655_107,
      [0, 3, 7, 21, 24, 25], 2_355_081
    ),
    (
      2, [360, 258, 2689, 3025, 1133, 489], [182, 2422, 4505], 17_722_212_845,
      [0, 1, 10, 16, 19, 24], 2_336_750
    ),
    (
      3, [1668, 2782, 3078, 4314, 3540, 1234], [1388, 1140, 2371], 17_674_465_762,
      [8, 13, 14, 32, 39, 44], 2_305_474
    ),
  ])
  func choices(
    _ seed: Int, _ first: [Int], _ last: [Int], _ sum: Int, _ rest: [Int], _ sumOfRest: Int
  ) {
    var generator = MersenneTwister(seed: UInt32(seed))
    let order = generator.permutation(4800)
    let (train, test) = (order.prefix(3840), order.dropFirst(3840).sorted())
    #expect(Array(train.prefix(6)) == first && Array(train.suffix(3)) == last)
    #expect(train.enumerated().reduce(0) { $0 + $1.offset * $1.element } == sum)
    #expect(Array(test.prefix(6)) == rest && test.reduce(0, +) == sumOfRest)
  }

  @Test func fewNumbers() {
    var generator = MersenneTwister(seed: 7)
    #expect(generator.permutation(0) == [] && generator.permutation(1) == [0])
    #expect(generator.permutation(2).sorted() == [0, 1])
  }
}
