import Foundation

/// What one plot command draws: a data file and how to read it.
struct Mark {
  /// Lines of numbers; an empty line is a gap.
  var rows: String
  /// Columns and style, in gnuplot's words.
  var style: String
}

/// A line of the legend.
struct LegendEntry {
  var name: String
  var style: String
}

extension Layer {
  /// The marks of the layer, the first at the bottom; none without drawable data.
  func marks(_ ranges: Ranges) -> [Mark] {
    let marks: [Mark] =
      switch self {
      case .points(let x, let y, .one(let colour), let size, let marker, _):
        [
          Mark(
            rows: rows([x, y]),
            style: "with \(pointStyle(marker, size)) linecolor rgb \(colour.quoted)")
        ]
      case .points(
        let x, let y, .values(let values, let map, let range, let opacity), let size,
        let marker, _):
        [
          Mark(
            rows: colouredRows(
              x, y, map.colours(of: values, range: range).map { $0?.opacity(opacity) }),
            style: "using 1:2:3 with \(pointStyle(marker, size)) linecolor rgb variable")
        ]
      case .line(let x, let y, let colour, let width, let style, _):
        [Mark(rows: rows([x, y]), style: "with \(lineStyle(colour, width, style))")]
      case .band(let x, let low, let high, let colour, _):
        [Mark(rows: rows([x, low, high]), style: "using 1:2:3 with \(bandStyle(colour))")]
      case .bars(let bars, _):
        barMarks(bars, base: 0.0.clamped(to: ranges.y))
      case .verticalLines(let places, let colour, let width, let style, _):
        [
          strokes(
            places.map { Segment($0, ranges.y.lowerBound, $0, ranges.y.upperBound) },
            lineStyle(colour, width, style))
        ]
      case .horizontalLines(let places, let colour, let width, let style, _):
        [
          strokes(
            places.map { Segment(ranges.x.lowerBound, $0, ranges.x.upperBound, $0) },
            lineStyle(colour, width, style))
        ]
      case .segments(let segments, .one(let colour), let width, _):
        [strokes(segments, lineStyle(colour, width, .solid))]
      case .segments(
        let segments, .values(let values, let map, let range, let opacity), let width, _):
        [
          colouredStrokes(
            segments,
            map.colours(of: values, range: range).map { $0?.opacity(opacity) }, width)
        ]
      case .image(let pixels, let map, let range, _, _):
        [imageMark(pixels, map, range)]
      case .text, .picture:
        []
      }
    return marks.filter { $0.rows.contains { !$0.isNewline } }
  }

  /// What the legend says of the layer.
  var legendEntries: [LegendEntry] {
    switch self {
    case .points(_, _, let colours, let size, let marker, let name?):
      let colour = if case .one(let colour) = colours { colour } else { Colour.grey }
      // Small points could not be told apart in the legend.
      let style = pointStyle(marker, max(size, 5))
      return [
        LegendEntry(name: name, style: "\(style) linecolor rgb \(colour.opacity(1).quoted)")
      ]
    case .line(_, _, let colour, let width, let style, let name?),
      .verticalLines(_, let colour, let width, let style, let name?),
      .horizontalLines(_, let colour, let width, let style, let name?):
      return [LegendEntry(name: name, style: lineStyle(colour, width, style))]
    case .segments(_, let colours, let width, let name?):
      let colour = if case .one(let colour) = colours { colour } else { Colour.grey }
      return [LegendEntry(name: name, style: lineStyle(colour, width, .solid))]
    case .band(_, _, _, let colour, let name?):
      return [LegendEntry(name: name, style: bandStyle(colour))]
    case .bars(let bars, let name):
      return barEntries(bars, name)
    case .points, .line, .verticalLines, .horizontalLines, .segments, .band, .text, .image,
      .picture:
      return []
    }
  }
}

extension Panel {
  /// All names in the legend.
  var names: [String] { layers.flatMap(\.legendEntries).map(\.name) }
}

/// Columns as lines of numbers, with an empty line for a row that cannot be drawn.
private func rows(_ columns: [[Double]]) -> String {
  var text = ""
  for row in columns.first?.indices ?? 0..<0 {
    if columns.allSatisfy({ $0[row].isDrawable }) {
      for column in columns { text += "\(column[row]) " }
    }
    text += "\n"
  }
  return text
}

private func colouredRows(_ x: [Double], _ y: [Double], _ colours: [Colour?]) -> String {
  var text = ""
  for (index, colour) in colours.enumerated() {
    if let colour, x[index].isDrawable, y[index].isDrawable {
      text += "\(x[index]) \(y[index]) \(colour.packed)\n"
    }
  }
  return text
}

private func strokes(_ segments: [Segment], _ style: String) -> Mark {
  let drawable = segments.filter { segment in
    [segment.x0, segment.y0, segment.x1, segment.y1].allSatisfy(\.isDrawable)
  }
  let text = drawable.map { "\($0.x0) \($0.y0)\n\($0.x1) \($0.y1)\n\n" }.joined()
  return Mark(rows: text, style: "with \(style)")
}

private func colouredStrokes(
  _ segments: [Segment], _ colours: [Colour?], _ width: Double
) -> Mark {
  var text = ""
  for (segment, colour) in zip(segments, colours) {
    guard let colour,
      [segment.x0, segment.y0, segment.x1, segment.y1].allSatisfy(\.isDrawable)
    else { continue }
    text += "\(segment.x0) \(segment.y0) \(colour.packed)\n"
    text += "\(segment.x1) \(segment.y1) \(colour.packed)\n\n"
  }
  return Mark(
    rows: text, style: "using 1:2:3 with lines linecolor rgb variable linewidth \(width)")
}

private func pointStyle(_ marker: Marker, _ size: Double) -> String {
  // At size 1, gnuplot draws its markers six pixels wide.
  switch marker {
  case .disc: "points pointtype 7 pointsize \(size / 6) linewidth 0.01"
  case .diamond: "points pointtype 13 pointsize \(size / 6) linewidth 0.01"
  case .cross: "points pointtype 2 pointsize \(size / 6) linewidth 1"
  }
}

private func lineStyle(_ colour: Colour, _ width: Double, _ style: LineStyle) -> String {
  let dashes =
    switch style {
    case .solid: "1"
    case .dashed: "(10,6)"
    }
  return "lines linecolor rgb \(colour.quoted) linewidth \(width) dashtype \(dashes)"
}

private func bandStyle(_ colour: Colour) -> String {
  "filledcurves fillcolor rgb \(colour.quoted) fillstyle transparent solid 0.18 noborder"
}

// MARK: - Bars

private let barWidth = 0.62

/// Bars begin at `base`: 0, or the end of the axis that is nearest to it.
private func barMarks(_ bars: [Bar], base: Double) -> [Mark] {
  var boxes = ""
  var errors: [Segment] = []
  var runs = (x: [Double](), y: [Double]())
  var reported = (x: [Double](), y: [Double]())
  for (index, bar) in bars.enumerated() {
    let x = Double(index)
    if bar.value.isDrawable {
      let (low, high) = (min(base, bar.value), max(base, bar.value))
      boxes += "\(x) \(low) \(x - barWidth / 2) \(x + barWidth / 2) \(low) \(high) "
      boxes += "\(bar.colour.lightened.packed)\n"
    }
    if let low = bar.low, let high = bar.high {
      errors += [
        Segment(x, low, x, high), Segment(x - 0.07, low, x + 0.07, low),
        Segment(x - 0.07, high, x + 0.07, high),
      ]
    }
    // Runs to the left, side by side, and the reported value to the right of the error bar, so that
    // nothing hides anything.
    let spread = 0.16 / Double(max(bar.runs.count - 1, 1))
    for (run, value) in bar.runs.enumerated() {
      runs.x.append(x - 0.13 - spread * Double(bar.runs.count - 1 - run))
      runs.y.append(value)
    }
    if let value = bar.reported {
      reported.x.append(x + 0.18)
      reported.y.append(value)
    }
  }
  return [
    Mark(
      rows: boxes,
      style: "using 1:2:3:4:5:6:7 with boxxyerror fillstyle solid 1 noborder linecolor rgb variable"
    ),
    strokes(errors, lineStyle(.black, 1.1, .solid)),
    Mark(rows: rows([runs.x, runs.y]), style: "with \(runStyle)"),
    Mark(
      rows: rows([reported.x, reported.y]),
      style: "with \(pointStyle(.diamond, 11)) linecolor rgb \(Colour.white.quoted)"),
    Mark(rows: rows([reported.x, reported.y]), style: "with \(reportedStyle)"),
  ]
}

private let runStyle =
  "\(pointStyle(.disc, 3.6)) linecolor rgb \(Colour.black.opacity(0.55).quoted)"

private let reportedStyle = "\(pointStyle(.diamond, 8)) linecolor rgb \(Colour.red.quoted)"

private func barEntries(_ bars: [Bar], _ name: String?) -> [LegendEntry] {
  var entries: [LegendEntry] = []
  if let name, let colour = bars.first?.colour.lightened {
    let style = "boxes fillcolor rgb \(colour.quoted) fillstyle solid 1 noborder"
    entries.append(LegendEntry(name: name, style: style))
  }
  if bars.contains(where: { !$0.runs.isEmpty }) {
    entries.append(LegendEntry(name: "single runs", style: runStyle))
  }
  if bars.contains(where: { $0.reported != nil }) {
    entries.append(LegendEntry(name: "reported", style: reportedStyle))
  }
  return entries
}

extension Colour {
  /// Pale enough for dots and error bars on top.
  fileprivate var lightened: Colour {
    func mix(_ component: UInt8) -> UInt8 { UInt8(0.45 * Double(component) + 0.55 * 255) }
    return Colour(mix(red), mix(green), mix(blue), opacity: opacity)
  }
}

// MARK: - Images

extension Layer {
  /// Draws each pixel as four, as gnuplot cannot draw an image of a single row or column.
  private func imageMark(
    _ pixels: [[Double]], _ map: ColourMap, _ range: ClosedRange<Double>?
  ) -> Mark {
    let (x, y) = (extentX.values, extentY.values)
    guard let columns = pixels.first?.count, columns > 0, (x + y).count == 4,
      (x + y).allSatisfy(\.isDrawable)
    else {
      return Mark(rows: "", style: "")
    }
    let range = range ?? valueRange(of: pixels.flatMap { $0 })
    let width = (x[1] - x[0]) / Double(columns)
    let height = (y[1] - y[0]) / Double(pixels.count)
    var text = ""
    for (row, values) in pixels.enumerated() {
      let colours = map.colours(of: values, range: range)
      for half in [0.25, 0.75] {
        let place = y[1] - (Double(row) + half) * height
        for (column, colour) in colours.enumerated() {
          let colour = colour ?? .white
          let rgb = "\(colour.red) \(colour.green) \(colour.blue)"
          text += "\(x[0] + (Double(column) + 0.25) * width) \(place) \(rgb)\n"
          text += "\(x[0] + (Double(column) + 0.75) * width) \(place) \(rgb)\n"
        }
      }
    }
    return Mark(rows: text, style: "using 1:2:3:4:5 with rgbimage")
  }
}
