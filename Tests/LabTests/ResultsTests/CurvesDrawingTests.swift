import Files
import Foundation
import Testing

@testable import Lab

/// Figures of curves from a file whose arrays are known.
@Suite struct CurvesDrawingTests {
  private static let steps = [0.0, 1, 10, 20]
  private static let values: [[Double]] = [[3, .nan, 5, 7], [5, .nan, 5, 1]]

  /// The figure of two cells, of which the second has one run or none.
  private func figure(_ drawing: CurvesDrawing, secondHasRun: Bool = true) throws -> Figure {
    let figures = try with(secondHasRun: secondHasRun) { try drawing.figures($0) }
    #expect(figures.map(\.name) == ["f"])
    return try #require(figures.first).figure
  }

  /// What a body makes of the result of these cells.
  private func with<Found>(
    secondHasRun: Bool = true, _ body: (ResultFile) throws -> Found
  ) throws -> Found {
    let path = NSTemporaryDirectory() + "priorlab-curves-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5File(creating: path)
    try file.setAttribute("title", to: "A title")
    try file.setAttribute("caveat", to: "")
    try file.write(["s", "s"], shape: [2], at: "cells/study")
    try file.write(["a=1", "a=2"], shape: [2], at: "cells/label")
    for (cell, seeds) in [("a=1", [0, 1]), ("a=2", secondHasRun ? [0] : [])] {
      let group = ResultFile.path(study: "s", cell: cell)
      try file.write(seeds, shape: [seeds.count], at: group + "/seeds")
      for seed in seeds {
        try file.write(Self.steps, shape: [4], at: "\(group)/seed-\(seed)/curves/step")
        try file.write(Self.values[seed], shape: [4], at: "\(group)/seed-\(seed)/curves/m")
      }
    }
    try file.close()
    return try body(try ResultFile(reading: path))
  }

  private func drawing(_ text: String) throws -> CurvesDrawing {
    try StrictDecoder().decode(
      CurvesDrawing.self, from: try ConfigNode(yaml: "{file: f, \(text)}", file: "x.yaml"))
  }

  private let curve = "curves: [{values: curves/m, label: l}]"

  @Test func aPanelOfAllCellsOverIterations() throws {
    let figure = try figure(try drawing(curve))
    #expect(figure.panels.count == 1)
    #expect(figure.panels[0].x == Axis("iteration", isLogarithmic: true))
    // The mean of the runs, over steps at which there is a value, and one standard deviation around it.
    #expect(
      figure.panels[0].layers == [
        .band(x: [0, 10, 20], low: [3, 5, 1], high: [5, 5, 7], colour: .series(0)),
        .line(x: [0, 10, 20], y: [4, 5, 4], colour: .series(0), name: "1"),
        .line(x: [0, 10, 20], y: [3, 5, 7], colour: .series(1), name: "2"),
      ])
    #expect(figure.panels[0].legend == .outside)
  }

  @Test func aPanelForEachCellOverEpochsWithItsRuns() throws {
    let figure = try figure(
      try drawing("x: {label: epoch, steps: 10}, panels: cells, runs: true, " + curve))
    #expect(figure.panels.map(\.title) == ["1", "2"])
    #expect(figure.panels.allSatisfy { $0.x == Axis("epoch") })
    #expect(
      figure.panels[0].layers == [
        .band(x: [0, 1, 2], low: [3, 5, 1], high: [5, 5, 7], colour: .series(0)),
        .line(x: [0, 1, 2], y: [3, 5, 7], colour: .series(0), width: 0.5),
        .line(x: [0, 1, 2], y: [5, 5, 1], colour: .series(0), width: 0.5),
        .line(x: [0, 1, 2], y: [4, 5, 4], colour: .series(0), name: "1"),
      ])
    #expect(
      figure.panels[1].layers == [
        .line(x: [0, 1, 2], y: [3, 5, 7], colour: .series(1), name: "2")
      ])
    // One scale for both, which shows the lowest edge and the highest value of either.
    let range = try #require(figure.panels[0].y.range)
    #expect(figure.panels[1].y.range == range)
    #expect(0.5...1 ~= range.lowerBound && 7...7.5 ~= range.upperBound)
  }

  @Test func aCellWithoutRunsIsSaidToHaveNone() throws {
    let text = "panels: cells, curves: [{values: curves/m, label: l, level: 4}]"
    let figure = try figure(try drawing(text), secondHasRun: false)
    #expect(figure.panels.map(\.title) == ["1", "2: no run"])
    #expect(figure.panels[1].layers == [.horizontalLines([4])])
  }

  /// Steps at which only another curve was recorded have no line.
  @Test func theValuesOfEveryRunAsATable() throws {
    let text = "curves: [{values: curves/m, label: l}, {values: curves/none, label: n}]"
    let tables = try with { try drawing(text).tables($0) }
    #expect(tables.map(\.name) == ["f.csv"])
    #expect(
      tables.first?.text == """
        study,cell,seed,step,m,none
        s,a=1,0,0,3.0,
        s,a=1,0,10,5.0,
        s,a=1,0,20,7.0,
        s,a=1,1,0,5.0,
        s,a=1,1,10,5.0,
        s,a=1,1,20,1.0,
        s,a=2,0,0,3.0,
        s,a=2,0,10,5.0,
        s,a=2,0,20,7.0,

        """)
  }

  /// A number of steps of each study.
  @Test func stepsOfStudies() throws {
    let curve = "panels: cells, " + curve
    let same = try figure(try drawing("x: {label: epoch, steps: 10}, " + curve))
    let own = try figure(try drawing("x: {label: epoch, steps: {other: 7, s: 10}}, " + curve))
    let none = try figure(try drawing("x: {label: epoch, steps: {other: 7}}, " + curve))
    let one = try figure(try drawing("x: {label: epoch, steps: 1}, " + curve))
    #expect(own.panels.map(\.layers) == same.panels.map(\.layers))
    #expect(none.panels.map(\.layers) == one.panels.map(\.layers))
    #expect(none.panels.map(\.layers) != same.panels.map(\.layers))
    let message = words { try drawing("x: {label: epoch, steps: many}, " + curve) }
    #expect(message.contains("x.steps: expected a whole number, or a mapping"), "\(message)")
  }

  @Test func problems() throws {
    #expect(try drawing("curves: []").problem == "curves must hold at least one")
    #expect(
      try drawing("x: {label: epoch, steps: 0}, " + curve).problem == "steps must be at least 1")
    #expect(
      try drawing("x: {label: epoch, steps: {s: 5, t: 0}}, " + curve).problem
        == "steps must be at least 1")
    #expect(try drawing(curve).problem == nil)
  }
}
