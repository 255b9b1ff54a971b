import Foundation
import Testing

@testable import Lab

/// An artefact of two studies whose cells have the same names.
@Suite struct TwoStudiesTests {
  private static let measures = [
    "measures: [angle-error/global-radius, final/weight/rate, event/constraint-first-met/rate]":
      "measures: [test/less, test/more]"
  ]

  private static let artefact = """
    artefact: test/table
    title: Two studies
    use: [{study: test/one}, {study: test/two}]
    measures: [test/less]
    draw:
      - bars: {file: error, measures: [test/less], label: error}
    reported:
      - {study: test/one, cell: {method: rewo}, measure: test/less, value: 1, \
    margin: {value: 0.1, because: b}, source: s}
      - {study: test/two, cell: {method: rewo}, measure: test/less, value: 5, \
    margin: {value: 0.1, because: b}, source: s}
    claims:
      - {that: "mean(study=test/one, method=rewo) < mean(study=test/two, method=rewo)", \
    measure: test/less, source: s}
    """

  private func with<Result>(
    _ edits: [String: String] = [:], _ body: (Workplace) throws -> Result
  ) throws -> Result {
    let studies = try ["one", "two"].map { name in
      try edited(
        Tiny.study,
        Self.measures.merging([
          "study: test/tiny": "study: test/\(name)", "seeds: 2\n": "seeds: 5\n",
          "threshold: 0.05": "threshold: 0.0\(name == "one" ? 5 : 6)",
        ]) { $1 })
    }
    return try Workplace.with(studies + [try edited(Self.artefact, edits)], body)
  }

  /// Runs of the first study at 1, of the second at 5.
  private func compared(_ place: Workplace) throws -> Comparison {
    let artefact = try place.artefact()
    for run in artefact.runs where run.template.cell["method"] == "rewo" {
      let centre = run.template.study == "test/one" ? 1.0 : 5.0
      try place.record([recorded(run, ["test/less": centre + 0.01 * Double(run.seed)])])
    }
    return try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
  }

  @Test func eachIsJudgedByItsOwnNumber() throws {
    try with { place in
      let comparison = try compared(place)
      let rewo = comparison.rows.filter { $0.cell["method"] == "rewo" }
      #expect(rewo.map(\.study) == ["test/one", "test/two"])
      #expect(rewo.map(\.reported?.value) == [1, 5])
      #expect(rewo.map(\.judgement.verdict) == [.matches, .matches])
      // Not each study with itself.
      #expect(comparison.claims.map(\.outcome) == [.holds])
      let verification = try Verification(
        comparison, library: try place.library(), kinds: Tiny.kinds, store: place.store)
      #expect(verification.discrepancies.isEmpty)
    }
  }

  /// The same run of two studies: that it failed for the one hides no value of the other's.
  @Test func eachHasItsOwnRecordsOfTheSameRun() throws {
    try with { place in
      let artefact = try place.artefact()
      let plain = artefact.runs.filter { $0.template.cell["method"] == "plain" }
      #expect(Set(plain.map(\.identity)).count == 5 && plain.count == 10)
      for run in plain {
        try place.record([
          run.template.study == "test/one"
            ? recorded(run, failure: "it broke") : recorded(run, ["test/less": 5])
        ])
      }
      let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
      let rows = comparison.rows.filter { $0.cell["method"] == "plain" }
      #expect(rows.map(\.study) == ["test/one", "test/two"])
      #expect(rows.map(\.failed.count) == [5, 0])
      #expect(rows.map(\.finished.count) == [0, 5])
    }
  }

  /// A filter's values may be those of one study alone; what fits nothing at all is refused.
  @Test func filtersOfOneStudysValues() throws {
    let two = try edited(
      Tiny.study, ["study: test/tiny": "study: test/two", "    plain:\n": "    bare:\n"])
    let table = """
      artefact: test/table
      title: Two studies
      use: [{study: test/tiny}, {study: test/two}]
      measures: [final/weight/rate]
      """
    try Workplace.with([Tiny.study, two, table]) { place throws in
      func wanted(_ filter: String) throws -> [String] {
        try place.artefact(only: try CellFilter(filter)).wanted.map {
          "\($0.template.study) \($0.template.cell.label) \($0.seed)"
        }
      }
      #expect(
        try wanted("method = bare") == ["test/two method=bare 0", "test/two method=bare 1"])
      #expect(
        try wanted("method in plain, bare") == [
          "test/tiny method=plain 0", "test/tiny method=plain 1", "test/two method=bare 0",
          "test/two method=bare 1",
        ])
      #expect(throws: ConfigValueError("--only: no cell of test/table fits the whole of it")) {
        try wanted("study = test/two and method = plain")
      }
      #expect(
        throws: ConfigValueError(
          "--only: the axis 'method' has no value 'plane'; did you mean 'plain'?")
      ) { try wanted("method = plane") }
    }
  }

  @Test func theStudyIsShown() throws {
    try with { place in
      let comparison = try compared(place)
      for format in [ComparisonFormat.text, .markdown, .latex] {
        let text = try comparison.text(format)
        #expect(text.contains("test/one method=rewo"))
        #expect(text.contains("test/two method=rewo"))
      }
      let paired = try PairedComparison(comparison, comparison)
      #expect(paired.rows.map(\.study) == ["test/one", "test/two"])
      #expect(paired.rows.map(\.ours.mean) == paired.rows.map(\.theirs.mean))
      #expect(try paired.text(.text).contains("test/two method=rewo"))
      _ = try ResultWriter(
        try place.artefact(), comparison, kinds: Tiny.kinds, store: place.store
      ).write()
      let result = try ResultFile(
        reading: ResultWriter.directory(
          "test/table", ProfileName(name: "paper"), store: place.store) + "/result.h5")
      #expect(
        result.cells.map(\.fileLabel) == [
          "test-one-rewo", "test-one-plain", "test-two-rewo", "test-two-plain",
        ])
    }
  }

  /// A measure that one of the studies takes has rows of that study.
  @Test func aMeasureOfOneStudy() throws {
    let more = ["measures: [test/less]\ndraw": "measures: [test/less, test/more/part]\ndraw"]
    try with(more) { place in
      #expect(words { try place.artefact() }.contains("does not take the measure 'test/more/part'"))
      try place.write(
        try place.read("experiments/0.yaml").replacing(
          "measures: [test/less", with: "measures: [test/more/part, test/less"),
        to: "experiments/0.yaml")
      let comparison = try compared(place)
      let rows = comparison.rows.filter { $0.measure == "test/more/part" }
      #expect(rows.map(\.study) == ["test/one", "test/one"])
    }
  }

  /// A number or a claim about a cell that does not take the measure.
  @Test(arguments: [
    (
      "reported:",
      "{study: test/two, cell: {method: rewo}, measure: test/more/part, value: 1, margin: {value: 1, because: b}, source: s}",
      "reported.0.measure"
    ),
    (
      "claims:",
      "{that: \"mean(study=test/one, method=rewo) < mean(study=test/two, method=rewo)\", measure: test/more/part, source: s}",
      "claims.0.measure"
    ),
  ])
  func aCellWithoutTheMeasure(_ key: String, _ item: String, _ place: String) throws {
    let edits = [
      "measures: [test/less]\ndraw": "measures: [test/less, test/more/part]\ndraw",
      key: "\(key)\n  - \(item)",
    ]
    try with(edits) { workplace in
      try workplace.write(
        try workplace.read("experiments/0.yaml").replacing(
          "measures: [test/less", with: "measures: [test/more/part, test/less"),
        to: "experiments/0.yaml")
      let message = words { try workplace.artefact() }
      #expect(
        message.contains(
          "\(place): the study test/two (method=rewo) does not take the measure 'test/more/part'"),
        "\(message)")
    }
  }

  @Test(arguments: [
    (
      "study: test/one, cell", "cell",
      "reported.0.cell: these axis values fit 2 cells (test/one method=rewo; test/two method=rewo): "
        + "give a value of every axis, and the study"
    ),
    (
      "study: test/two, cell", "study: test/one, cell",
      "reported.1: reported.0 gives this number of this cell already"
    ),
    (
      "study: test/two, cell", "study: test/tow, cell",
      "reported.1.cell: the artefact uses no study 'test/tow': it uses test/one, test/two"
    ),
    (
      "mean(study=test/two, method=rewo)", "mean(method=rewo)",
      "claims.0.that: these axis values fit 2 cells"
    ),
    (
      "mean(study=test/two, method=rewo)", "mean(study=test/two)",
      "these axis values fit 2 cells (method=rewo; method=plain): give a value of every axis"
    ),
  ])
  func whatIsNotUnique(_ old: String, _ new: String, _ expected: String) throws {
    try with([old: new]) { place in
      let message = words { try place.artefact() }
      #expect(message.contains(expected), "\(message)")
    }
  }
}
