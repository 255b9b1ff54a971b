import Foundation

/// Sizes of the texts of a figure, in points of the figure.
enum TextSize {
  static let tick = 10.0
  static let label = 11.0
  static let title = 11.5
  static let figure = 13.0

  /// Rough width of a text in a sans font; gnuplot does not tell it beforehand.
  static func width(_ text: String, _ size: Double) -> Double { 0.54 * size * Double(text.count) }
}

/// Where the panels of a figure go; x and y in points from the upper left corner.
struct Layout {
  /// A rectangle of the figure.
  struct Frame: Equatable {
    var left: Double, top: Double, width: Double, height: Double
    var right: Double { left + width }
    var bottom: Double { top + height }
  }

  /// Area inside the axes of each panel.
  private(set) var frames: [Frame] = []
  /// Size of the figure.
  private(set) var size = Size(width: 0, height: 0)

  /// The figure's title, broken where it would not fit.
  private(set) var titleLines: [String] = []

  /// Distance between the lines of the title.
  static let lineHeight = TextSize.figure + 3

  init(_ figure: Figure) {
    let places = Self.places(figure)
    let rows = max(1, places.map { $0.row + $0.rows }.max() ?? 1)
    let columns = Self.span(figure.columns)
    var gutters = Gutters(rows: rows, columns: columns)
    let taken = Set(places.flatMap(\.cells))
    for (panel, place) in zip(figure.panels, places) {
      // A legend may stand in the place of a panel that is not there.
      let isFree = place.column + 1 < columns && taken.isDisjoint(with: place.beside)
      gutters.fit(
        panel, place, figure.panelSize, beside: isFree ? figure.panelSize.width : 0)
    }

    let edge = 6.0
    let lefts = Self.positions(
      from: edge, gutters.left, gutters.right, figure.panelSize.width)
    let width =
      (lefts[columns - 1] + figure.panelSize.width + gutters.right[columns - 1] + edge).rounded(.up)
    titleLines = Self.lines(figure.title, width: width - 2 * edge)
    let top = edge + (titleLines.isEmpty ? 0 : 10) + Double(titleLines.count) * Self.lineHeight
    let tops = Self.positions(from: top, gutters.top, gutters.bottom, figure.panelSize.height)
    for place in places {
      let (left, top) = (lefts[place.column], tops[place.row])
      frames.append(
        Frame(
          left: left, top: top, width: figure.panelSize.width,
          height: tops[place.row + place.rows - 1] + figure.panelSize.height - top))
    }
    size = Size(
      width: width,
      height: (tops[rows - 1] + figure.panelSize.height + gutters.bottom[rows - 1] + edge)
        .rounded(.up))
  }

  /// A text in lines no wider than `width`, broken at spaces and where it has line breaks.
  static func lines(_ text: String, width: Double) -> [String] {
    text.split(separator: "\n").flatMap { paragraph in
      paragraph.split(separator: " ").reduce(into: [String]()) { lines, word in
        let longer = lines.last.map { "\($0) \(word)" }
        if let longer, TextSize.width(longer, TextSize.figure) <= width {
          lines[lines.count - 1] = longer
        } else {
          lines.append(String(word))
        }
      }
    }
  }

  private static func positions(
    from start: Double, _ before: [Double], _ after: [Double], _ length: Double
  ) -> [Double] {
    var next = start
    return zip(before, after).map { before, after in
      defer { next += before + length + after }
      return next + before
    }
  }

  /// Bounds a number of rows or columns, so that a slip does not ask for a billion of them.
  private static func span(_ count: Int) -> Int { min(max(1, count), 100) }

  /// First free place of each panel in reading order.
  private static func places(_ figure: Figure) -> [Place] {
    let columns = Self.span(figure.columns)
    var taken: Set<Place> = []
    return figure.panels.map { panel in
      var place = Place(row: 0, column: 0, rows: span(panel.rows))
      while !taken.isDisjoint(with: place.cells) {
        place.column += 1
        if place.column >= columns {
          place.column = 0
          place.row += 1
        }
      }
      taken.formUnion(place.cells)
      return place
    }
  }
}

private struct Place: Hashable {
  var row: Int, column: Int
  var rows = 1

  var cells: [Place] {
    (row..<row + rows).map { Place(row: $0, column: column) }
  }

  /// The cells to its right.
  var beside: [Place] { cells.map { Place(row: $0.row, column: $0.column + 1) } }
}

/// Room around the rows and columns of the grid, for titles, numbers and labels.
private struct Gutters {
  var left: [Double], right: [Double]
  var top: [Double], bottom: [Double]

  init(rows: Int, columns: Int) {
    left = [Double](repeating: 5, count: columns)
    right = [Double](repeating: 5, count: columns)
    top = [Double](repeating: 6, count: rows)
    bottom = [Double](repeating: 6, count: rows)
  }

  /// - Parameter beside: width of what is free at the panel's right, gutters not counted.
  mutating func fit(_ panel: Panel, _ place: Place, _ size: Size, beside: Double) {
    let room = PanelRoom(
      panel, size: Size(width: size.width, height: size.height * Double(place.rows)))
    let lastRow = place.row + place.rows - 1
    left[place.column] = max(left[place.column], room.left)
    let needed = room.right - min(beside, room.legend)
    right[place.column] = max(right[place.column], needed)
    top[place.row] = max(top[place.row], room.top)
    bottom[lastRow] = max(bottom[lastRow], room.bottom)
  }
}

/// Room that one panel needs around its axes.
struct PanelRoom {
  static let barGap = 8.0
  static let barWidth = 9.0

  var left = 5.0, right = 6.0, top = 6.0, bottom = 6.0
  /// Distances from the axes, or the colour bar, to the middle of their labels.
  private(set) var toLabelX = 0.0, toLabelY = 0.0, toLabelBar = 0.0
  /// Width of the legend at the right, counted in `right`.
  private(set) var legend = 0.0

  /// Measures the panel for an area of this size inside its axes.
  init(_ panel: Panel, size: Size) {
    let ranges = Ranges(panel, size: size)
    let y = TickMarks(panel.y, range: ranges.y, length: size.height, isVertical: true)
    if let widest = Self.widest(y) { left += widest + 5 }
    toLabelY = left + TextSize.label / 2
    if !panel.y.label.isEmpty { left += TextSize.label + 6 }

    let x = TickMarks(panel.x, range: ranges.x, length: size.width, isVertical: false)
    let angle = panel.barLabelAngle(width: size.width) * .pi / 180
    if angle > 0 {
      let widths = panel.barLabels.map { TextSize.width($0, TextSize.tick) }
      bottom += sin(angle) * (widths.max() ?? 0) + 14
      // A turned text ends below its bar.
      for (index, width) in widths.enumerated() {
        let bar = Panel.placeOfBar(index, of: widths.count)
        left = max(left, cos(angle) * width - size.width * bar)
      }
    } else if !panel.barLabels.isEmpty {
      bottom += TextSize.tick + 7
    } else if let widest = Self.widest(x) {
      bottom += TextSize.tick + 7
      right = max(right, widest / 2)
    }
    toLabelX = bottom + TextSize.label / 2 - 3
    if !panel.x.label.isEmpty { bottom += TextSize.label + 2 }
    if !panel.title.isEmpty { top += TextSize.title + 5 }

    if let axis = panel.colourBar, let range = panel.colourRange {
      let marks = TickMarks(axis, range: range, length: size.height, isVertical: true)
      toLabelBar = 10 + (Self.widest(marks) ?? 0) + TextSize.label / 2
      right =
        Self.barGap + Self.barWidth + toLabelBar
        + (axis.label.isEmpty ? 0 : TextSize.label / 2 + 6)
    }
    if panel.legend == .outside {
      legend = 30 + (panel.names.map { TextSize.width($0, TextSize.tick) }.max() ?? 0)
      right += legend
    }
  }

  /// Width of the widest number of an axis; nil if it has none.
  private static func widest(_ marks: TickMarks) -> Double? {
    marks.labelled.map { TextSize.width(marks.shown($0.label), TextSize.tick) }.max()
  }
}

extension TickMarks {
  /// The text without its notation.
  fileprivate func shown(_ label: String) -> String {
    isEnhanced ? label.filter { !"{}^".contains($0) } : label
  }
}

extension Panel {
  /// Where a bar stands along the axis, which reaches from 0.6 before the first bar to 0.6 behind the
  /// last; 0 is the axis' start and 1 its end.
  static func placeOfBar(_ index: Int, of count: Int) -> Double {
    (Double(index) + 0.6) / (Double(count) + 0.2)
  }

  /// Texts below the bars, if the panel has bars.
  var barLabels: [String] {
    for case .bars(let bars, _) in layers {
      return bars.map { $0.label.count > 36 ? $0.label.prefix(35) + "…" : $0.label }
    }
    return []
  }

  /// Degrees by which the texts below the bars are turned, so that they do not run together.
  func barLabelAngle(width: Double) -> Double {
    let slot = width / max(1, Double(barLabels.count) + 0.2)
    let widths = barLabels.map { TextSize.width($0, TextSize.tick) }
    // Bars without a text leave their room to the others.
    let shown = widths.indices.filter { !barLabels[$0].isEmpty }
    if shown.count == 1 { return widths[shown[0]] > width * 0.98 ? 30 : 0 }
    let isTooWide = zip(shown, shown.dropFirst()).contains { left, right in
      max(widths[left], widths[right]) > Double(right - left) * slot * 0.98
    }
    return isTooWide ? 30 : 0
  }
}
