import Foundation

/// A figure in gnuplot's language, with its data in files beside the script.
///
/// No text of the caller's becomes part of a command: it stands in single quotes, in which gnuplot
/// expands nothing, and is marked `noenhanced`.
struct FigureScript {
  static let font = "Liberation Sans"

  /// The commands.
  private(set) var text = ""
  /// Text of each data file by name.
  private(set) var files: [String: String] = [:]

  private let figure: Figure
  private let layout: Layout

  /// - Throws: `DrawingError.unequalLengths`.
  init(_ figure: Figure, output: String) throws {
    self.figure = figure
    layout = Layout(figure)
    let width = Int((layout.size.width * figure.scale).rounded(.up))
    let height = Int((layout.size.height * figure.scale).rounded(.up))
    text = """
      set encoding utf8
      set terminal pngcairo enhanced size \(width),\(height) background '#FFFFFF' \
      font '\(Self.font),\(0.75 * TextSize.tick)' fontscale \(figure.scale) \
      linewidth \(figure.scale) pointscale \(figure.scale)
      set output \(Self.quoted(output))
      set multiplot

      """
    if figure.panels.isEmpty { add(nil, layout.wholeFrame, isFirst: true) }
    for (index, frame) in layout.frames.enumerated() {
      let panel = figure.panels[index]
      for layer in panel.layers { try layer.check(panel: panel.title) }
      add(panel, frame, isFirst: index == 0)
      addColourBar(of: panel, frame)
    }
    text += "unset multiplot\n"
  }

  /// A text as gnuplot reads it literally.
  ///
  /// Line ends and other control characters become spaces. Quotes become apostrophes, as gnuplot 5.4
  /// reads a doubled quote at the start of a text as its end.
  static func quoted(_ text: String) -> String {
    let line = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    return "'" + line.replacingOccurrences(of: "'", with: "’") + "'"
  }

  /// A font size in gnuplot's own points, of which three make four pixels.
  private static func size(_ size: Double) -> String { "font ',\(0.75 * size)'" }
}

// MARK: - Panels

extension FigureScript {
  /// Adds a panel; without one, the place stays empty but for the title of the figure.
  private mutating func add(_ given: Panel?, _ frame: Layout.Frame, isFirst: Bool) {
    let panel = given ?? Panel()
    let size = Size(width: frame.width, height: frame.height)
    let ranges = Ranges(panel, size: size)
    begin(frame, ranges)
    if isFirst {
      for (index, line) in layout.titleLines.enumerated() {
        addLabel(
          line, TextSize.figure, x: layout.size.width / 2,
          y: 6 + TextSize.figure / 2 + Double(index) * Layout.lineHeight)
      }
    }
    // A title that is a little too long for its panel is set smaller.
    let share = (frame.width + 16) / TextSize.width(panel.title, TextSize.title)
    addLabel(
      panel.title, TextSize.title * min(1, max(0.75, share)), x: (frame.left + frame.right) / 2,
      y: frame.top - 10)
    let hasTicks = panel.x.ticks != .none || panel.y.ticks != .none
    if given == nil {
      text += "unset border\nunset xtics\nunset ytics\n"
    } else {
      let colour = hasTicks ? Colour.black : Colour(170, 170, 170)
      text += "set border \(hasTicks ? 3 : 15) back linewidth 0.7 linecolor rgb \(colour.quoted)\n"
      addAxes(panel, ranges, size)
    }
    let room = PanelRoom(panel, size: size)
    addLabel(
      panel.x.label, TextSize.label, x: (frame.left + frame.right) / 2,
      y: frame.bottom + room.toLabelX)
    addLabel(
      panel.y.label, TextSize.label, x: frame.left - room.toLabelY,
      y: (frame.top + frame.bottom) / 2, isTurned: true)

    var plots: [String] = []
    for layer in panel.layers {
      if case .text = layer { text += annotation(layer) }
      plots += layer.marks(ranges).map { plot($0) }
    }
    if panel.legend == .outside {
      addLegend(beside: frame)
      plots += panel.layers.flatMap(\.legendEntries).map { entry in
        "keyentry with \(entry.style) title \(Self.quoted(entry.name))"
      }
    }
    text += "plot \((["NaN notitle"] + plots).joined(separator: ", \\\n  "))\n"
  }

  /// Forgets the panel before, and sets the area and the ranges.
  private mutating func begin(_ frame: Layout.Frame, _ ranges: Ranges) {
    text += """
      reset
      set lmargin at screen \(horizontal(frame.left))
      set rmargin at screen \(horizontal(frame.right))
      set tmargin at screen \(vertical(frame.top))
      set bmargin at screen \(vertical(frame.bottom))
      set xrange [\(ranges.x.lowerBound):\(ranges.x.upperBound)]
      set yrange [\(ranges.y.lowerBound):\(ranges.y.upperBound)]
      set tics out nomirror scale 0.45,0.25
      unset key

      """
  }

  /// Titles are labels at fixed places, as gnuplot's own move with the numbers of the axes.
  private mutating func addLabel(
    _ label: String, _ size: Double, x: Double, y: Double, isTurned: Bool = false
  ) {
    guard !label.isEmpty else { return }
    text += "set label \(Self.quoted(label)) at screen \(horizontal(x)),\(vertical(y)) center "
    text += isTurned ? "rotate by 90 " : ""
    text += "noenhanced \(Self.size(size)) textcolor rgb \(Colour.black.quoted)\n"
  }

  private mutating func addAxes(_ panel: Panel, _ ranges: Ranges, _ size: Size) {
    if panel.x.isLogarithmic { text += "set logscale x\n" }
    if panel.y.isLogarithmic { text += "set logscale y\n" }
    let isEmpty = panel.layers.isEmpty
    let y = TickMarks(
      isEmpty ? panel.y.withoutData : panel.y, range: ranges.y, length: size.height,
      isVertical: true)
    text += ticks("y", y)
    if panel.barLabels.isEmpty {
      let x = TickMarks(
        isEmpty ? panel.x.withoutData : panel.x, range: ranges.x, length: size.width,
        isVertical: false)
      text += ticks("x", x)
    } else {
      let angle = panel.barLabelAngle(width: size.width)
      let labels = panel.barLabels.enumerated().map { Tick(Double($0.offset), $0.element) }
      text += ticks("x", TickMarks(labels), turned: angle)
    }
  }

  private func ticks(_ axis: String, _ marks: TickMarks, turned angle: Double = 0) -> String {
    guard !marks.labelled.isEmpty || !marks.minor.isEmpty else { return "unset \(axis)tics\n" }
    // gnuplot reads the text of a tick as a format.
    let labelled = marks.labelled.map { tick in
      "\(Self.quoted(tick.label.replacingOccurrences(of: "%", with: "%%"))) \(tick.value)"
    }
    let all = (labelled + marks.minor.map { "'' \($0) 1" }).joined(separator: ", ")
    let place =
      switch axis {
      case "x": angle > 0 ? "rotate by \(angle) right offset 0,-0.1" : "offset 0,0.25"
      case "y": "offset 0.4,0"
      default: "offset -0.6,0"
      }
    return "set \(axis)tics \(place) "
      + "\(marks.isEnhanced ? "enhanced" : "noenhanced") \(Self.size(TextSize.tick)) "
      + "textcolor rgb \(Colour.black.quoted) (\(all))\n"
  }

  private mutating func addLegend(beside frame: Layout.Frame) {
    text += "set key at screen \(horizontal(frame.right + 4)),\(vertical(frame.top)) "
    text += "top left Left reverse noenhanced samplen 1.6 spacing 1.15 width 1 "
    text += "\(Self.size(TextSize.tick)) textcolor rgb \(Colour.black.quoted)\n"
  }

  private func annotation(_ layer: Layer) -> String {
    guard case .text(let string, let anchor, let alignment, let colour) = layer else { return "" }
    let place: String
    switch anchor {
    case .data(let x, let y) where x.isDrawable && y.isDrawable: place = "first \(x),\(y)"
    case .panel(let x, let y) where x.isDrawable && y.isDrawable:
      place = "graph \(x),graph \(y)"
    default: return ""
    }
    return "set label \(Self.quoted(string)) at \(place) \(alignment.rawValue) noenhanced front "
      + "\(Self.size(TextSize.tick)) textcolor rgb \(colour.quoted)\n"
  }

  private mutating func plot(_ mark: Mark) -> String {
    let name = "data-\(files.count).txt"
    files[name] = mark.rows
    return "'\(name)' \(mark.style) notitle"
  }

  private func horizontal(_ x: Double) -> Double { x / layout.size.width }

  private func vertical(_ y: Double) -> Double { 1 - y / layout.size.height }
}

// MARK: - Colour bars

extension FigureScript {
  private mutating func addColourBar(of panel: Panel, _ frame: Layout.Frame) {
    guard let axis = panel.colourBar, let map = panel.colourMap, let range = panel.colourRange
    else { return }
    let bar = Layout.Frame(
      left: frame.right + PanelRoom.barGap, top: frame.top, width: PanelRoom.barWidth,
      height: frame.height)
    let shades = (0..<128).reversed().map { [Double($0) / 127] }
    let image = Layer.image(shades, map: map, range: 0...1, x: 0...1, y: range)
    let ranges = Ranges(x: 0...1, y: range)
    begin(bar, ranges)
    text += "set border 15 front linewidth 0.5 linecolor rgb \(Colour.black.quoted)\n"
    text += "unset xtics\nunset ytics\nset y2range [\(range.lowerBound):\(range.upperBound)]\n"
    let marks = TickMarks(axis, range: range, length: frame.height, isVertical: true)
    text += ticks("y2", marks)
    addLabel(
      axis.label, TextSize.label,
      x: bar.right
        + PanelRoom(panel, size: Size(width: frame.width, height: frame.height)).toLabelBar,
      y: (bar.top + bar.bottom) / 2, isTurned: true)
    let plots = image.marks(ranges).map { plot($0) }
    text += "plot \(plots.joined(separator: ", "))\n"
  }
}

extension Panel {
  /// Colour map of the first layer that has one.
  var colourMap: ColourMap? { coloured?.map }

  /// Values that the ends of the colour map stand for.
  var colourRange: ClosedRange<Double>? {
    guard let range = coloured?.range, range.lowerBound.isDrawable, range.upperBound.isDrawable
    else { return nil }
    return Ranges.widenedPoint(range)
  }

  private var coloured: (map: ColourMap, range: ClosedRange<Double>)? {
    for layer in layers {
      switch layer {
      case .points(_, _, .values(let values, let map, let range, _), _, _, _),
        .segments(_, .values(let values, let map, let range, _), _, _):
        return (map, range ?? valueRange(of: values))
      case .image(let rows, let map, let range, _, _):
        return (map, range ?? valueRange(of: rows.flatMap { $0 }))
      default:
        continue
      }
    }
    return nil
  }
}

extension TickMarks {
  /// Texts of the caller's at given places.
  init(_ labels: [Tick]) {
    labelled = labels
    isEnhanced = false
  }
}

extension Layout {
  /// The whole figure, for one without panels.
  var wholeFrame: Frame { Frame(left: 0, top: 0, width: size.width, height: size.height) }
}

extension Axis {
  /// The axis where there is no data to give it a range: numbers would mean nothing.
  fileprivate var withoutData: Axis {
    guard range == nil, ticks == .automatic else { return self }
    var axis = self
    axis.ticks = .none
    return axis
  }
}
