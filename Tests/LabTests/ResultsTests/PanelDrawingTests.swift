import Files
import Foundation
import Testing

@testable import Lab

/// Figures with a panel for each cell, snapshot or measure, from a file whose numbers are known.
@Suite struct PanelDrawingTests {
  /// The figures of a result of two cells with one run each; arrays are named below the cell.
  private func figures(
    _ drawing: any Drawing, _ cells: [[String: (values: [Double], shape: [Int])]],
    studies: [String] = ["s", "s"]
  ) throws -> [(name: String, figure: Figure)] {
    let path = NSTemporaryDirectory() + "priorlab-panels-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5File(creating: path)
    try file.setAttribute("title", to: "A title")
    try file.setAttribute("caveat", to: "")
    let labels = ["m=a", "m=b"]
    try file.write(studies, shape: [2], at: "cells/study")
    try file.write(labels, shape: [2], at: "cells/label")
    for (index, arrays) in cells.enumerated() {
      let group = ResultFile.path(study: studies[index], cell: labels[index])
      try file.write([3], shape: [1], at: group + "/seeds")
      for (name, array) in arrays {
        try file.write(array.values, shape: array.shape, at: "\(group)/\(name)")
        if name.hasPrefix("measures/") {
          try file.setAttribute("unit", to: "rad", at: "\(group)/\(name)")
        }
      }
    }
    try file.close()
    return try drawing.figures(try ResultFile(reading: path))
  }

  /// The points as they are, and the fitted line from the lowest regressor to the highest.
  @Test func regressionOfEachCell() throws {
    let found = try figures(
      RegressionDrawing(file: "r", xLabel: "angle", yLabel: "sine"),
      [
        [
          "seed-3/regression/regressor": ([2, 0], [2]),
          "seed-3/regression/response": ([4, 1], [2]),
          // The slope, and then the intercept.
          "seed-3/regression/line": ([3, 1], [2]),
        ], [:],
      ])
    #expect(found.map(\.name) == ["r"])
    let figure = try #require(found.first).figure
    #expect(figure.title == "A title" && figure.columns == 2)
    #expect(figure.panels.map(\.title) == ["a, seed 3", "b: no run"])
    for panel in figure.panels { #expect(panel.x == Axis("angle") && panel.y == Axis("sine")) }
    #expect(
      figure.panels[0].layers == [
        .points(x: [2, 0], y: [4, 1], colours: .one(.series(0).opacity(0.25)), size: 1.2),
        // 1 + 3 · 0 and 1 + 3 · 2.
        .line(x: [0, 2], y: [1, 7], colour: .series(1), width: 2),
      ])
    #expect(figure.panels[1].layers.isEmpty)
  }

  /// A point that no array gives a colour.
  private func plain(_ x: Double, _ y: Double) -> [Layer] {
    [.points(x: [x], y: [y], colours: .one(.series(0).opacity(0.5)), size: 1.5)]
  }

  /// A column for each snapshot, and beside the first row a curve on which they are marked.
  @Test func snapshotsOfEachCell() throws {
    let drawing = SnapshotPanelsDrawing(
      file: "f",
      rows: [
        .init(title: "codes", points: "codes/mean", colour: "codes/hue"),
        .init(title: "prior", points: "prior/samples"),
      ],
      curve: .init(values: "curves/m", steps: "curves/step", label: "weight", logarithmic: true))
    let found = try figures(
      drawing,
      [
        [
          "seed-3/codes/step": ([10, 500], [2]),
          "seed-3/codes/mean": ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2]),
          "seed-3/codes/hue": ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [2, 3]),
          "seed-3/prior/samples": ([20, 21, 22, 23], [2, 1, 2]),
          "seed-3/curves/step": ([1, 10, 500], [3]), "seed-3/curves/m": ([4, 2, 0.5], [3]),
        ], [:],
      ])
    #expect(found.map(\.name) == ["f-a"])
    let figure = try #require(found.first).figure
    #expect(figure.title == "a, seed 3" && figure.columns == 3)
    #expect(figure.panels.map(\.title) == ["iter 10", "iter 500", "weight", "", ""])
    #expect(figure.panels.map(\.y.label) == ["codes", "", "weight", "prior", ""])
    #expect(figure.panels.map(\.equalAspect) == [true, true, false, true, true])
    try #require(figure.panels.map(\.rows) == [1, 1, 2, 1, 1])
    func inked(_ x: [Double], _ y: [Double], _ values: [Double]) -> [Layer] {
      [.points(x: x, y: y, colours: .values(values, map: .ink), size: 1.5)]
    }
    #expect(figure.panels[0].layers == inked([1, 3, 5], [2, 4, 6], [0.1, 0.2, 0.3]))
    #expect(figure.panels[1].layers == inked([7, 9, 11], [8, 10, 12], [0.4, 0.5, 0.6]))
    #expect(
      figure.panels[2].layers
        == [.verticalLines([10, 500]), .line(x: [1, 10, 500], y: [4, 2, 0.5])])
    #expect(figure.panels[3].layers == plain(20, 21))
    #expect(figure.panels[4].layers == plain(22, 23))
    #expect(figure.panels[2].x == Axis("iteration", isLogarithmic: true))
    #expect(figure.panels[2].y == Axis("weight", isLogarithmic: true))
  }

  /// A step that no run can have, as in a damaged file, has a panel without a number.
  @Test func snapshotsAtImpossibleSteps() throws {
    let drawing = SnapshotPanelsDrawing(
      file: "f", rows: [.init(title: "codes", points: "codes/mean")])
    let found = try figures(
      drawing,
      [
        [
          "seed-3/codes/step": ([10, .nan, 1e300], [3]),
          "seed-3/codes/mean": ([1, 2, 3, 4, 5, 6], [3, 1, 2]),
        ], [:],
      ])
    let panels = try #require(found.first).figure.panels
    #expect(panels.map(\.title) == ["iter 10", "", ""])
    #expect(panels.map(\.layers) == [plain(1, 2), plain(3, 4), plain(5, 6)])
  }

  /// The mean with its interval, the single runs, and what the paper reports as this mean.
  @Test func barsOfEachMeasure() throws {
    let found = try figures(
      BarsDrawing(file: "b", measures: ["test/one", "test/two"], label: "error"),
      [
        [
          "measures/test.one": ([10, 1, 2, 3, 4], [5]), "measures/test.two": ([7, .nan, 9], [3]),
          "reported/mean/test.one": ([0.1], []), "reported/best/test.one": ([0.2], []),
          "reported/mean/test.two": ([0.7], []),
        ],
        ["measures/test.one": ([5], [1]), "measures/test.two": ([6], [1])],
      ])
    #expect(found.map(\.name) == ["b"])
    let figure = try #require(found.first).figure
    #expect(figure.columns == 2 && figure.panels.map(\.title) == ["test/one", "test/two"])
    #expect(figure.panels.map(\.y.label) == ["error [rad]", "error [rad]"])
    let bars = figure.panels.map { panel in
      panel.layers.flatMap { layer -> [Bar] in
        if case .bars(let own, _) = layer { own } else { [] }
      }
    }
    try #require(bars.map(\.count) == [2, 2])

    // The median is 3. Squared deviations from 4 sum to 50, so that the variance is 12.5 and the
    // squared standard error 2.5; SciPy's t.ppf(0.975, 4) is 2.7764451051977934.
    let one = bars[0][0]
    let half = 2.7764451051977934 * 2.5.squareRoot()
    #expect(one.label == "a" && one.value == 4)
    #expect(abs(try #require(one.low) - (4 - half)) < 1e-9)
    #expect(abs(try #require(one.high) - (4 + half)) < 1e-9)
    #expect(one.runs == [10, 1, 2, 3, 4] && one.reported == 0.1)

    // Two values have a standard error of 1, and with one degree of freedom t is tan(0.475 π).
    let two = bars[1][0]
    #expect(two.label == "a" && two.value == 8)
    #expect(abs(try #require(two.low) - (8 - tan(0.475 * Double.pi))) < 1e-8)
    #expect(abs(try #require(two.high) - (8 + tan(0.475 * Double.pi))) < 1e-8)
    #expect(two.runs == [7, 9] && two.reported == 0.7)

    // One run has no interval.
    #expect(bars[0][1] == Bar("b", value: 5, runs: [5]))
    #expect(bars[1][1] == Bar("b", value: 6, runs: [6]))
  }

  /// What no run of a study has is not drawn of it; within a study, a gap says so.
  @Test func barsOfWhatIsKnown() throws {
    let drawing = BarsDrawing(file: "b", measures: ["test/one", "test/two"], label: "error")
    func bars(
      _ cells: [[String: (values: [Double], shape: [Int])]], studies: [String]
    ) throws -> [(title: String, bars: [String], words: [String])] {
      let figure = try #require(figures(drawing, cells, studies: studies).first).figure
      return figure.panels.map { panel in
        (panel.title, panel.barLabels, panel.layers.compactMap(\.text))
      }
    }
    let one: [String: (values: [Double], shape: [Int])] = [
      "measures/test.one": ([5], [1]), "measures/test.two": ([.nan], [1]),
      "reported/mean/test.two": ([0.7], []),
    ]

    let ofOneStudy = try bars([one, [:]], studies: ["s", "t"])
    #expect(ofOneStudy.map(\.title) == ["test/one"])
    #expect(ofOneStudy.map(\.bars) == [["s: a"]] && ofOneStudy.map(\.words) == [[]])

    let withGap = try bars([one, [:]], studies: ["s", "s"])
    #expect(withGap.map(\.title) == ["test/one"])
    #expect(withGap.map(\.bars) == [["a", "b"]] && withGap.map(\.words) == [["no value"]])

    let unknown = try bars([[:], [:]], studies: ["s", "t"])
    #expect(unknown.map(\.title) == ["test/one", "test/two"])
    #expect(unknown.map(\.bars) == [["s: a", "t: b"], ["s: a", "t: b"]])
    #expect(unknown.map(\.words) == [["no value", "no value"], ["no value", "no value"]])
  }
}

extension Layer {
  /// The words of a text.
  fileprivate var text: String? {
    if case .text(let words, _, _, _) = self { words } else { nil }
  }
}
