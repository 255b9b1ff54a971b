import Foundation
import Testing

@testable import Lab

/// Two results beside each other.
@Suite struct PairedComparisonTests {
  private func comparison(
    _ less: Table.Values, _ profile: ProfileName = ProfileName(name: "paper")
  ) throws -> Comparison {
    try Table.with(less: less, profile: profile) { comparison, _ in comparison }
  }

  @Test func pairsEqualSeeds() throws {
    let ours = try comparison(["rewo": [1, 5, 9, 13, 17], "plain": [2, 2, 2]])
    let theirs = try comparison(["rewo": [0.5, 4.5, 8.5, 12.5, 16.4]])
    let paired = try PairedComparison(ours, theirs)
    #expect(paired.ours == "test/table (paper)")
    // A cell without runs on one side is left out.
    #expect(paired.rows.map(\.cell.label) == ["method=rewo"])
    let row = paired.rows[0]
    #expect(row.difference.method == .paired)
    #expect(row.difference.n == 5)
    #expect(abs(row.difference.estimate - 0.52) < 1e-12)
    // Differences 0.5, 0.5, 0.5, 0.5, 0.6: std 0.0447214, standard error 0.02, t = 2.7764451.
    let interval = try #require(row.difference.interval)
    #expect(abs(interval.low - (0.52 - 2.7764451052 * 0.02)) < 1e-9)
    #expect(abs(interval.high - (0.52 + 2.7764451052 * 0.02)) < 1e-9)
    #expect(row.ours.mean == 9)
    #expect(row.theirs.n == 5)
    // The other way round it has the other sign.
    let turned = try PairedComparison(theirs, ours).rows[0].difference
    #expect(abs(turned.estimate + 0.52) < 1e-12)
  }

  /// A measure of which the paper gives both the mean and the best is compared once.
  @Test func twoStatisticsAreOneRow() throws {
    var ours = try comparison(["rewo": [1, 2, 3]])
    var best = try ours.row("rewo")
    best.statistic = .best
    ours.rows.insert(best, at: 1)
    #expect(try PairedComparison(ours, ours).rows.count == 1)
    // Cells of other studies are others.
    var other = ours
    for index in other.rows.indices { other.rows[index].study = "test/other" }
    #expect(words { try PairedComparison(ours, other) }.contains("in common"))
  }

  @Test func withoutCommonSeeds() throws {
    let ours = try comparison(["rewo": [1, 1.5, 0.5]])
    let theirs = try comparison(["rewo": [nil, nil, nil, 3, 4]])
    let row = try PairedComparison(ours, theirs).rows[0]
    #expect(row.difference.method == .welch)
    #expect(row.difference.estimate == -2.5)
  }

  @Test func profilesBesideEachOther() throws {
    let ours = try comparison(["rewo": [1, 2]], ProfileName(name: "quick", overrides: ["seeds=3"]))
    let theirs = try comparison(["rewo": [4, 4, 4, 6]])
    let paired = try PairedComparison(ours, theirs)
    #expect(paired.ours.hasPrefix("test/table (quick+"))
    #expect(paired.rows[0].difference.n == 2)
    #expect(paired.rows[0].difference.unpaired == 2)
  }

  @Test func nothingInCommon() throws {
    let ours = try comparison(["rewo": [1]])
    let theirs = try comparison(["plain": [1]])
    #expect(
      words { try PairedComparison(ours, theirs) }.contains(
        "have no measure of a cell in common with finished runs"))
  }

  @Test(arguments: ComparisonFormat.allCases)
  func everyFormat(_ format: ComparisonFormat) throws {
    let ours = try comparison(["rewo": [1, 2, 3]])
    let theirs = try comparison(["rewo": [4, 5, 7]])
    let text = try PairedComparison(ours, theirs).text(format)
    #expect(text.contains("test/less"))
    if format == .json {
      let back = try JSONDecoder().decode(PairedComparison.self, from: Data(text.utf8))
      #expect(back.rows[0].difference.n == 3)
    } else {
      #expect(text.contains("method=rewo"))
      #expect(text.contains("-3.33"))
      #expect(text.contains("paired"))
    }
  }
}
