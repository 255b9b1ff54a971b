import Files
import Foundation
import Testing

@testable import Lab

/// Figures of points in the plane from a file whose arrays are known.
@Suite struct ScatterDrawingTests {
  /// The figures of a result with these cells, of which the first has one run with these arrays.
  private func figures(
    _ drawing: ScatterDrawing, cells: [String] = ["a=1"],
    arrays: [String: (values: [Double], shape: [Int])]
  ) throws -> [(name: String, figure: Figure)] {
    let path = NSTemporaryDirectory() + "priorlab-scatter-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5File(creating: path)
    try file.setAttribute("title", to: "A title")
    try file.setAttribute("caveat", to: "a caveat")
    try file.write(cells.map { _ in "s" }, shape: [cells.count], at: "cells/study")
    try file.write(cells, shape: [cells.count], at: "cells/label")
    for cell in cells {
      let group = ResultFile.path(study: "s", cell: cell)
      try file.write([4], shape: [1], at: group + "/seeds")
      guard cell == cells[0] else { continue }
      for (name, array) in arrays {
        try file.write(array.values, shape: array.shape, at: "\(group)/seed-4/\(name)")
      }
    }
    try file.close()
    return try drawing.figures(try ResultFile(reading: path))
  }

  private let points = (values: [1.0, 2, 3, 4, 5, 6], shape: [3, 2])

  @Test func pointsAlone() throws {
    let found = try figures(
      ScatterDrawing(file: "data", points: "p"), arrays: ["p": points])
    #expect(found.map(\.name) == ["data"])
    let figure = try #require(found.first).figure
    #expect(figure.title == "1, seed 4\n[a caveat]")
    #expect(figure.panels.count == 1)
    #expect(figure.panels[0].equalAspect)
    #expect(figure.panels[0].legend == nil)
    #expect(
      figure.panels[0].layers == [
        .points(
          x: [1, 3, 5], y: [2, 4, 6], colours: .one(.black.opacity(0.5)), size: 1.5)
      ])
  }

  /// The last snapshot's points, by group in the colours of the groups' numbers.
  @Test func groups() throws {
    let found = try figures(
      ScatterDrawing(file: "codes", points: "p", groups: "g"),
      arrays: [
        "p": ([0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6], [2, 3, 2]), "g": ([7, 2, 7], [3]),
      ])
    let panel = try #require(found.first).figure.panels[0]
    #expect(panel.legend == .outside)
    func layer(_ x: [Double], _ y: [Double], _ group: Int) -> Layer {
      .points(
        x: x, y: y, colours: .one(.series(group).opacity(0.5)), size: 1.5, name: "\(group)")
    }
    #expect(panel.layers == [layer([3], [4], 2), layer([1, 5], [2, 6], 7)])
    // Eight groups have eight colours.
    #expect(Set((0..<8).map { Colour.series($0).packed }).count == 8)
  }

  @Test func groupsOfOtherPoints() throws {
    for groups in [[1.0, 2], [], [1, 2, 3, 4]] {
      let found = try figures(
        ScatterDrawing(file: "codes", points: "p", groups: "g"),
        arrays: ["p": points, "g": (groups, [groups.count])])
      let layers = try #require(found.first).figure.panels[0].layers
      #expect(
        layers == [
          .points(x: [1, 3, 5], y: [2, 4, 6], colours: .one(.black.opacity(0.5)), size: 1.5)
        ])
    }
  }

  /// Points of an ellipse lie at that many deviations from the mean, all around it.
  @Test func ellipses() throws {
    let found = try figures(
      ScatterDrawing(
        file: "codes", points: "p",
        ellipses: .init(mean: "m", variance: "v", deviations: 2)),
      arrays: [
        "p": points, "m": ([10, 20, -1, -2], [2, 2]), "v": ([4, 9, 0.25, 1], [2, 2]),
      ])
    let layers = try #require(found.first).figure.panels[0].layers
    #expect(layers.count == 5)
    for (row, (mean, deviation)) in [((10.0, 20.0), (2.0, 3.0)), ((-1, -2), (0.5, 1))].enumerated()
    {
      guard case .line(let x, let y, let colour, _, _, nil) = layers[1 + 2 * row] else {
        Issue.record("no line")
        return
      }
      #expect(colour == .series(row))
      #expect((x.first, y.first) == (x.last, y.last) || abs((y.last ?? 0) - (y.first ?? 1)) < 1e-12)
      for (x, y) in zip(x, y) {
        let (u, v) = ((x - mean.0) / deviation.0, (y - mean.1) / deviation.1)
        #expect(abs(u * u + v * v - 4) < 1e-12)
      }
      #expect(abs((x.max() ?? 0) - mean.0 - 2 * deviation.0) < 1e-12)
      #expect(abs((x.min() ?? 0) - mean.0 + 2 * deviation.0) < 1e-12)
      #expect(abs((y.max() ?? 0) - mean.1 - 2 * deviation.1) < 0.01)
      #expect(
        layers[2 + 2 * row]
          == .points(
            x: [mean.0], y: [mean.1], colours: .one(.black), size: 6, marker: .cross))
    }
  }

  /// A file for each cell of several; none for one without points of a plane.
  @Test func cellsAndWhatIsMissing() throws {
    let drawing = ScatterDrawing(file: "codes", points: "p")
    let two = try figures(drawing, cells: ["a=1", "a=2"], arrays: ["p": points])
    #expect(two.map(\.name) == ["codes-1"])
    #expect(try figures(drawing, arrays: [:]).isEmpty)
    #expect(try figures(drawing, arrays: ["p": ([1, 2, 3], [1, 3])]).isEmpty)
    #expect(try figures(drawing, arrays: ["p": ([1, 2], [2])]).isEmpty)
  }

  @Test func impossibleSettings() {
    func problem(_ deviations: Double) -> String? {
      ScatterDrawing(
        file: "a", points: "p", ellipses: .init(mean: "m", variance: "v", deviations: deviations)
      ).problem
    }
    #expect(ScatterDrawing(file: "a", points: "p").problem == nil)
    #expect(problem(2) == nil)
    for deviations in [0, -1, .infinity, .nan] {
      #expect(problem(deviations) == "deviations must be positive")
    }
  }
}
