import Testing

@testable import Lab

@Suite struct RunSelectionTests {
  /// The rows of `Scripts/reference/statistics.py`.
  private let rows = [
    [0.41, -21.9, 5.0], [0.44, -20.9, 4.0], [0.39, -22.4, 7.5], [0.50, -21.0, 6.0],
    [0.47, -20.2, 4.4], [0.46, -21.7, 5.2],
  ]

  @Test func allInOrderOfSeed() throws {
    #expect(try RunSelection.all.select(seeds: [5, 0, 3], values: []) == [1, 2, 0])
  }

  @Test func best() throws {
    let values = [[0.3], [0.9], [0.5], [0.9]]
    let seeds = [0, 7, 2, 4]
    func best(_ count: Int, _ direction: Direction) throws -> [Int] {
      try RunSelection.best(count: count, direction).select(seeds: seeds, values: values)
    }
    #expect(try best(1, .moreIsBetter) == [3])
    #expect(try best(3, .moreIsBetter) == [3, 1, 2])
    #expect(try best(2, .lessIsBetter) == [0, 2])
    #expect(try best(99, .lessIsBetter) == [0, 2, 3, 1])
    #expect(throws: StatisticsError.directionNeeded) { try best(1, .neither) }
    #expect(throws: StatisticsError.self) { try best(0, .lessIsBetter) }
  }

  @Test func median() throws {
    func median(_ values: [Double], seeds: [Int]) throws -> [Int] {
      try RunSelection.median.select(seeds: seeds, values: values.map { [$0] })
    }
    #expect(try median([5, 1, 4], seeds: [0, 1, 2]) == [2])
    // The median 2.5 lies between two runs: the lower seed wins, wherever it stands.
    #expect(try median([1, 2, 3, 9], seeds: [0, 1, 2, 3]) == [1])
    #expect(try median([1, 2, 3, 9], seeds: [0, 8, 2, 3]) == [2])
    // The same with values that binary fractions cannot hold.
    #expect(try median([0.1, 0.2, 0.3, 0.4], seeds: [9, 8, 2, 3]) == [2])
    #expect(try median([4], seeds: [3]) == [0])
  }

  @Test func distancesAgreeWithNumPy() {
    let two = [
      0.7584921292460665, 0.935584092792042, 2.078914664457335, 2.518227009113505,
      2.488193869096927, 1.2205882352941209,
    ]
    let three = [
      1.631636924693111, 1.4769759604522525, 3.9232914195579798, 3.0034499248415845,
      2.82058415192569, 2.1440616185293786,
    ]
    let close = { (left: [Double], right: [Double]) in
      left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-10 }
    }
    #expect(close(mahalanobisDistances(rows.map { Array($0.prefix(2)) }), two))
    #expect(close(mahalanobisDistances(rows), three))
    // The distance does not depend on the units.
    #expect(close(mahalanobisDistances(rows.map { [$0[0] * 1e-9, $0[1] * 1e6 + 4] }), two))
  }

  @Test func singularCovarianceFallsBackToTheDiagonal() {
    // The second column is twice the first: by the diagonal, each counts on its own.
    let found = mahalanobisDistances([[1, 2], [2, 4], [3, 6]])
    #expect(zip(found, [2, 0, 2]).allSatisfy { abs($0 - $1) < 1e-12 })
    // A column that does not vary is no reason to ignore how the others vary together.
    let varying = rows.map { Array($0.prefix(2)) }
    let padded = varying.map { $0 + [3] }
    #expect(mahalanobisDistances(padded) == mahalanobisDistances(varying))
    #expect(mahalanobisDistances([[4, 1]]) == [0])
  }

  @Test func representative() throws {
    // Six good runs are the rows above; six poor ones lie near their mean in the other measures.
    let poor = (0..<6).map { [0.1 + 0.01 * Double($0), -21.3, 5.3] }
    let values = (poor + rows).map { Array($0.prefix(2)) }
    let seeds = Array(0..<12)
    // Least of the NumPy distances: the first row.
    let more = RunSelection.representative(.moreIsBetter)
    #expect(try more.select(seeds: seeds, values: values) == [6])
    let negated = values.map { [-$0[0], $0[1]] }
    let less = RunSelection.representative(.lessIsBetter)
    #expect(try less.select(seeds: seeds, values: negated) == [6])
  }

  @Test func representativeOfFewRuns() throws {
    let more = RunSelection.representative(.moreIsBetter)
    #expect(try more.select(seeds: [4], values: [[1, 2]]) == [0])
    #expect(try more.select(seeds: [4, 2], values: [[1, 2], [3, 0]]) == [1])
    // The better half of three is two runs, equally far from their mean.
    #expect(try more.select(seeds: [4, 2, 1], values: [[5, 2], [3, 0], [1, 1]]) == [1])
  }

  /// All orders of the same runs give the same seed.
  @Test func theOrderOfTheRunsDoesNotMatter() throws {
    let selections: [RunSelection] = [
      .median, .best(count: 1, .moreIsBetter), .representative(.moreIsBetter),
    ]
    let values = [[0.2, 1.0], [0.5, 2.0], [0.5, 2.5], [0.4, 1.5]]
    for selection in selections {
      var chosen: Set<Int> = []
      for order in permutations(Array(0..<4)) {
        let index = try selection.select(seeds: order, values: order.map { values[$0] })
        chosen.formUnion(index.map { order[$0] })
      }
      #expect(chosen.count == 1, "\(selection)")
    }
  }

  @Test func badInput() {
    let median = RunSelection.median
    #expect(throws: StatisticsError.noValues) { try median.select(seeds: [], values: []) }
    #expect(throws: StatisticsError.unevenValues(expected: 2, found: 1)) {
      try median.select(seeds: [0, 1], values: [[1]])
    }
    #expect(throws: StatisticsError.unevenValues(expected: 1, found: 2)) {
      try median.select(seeds: [0, 1], values: [[1], [1, 2]])
    }
    #expect(throws: StatisticsError.unevenValues(expected: 1, found: 0)) {
      try median.select(seeds: [0], values: [[]])
    }
    #expect(throws: StatisticsError.notFinite(index: 1, value: "nan")) {
      try median.select(seeds: [0, 1], values: [[1], [.nan]])
    }
  }

  private func permutations(_ items: [Int]) -> [[Int]] {
    items.isEmpty
      ? [[]]
      : items.flatMap { item in
        permutations(items.filter { $0 != item }).map { [item] + $0 }
      }
  }
}
