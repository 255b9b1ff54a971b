import Foundation
import Testing
import Torch

@testable import Lab

/// Runs gnuplot, one at a time.
@Suite(.serialized) struct DrawingTests {
  private let bare = Axis(range: 0...1, ticks: .none)

  private func figure(_ layers: [Layer], title: String = "") -> Figure {
    Figure(
      panels: [Panel(title: title, x: bare, y: bare, layers: layers)],
      panelSize: Size(width: 100, height: 80), scale: 1)
  }

  @Test(arguments: [1, 1.5, 2]) func thePictureHasTheSizeOfTheFigure(scale: Double) throws {
    let canvas = try Canvas()
    var panels = [Panel(title: "one"), Panel(x: Axis("x"), y: Axis("y"))]
    panels.append(Panel(legend: .outside))
    let figure = Figure(title: "sizes", columns: 2, panels: panels, scale: scale)
    try canvas.gnuplot.draw(figure, to: canvas.file)
    let (width, height) = try Pixels.size(of: canvas.file)
    #expect(width == Int((figure.size.width * scale).rounded(.up)))
    #expect(height == Int((figure.size.height * scale).rounded(.up)))
    #expect(figure.size.width > 2 * figure.panelSize.width)
    #expect(figure.size.height > 2 * figure.panelSize.height)
  }

  @Test func pointsHaveTheirColourAndPlace() throws {
    let canvas = try Canvas()
    let red = Colour(255, 0, 0)
    let pixels = try canvas.draw(
      figure([.points(x: [0.25, 0.75], y: [0.75, 0.75], colours: .one(red), size: 8)]))
    // Two discs, each of diameter 8, without the blended rim.
    #expect((50...110).contains(pixels.count(red)))
    let frame = try #require(Layout(figure([])).frames.first)
    let y = Int(frame.top + 0.25 * frame.height)
    for share in [0.25, 0.75] {
      let x = Int(frame.left + share * frame.width)
      #expect(pixels.at(x, y) == Pixels.Pixel(red: 255, green: 0, blue: 0))
    }
    #expect(pixels.at(Int(frame.left + 0.5 * frame.width), y).green == 255)
  }

  @Test func valuesTakeTheColoursOfTheirMap() throws {
    let canvas = try Canvas()
    let pixels = try canvas.draw(
      figure([
        .points(
          x: [0.2, 0.5, 0.8, 0.5], y: [0.5, 0.5, 0.5, 0.9],
          colours: .values([0, 5, 10, .nan], map: .viridis), size: 12)
      ]))
    for share in [0, 0.5, 1] {
      #expect(pixels.count(ColourMap.viridis.colour(at: share)) > 60)
    }
  }

  @Test func aGapInALineStaysAGap() throws {
    let canvas = try Canvas()
    let x = [0, 0.4, 0.5, 0.6, 1]
    func ink(_ y: [Double]) throws -> Int {
      try canvas.draw(figure([.line(x: x, y: y, colour: Colour(255, 0, 0), width: 3)]))
        .count(Colour(255, 0, 0), tolerance: 100)
    }
    let whole = try ink([0.5, 0.5, 0.5, 0.5, 0.5])
    let broken = try ink([0.5, 0.5, .nan, 0.5, 0.5])
    #expect((0.7...0.9).contains(Double(broken) / Double(whole)))
  }

  @Test func everyKindOfLayerLeavesInk() throws {
    let canvas = try Canvas()
    let empty = try canvas.draw(figure([])).inked
    let layers: [Layer] = [
      .points(x: [0.5], y: [0.5]), .points(x: [0.5], y: [0.5], marker: .diamond),
      .points(x: [0.5], y: [0.5], marker: .cross), .line(x: [0, 1], y: [0, 1]),
      .line(x: [0, 1], y: [0, 1], style: .dashed),
      .band(x: [0, 1], low: [0, 0.2], high: [0.4, 0.5]), .verticalLines([0.5]),
      .horizontalLines([0.5]), .segments([Segment(0, 0, 1, 1)]),
      .segments([Segment(0, 0, 1, 1)], colours: .values([3], map: .blues)),
      .text("text", at: .data(0.1, 0.5)),
      .text("text", at: .panel(0.9, 0.5), alignment: .right), .image([[0.2, 0.4]]),
      .bars([Bar("a", value: 0.5)]), .bars([Bar("a", value: .nan, low: 0.2, high: 0.4)]),
      .bars([Bar("a", value: .nan, runs: [0.4])]), .bars([Bar("a", value: .nan, reported: 0.4)]),
    ]
    for layer in layers {
      #expect(try canvas.draw(figure([layer])).inked > empty, "\(layer)")
    }
  }

  @Test func dataThatCannotBeDrawnLeaveAnEmptyPanel() throws {
    let canvas = try Canvas()
    let empty = try canvas.draw(figure([])).inked
    let bad = [Double.nan, .infinity, -.infinity, 1e300]
    let layers: [Layer] = [
      .points(x: [], y: []), .points(x: bad, y: bad),
      .points(x: bad, y: bad, colours: .values(bad, map: .hsv)), .line(x: [], y: []),
      .line(x: bad, y: bad), .band(x: bad, low: bad, high: bad), .bars([]), .verticalLines(bad),
      .horizontalLines(bad), .segments([Segment(.nan, 0, 1, 1)]),
      .segments([Segment(.nan, 0, 1, 1)], colours: .values([3], map: .blues)),
      .segments([Segment(0, 0, 1, 1)], colours: .values([.nan], map: .blues)), .image([]),
      .image([[]]),
      .image([[1]], x: 0...(.infinity)), .text("nowhere", at: .data(.nan, 0)),
      .text("", at: .panel(0, 0)),
    ]
    for layer in layers {
      #expect(try canvas.draw(figure([layer])).inked == empty, "\(layer)")
    }
  }

  /// A range that nobody gave is no measurement.
  @Test func onlyAGivenRangeIsNumberedWithoutData() throws {
    func script(_ axis: Axis, _ layers: [Layer] = []) throws -> String {
      let figure = Figure(panels: [Panel(x: axis, y: axis, layers: layers)])
      return try FigureScript(figure, output: "x.png").text
    }
    for axis in ["x", "y"] {
      #expect(try script(Axis()).contains("unset \(axis)tics"))
      for numbered in [
        try script(Axis(range: 0...1)), try script(Axis(ticks: .at([Tick(0.5, "half")]))),
        try script(Axis(), [.line(x: [0, 1], y: [0, 1])]),
      ] {
        #expect(numbered.contains("set \(axis)tics"))
      }
    }
  }

  @Test func axesWithoutUsableDataAreDrawnAllTheSame() throws {
    let canvas = try Canvas()
    for values in [
      [], [.nan], [3], [0, 0], [-1, -2], [.leastNonzeroMagnitude], [-9e99, 9e99], [1e-305, 2e-305],
    ] {
      for isLogarithmic in [false, true] {
        let axis = Axis("values", isLogarithmic: isLogarithmic)
        let layer = Layer.points(x: values, y: values, colours: .values(values, map: .ink))
        let panel = Panel(
          title: "title", x: axis, y: axis, equalAspect: true, layers: [layer], legend: .outside,
          colourBar: axis)
        #expect(try canvas.draw(Figure(panels: [panel], scale: 1)).inked > 500, "\(values)")
      }
    }
    #expect(try canvas.draw(Figure(title: "no panels", panels: [], scale: 1)).inked > 50)
  }

  /// Text must come out as it is, not be read as a command, a format or a notation.
  @Test(arguments: [
    "it's \"quoted\"", "back\\slash \\", "100 % %s %d %%", "two\nlines\r\n\u{0}", "@macro",
    "{/Symbol a} x_{1}^2", "`touch \(trace)`", "$(touch \(trace))",
    "'; system('touch \(trace)'); '",
    "\"; system(\"touch \(trace)\"); \"", "'", "''", "'\n!touch \(trace)\n",
    "<b>bold</b> &amp;", "β ≥ ½ 日本", "", String(repeating: "long ", count: 200),
  ])
  func hostileTexts(text: String) throws {
    let canvas = try Canvas()
    let panel = Panel(
      title: text, x: Axis(text, ticks: .at([Tick(1, text)])), y: Axis(text),
      layers: [
        .points(x: [1, 2], y: [1, 2], colours: .values([1, 2], map: .grey)),
        .text(text, at: .data(1, 1)),
      ], colourBar: Axis(text, ticks: .at([Tick(1, text)])))
    let bars = Panel(
      layers: [
        .bars([Bar(text, value: 1, reported: 2)], name: text),
        .points(x: [0], y: [1], name: text),
      ], legend: .outside)
    let figure = Figure(title: text, panels: [panel, bars], scale: 1)
    try canvas.gnuplot.draw(figure, to: canvas.file)
    #expect(try Pixels.size(of: canvas.file).0 > 240)
    #expect(!FileManager.default.fileExists(atPath: Self.trace))
  }

  /// A file that appears if a text is run as a command.
  private static let trace =
    FileManager.default.temporaryDirectory.path + "/drawing-tests-\(UUID().uuidString)"

  @Test func textsKeepTheirSpecialCharacters() throws {
    let canvas = try Canvas()
    // If the notation were read, both titles would look the same: an x with a small 2.
    let plain = try canvas.draw(figure([], title: "x^2"))
    let braced = try canvas.draw(figure([], title: "x^{2}"))
    #expect(braced.inked > plain.inked)
    func bar(_ label: String) throws -> Int {
      try canvas.draw(Figure(panels: [Panel(layers: [.bars([Bar(label, value: 1)])])], scale: 1))
        .inked
    }
    #expect(try bar("%%") > bar("%"))
  }

  @Test func logarithmicAxesTakeBarsAndTexts() throws {
    let canvas = try Canvas()
    func ink(_ layers: [Layer]) throws -> Int {
      let y = Axis(range: 1...1000, isLogarithmic: true)
      return try canvas.draw(Figure(panels: [Panel(y: y, layers: layers)], scale: 1)).inked
    }
    let bar = Layer.bars([Bar("a", value: 100, low: -1, high: 500)])
    #expect(try ink([bar]) > ink([]) + 5000)
    #expect(try ink([bar, .text("nowhere", at: .data(0, -1))]) == ink([bar]))
    #expect(try ink([bar, .text("here", at: .data(0, 300))]) > ink([bar]))
  }

  @Test func equalFiguresGiveEqualBytes() throws {
    let canvas = try Canvas()
    let figure = figure([.points(x: [0.1, 0.7], y: [0.3, 0.4]), .line(x: [0, 1], y: [0, 1])])
    try canvas.gnuplot.draw(figure, to: canvas.file)
    let first = try Data(contentsOf: canvas.file)
    try canvas.gnuplot.draw(figure, to: canvas.file)
    #expect(try Data(contentsOf: canvas.file) == first)
  }

  @Test func tenPanelsOfTenThousandPoints() throws {
    let canvas = try Canvas()
    var generator = SplitMix64(state: 3)
    let panels = (0..<10).map { _ in
      let x = (0..<10_000).map { _ in generator.normal() }
      let y = (0..<10_000).map { _ in generator.normal() }
      return Panel(layers: [.points(x: x, y: y, colours: .values(x, map: .hsv), size: 1.5)])
    }
    let figure = Figure(columns: 5, panels: panels, panelSize: Size(width: 100, height: 100))
    try canvas.gnuplot.draw(figure, to: canvas.file)
    #expect(try Pixels.size(of: canvas.file).0 > 1000)
  }
}
