import Foundation

@testable import Lab

/// A table with two methods and a paper's numbers, compared by records that a test makes up.
enum Table {
  static let study = try? edited(
    Tiny.study,
    [
      "measures: [angle-error/global-radius, final/weight/rate, event/constraint-first-met/rate]":
        "measures: [test/less, test/more, event/constraint-first-met/rate]",
      "seeds: 2\n": "seeds: 5\n",
      "profiles:\n": "profiles:\n  short: {because: a shorter test}\n",
    ])

  static let artefact = """
    artefact: test/table
    title: Numbers, "quoted" | and & such_as 5 %
    use: [{study: test/tiny}]
    measures: [test/less, test/more, event/constraint-first-met/rate]
    reported:
      - cell: {method: rewo}
        measure: test/less
        value: 1
        margin: {value: 0.1, because: a tenth}
        source: Table 1
      - cell: {method: plain}
        measure: test/less
        value: 2
        std: 0.01
        runs: 10
        margin: {value: 0.2, because: a tenth}
        source: Table 1
      - cell: {method: rewo}
        measure: test/more
        statistic: best
        value: 50
        margin: {value: 1, because: a unit}
        source: Table 1
    claims:
      - {that: "mean(method=rewo) < mean(method=plain)", measure: test/less, source: Section 1}
      - {that: "mean(method=rewo) > mean(method=plain)", measure: test/more, source: Section 2}
    """

  /// Values of a measure by method, one a seed; nil for a run without a value.
  typealias Values = [String: [Double?]]

  /// Five values close around a centre.
  static func near(_ centre: Double, _ spread: Double = 0.01) -> [Double?] {
    [-2, -1, 0, 1, 2].map { centre + $0 * spread }
  }

  /// Calls `body` with the comparison of runs with these values; methods that are absent have no
  /// runs.
  static func with<Result>(
    less: Values = [:], more: Values = [:], profile: ProfileName = ProfileName(name: "paper"),
    failed: [String: Int] = [:], standIn: [String: String] = [:], artefact: String = artefact,
    _ body: (Comparison, Workplace) throws -> Result
  ) throws -> Result {
    guard let study else { throw Missing(what: "the study") }
    return try Workplace.with([study, artefact]) { place in
      let runs = try place.artefact("test/table", profile)
      for run in runs.runs {
        let method = run.template.cell["method"] ?? ""
        let index = runs.studies[0].seeds.firstIndex(of: run.seed) ?? 0
        func value(_ values: Values) -> Double?? {
          guard let column = values[method], index < column.count else { return nil }
          return column[index]
        }
        let measures = ["test/less": value(less), "test/more": value(more)].compactMapValues { $0 }
        if index < failed[method] ?? 0 {
          try place.record([recorded(run, failure: "it broke")])
        } else if !measures.isEmpty {
          try place.record([
            recorded(
              run, measures.merging(["event/constraint-first-met/rate": nil]) { first, _ in first },
              standIn: standIn[method])
          ])
        }
      }
      return try body(
        try Comparison(
          try place.artefact("test/table", profile), kinds: Tiny.kinds, store: place.store), place)
    }
  }
}

extension Comparison {
  /// The row of a method and a measure.
  func row(_ method: String, _ measure: String = "test/less") throws -> Row {
    guard let row = rows.first(where: { $0.cell["method"] == method && $0.measure == measure })
    else { throw Missing(what: "the row \(method), \(measure)") }
    return row
  }
}
