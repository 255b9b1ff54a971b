import Testing

@testable import Lab

@Suite struct ClaimTests {
  @Test func reads() throws {
    let less = try ClaimTest("mean(method=rewo) < mean(method=geco)")
    #expect(less.left.cell?.values == ["method": "rewo"])
    #expect(less.right.cell?.values == ["method": "geco"])
    #expect(less.sign == -1)
    let more = try ClaimTest("mean( method = isa-vae , beta = 1 )>mean(method=beta-vae,beta=2.5)")
    #expect(more.left.cell?.values == ["method": "isa-vae", "beta": "1"])
    #expect(more.right.cell?.values == ["method": "beta-vae", "beta": "2.5"])
    #expect(more.sign == 1)
    #expect(more.left.cell?.study == nil && more.left.measure == nil)
    let other = try ClaimTest("mean(study=a/b, method=rewo) < mean(study=a/c)")
    #expect(other.left == .mean(CellReference(study: "a/b", values: ["method": "rewo"])))
    #expect(other.right == .mean(CellReference(study: "a/c", values: [:])))
    let number = try ClaimTest("mean(panel=f) > 4.5")
    #expect(number.left == .mean(CellReference(study: nil, values: ["panel": "f"])))
    #expect(number.right == .number(4.5))
    #expect(try ClaimTest("-1e-3<mean(panel=f)").left == .number(-0.001))
    let own = try ClaimTest("mean(measure=a/b, method=rewo) > mean(measure=a/c)")
    #expect(own.left.cell == CellReference(study: nil, values: ["method": "rewo"]))
    #expect(own.left.measure == "a/b")
    #expect(own.right == .mean(CellReference(study: nil, values: [:]), measure: "a/c"))
  }

  @Test(arguments: [
    "", "<", "mean(a=1)", "mean(a=1) <", "mean(a=1) = mean(a=2)", "a=1 < a=2", "mean(a) < mean(b)",
    "mean(a=1) < mean(a=2) < mean(a=3)", "mean(a=1) < mean(a=2) > mean(a=3)",
    "mean(a=1 < mean(a=2)",
    "mean(a=1) <= mean(a=2)", "best(a=1) < best(a=2)", "mean(a=1=2) < mean(a=2)",
    "mean(a=1,) < mean(b=)", "mean() < mean()", "1 < 2", "mean(a=1) < nan", "mean(a=1) > inf",
    "mean(a=1) < 5 %", "mean(a=1) < 1e101", "mean(a=1) << mean(a=2)", "mean(a=1) < mean(a=2) <",
    "mean(a=1) >> 3",
    "mean(a=1, a=2) < mean(a=3)", "mean(a==1) < mean(a=2)", "mean(a=1,) < mean(a=2)",
    "mean(a=1, measure=x, measure=y) < 2", "mean(a=1) < mean(a=1)",
    "mean(a=1,b=2) > mean(b=2, a=1)",
  ])
  func isNoClaim(_ text: String) {
    #expect(throws: ConfigValueError.self, "\(text)") { try ClaimTest(text) }
  }

  private func judge(
    _ operation: String, _ left: [Int: Double], _ right: [Int: Double], not: String? = nil
  ) throws -> Comparison.ClaimResult {
    let text = "mean(a=1) \(operation) mean(a=2)"
    return try ClaimTest(text).judge(
      Claim(that: text, measure: "m", source: "s"), left: .init(values: left),
      right: .init(values: right), notComparable: not)
  }

  private let low = [0: 1.0, 1: 1.1, 2: 0.9, 3: 1.05]
  private let high = [0: 2.0, 1: 2.1, 2: 2.05, 3: 1.95]
  private let wide = [0: 0.0, 1: 3.1, 2: 0.5, 3: 2.9]

  @Test func decides() throws {
    #expect(try judge("<", low, high).outcome == .holds)
    #expect(try judge("<", high, low).outcome == .contradicted)
    #expect(try judge(">", high, low).outcome == .holds)
    #expect(try judge(">", low, high).outcome == .contradicted)
    for operation in ["<", ">"] {
      #expect(try judge(operation, low, wide).outcome == .inconclusive)
      #expect(try judge(operation, low, low).outcome == .inconclusive)
      // One pair gives no interval, however far apart.
      #expect(try judge(operation, [0: 1], [0: 100]).outcome == .inconclusive)
      #expect(try judge(operation, [:], high).outcome == .notTested)
      #expect(try judge(operation, low, [:]).outcome == .notTested)
      #expect(try judge(operation, low, high, not: "settings").outcome == .notTested)
    }
  }

  /// t of 3 degrees of freedom is 3.182: low is 1.0125 ± 3.182 · 0.0854 / 2 = [0.877, 1.148].
  @Test func decidesAgainstNumbers() throws {
    func judge(_ text: String, _ values: [Int: Double]) throws -> Comparison.ClaimResult {
      let test = try ClaimTest(text)
      return try test.judge(
        Claim(that: text, measure: "m", source: "s"),
        left: test.left.cell == nil ? .init() : .init(values: values),
        right: test.right.cell == nil ? .init() : .init(values: values), notComparable: nil)
    }
    for (number, less, more) in [
      (1.16, Comparison.Outcome.holds, Comparison.Outcome.contradicted),
      (1.14, .inconclusive, .inconclusive), (0.89, .inconclusive, .inconclusive),
      (0.87, .contradicted, .holds),
    ] {
      #expect(try judge("mean(a=1) < \(number)", low).outcome == less, "\(number)")
      #expect(try judge("\(number) > mean(a=1)", low).outcome == less, "\(number)")
      #expect(try judge("mean(a=1) > \(number)", low).outcome == more, "\(number)")
      #expect(try judge("\(number) < mean(a=1)", low).outcome == more, "\(number)")
    }
    // Runs that all agree leave no doubt; one run and none leave all of it.
    #expect(try judge("mean(a=1) > 4.5", [0: 5, 1: 5, 2: 5]).outcome == .holds)
    #expect(try judge("mean(a=1) > 4.5", [0: 5]).outcome == .inconclusive)
    #expect(try judge("mean(a=1) > 4.5", [:]).outcome == .notTested)
    #expect(try judge("mean(a=1) < 2", low).explanation.hasPrefix("left − right = -0.98"))
    #expect(try judge("2 > mean(a=1)", low).explanation.hasPrefix("left − right = 0.98"))
  }

  /// Values rise and fall together by seed: only the pairs show that one side is always larger.
  @Test func pairsBySeed() throws {
    let base = [0: 1.0, 1: 5.0, 2: 9.0, 3: 13.0]
    let shifted = base.mapValues { $0 + 0.5 }.merging([3: 13.52]) { $1 }
    let paired = try judge("<", base, shifted)
    #expect(paired.outcome == .holds)
    #expect(paired.explanation.contains("n = 4"))
    // The same values under other seeds are two independent samples.
    let others = Dictionary(uniqueKeysWithValues: shifted.map { ($0.key + 10, $0.value) })
    #expect(try judge("<", base, others).outcome == .inconclusive)
    #expect(
      try judge("<", low, Dictionary(uniqueKeysWithValues: high.map { ($0.key + 10, $0.value) }))
        .outcome == .holds)
  }

  /// Runs that only one side has are said to be left out.
  @Test func runsWithoutAPartner() throws {
    let more = high.merging([10: 50, 11: 60, 12: 70]) { $1 }
    let result = try judge("<", low, more)
    #expect(result.outcome == .holds)
    #expect(result.explanation.contains("n = 4, "))
    #expect(result.explanation.hasSuffix("]; 3 runs without a partner left out"))
    #expect(try !judge("<", low, high).explanation.contains("left out"))
    let single = try judge("<", [0: 1], [0: 2, 1: 3])
    #expect(single.outcome == .inconclusive)
    #expect(single.explanation.hasSuffix("n = 1: no interval; 1 run without a partner left out"))
  }

  /// One pair has no interval, and two samples of three have: both have the standard deviation 1, and t of 4
  /// degrees of freedom is 2.7764, so it is −10 ± 2.7764 · √(2/3).
  @Test func twoSamplesWhereOnePairIs() throws {
    let result = try judge("<", [0: 1, 1: 2, 2: 3], [2: 11, 3: 12, 4: 13])
    #expect(result.outcome == .holds)
    #expect(
      result.explanation
        == "left − right = -10, n = 3 and 3, unpaired, 95 % interval [-12.27, -7.733]")
  }

  /// Values that are there of some runs alone decide nothing.
  @Test func runsWithoutAValueDecideNothing() throws {
    var values = Table.near(1)
    values[3] = nil
    try Table.with(less: ["rewo": values, "plain": Table.near(2)]) { comparison, _ throws in
      #expect(comparison.claims[0].outcome == .inconclusive)
      #expect(
        comparison.claims[0].explanation.hasSuffix(
          "]; 1 run without a partner left out; 1 run without a value"))
      #expect(try comparison.row("rewo").judgement.verdict == .inconclusive)
    }
  }

  @Test func failedRunsAreSaid() throws {
    try Table.with(
      less: ["rewo": Table.near(1), "plain": Table.near(2)], failed: ["plain": 2]
    ) { comparison, _ in
      #expect(comparison.claims[0].outcome == .holds)
      #expect(
        comparison.claims[0].explanation.hasSuffix(
          "; 2 runs without a partner left out; 2 failed runs"))
    }
    try Table.with(less: ["rewo": Table.near(1)], failed: ["plain": 5]) { comparison, _ in
      #expect(comparison.claims[0].outcome == .notTested)
      #expect(
        comparison.claims[0].explanation == "a side has no finished run with a value; 5 failed runs"
      )
    }
    // A run of both sides is one run.
    let own = "mean(method=rewo, measure=test/more) > mean(method=rewo, measure=test/less)"
    let claim = "mean(method=rewo) > mean(method=plain)\", measure: test/more,"
    try Table.with(
      less: ["rewo": Table.near(1)], more: ["rewo": Table.near(3)], failed: ["rewo": 1],
      artefact: try edited(Table.artefact, [claim: "\(own)\","])
    ) { comparison, _ in
      #expect(comparison.claims[1].explanation.hasSuffix("]; 1 failed run"))
    }
  }

  @Test func saysTheNumbers() throws {
    let result = try judge("<", low, high)
    #expect(result.claim.source == "s")
    #expect(result.explanation.hasPrefix("left − right = -1.0"))
    #expect(result.explanation.contains("95 % interval ["))
    #expect(try judge("<", low, high, not: "settings").explanation == "settings")
  }

  @Test func fromRecords() throws {
    try Table.with(
      less: ["rewo": Table.near(1), "plain": Table.near(2)],
      more: ["rewo": Table.near(1), "plain": Table.near(2)]
    ) { comparison, _ in
      #expect(comparison.claims.map(\.outcome) == [.holds, .contradicted])
    }
  }

  /// Two measures of one cell, where each side names its own.
  @Test func sidesNameMeasures() throws {
    let claim =
      #"{that: "mean(method=rewo) > mean(method=plain)", measure: test/more, source: Section 2}"#
    let own =
      #"{that: "mean(method=rewo, measure=test/more) > mean(method=rewo, measure=test/less)", source: Section 2}"#
    let artefact = try edited(Table.artefact, [claim: own])
    try Table.with(
      less: ["rewo": Table.near(1), "plain": Table.near(2)],
      more: ["rewo": Table.near(3), "plain": Table.near(2)], artefact: artefact
    ) { comparison, _ throws in
      #expect(comparison.claims.map(\.outcome) == [.holds, .holds])
      #expect(comparison.claims[1].explanation.hasPrefix("left − right = 2"))
      #expect(try comparison.text(.text).contains("measure=test/less)  (Section 2; left"))
    }
  }

  /// A claim that holds is not tested where one run of either side breaks its condition, or does not say
  /// whether it does.
  @Test func onlyIfItsConditionIsKept() throws {
    let claim =
      #"{that: "mean(method=rewo) < mean(method=plain)", measure: test/less, source: Section 1}"#
    func artefact(measure: String = "test/more") throws -> String {
      let condition = "only-if: {measure: \(measure), at-most: 5, because: some}"
      return try edited(
        Table.artefact,
        [claim: claim.replacing("source: Section 1", with: "\(condition), source: s")])
    }
    func judged(_ rewo: [Double?], _ plain: [Double?]) throws -> Comparison.ClaimResult {
      try Table.with(
        less: ["rewo": Table.near(1), "plain": Table.near(2)],
        more: ["rewo": rewo, "plain": plain], artefact: try artefact()
      ) { comparison, _ in comparison.claims[0] }
    }
    #expect(try judged([5, 4, 5, 0, -9], [0, 1, 2, 3, 5]).outcome == .holds)
    for (rewo, plain, method, seed, found) in [
      ([5, 5.01, 5, 5, 5], [0, 0, 0, 0, 0], "rewo", 1, "5.01"),
      ([5, 5, 5, 5, 5], [0, 0, 0, 7, 0], "plain", 3, "7"),
      ([5, 5, nil, 5, 5], [0, 0, 0, 0, 0], "rewo", 2, "not known"),
    ] as [([Double?], [Double?], String, Int, String)] {
      let result = try judged(rewo, plain)
      #expect(result.outcome == .notTested)
      #expect(
        result.explanation
          == "test/more is \(found) in method=\(method), seed \(seed), and 5 is the most with which they "
          + "can be compared")
    }
    let hidden = try artefact(measure: "final/weight/rate")
    try Workplace.with([try #require(Table.study), hidden]) { place in
      let message = words { try place.artefact() }
      #expect(message.contains("claims.0.only-if: 'final/weight/rate' is not among"), "\(message)")
    }
  }

  /// A side that fits several cells names none of them.
  @Test func sidesNameOneCell() throws {
    let study = try edited(
      Tiny.study,
      ["axes:\n": "axes:\n  samples:\n    few: {}\n    many: {model.vhp.importance-samples: 3}\n"])
    let artefact = """
      artefact: test/table
      title: t
      use: [{study: test/tiny}]
      measures: [final/weight/rate]
      claims: [{that: mean(method=rewo) < mean(method=plain), measure: final/weight/rate, source: s}]
      """
    try Workplace.with([study, artefact]) { place in
      let message = words { try place.artefact() }
      #expect(message.contains("claims.0"), "\(message)")
    }
  }

  /// t of 18 degrees of freedom is 2.101: 0.5 ± 2.101 · √(0.1² + 0.1²) excludes 0, and ± 2.101 · √(0.2² + 0.2²)
  /// does not.
  @Test func aSingleRunByTheSpreadWithinIt() throws {
    func judge(
      _ errors: [Double], left: [Int: Double] = [0: 1], right: [Int: Double] = [0: 1.5]
    ) throws -> Comparison.ClaimResult {
      let text = "mean(a=1) < mean(a=2)"
      let claim = Claim(
        that: text, measure: "m", withinRuns: .init(standardError: "e", samples: 10), source: "s")
      return try ClaimTest(text).judge(
        claim, left: .init(values: left, errors: [0: errors[0]]),
        right: .init(values: right, errors: [0: errors[1]]), notComparable: nil)
    }
    let small = try judge([0.1, 0.1])
    #expect(small.outcome == .holds)
    #expect(small.explanation.contains("within a run"))
    #expect(small.explanation.contains("[-0.7971, -0.2029]"))
    #expect(try judge([0.2, 0.2]).outcome == .inconclusive)
    // With a single spread there are 9 degrees of freedom, of which t is 2.262.
    #expect(try judge([0.22, 0]).outcome == .holds)
    #expect(try judge([0.222, 0]).outcome == .inconclusive)
    // Several runs decide by their own spread, and that within one is said beside it.
    let several = try judge([9, 9], left: low, right: high)
    #expect(several.outcome == .holds)
    #expect(several.explanation.hasSuffix("; by the spread within a run: seed 0 [-27.74, 25.74]"))
    // A run without a standard error has no interval.
    let seed = try judge([0.1, 0.1], right: [1: 1.5])
    #expect(seed.outcome == .inconclusive && seed.explanation.contains("no interval"))
  }

  /// Examples differ by far more than the methods do: only their differences tell the two apart. Those are
  /// −1, −2, −3, −2 with the standard deviation 0.816; t of 3 degrees of freedom is 3.182, so the interval is
  /// −2 ± 1.299.
  @Test func aSingleRunByItsExamples() throws {
    func judge(_ right: [Double], seed: Int = 0) throws -> Comparison.ClaimResult {
      let text = "mean(a=1) < mean(a=2)"
      return try ClaimTest(text).judge(
        Claim(that: text, measure: "m", source: "s"),
        left: .init(values: [0: 45], examples: [0: [10, 90, 30, 50]]),
        right: .init(
          values: [seed: right.reduce(0, +) / Double(right.count)], examples: [seed: right]),
        notComparable: nil)
    }
    let paired = try judge([11, 92, 33, 52])
    #expect(paired.outcome == .holds)
    #expect(
      paired.explanation
        == "left − right = -2, n = 1, by the spread within a run and not over runs, "
        + "95 % interval [-3.299, -0.7008]")
    // In another order they are other examples.
    #expect(try judge([52, 33, 92, 11]).outcome == .inconclusive)
    // Those of other images, or of another seed, cannot be paired.
    #expect(try judge([11, 92, 33]).explanation.contains("no interval"))
    #expect(try judge([11, 92, 33, 52], seed: 1).explanation.contains("no interval"))
    // Nor what is no number.
    let text = "mean(a=1) < mean(a=2)"
    let odd = try ClaimTest(text).judge(
      Claim(that: text, measure: "m", source: "s"),
      left: .init(values: [0: 45], examples: [0: [10, 90, 30, 50]]),
      right: .init(values: [0: 47], examples: [0: [11, 92, .infinity, 52]]), notComparable: nil)
    #expect(odd.explanation.contains("no interval"))
  }
}
