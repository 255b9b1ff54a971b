import Files
import Foundation
import Testing

@testable import Lab

/// Figures with a panel or a column for each cell, from a file whose arrays are known.
@Suite struct SpectrumDrawingTests {
  /// A result of cells 1 and 2 with one run each, and of cell 3 without.
  private func withResult<Value>(
    _ arrays: [[String: (values: [Double], shape: [Int])]], _ body: (ResultFile) throws -> Value
  ) throws -> Value {
    let path = NSTemporaryDirectory() + "priorlab-spectrum-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5File(creating: path)
    try file.setAttribute("title", to: "A title")
    try file.setAttribute("caveat", to: "")
    let cells = ["a=1", "a=2", "a=3"]
    try file.write(cells.map { _ in "s" }, shape: [3], at: "cells/study")
    try file.write(cells, shape: [3], at: "cells/label")
    for (index, cell) in cells.enumerated() {
      let group = ResultFile.path(study: "s", cell: cell)
      let own = index < arrays.count ? arrays[index] : [:]
      try file.write(own.isEmpty ? [] : [4], shape: [own.isEmpty ? 0 : 1], at: group + "/seeds")
      for (name, array) in own {
        try file.write(array.values, shape: array.shape, at: "\(group)/seed-4/\(name)")
      }
    }
    try file.close()
    return try body(try ResultFile(reading: path))
  }

  private func spectrum(_ text: String) throws -> SpectrumDrawing {
    try StrictDecoder().decode(
      SpectrumDrawing.self,
      from: try ConfigNode(
        yaml: "{file: f, values: v, x-label: x, y-label: y\(text)}", file: "x.yaml"))
  }

  @Test func aPanelForEachCellOnOneScale() throws {
    let arrays = [["v": ([0.5, 0.05], [2])], ["v": ([30.0, 2, 0.002], [3])]]
    try withResult(arrays) { result in
      let found = try spectrum(", logarithmic: true, level: 0.01").figures(result)
      #expect(found.map(\.name) == ["f"])
      let figure = try #require(found.first).figure
      #expect(figure.columns == 2 && figure.panels.map(\.title) == ["1", "2", "3: no run"])
      let range = try #require(figure.panels[0].y.range)
      #expect(abs(range.lowerBound / 1e-3 - 1) < 1e-12 && abs(range.upperBound / 100 - 1) < 1e-12)
      for panel in figure.panels {
        #expect(panel.x == Axis("x") && panel.y == Axis("y", range: range, isLogarithmic: true))
      }
      #expect(
        figure.panels[0].layers
          == [.bars([Bar("1", value: 0.5), Bar("2", value: 0.05)]), .horizontalLines([0.01])])
      let linear = try #require(try spectrum(", columns: 3").figures(result).first).figure
      #expect(linear.columns == 3 && linear.panels[1].y.range == 0...31.5)
      #expect(linear.panels[1].layers.count == 1)
    }
  }

  /// Of many bars only some have a number below them.
  @Test func numbersBelowTheBars() throws {
    try withResult([["v": ((0..<32).map { Double($0 + 1) }, [32])]]) { result in
      let figure = try #require(try spectrum("").figures(result).first).figure
      #expect(
        figure.panels[0].barLabels.filter { !$0.isEmpty } == [
          "1", "5", "10", "15", "20", "25", "30",
        ])
      #expect(figure.panels[0].barLabels[4] == "5")
    }
  }

  @Test func impossibleSettingsAreNamed() throws {
    #expect(try spectrum("").problem == nil)
    #expect(try spectrum(", columns: 0").problem == "columns must be from 1 to 100")
  }

  /// Snapshot panels with a column for each cell show the end of training.
  @Test func snapshotPanelsOfCells() throws {
    let yaml = """
      {file: f, columns: cells, rows: [{title: codes, points: p, colour: c, map: angle}, {title: prior, points: q}]}
      """
    let drawing = try StrictDecoder().decode(
      SnapshotPanelsDrawing.self, from: try ConfigNode(yaml: yaml, file: "x.yaml"))
    #expect(drawing.problem == nil)
    let arrays = [
      [
        "p": ([9.0, 9, 9, 9, 1, 2, 3, 4], [2, 2, 2]), "c": ([0.5, 6], [2]),
        "q": ([7.0, 8], [1, 1, 2]),
      ],
      ["p": ([5.0, 6], [1, 1, 2])],
    ]
    try withResult(arrays) { result in
      let found = try drawing.figures(result)
      #expect(found.map(\.name) == ["f"])
      let figure = try #require(found.first).figure
      #expect(figure.columns == 3 && figure.panels.count == 6)
      #expect(figure.panels.map(\.title) == ["1", "2", "3: no run", "", "", ""])
      #expect(figure.panels.map(\.y.label) == ["codes", "", "", "prior", "", ""])
      #expect(
        figure.panels[0].layers == [
          .points(
            x: [1, 3], y: [2, 4], colours: .values([0.5, 6], map: .hsv, range: 0...(2 * .pi)),
            size: 1.5)
        ])
      #expect(figure.panels[4].layers.isEmpty && figure.panels[3].layers.count == 1)
    }
    let both = yaml.replacing(
      "rows:", with: "curve: {values: v, steps: s, label: l, logarithmic: false}, rows:")
    let wrong = try StrictDecoder().decode(
      SnapshotPanelsDrawing.self, from: try ConfigNode(yaml: both, file: "x.yaml"))
    #expect(wrong.problem?.hasPrefix("a curve marks the snapshots of one cell") == true)
  }
}
