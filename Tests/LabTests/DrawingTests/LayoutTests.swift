import Foundation
import Testing

@testable import Lab

/// Places, ranges, ticks and colours: everything that needs no gnuplot.
@Suite struct LayoutTests {
  private let size = Size(width: 100, height: 50)

  private func ranges(_ panel: Panel) -> Ranges { Ranges(panel, size: size) }

  @Test func panelsFillTheGridInReadingOrder() {
    let panels = [Panel(), Panel(), Panel(rows: 2), Panel(), Panel(), Panel()]
    let frames = Layout(Figure(columns: 3, panels: panels, panelSize: size)).frames
    #expect(frames[0].top == frames[1].top && frames[1].top == frames[2].top)
    #expect(frames[0].left == frames[3].left && frames[1].left == frames[4].left)
    #expect(frames[3].top > frames[0].bottom)
    #expect(frames[2].bottom == frames[3].bottom)
    #expect(frames[5].left == frames[0].left && frames[5].top > frames[3].bottom)
    #expect(
      frames[..<2].allSatisfy { abs($0.width - 100) < 1e-9 && abs($0.height - 50) < 1e-9 })
  }

  @Test func textsAreGivenRoom() {
    func size(_ panel: Panel) -> Size { Figure(panels: [panel], panelSize: self.size).size }
    let plain = size(Panel())
    #expect(size(Panel(title: "title")).height > plain.height)
    #expect(size(Panel(x: Axis("label"))).height > plain.height)
    #expect(size(Panel(y: Axis("label"))).width > plain.width)
    #expect(size(Panel(y: Axis(ticks: .none))).width < plain.width)
    let named = Layer.line(x: [0, 1], y: [0, 1], name: "a rather long name")
    #expect(
      size(Panel(layers: [named], legend: .outside)).width
        > size(Panel(layers: [named])).width + 90)
    let image = Layer.image([[0, 1]])
    #expect(
      size(Panel(layers: [image], colourBar: Axis("unit"))).width
        > size(Panel(layers: [image])).width + 30)
    let long = [Bar("a long label", value: 1), Bar("another long label", value: 1)]
    #expect(
      size(Panel(layers: [.bars(long)])).height
        > size(Panel(layers: [.bars([Bar("a", value: 1)])])).height + 20)
  }

  /// A text that is turned by 30° and ends below its bar is 0.87 of its length wide.
  @Test func turnedTextsAreWithinTheFigure() throws {
    let label = "a text that is much longer than the others"
    func left(_ labels: [String]) throws -> Double {
      let panel = Panel(layers: [.bars(labels.map { Bar($0, value: 1) })])
      return try #require(Layout(Figure(panels: [panel], panelSize: size)).frames.first).left
    }
    let first = try left([label, "b", "c"])
    #expect(
      first + 0.6 / 3.2 * 100 >= 0.86 * TextSize.width(String(label.prefix(35)), TextSize.tick))
    #expect(try left(["b", "c", label]) < first)
  }

  /// A legend takes no room from the columns where a panel's place beside it is free.
  @Test func legendsStandInFreePlaces() {
    let named = Layer.line(x: [0, 1], y: [0, 1], name: "a name")
    let plain = Panel(layers: [named])
    let legend = Panel(layers: [named], legend: .outside)
    func gap(_ panels: [Panel]) -> Double {
      let frames = Layout(Figure(columns: 2, panels: panels, panelSize: size)).frames
      return frames[1].left - frames[0].right
    }
    #expect(gap([plain, plain, legend]) < gap([plain, plain, legend, plain]) - 50)
    #expect(gap([plain, plain, plain]) == gap([plain, plain, legend]))
    // One that is wider than the place beside it still has the room that it needs.
    let long = Panel(
      layers: [.line(x: [0, 1], y: [0, 1], name: String(repeating: "m", count: 40))],
      legend: .outside)
    #expect(gap([plain, plain, long]) > gap([plain, plain, legend]) + 90)
  }

  /// Texts below bars are turned where they would touch; bars without a text leave room.
  @Test func textsOfBarsAreTurnedWhereTheyTouch() {
    func angle(_ labels: [String]) -> Double {
      Panel(layers: [.bars(labels.map { Bar($0, value: 1) })]).barLabelAngle(width: 100)
    }
    #expect(angle(["1", "2", "3"]) == 0)
    #expect(angle((1...20).map { "\($0)" }) == 30)
    #expect(angle((1...20).map { $0.isMultiple(of: 5) ? "\($0)" : "" }) == 0)
    #expect(angle((1...20).map { $0 > 18 ? "\($0)" : "" }) == 30)
    #expect(angle(["", "a word", ""]) == 0 && angle(["", "", ""]) == 0)
    #expect(angle(["", "a word that is wider than all of them", ""]) == 30)
  }

  @Test func impossibleSizesAreBounded() {
    let figure = Figure(
      columns: -3, panels: [Panel(rows: Int.max)],
      panelSize: Size(width: .nan, height: -1), scale: .nan)
    #expect(figure.scale == 0.1)
    #expect(figure.size.width < 100)
    #expect(Figure(columns: .max, panels: []).size.width < 1e5)
  }

  @Test func rangesHoldTheData() {
    let line = Layer.line(x: [1, 5, .nan], y: [2, .infinity, 4])
    let found = ranges(Panel(layers: [line]))
    #expect(found.x == 1...5)
    #expect(found.y.lowerBound < 2 && found.y.upperBound > 4 && found.y.upperBound < 4.3)
    #expect(ranges(Panel(x: Axis(range: 0...9), layers: [line])).x == 0...9)
    #expect(ranges(Panel(x: Axis(range: 0...(.infinity)), layers: [line])).x == 1...5)
    #expect(ranges(Panel()) == Ranges(x: 0...1, y: 0...1))
    #expect(ranges(Panel(layers: [.verticalLines([3, 7])])).x == 3...7)
    #expect(
      ranges(Panel(layers: [.image([[1, 2, 3], [4, 5, 6]])])) == Ranges(x: 0...3, y: 0...2))
  }

  @Test func logarithmicRangesLeaveOutWhatIsNotPositive() {
    let axis = Axis(isLogarithmic: true)
    let found = ranges(Panel(x: axis, layers: [.line(x: [-1, 0, 10, 1000], y: [1, 1, 1, 1])]))
    #expect(found.x == 10...1000)
    #expect(ranges(Panel(x: Axis(range: 0...5, isLogarithmic: true))).x == 1...10)
  }

  @Test func oneValueGetsARangeAroundIt() {
    for value in [0, 3, -2e9, 1e-30] {
      let x = ranges(Panel(layers: [.line(x: [value], y: [value])])).x
      #expect(x.contains(value) && x.lowerBound < x.upperBound)
    }
  }

  @Test func barsStandOnZero() {
    let up = ranges(
      Panel(layers: [.bars([Bar("a", value: 2, low: 1, high: 4), Bar("b", value: 1)])]))
    #expect(up.y.lowerBound == 0 && up.y.upperBound > 4)
    #expect(up.x == -0.6...1.6)
    let down = ranges(Panel(layers: [.bars([Bar("a", value: -2, reported: -3)])]))
    #expect(down.y.upperBound == 0 && down.y.lowerBound < -3)
  }

  @Test func equalAspectWidensOneRange() {
    let square = Axis(range: -1...1)
    let found = ranges(Panel(x: square, y: square, equalAspect: true))
    #expect(found == Ranges(x: -2...2, y: -1...1))
  }

  @Test func roundTicks() {
    func labels(_ range: ClosedRange<Double>, isLogarithmic: Bool = false) -> [String] {
      let axis = Axis(isLogarithmic: isLogarithmic)
      return TickMarks(axis, range: range, length: 240, isVertical: false).labelled.map(\.label)
    }
    #expect(labels(0...1) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(-0.3...0.3) == ["−0.2", "0.0", "0.2"])
    #expect(labels(0...150_000) == ["0", "50000", "100000", "150000"])
    #expect(labels(0...2e6) == ["0", "0.5×10^{6}", "1.0×10^{6}", "1.5×10^{6}", "2.0×10^{6}"])
    #expect(labels(0...3e-5).last == "3×10^{−5}")
    #expect(labels(1...1000, isLogarithmic: true) == ["1", "10", "100", "1000"])
    #expect(
      labels(0.05...2e4, isLogarithmic: true)
        == ["10^{−1}", "10^{0}", "10^{1}", "10^{2}", "10^{3}", "10^{4}"])
    #expect(labels(2...7, isLogarithmic: true) == ["2", "3", "4", "5", "6", "7"])
    #expect(labels(1e-90...1e90, isLogarithmic: true).count < 12)
    #expect(labels(1...(1 + 1e-15)).count < 100)
  }

  /// One label gives an axis no scale.
  @Test(arguments: [
    5.1...9.9, 0.9...1.1, 6...9.9, 0.53...0.54, -4.9...4.9, 1e-9...3e-9, 12_345...12_346, 2.1...2.9,
  ])
  func atLeastTwoLabels(_ range: ClosedRange<Double>) {
    for isLogarithmic in [false, true] where range.lowerBound > 0 || !isLogarithmic {
      for length in [20.0, 50, 100, 240] {
        let marks = TickMarks(
          Axis(isLogarithmic: isLogarithmic), range: range, length: length, isVertical: true)
        #expect(marks.labelled.count >= 2, "\(isLogarithmic), \(length)")
        #expect(Set(marks.labelled.map(\.label)).count == marks.labelled.count)
      }
    }
    let decades = TickMarks(
      Axis(isLogarithmic: true), range: 8...2000, length: 20, isVertical: true)
    #expect(decades.labelled.count >= 2)
  }

  @Test func minorTicksOfDecades() {
    let axis = Axis(isLogarithmic: true)
    let marks = TickMarks(axis, range: 5...200, length: 240, isVertical: false)
    #expect(marks.minor.sorted() == [5, 6, 7, 8, 9, 20, 30, 40, 50, 60, 70, 80, 90, 200])
  }

  @Test func colourMaps() {
    #expect(ColourMap.grey.colour(at: 0) == Colour(0, 0, 0))
    #expect(ColourMap.grey.colour(at: 1) == .white)
    #expect(ColourMap.ink.colour(at: 1) == Colour(0, 0, 0))
    #expect(ColourMap.ink.colour(at: 0) == Colour(215, 215, 215))
    // The ends of the circle meet; a third of the way is green, two thirds blue.
    #expect(ColourMap.hsv.colour(at: 0) == ColourMap.hsv.colour(at: 1))
    #expect(ColourMap.hsv.colour(at: 1 / 3.0) == Colour(35, 235, 35))
    #expect(ColourMap.hsv.colour(at: 2 / 3.0) == Colour(35, 35, 235))
    // First and last colour of the published table.
    #expect(ColourMap.viridis.colour(at: -5) == Colour(68, 1, 84))
    #expect(ColourMap.viridis.colour(at: 7) == Colour(253, 231, 37))
    #expect(ColourMap.viridis.colour(at: .nan) == Colour(68, 1, 84))
    #expect(ColourMap.grey.colours(of: [1, .nan, 3], range: nil)[1] == nil)
    #expect(Colour(255, 0, 16, opacity: 0).quoted == "'#FFFF0010'")
    #expect(Colour.series(-1) == Colour.series(7))
  }

  @Test func quotedTextStaysInItsQuotes() {
    #expect(FigureScript.quoted("it's") == "'it’s'")
    #expect(FigureScript.quoted("'; system('x'); '") == "'’; system(’x’); ’'")
    #expect(FigureScript.quoted("a\nb\u{0}\t\\") == "'a b  \\'")
  }

  /// Every text of the caller's is marked as not to be read as notation.
  @Test func noTextIsEnhanced() throws {
    let panel = Panel(
      title: "MARK", x: Axis("MARK", ticks: .at([Tick(0, "MARK")])), y: Axis("MARK"),
      layers: [.image([[1, 2]]), .text("MARK", at: .panel(0, 0))],
      colourBar: Axis("MARK", ticks: .at([Tick(1, "MARK")])))
    let script = try FigureScript(Figure(title: "MARK", panels: [panel]), output: "x.png").text
    let lines = script.split(separator: "\n").filter { $0.contains("MARK") }
    #expect(lines.count == 8)
    #expect(lines.allSatisfy { $0.contains(" noenhanced ") })
  }
}
