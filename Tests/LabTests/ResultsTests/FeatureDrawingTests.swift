import Files
import Foundation
import Testing

@testable import Lab

/// Figures of features and of persons from a file whose arrays are known.
@Suite struct FeatureDrawingTests {
  /// What a body makes of a result of two cells, of which the first has these arrays of one run.
  private func with<Found>(
    _ arrays: [String: (values: [Double], shape: [Int])], texts: [String: [String]] = [:],
    _ body: (ResultFile) throws -> Found
  ) throws -> Found {
    let path = NSTemporaryDirectory() + "priorlab-features-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5File(creating: path)
    try file.setAttribute("title", to: "A title")
    try file.setAttribute("caveat", to: "")
    try file.write(["s", "s"], shape: [2], at: "cells/study")
    try file.write(["m=a", "m=b"], shape: [2], at: "cells/label")
    for cell in ["m=a", "m=b"] {
      let group = ResultFile.path(study: "s", cell: cell)
      try file.write([3], shape: [1], at: group + "/seeds")
      guard cell == "m=a" else { continue }
      for (name, array) in arrays {
        try file.write(array.values, shape: array.shape, at: "\(group)/seed-3/\(name)")
      }
      for (name, texts) in texts {
        try file.write(texts, shape: [texts.count], at: "\(group)/seed-3/\(name)")
      }
    }
    try file.close()
    return try body(try ResultFile(reading: path))
  }

  private func figures(
    _ drawing: any Drawing, _ arrays: [String: (values: [Double], shape: [Int])],
    texts: [String: [String]] = [:]
  ) throws -> [(name: String, figure: Figure)] {
    try with(arrays, texts: texts) { try drawing.figures($0) }
  }

  @Test func bandsByFeature() throws {
    let drawing = FeatureBandsDrawing(
      file: "f", mean: "mean", deviation: "deviation", names: "names", label: "factor")
    let arrays = ["mean": ([1.0, 5], [2]), "deviation": ([0.5, 1], [2])]
    let found = try figures(drawing, arrays, texts: ["names": ["knee", "hip"]])
    #expect(found.map(\.name) == ["f"])
    let panel = try #require(found.first).figure.panels[0]
    #expect(panel.y.ticks == .at([Tick(0, "knee"), Tick(-1, "hip")]))
    #expect(panel.x.label == "factor")
    // The first of two cells is drawn above the middle of its row.
    let y = [0.175, -0.825]
    #expect(
      panel.layers == [
        .segments(
          [Segment(0.5, y[0], 1.5, y[0]), Segment(4, y[1], 6, y[1])],
          colours: .one(.series(0).opacity(0.6)), width: 1),
        .points(x: [1, 5], y: y, colours: .one(.series(0)), size: 3.5, name: "a, seed 3"),
      ])
    let unnamed = try #require(try figures(drawing, arrays).first).figure.panels[0]
    #expect(unnamed.y.ticks == .at([Tick(0, "1"), Tick(-1, "2")]))
    let empty = try #require(try figures(drawing, [:]).first).figure.panels[0]
    #expect(empty.layers.isEmpty)

    let tables = try with(arrays, texts: ["names": ["knee", "hip, left"]]) {
      try drawing.tables($0)
    }
    #expect(tables.map(\.name) == ["f.csv"])
    #expect(
      tables.map(\.text) == [
        """
        feature,"a, seed 3: mean","a, seed 3: standard deviation"
        knee,1.0,0.5
        "hip, left",5.0,1.0

        """
      ])
  }

  @Test func personsSideBySide() throws {
    // Two persons of one upright bone each, four high.
    let bones: [Double] = [0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4, 0]
    let found = try figures(
      StickFiguresDrawing(file: "p", paths: ["first"]),
      [
        "interpolation/length": ([2, .nan, 1], [3]),
        "interpolation/path-1/bones": (bones, [2, 1, 2, 3]),
        "interpolation/path-3/bones": (Array(bones.prefix(6)), [1, 1, 2, 3]),
      ])
    #expect(found.map(\.name) == ["p-a"])
    let panels = try #require(found.first).figure.panels
    // Between the ends of the second there is no way.
    #expect(panels.map(\.title) == ["first", "path 2: no way", "path 3"])
    #expect(panels[1].layers.isEmpty)
    // Of one scale, however many there are.
    #expect(panels.map(\.x.range) == [-3...6, -3...6, -3...6])
    #expect(
      panels[0].layers == [
        .segments(
          [Segment(0, 0, 0, 4), Segment(3, 0, 3, 4)], colours: .one(.black), width: 1.2)
      ])
    #expect(try figures(StickFiguresDrawing(file: "p"), [:]).isEmpty)
  }

  @Test func graphsWithTheirPaths() throws {
    let found = try figures(
      NeighbourGraphDrawing(file: "g", paths: nil),
      [
        "graph/nodes": ([0, 0, 1, 0, 1, 1], [3, 2]), "graph/edges": ([0, 1, 1, 2], [2, 2]),
        "graph/length": ([1, 2], [2]), "interpolation/length": ([3, .nan], [2]),
        "interpolation/path-1/codes": ([0, 0.5, 1, 0.5, 2, 2], [3, 2]),
      ])
    let figure = try #require(found.first).figure
    #expect(figure.panels.map(\.title) == ["a, seed 3", "b: no run"])
    #expect(
      figure.panels[0].layers == [
        // The longest first.
        .segments(
          [Segment(1, 0, 1, 1), Segment(0, 0, 1, 0)],
          colours: .values([2, 1], map: .blues), width: 0.4),
        .line(x: [0, 1, 2], y: [0.5, 0.5, 2], colour: .red, width: 2, name: "path 1"),
        .points(x: [0, 2], y: [0.5, 2], colours: .one(.red), size: 6),
        .line(x: [], y: [], colour: .series(1), width: 2, name: "path 2: no way"),
      ])
  }

  /// A column for each cell, whose points have the colours of their groups, named beside the last that has any.
  @Test func pointsOfEachCellByGroup() throws {
    let row = """
      {title: codes, points: p, colour: g, map: group, groups: [walking, jogging]}
      """
    let drawing = try StrictDecoder().decode(
      SnapshotPanelsDrawing.self,
      from: try ConfigNode(yaml: "{file: f, columns: cells, rows: [\(row)]}", file: "x.yaml"))
    let arrays = [
      "p": ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 3, 2]), "g": ([1.0, 0, 2], [3]),
    ]
    let figure = try #require(try figures(drawing, arrays).first).figure
    #expect(figure.columns == 2 && figure.panels.map(\.title) == ["a", "b: no run"])
    #expect(figure.panels.map { $0.legend == .outside } == [true, false])
    func layer(_ x: Double, _ y: Double, _ group: Int, _ name: String) -> Layer {
      .points(
        x: [x], y: [y], colours: .one(.series(group).opacity(0.5)), size: 1.5, name: name)
    }
    // The last snapshot.
    #expect(
      figure.panels[0].layers == [
        layer(8, 9, 0, "walking"), layer(6, 7, 1, "jogging"), layer(10, 11, 2, "2"),
      ])
  }
}
