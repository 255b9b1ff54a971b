import Testing

@testable import Lab

/// Of which runs of a cell an artefact takes arrays.
@Suite struct SelectionTests {
  /// Selected seeds of the method rewo, of five runs with these values.
  private func seeds(
    _ select: String, less: [Double?] = [5, 1, 4, 2, 3], more: [Double?] = [1, 2, 3, 4, 5],
    failed: Int = 0
  ) throws -> [Int] {
    try Table.with(less: ["rewo": less], more: ["rewo": more], failed: ["rewo": failed]) {
      _, place in
      try place.write(
        try edited(Table.artefact, ["{study: test/tiny}": "{study: test/tiny, select: \(select)}"]),
        to: "experiments/1.yaml")
      let artefact = try place.artefact()
      let template = try Tiny.require(artefact.runs.first { $0.template.cell["method"] == "rewo" })
        .template
      let records = try place.store.records(of: "test/tiny")
      let finished = artefact.runs(of: template).filter {
        records[$0.identity].map { $0.failure == nil } ?? false
      }
      return try artefact.selected(of: template, finished, records, kinds: Tiny.kinds).map(\.seed)
    }
  }

  @Test func all() throws {
    #expect(try seeds("all") == [0, 1, 2, 3, 4])
    #expect(try seeds("{all: {}}") == [0, 1, 2, 3, 4])
    #expect(try seeds("all", failed: 2) == [2, 3, 4])
    #expect(try seeds("all", failed: 5) == [])
  }

  @Test func seed() throws {
    #expect(try seeds("{seed: 3}") == [3])
    #expect(try seeds("{seed: 9}") == [])
    #expect(try seeds("{seed: 1}", failed: 2) == [])
  }

  /// Where nothing is compared, only the selected run is made.
  @Test func aPictureOfOneRunNeedsOneRun() throws {
    let select = ["use: [{study: test/tiny}]": "use: [{study: test/tiny, select: {seed: 1}}]"]
    try Workplace.with([Tiny.study, try edited(Tiny.artefact, select)]) { place throws in
      #expect(Set(try place.artefact().wanted.map(\.seed)) == [0, 1])
    }
    let bare = select.merging(
      [
        "measures: [angle-error/global-radius, final/weight/rate]\n": "",
        "  - bars: {file: error, measures: [angle-error/global-radius], label: error}":
          "  - scatter: {file: error, points: codes/mean}",
      ]
    ) { first, _ in first }
    try Workplace.with([Tiny.study, try edited(Tiny.artefact, bare)]) { place throws in
      #expect(try place.artefact().wanted.map(\.seed) == [1, 1])
      let seeds = SeedList("3")
      #expect(try place.artefact(seeds: seeds).wanted.map(\.seed) == [0, 1, 2, 0, 1, 2])
    }
  }

  @Test func best() throws {
    #expect(try seeds("{best: {measure: test/less}}") == [1])
    #expect(try seeds("{best: {measure: test/more}}") == [4])
    #expect(try seeds("{best: {measure: test/less}}", failed: 2) == [3])
    // A run without a value cannot be the best, and of equals the first is taken.
    #expect(try seeds("{best: {measure: test/less}}", less: [5, nil, 4, 2, 2]) == [3])
    #expect(try seeds("{best: {measure: test/less}}", less: [nil, nil, nil, nil, nil]) == [])
  }

  @Test func median() throws {
    #expect(try seeds("{median: {measure: test/less}}") == [4])
    #expect(try seeds("{median: {measure: test/more}}") == [2])
    // Of an even number, the nearest to the middle; here both are, and the lower seed is taken.
    #expect(try seeds("{median: {measure: test/less}}", failed: 1) == [3])
    #expect(try seeds("{median: {measure: test/less}}", less: [0, nil, 10, .nan, 1]) == [4])
  }

  @Test func representative() throws {
    // The better half by the first measure is seeds 1, 3 and 4 with 1, 2 and 3; its mean is 2.
    #expect(try seeds("{representative: {measures: [test/less]}}") == [3])
    // Three runs in two measures are all as far from their mean: the lowest seed is taken.
    #expect(
      try seeds(
        "{representative: {measures: [test/less, test/more]}}", more: [0, 10, 0, 20, 15]) == [1])
  }

  @Test func measuresWithoutADirectionHaveNoBest() throws {
    for select in ["best: {measure: ", "representative: {measures: ["] {
      let end = select.hasSuffix("[") ? "]}}" : "}}"
      let message = words { try seeds("{\(select)event/constraint-first-met/rate\(end)") }
      // Said before anything is trained for it.
      #expect(message.contains("1.yaml:3:34: use.0.select: "), "\(message)")
      #expect(message.contains("neither less nor more is better"), "\(message)")
    }
    // A median needs no direction.
    #expect(try seeds("{median: {measure: event/constraint-first-met/rate}}") == [])
  }

  @Test(arguments: [
    ("{best: {}}", "missing key 'measure'"), ("{seed: one}", "expected a whole number"),
    ("{bets: {measure: test/less}}", "did you mean 'best'?"),
    ("{best: {measure: test/less}, seed: 1}", "expected exactly one of"),
    ("{best: {measure: test/les}}", "did you mean 'test/less'?"),
  ])
  func wrongSelections(_ select: String, _ expected: String) {
    let message = words { try seeds(select) }
    #expect(message.contains(expected), "\(message)")
  }
}

extension Tiny {
  static func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing(what: "a value") }
    return value
  }
}
