import Foundation
import Testing
import Torch

@testable import Lab

/// Literals from SciPy and NumPy (`Scripts/reference/statistics.py`).
@Suite struct SummaryTests {
  @Test func agreesWithNumPy() throws {
    let summary = try Summary([0.41, 0.38, 0.47, 0.44, 0.39, 0.52])
    #expect(summary.n == 6)
    #expect(abs(summary.mean - 0.435) < 1e-15)
    #expect(abs(try #require(summary.standardDeviation) - 0.053197744313081545) < 1e-15)
    #expect(abs(try #require(summary.standardError) - 0.021717888172349233) < 1e-15)
    #expect(abs(summary.populationDeviation - 0.04856267428111155) < 1e-15)
    let interval = try #require(summary.interval)
    #expect(abs(interval.low - 0.3791723911557783) < 1e-12)
    #expect(abs(interval.high - 0.4908276088442217) < 1e-12)
    #expect(abs(summary.median - 0.425) < 1e-15)
    #expect(summary.min == 0.38)
    #expect(summary.max == 0.52)
  }

  @Test func oneValueHasNoSpread() throws {
    let summary = try Summary([-3])
    #expect(summary.n == 1)
    #expect(summary.mean == -3)
    #expect(summary.median == -3)
    #expect(summary.populationDeviation == 0)
    #expect(summary.standardDeviation == nil)
    #expect(summary.standardError == nil)
    #expect(summary.interval == nil)
  }

  @Test func medianOfAnOddNumber() throws {
    #expect(try Summary([5, 1, 4]).median == 4)
  }

  @Test func aLargeOffsetDoesNotSwallowTheSpread() throws {
    let summary = try Summary([1e9 + 1, 1e9 + 2, 1e9 + 3])
    #expect(summary.standardDeviation == 1)
  }

  @Test func valuesThatCannotBeSummarised() {
    #expect(throws: StatisticsError.noValues) { try Summary([]) }
    #expect(throws: StatisticsError.notFinite(index: 1, value: "nan")) { try Summary([1, .nan]) }
    #expect(throws: StatisticsError.notFinite(index: 0, value: "-inf")) {
      try Summary([-.infinity, 1])
    }
    // Neither the mean nor the spread can be said.
    for values in [[1e308, 1e308], [1e200, -1e200]] {
      #expect(throws: StatisticsError.self) { try Summary(values) }
    }
    #expect(throws: Never.self) { try Summary([1e100, -1e100]) }
  }

  @Test func survivesJSON() throws {
    for values in [[1.0], [0.1, 0.2, 0.4]] {
      let summary = try Summary(values)
      let data = try JSONEncoder().encode(summary)
      #expect(try JSONDecoder().decode(Summary.self, from: data) == summary)
    }
  }

  @Test func errorsSayWhatToDo() {
    #expect(
      "\(StatisticsError.notFinite(index: 2, value: "nan"))"
        == "value 3 is nan: count that run as failed and leave its value out")
    #expect(StatisticsError.noValues.localizedDescription.contains("run the study first"))
  }

  /// Of 400 samples of five from a normal distribution, the interval should hold the mean in 380,
  /// give or take three binomial standard deviations of 4.4.
  @Test func intervalCoversTheMean() throws {
    var generator = SplitMix64(state: 7)
    let covered = try (0..<400).count { _ in
      let interval = try #require(Summary((0..<5).map { _ in 2 + generator.normal() }).interval)
      return interval.low <= 2 && 2 <= interval.high
    }
    #expect((367...393).contains(covered))
  }
}
