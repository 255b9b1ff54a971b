import Testing

@testable import Lab

/// Runs on generated data that stand for a study's own.
@Suite struct StandInRunsTests {
  private static let dataset =
    "dataset: {stand-in: {image: [1, 4, 4], train: 40, test: 8, labels: 4, seed: 0}}"
  private static let study = [
    "dataset: {pendulum: {images: 40, size: 4, rod-length: 2, rod-width: 0.8, noise: 0, seed: 0}}":
      dataset,
    "measures: [angle-error/global-radius, final/weight/rate, event/constraint-first-met/rate]":
      "measures: [final/weight/rate, reconstruction/rms-from-mean]",
  ]
  private static let artefact = """
    artefact: test/table
    title: A tiny table
    use: [{study: test/tiny, cells: method = plain}]
    measures: [reconstruction/rms-from-mean]
    reported:
      - cell: {method: plain}
        measure: reconstruction/rms-from-mean
        value: 0.1
        margin: {value: 1, because: a test}
        source: nowhere
    """

  @Test func resultsSayThatTheyAreOfStandInData() throws {
    try Workplace.with([try edited(Tiny.study, Self.study), Self.artefact]) { place in
      let artefact = try place.artefact()
      for run in artefact.runs {
        #expect(try place.train(run) == .finished)
        #expect(place.record(of: run)?.standIn?.isEmpty == false)
      }
      let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
      let standIn = try #require(comparison.standIn)
      #expect(comparison.rows.count == 1)
      #expect(
        comparison.rows.first?.judgement.verdict == .notComparable("stand-in data: \(standIn)"))
    }
  }
}
