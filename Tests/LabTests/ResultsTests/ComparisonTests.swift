import Files
import Foundation
import Testing
import Training

@testable import Lab

/// Rows and verdicts from records with known values.
@Suite struct ComparisonTests {
  @Test func rowsInOrder() throws {
    try Table.with { (comparison, _) throws in
      #expect(
        comparison.rows.map { "\($0.measure) \($0.cell.label)" } == [
          "test/less method=rewo", "test/less method=plain", "test/more method=rewo",
          "test/more method=plain", "event/constraint-first-met/rate method=rewo",
          "event/constraint-first-met/rate method=plain",
        ])
      #expect(comparison.rows.map(\.unit) == ["nats", "nats", "", "", "steps", "steps"])
      #expect(try comparison.row("rewo").reported?.value == 1)
      #expect(try comparison.row("plain").reported?.std == 0.01)
      #expect(try comparison.row("plain", "test/more").reported == nil)
      #expect(comparison.rows.allSatisfy { $0.runs.isEmpty && $0.summary == nil })
      #expect(try comparison.row("rewo").judgement.verdict == .noRun)
      #expect(try !comparison.text(.text).contains("by chance alone"))
      #expect(try comparison.row("plain", "test/more").judgement.verdict == .notReported)
      #expect(comparison.claims.map(\.outcome) == [.notTested, .notTested])
      #expect(comparison.expectedFalseAlarms == 0)
    }
  }

  @Test(arguments: [
    (Table.near(1), Verdict.matches), (Table.near(1.08), .matches), (Table.near(1.5), .worse),
    (Table.near(0.5), .better), (Table.near(1.1), .inconclusive),
    (Table.near(1, 0.2), .inconclusive), ([1], .inconclusive), ([1, 1.01, 0.99, 1], .inconclusive),
    ([3, 3.01, 2.99], .worse),
  ])
  func verdicts(_ values: [Double?], _ verdict: Verdict) throws {
    try Table.with(less: ["rewo": values]) { comparison, _ in
      let row = try comparison.row("rewo")
      #expect(row.judgement.verdict == verdict)
      #expect(row.runs.map(\.value) == values.compactMap { $0 })
      #expect(row.runs.map(\.seed) == Array(0..<values.count))
      #expect(row.summary?.n == values.count)
      #expect(comparison.hasWorse == (verdict == .worse))
      // Without a reported spread ours decides; n = 1 has none.
      #expect((row.summary?.interval == nil) == (values.count == 1))
    }
  }

  /// A number that no run can be judged by stands beside ours, and the difference with it.
  @Test func aNumberWithoutAMargin() throws {
    let artefact = try edited(
      Table.artefact,
      ["    margin: {value: 0.1, because: a tenth}": "    not-comparable: of other images"])
    try Table.with(less: ["rewo": Table.near(3)], artefact: artefact) { comparison, _ throws in
      let row = try comparison.row("rewo")
      #expect(row.judgement.verdict == .notComparable("of other images"))
      #expect(abs((row.judgement.difference?.estimate ?? 0) - 2) < 1e-12)
      #expect(!comparison.hasWorse && comparison.expectedFalseAlarms == 0)
      #expect(try comparison.text(.json).contains("\"not-comparable\" : \"of other images\""))
      #expect(try comparison.text(.csv).contains(",1.0,,,not comparable (of other images),"))
      let read = try JSONDecoder().decode(
        Comparison.self, from: Data(try comparison.text(.json).utf8))
      #expect(try read.row("rewo").reported?.notComparable == "of other images")
    }
    // Of a smaller budget that is what is said.
    let short = ProfileName(name: "short")
    try Table.with(less: ["rewo": [3]], profile: short, artefact: artefact) {
      comparison, _ throws in
      let verdict = try comparison.row("rewo").judgement.verdict
      #expect(verdict == .notComparable("budget of the profile 'short'"))
    }
  }

  /// Where more is better, the same difference has the other sign.
  @Test(arguments: [
    ([50.0, 40, 30, 20, 10], Verdict.inconclusive), ([90, 90, 90, 90, 90], .inconclusive),
  ])
  func bestOfTheRuns(_ values: [Double], _ verdict: Verdict) throws {
    try Table.with(more: ["rewo": values.map { $0 }]) { comparison, _ in
      let row = try comparison.row("rewo", "test/more")
      // One best run has no interval; its difference is that of the best, not of the mean.
      #expect(row.judgement.verdict == verdict)
      #expect(row.judgement.reason == "best of 5 runs: one value, no interval")
      #expect(row.judgement.difference?.estimate == (values.max() ?? 0) - 50)
      #expect(row.judgement.difference?.n == 1)
      #expect(row.summary?.n == 5)
    }
  }

  @Test func reportedSpreadIsCounted() throws {
    try Table.with(less: ["plain": Table.near(2)]) { comparison, _ in
      let row = try comparison.row("plain")
      #expect(row.judgement.verdict == .matches)
      #expect(row.judgement.difference?.method == .welch)
      #expect(try comparison.row("rewo").judgement.difference == nil)
    }
  }

  @Test(arguments: [
    (ProfileName(name: "quick"), "budget of the profile 'quick'"),
    (ProfileName(name: "short"), "budget of the profile 'short'"),
    (ProfileName(name: "paper", overrides: ["model.vhp.latent=2"]), "settings were overridden"),
    (ProfileName(name: "quick", overrides: ["model.vhp.latent=2"]), "settings were overridden"),
  ])
  func otherBudgetsAreNotComparable(_ profile: ProfileName, _ reason: String) throws {
    let count = profile.name == "quick" ? 2 : 5
    let values = Array(Table.near(7).prefix(count))
    try Table.with(less: ["rewo": values, "plain": values], profile: profile) {
      (comparison, _) throws in
      #expect(try comparison.row("rewo").judgement.verdict == .notComparable(reason))
      #expect(try comparison.row("rewo").runs.count == count)
      #expect(comparison.hasWorse == false)
      #expect(comparison.expectedFalseAlarms == 0)
      // The paper's words are tested at the manifest's own budgets only.
      let tested = profile == ProfileName(name: "short")
      #expect(comparison.claims[0].outcome == (tested ? .inconclusive : .notTested))
      if !tested { #expect(comparison.claims[0].explanation == reason) }
    }
  }

  @Test func standInDataAreNotComparable() throws {
    let values = Table.near(1)
    let standIn = ["rewo": "synthetic digits", "plain": "synthetic digits"]
    try Table.with(less: ["rewo": values, "plain": values], standIn: standIn) {
      (comparison, _) throws in
      #expect(comparison.standIn == "synthetic digits")
      #expect(try comparison.text(.text).contains("budget. Stand-in data: synthetic digits.\n"))
      #expect(
        try comparison.row("rewo").judgement.verdict
          == .notComparable("stand-in data: synthetic digits"))
      #expect(comparison.claims[0].outcome == .notTested)
    }
  }

  /// One cell's stand-in takes neither verdicts nor claims from the others.
  @Test func standInDataOfOneCell() throws {
    let artefact = try edited(
      Table.artefact,
      ["claims:\n": "claims:\n  - {that: mean(method=rewo) < 5, measure: test/less, source: s}\n"])
    try Table.with(
      less: ["rewo": Table.near(1), "plain": Table.near(2)], standIn: ["plain": "drawn"],
      artefact: artefact
    ) { (comparison, place) throws in
      #expect(try comparison.row("rewo").judgement.verdict == .matches)
      #expect(
        try comparison.row("plain").judgement.verdict == .notComparable("stand-in data: drawn"))
      #expect(comparison.claims.map(\.outcome) == [.holds, .notTested, .notTested])
      #expect(comparison.claims[1].explanation == "stand-in data: drawn")
      #expect(comparison.expectedFalseAlarms == 0.05)
      #expect(
        try comparison.text(.markdown).contains("Stand-in data in test/tiny: drawn."))
      let lines = try comparison.text(.csv).split(separator: "\n").map(String.init)
      #expect(lines.filter { $0.contains("method=plain") }.allSatisfy { $0.contains(",drawn,") })
      #expect(!lines.filter { $0.contains("method=rewo") }.contains { $0.contains("drawn") })
      // Alone, the other cell is of real data.
      let shown = comparison.showing(
        try place.artefact("test/table").runs.filter { $0.template.cell["method"] == "rewo" })
      #expect(shown.rows.map { $0.cell["method"] } == ["rewo", "rewo", "rewo"])
      #expect(shown.standIn == nil && shown.standInWords == nil)
      #expect(shown.expectedFalseAlarms == 0.05 && shown.claims.count == 3)
    }
    // A smaller budget that tests claims is not what keeps this one from being tested.
    try Table.with(
      less: ["rewo": Table.near(1), "plain": Table.near(2)], profile: ProfileName(name: "short"),
      standIn: ["plain": "drawn"]
    ) { (comparison, _) throws in
      #expect(comparison.claims[0].outcome == .notTested)
      #expect(comparison.claims[0].explanation == "stand-in data: drawn")
    }
  }

  @Test func otherPrecisionsAreNotComparable() throws {
    let study = try edited(
      try #require(Table.study), ["seeds: 5\n": "precision: bf16\nseeds: 5\n"])
    func comparison(_ study: String) throws -> Comparison {
      try Workplace.with([study, Table.artefact]) { place in
        let artefact = try place.artefact()
        try place.record(artefact.runs.map { recorded($0, ["test/less": 1, "test/more": 50]) })
        return try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
      }
    }
    let rounded = try comparison(study)
    #expect(rounded.precision == .bf16)
    #expect(try rounded.row("rewo").judgement.verdict == .notComparable("products in bf16"))
    #expect(rounded.claims.map(\.outcome) == [.notTested, .notTested])
    #expect(
      try rounded.text(.text).contains(": the paper's budget. Not in fp32: products in bf16.\n"))
    let plain = try comparison(try #require(Table.study))
    #expect(plain.precision == nil)
    #expect(try !plain.text(.json).contains("precision"))
    #expect(try !plain.text(.text).contains("fp32"))
    let paired = try PairedComparison(plain, rounded)
    #expect(paired.ours == "test/table (paper)")
    #expect(paired.theirs == "test/table (paper, products in bf16)")
  }

  @Test func failedAndValuelessRunsAreCounted() throws {
    try Table.with(less: ["rewo": Table.near(1), "plain": [2, nil]], failed: ["rewo": 2]) {
      comparison, place in
      let rewo = try comparison.row("rewo")
      #expect(rewo.failed.count == 2)
      #expect(rewo.runs.map(\.seed) == [2, 3, 4])
      #expect(rewo.withoutValue == 0)
      #expect(rewo.judgement.verdict == .inconclusive)
      #expect(rewo.judgement.explanation.hasSuffix("2 failed runs"))
      let plain = try comparison.row("plain")
      #expect(plain.failed.isEmpty)
      #expect(plain.withoutValue == 1)
      #expect(plain.runs.map(\.value) == [2])
      // The event never came in any run.
      let event = try comparison.row("rewo", "event/constraint-first-met/rate")
      #expect(event.withoutValue == 3)
      #expect(event.failed.count == 2)
      #expect(event.summary == nil)
      #expect(try place.artefact().hasFailures([], store: place.store))
    }
  }

  /// A figure may show no number at all.
  @Test func failuresBehindNoRow() throws {
    let measures = "measures: [angle-error/global-radius, final/weight/rate]\n"
    let bars = "  - bars: {file: error, measures: [angle-error/global-radius], label: error}"
    let scatter = "  - scatter: {file: codes, points: codes/mean}"
    let figure = try edited(Tiny.artefact, [measures: "", bars: scatter])
    try Workplace.with([Tiny.study, figure]) { place in
      let artefact = try place.artefact()
      let run = try #require(artefact.runs.first)
      #expect(try !artefact.hasFailures([], store: place.store))
      #expect(try artefact.hasFailures([run.identity], store: place.store))
      try place.record([recorded(run, failure: "rate is not a finite number")])
      #expect(try artefact.hasFailures([], store: place.store))
    }
  }

  /// What follows from a run's record needs no weights, and no training.
  @Test func measuresOfRecords() throws {
    let study = try edited(
      Tiny.study,
      [
        "[angle-error/global-radius, final/weight/rate, event":
          "[final/weight/rate, first-step/weight/rate/above-0.5, event"
      ])
    let artefact = """
      artefact: test/table
      title: A table of records
      use: [{study: test/tiny}]
      measures: [final/weight/rate, first-step/weight/rate/above-0.5]
      """
    try Workplace.with([study, artefact]) { place in
      let artefact = try place.artefact()
      var curves = Curves()
      for (step, weight) in [(2, 0.25), (4, 0.75), (6, 0.625)] {
        curves.record(step, ["weight/rate": weight])
      }
      // The first is from before the measures came into the manifest; the second was measured itself.
      try place.record(
        artefact.runs.enumerated().map { index, run in
          recorded(run, index == 1 ? ["final/weight/rate": 9] : [:], curves: curves)
        })
      #expect(try Plan(artefact.runs, store: place.store).pending.isEmpty)
      let rows = try Comparison(artefact, kinds: Tiny.kinds, store: place.store).rows
      #expect(
        rows.map { $0.runs.map(\.value) } == [[0.625, 9], [0.625, 0.625], [4, 4], [4, 4]])
    }
  }

  @Test func allRunsFailed() throws {
    try Table.with(failed: ["rewo": 5]) { comparison, _ in
      let row = try comparison.row("rewo")
      #expect(row.failed.count == 5)
      #expect(row.judgement.verdict == .failed("all 5 runs failed"))
    }
  }

  /// A process that was killed leaves no record; its run counts as failed all the same.
  @Test func failuresWithoutARecord() throws {
    try Table.with(less: ["rewo": Table.near(1)]) { _, place in
      let artefact = try place.artefact()
      let plain = try #require(artefact.runs.first { $0.template.cell["method"] == "plain" })
      let comparison = try Comparison(
        artefact, kinds: Tiny.kinds, store: place.store,
        failures: [plain.identity])
      #expect(try comparison.row("plain").failed.count == 1)
      #expect(try comparison.row("rewo").failed.isEmpty)
    }
  }

  /// A table that gives the best run and the average of a cell has a row for each; what it quotes of
  /// others stands below and is not judged.
  @Test func severalStatisticsAndQuotedNumbers() throws {
    let reported = """
      reported:
        - {cell: {method: rewo}, measure: test/more, statistic: best, value: 4, margin: {value: 1, because: b}, source: s}
        - {cell: {method: rewo}, measure: test/more, value: 2, std: 1, margin: {value: 1, because: b}, source: s}
      quoted:
        - {method: Somebody else's, measure: test/more, statistic: best, value: 3.25, std: 0.5, source: Table 9}
      """
    let text = try edited(
      Table.artefact,
      [
        String(
          Table.artefact[try #require(Table.artefact.firstRange(of: "reported:")).lowerBound...]):
          reported
      ])
    let study = try #require(Table.study)
    try Workplace.with([study, text]) { place in
      let artefact = try place.artefact()
      let runs = artefact.runs.filter { $0.template.cell["method"] == "rewo" }
      try place.record(
        zip(runs, [1.0, 3, 2, 4, 5]).map { recorded($0, ["test/more": $1, "test/less": 0]) })
      let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
      let rows = comparison.rows.filter {
        $0.cell["method"] == "rewo" && $0.measure == "test/more"
      }
      #expect(rows.map(\.statistic) == [.best, .mean])
      #expect(rows.map(\.reported?.value) == [4, 2])
      #expect(rows.map(\.judgement.difference?.estimate) == [1, 1])
      #expect(comparison.rows.count == 7)
      let shown = try comparison.text(.text)
      #expect(shown.contains("test/more, best run"))
      #expect(shown.contains("5 (best of 5)"))
      #expect(shown.contains("3 ± 1.581 (n = 5)"))
      #expect(
        shown.contains("Somebody else's, test/more, best run: 3.25 ± 0.5  (Table 9)"), "\(shown)")
      _ = try ResultWriter(artefact, comparison, kinds: Tiny.kinds, store: place.store).write()
      let file = try HDF5File(reading: place.root + "/results/test/table/paper/result.h5")
      let path = "runs/test/tiny/method=rewo/reported/"
      #expect(try file.read(Double.self, at: path + "best/test.more").values == [4])
      #expect(try file.read(Double.self, at: path + "mean/test.more").values == [2])
    }
  }

  /// Values that are no numbers are no values.
  @Test func nonFiniteValues() throws {
    try Table.with(less: ["rewo": [1, .nan, .infinity, 1, 1]]) { comparison, _ in
      let row = try comparison.row("rewo")
      #expect(row.runs.count == 3)
      #expect(row.withoutValue == 2)
    }
  }

  /// A curve may end at a number that nothing can be reckoned with; its run has no value then.
  @Test func curvesBeyondNumbers() throws {
    let artefact = """
      artefact: test/table
      title: t
      use: [{study: test/tiny}]
      measures: [final/weight/rate]
      """
    try Workplace.with([Tiny.study, artefact]) { place in
      let artefact = try place.artefact()
      try place.record(
        artefact.runs.map { run in
          var curves = Curves()
          curves.record(2, ["weight/rate": run.seed == 0 ? 1e308 : 1])
          return recorded(run, curves: curves)
        })
      for row in try Comparison(artefact, kinds: Tiny.kinds, store: place.store).rows {
        #expect(row.runs.map(\.value) == [1] && row.withoutValue == 1)
      }
    }
  }

  @Test func falseAlarms() throws {
    try Table.with(less: ["rewo": Table.near(1), "plain": Table.near(2)]) { comparison, _ in
      #expect(comparison.expectedFalseAlarms == 0.1)
    }
    // The best of several runs is one value, and cannot raise an alarm.
    try Table.with(less: ["rewo": Table.near(1)], more: ["rewo": Table.near(50)]) { comparison, _ in
      #expect(comparison.expectedFalseAlarms == 0.05)
    }
    // Nor can a row of one run.
    try Table.with(less: ["rewo": Table.near(1), "plain": [2]]) { comparison, _ in
      #expect(comparison.expectedFalseAlarms == 0.05)
    }
  }

  /// Cells that a command leaves out are shown with the runs that they have.
  @Test func skippedCells() throws {
    try Table.with(less: ["rewo": Table.near(1), "plain": Table.near(2)]) { all, place in
      let artefact = try place.artefact(only: try CellFilter("method = plain"))
      #expect(artefact.wanted.count == 5)
      let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
      #expect(comparison.rows.count == all.rows.count)
      #expect(try comparison.row("rewo").runs.count == 5)
      #expect(try comparison.row("plain").runs.count == 5)
    }
  }

  @Test func readsItsOwnFile() throws {
    try Table.with(less: ["rewo": Table.near(1.5), "plain": [2, nil]], failed: ["plain": 1]) {
      comparison, place in
      try place.write(try comparison.text(.json), to: "comparison.json")
      let back = try Comparison(reading: place.root + "/comparison.json")
      #expect(try back.text(.json) == comparison.text(.json))
      #expect(try back.text(.csv) == comparison.text(.csv))
      #expect(try back.row("rewo").judgement == comparison.row("rewo").judgement)
      try place.write("{\"format\": 2", to: "torn.json")
      #expect(
        words { try Comparison(reading: place.root + "/torn.json") }.contains("is torn or altered"))
      #expect(words { try Comparison(reading: place.root + "/none.json") }.contains("is not there"))
      let future = try comparison.text(.json).replacing("\"format\" : 2", with: "\"format\" : 7")
      try place.write(future, to: "future.json")
      #expect(
        words { try Comparison(reading: place.root + "/future.json") }.contains("has format 7"))
    }
  }
}
