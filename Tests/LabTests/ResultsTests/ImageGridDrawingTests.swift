import Files
import Foundation
import Testing

@testable import Lab

/// Grids of pictures from a file whose pixels are known.
@Suite struct ImageGridDrawingTests {
  /// A cell with three rows of two grey pictures of 2 × 3 pixels, and one row of a coloured one.
  private func figures(_ text: String) throws -> [(name: String, figure: Figure)] {
    let drawing = try StrictDecoder().decode(
      ImageGridDrawing.self, from: try ConfigNode(yaml: "{file: f, \(text)}", file: "x.yaml"))
    let path = NSTemporaryDirectory() + "priorlab-grid-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5File(creating: path)
    try file.setAttribute("title", to: "A title")
    try file.setAttribute("caveat", to: "stand-in data")
    try file.write(["s/t", "s/t"], shape: [2], at: "cells/study")
    try file.write(["a=1", "a=2"], shape: [2], at: "cells/label")
    for cell in ["a=1", "a=2"] {
      try file.write([4], shape: [1], at: ResultFile.path(study: "s/t", cell: cell) + "/seeds")
    }
    let group = ResultFile.path(study: "s/t", cell: "a=1") + "/seed-4"
    let grey = (0..<36).map { UInt8(7 * $0) }
    try file.write(grey, shape: [3, 2, 1, 2, 3], at: group + "/grey")
    try file.write(
      [10, 20, 30, 40, 50, 60] as [UInt8], shape: [1, 1, 3, 1, 2], at: group + "/colour")
    try file.close()
    return try drawing.figures(try ResultFile(reading: path))
  }

  @Test func tilesStandEdgeToEdge() throws {
    let figures = try figures("panels: [{images: grey, title: g, labels: [x, y]}]")
    #expect(figures.map(\.name) == ["f-1"])
    let figure = try #require(figures.first).figure
    #expect(figure.title == "1, seed 4\n[stand-in data]")
    let panel = try #require(figure.panels.first)
    guard case .picture(let image, 2) = panel.layers.first else {
      Issue.record("no picture: \(panel.layers)")
      return
    }
    #expect(image.width == 6 && image.height == 6 && image.channels == 1)
    // The first line is the first line of the first two tiles.
    #expect(Array(image.pixels.prefix(6)) == [0, 7, 14, 42, 49, 56])
    #expect(Array(image.pixels.suffix(6)) == [189, 196, 203, 231, 238, 245])
    #expect(panel.y.ticks == .at([Tick(5, "x"), Tick(3, "y")]))
    #expect(figure.panelSize == Size(width: 6, height: 6))
  }

  @Test func rowsGoOnInAnotherPanel() throws {
    let figure = try #require(
      figures("rows: 2, magnification: 4, panels: [{images: grey, title: g, labels: [x, y, z]}]")
        .first
    ).figure
    #expect(figure.panels.map(\.title) == ["g", ""])
    #expect(figure.columns == 2)
    #expect(figure.panels[1].y.ticks == .at([Tick(3, "z")]))
    #expect(figure.panelSize == Size(width: 12, height: 8))
  }

  @Test func channelsAreBesideEachOtherAndMissingArraysLeftOut() throws {
    let figure = try #require(
      figures("panels: [{images: none, title: n}, {images: colour, title: c}]").first
    ).figure
    #expect(figure.panels.map(\.title) == ["c"])
    guard case .picture(let image, _) = figure.panels[0].layers[0] else {
      Issue.record("no picture")
      return
    }
    #expect(image.pixels == [10, 30, 50, 20, 40, 60])
  }

  /// Every pixel of a picture is a square of its own value in the finished figure.
  @Test func picturesAreExactInTheFigure() throws {
    let pixels = (0..<35).map { UInt8(truncatingIfNeeded: 83 * $0) }
    let image = try PNGImage(width: 7, height: 5, channels: 1, pixels: pixels)
    let figure = Figure(
      title: "t",
      panels: [
        Panel(
          x: Axis(ticks: .none), y: Axis(ticks: .none), layers: [.picture(image, magnification: 6)])
      ], panelSize: Size(width: 21, height: 15))
    let canvas = try Canvas()
    try canvas.gnuplot.draw(figure, to: canvas.file)
    let drawn = try PNGImage(reading: canvas.file.path)
    let frame = Layout(figure).frames[0]
    let (left, top) = (Int((frame.left * 2).rounded()), Int((frame.top * 2).rounded()))
    for y in 0..<30 {
      for x in 0..<42 {
        let start = ((top + y) * drawn.width + left + x) * drawn.channels
        let expected = pixels[y / 6 * 7 + x / 6]
        #expect(
          drawn.pixels[start..<start + drawn.channels].allSatisfy { $0 == expected }, "\(x), \(y)")
      }
    }
  }

  @Test(arguments: ["panels: []", "magnification: 0, panels: [{images: a, title: b}]"])
  func impossibleSettings(_ text: String) throws {
    let drawing = try StrictDecoder().decode(
      ImageGridDrawing.self, from: try ConfigNode(yaml: "{file: f, \(text)}", file: "x.yaml"))
    #expect(drawing.problem != nil)
  }
}
