import Datasets
import Foundation
import Testing

@testable import Lab

/// Measures that read stored weights, from a run without them to one that is measured later.
@Suite struct MissingWeightsTests {
  private static let measures =
    "measures: [angle-error/global-radius, final/weight/rate, event/constraint-first-met/rate]"
  private static let study = try? edited(
    Tiny.study,
    [measures: "measures: [final/weight/rate, test/weighed]", "seeds: 2\n": "seeds: 1\n"])

  private static let artefact = """
    artefact: test/table
    title: A table with weights
    use: [{study: test/tiny, cells: method = plain}]
    measures: [final/weight/rate, test/weighed]
    reported:
      - {cell: {method: plain}, measure: test/weighed, value: 2, margin: {value: 1, because: b}, source: s}
    """

  /// A place with the study, where the weights are described but not there.
  private func with(_ body: (Workplace) throws -> Void) throws {
    try Workplace.with([try #require(Self.study), Self.artefact]) { place in
      try place.write(
        """
        dataset: test-weights
        title: T
        files: [{name: scale.txt, mirrors: ["http://x/scale.txt"]}]
        splits: {weights: {scale: {file: scale.txt, rows: [0, 1], shape: [1]}}}
        """, to: "datasets/test-weights.yaml")
      try body(place)
    }
  }

  private func kinds(_ place: Workplace) -> Kinds {
    let root = place.root + "/datasets"
    return Tiny.kinds.with(
      datasets: DatasetLibrary(root: root, places: DataPlaces(environment: [:], root: root)))
  }

  private func artefact(_ place: Workplace) throws -> ArtefactRuns {
    try ArtefactRuns(
      "test/table", ProfileName(name: "paper"), library: place.library(), kinds: kinds(place))
  }

  private func plan(_ place: Workplace) throws -> Plan {
    try Plan(artefact(place).runs, store: place.store)
  }

  private func train(_ place: Workplace) throws -> RunExecutor.Outcome {
    let run = try #require(try artefact(place).runs.first)
    return try RunExecutor(
      run, kinds: kinds(place), store: place.store, device: .cpu, environment: Tiny.environment
    ).execute(shouldStop: { false }, report: { _ in })
  }

  private func values(_ place: Workplace) throws -> [String: Double?] {
    let run = try #require(try artefact(place).runs.first)
    return try #require(place.record(of: run)).measures
  }

  private func comparison(_ place: Workplace) throws -> Comparison {
    try Comparison(artefact(place), kinds: kinds(place), store: place.store)
  }

  /// The run is made, the table says what is missing and what to do, and the measure is taken once the
  /// weights are there, without training again.
  @Test func isTakenOnceTheyAreThere() throws {
    try with { place throws in
      let warning =
        "no value of test/weighed: the data set test-weights is not here (missing: scale.txt): run "
        + "'priorlab data fetch test-weights', or set PRIORLAB_DATA=<dir> to a directory that has "
        + "<dir>/test-weights/scale.txt"
      #expect(try plan(place).warnings == [warning])
      #expect(try train(place) == .finished)
      #expect(try values(place).keys.sorted() == ["final/weight/rate"])
      let rate = try values(place)["final/weight/rate"]
      // Nothing more can be done, and what shows the measure says so itself.
      #expect(try plan(place).items.map(\.action) == [.cached])
      #expect(try plan(place).warnings.isEmpty)
      #expect(try train(place) == .alreadyFinished)

      let without = try comparison(place)
      let row = try #require(without.rows.first { $0.measure == "test/weighed" })
      #expect(row.weightsMissing == "test-weights" && row.withoutValue == 1)
      #expect(row.judgement.verdict == .notComparable("weights missing: test-weights"))
      #expect(without.rows.first { $0.measure == "final/weight/rate" }?.weightsMissing == nil)
      #expect(!(try artefact(place).hasFailures([], store: place.store)))
      let text = try without.text(.text)
      #expect(text.contains("weights missing"))
      #expect(
        text.contains(
          "Weights missing: test/weighed has no value without the weights of test-weights; run "
            + "'priorlab data fetch test-weights', or set PRIORLAB_DATA to where they are, and "
            + "reproduce again."))
      #expect(!text.contains("none in 1"))
      let stored = try JSONDecoder().decode(
        Comparison.self, from: Data(try without.text(.json).utf8))
      #expect(stored.rows.compactMap(\.weightsMissing) == ["test-weights"])

      try place.write("2.5\n", to: "datasets/scale.txt")
      #expect(try plan(place).items.map(\.action) == [.measure(["test/weighed"])])
      #expect(try plan(place).warnings.isEmpty)
      // What was stored before says nothing else for that.
      #expect(try comparison(place).rows.compactMap(\.weightsMissing) == ["test-weights"])
      #expect(try train(place) == .finished)
      #expect(try values(place)["test/weighed"] == 2.5)
      #expect(try values(place)["final/weight/rate"] == rate)
      let measured = try comparison(place)
      #expect(measured.rows.allSatisfy { $0.weightsMissing == nil && $0.withoutValue == 0 })
      #expect(try !measured.text(.text).contains("eights missing"))

      // A value that was taken stays.
      try FileManager.default.removeItem(atPath: place.root + "/datasets/scale.txt")
      #expect(try plan(place).items.map(\.action) == [.cached])
      #expect(try plan(place).warnings.isEmpty)
      #expect(try comparison(place).rows.compactMap(\.weightsMissing).isEmpty)
    }
  }

  /// Weights that are there and wrong end the run before it is trained.
  @Test func wrongWeightsCostNoRun() throws {
    try with { place throws in
      try place.write("1 2 3\n", to: "datasets/scale.txt")
      let message = words { try train(place) }
      #expect(message.contains("the data set test-weights cannot be used"), "\(message)")
      #expect(place.record(of: try #require(try artefact(place).runs.first)) == nil)
    }
  }

  /// Where nothing describes the weights, they are missing like any others.
  @Test func aSetThatIsNotDescribed() throws {
    try with { place throws in
      try FileManager.default.removeItem(atPath: place.root + "/datasets/test-weights.yaml")
      #expect(
        try plan(place).warnings == [
          "no value of test/weighed: nothing describes test-weights: name a directory that has "
            + "test-weights.yaml with --datasets"
        ])
      #expect(try train(place) == .finished)
    }
  }
}
