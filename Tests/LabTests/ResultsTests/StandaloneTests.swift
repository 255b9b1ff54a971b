import Files
import Foundation
import Testing
import Training

@testable import Lab

/// Artefacts that are computed without any run.
@Suite struct StandaloneTests {
  private static let artefact = """
    artefact: test/surface
    title: A surface
    compute:
      - weight-updates:
          weights: {from: 0.5, to: 2, count: 4}
          excesses: {from: -1, to: 1, count: 3}
          schedules:
            rewo: {rewo: {statistic: s, threshold: 7, speed: 1, steepness: 3, start: 5, smoothing: 0.9, hold: []}}
            geco: {geco: {statistic: s, threshold: 0.01, speed: 1, start: 5, smoothing: 0.9}}
            b1: {multiplier: {statistic: s, threshold: 2, speed: 2, slope: 3, start: 5, smoothing: 0.9, hold: []}}
    draw:
      - heat-maps:
          file: surface
          panels: [{values: weight-updates/rewo, title: REWO}, {values: weight-updates/geco, title: GECO}]
          x: {values: weight-updates/weight, label: β}
          y: {values: weight-updates/excess, label: excess}
          label: change
    """

  private func write(_ place: Workplace, _ profile: String) throws -> [String] {
    let artefact = try place.artefact("test/surface", ProfileName(name: profile))
    let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
    return try ResultWriter(artefact, comparison, kinds: Tiny.kinds, store: place.store).write()
  }

  /// Klushyn et al. 2019, equations 5, 12 and 13, and those of appendix B.1, written out.
  @Test func theSurfacesAreThoseOfTheEquations() throws {
    try Workplace.with([Tiny.study, Self.artefact]) { place in
      _ = try write(place, "paper")
      let result = try ResultFile(reading: place.root + "/results/test/surface/paper/result.h5")
      #expect(result.cells.isEmpty && result.caveat.isEmpty)
      let weights = try #require(try result.array("weight-updates/weight")).values
      let excesses = try #require(try result.array("weight-updates/excess")).values
      #expect(weights == [0.5, 1, 1.5, 2] && excesses == [-1, 0, 1])
      let rewo = try #require(try result.array("weight-updates/rewo"))
      let geco = try #require(try result.array("weight-updates/geco"))
      let b1 = try #require(try result.array("weight-updates/b1"))
      #expect([rewo, geco, b1].map(\.shape) == [[3, 4], [3, 4], [3, 4]])
      for (row, excess) in excesses.enumerated() {
        for (column, weight) in weights.enumerated() {
          let factor = excess < 0 ? tanh(3 * (weight - 1)) : -1
          let place = 4 * row + column
          #expect(abs(rewo.values[place] - weight * (exp(factor * excess) - 1)) < 1e-14)
          #expect(abs(geco.values[place] - weight * (exp(-excess) - 1)) < 1e-14)
          // β = 1/(1 + 3γ), so that β is never above 1.
          let multiplier = (1 / weight - 1) / 3 * exp(2 * excess)
          let change = 1 / (1 + 3 * multiplier) - weight
          #expect(weight > 1 ? b1.values[place].isNaN : abs(b1.values[place] - change) < 1e-14)
        }
      }
      #expect(try result.array("weight-updates/none") == nil)
    }
  }

  @Test func aBudgetMakesNoDifference() throws {
    try Workplace.with([Tiny.study, Self.artefact]) { place in
      for profile in ["paper", "quick"] {
        let files = try write(place, profile)
        #expect(files.contains { $0.hasSuffix("surface/\(profile)/surface.png") })
        let text = try place.read("results/test/surface/\(profile)/comparison.md")
        #expect(
          text == "# test/surface: A surface\n\nProfile \(profile): nothing of it needs a run.\n")
      }
      #expect(throws: ManifestError.self) { try write(place, "nonsense") }
    }
  }

  @Test func colours() throws {
    try Workplace.with([Tiny.study, Self.artefact]) { place in
      _ = try write(place, "paper")
      let result = try ResultFile(reading: place.root + "/results/test/surface/paper/result.h5")
      let drawing = try #require(
        try place.artefact("test/surface").drawings.first as? HeatMapsDrawing)
      let (name, figure) = try #require(try drawing.figures(result).first)
      #expect(name == "surface" && figure.panels.map(\.title) == ["REWO", "GECO"])
      guard
        case .image(let rows, .diverging, let range?, let x?, let y?) = figure.panels[1].layers[0]
      else { throw Missing(what: "an image with extents") }
      // The first row is on top, where the excess is largest.
      let geco = try #require(try result.array("weight-updates/geco")).values
      #expect(rows == [Array(geco[8..<12]), Array(geco[4..<8]), Array(geco[0..<4])])
      #expect(range.upperBound == geco.map(abs).max() && range.lowerBound == -range.upperBound)
      #expect(x == 0.25...2.25 && y == -1.5...1.5)
    }
  }

  @Test(arguments: [
    ("weights: {from: 0.5", "weights: {from: 0", "positive"),
    ("count: 4", "count: 1", "count"),
    ("excesses: {from: -1", "excesses: {from: 1", "below"),
    (
      "rewo: {rewo: {statistic: s, threshold: 7, speed: 1, steepness: 3, start: 5, smoothing: 0.9, hold: []}}",
      "rewo: 1", "statistic"
    ),
    ("  - weight-updates:", "  - codes: {examples: 3}\n  - weight-updates:", "at least one study"),
  ])
  func impossibleSettings(_ from: String, _ to: String, _ word: String) throws {
    try Workplace.with([Tiny.study, try edited(Self.artefact, [from: to])]) { place in
      let error = #expect(throws: ManifestError.self) { try place.artefact("test/surface") }
      #expect(error?.description.contains(word) == true)
    }
  }
}
