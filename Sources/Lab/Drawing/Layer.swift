import Files

/// One kind of mark in a panel.
///
/// Values that are NaN, infinite or beyond 1e100 are left out; a line and a band have a gap there.
/// A `name` is shown in the legend. Widths and sizes are in points.
public enum Layer: Equatable, Sendable {
  /// A scatter of points; `size` is their diameter.
  case points(
    x: [Double], y: [Double], colours: Colouring = .one(.series(0)), size: Double = 3,
    marker: Marker = .disc, name: String? = nil)
  /// A curve through points in the order given.
  case line(
    x: [Double], y: [Double], colour: Colour = .series(0), width: Double = 1.5,
    style: LineStyle = .solid, name: String? = nil)
  /// The area between two curves, shaded lightly.
  case band(
    x: [Double], low: [Double], high: [Double], colour: Colour = .series(0), name: String? = nil)
  /// Bars at 0, 1, 2, … with their intervals, single runs and reported values.
  case bars([Bar], name: String? = nil)
  /// Lines over the whole height of the panel.
  case verticalLines(
    [Double], colour: Colour = .red, width: Double = 1, style: LineStyle = .solid,
    name: String? = nil)
  /// Lines over the whole width of the panel.
  case horizontalLines(
    [Double], colour: Colour = .grey, width: Double = 1, style: LineStyle = .dashed,
    name: String? = nil)
  /// Straight strokes.
  case segments(
    [Segment], colours: Colouring = .one(.series(0)), width: Double = 1, name: String? = nil)
  /// One line of text.
  case text(String, at: Anchor, alignment: Alignment = .left, colour: Colour = .black)
  /// A matrix, its first row on top; NaN is white. The extents default to one unit per pixel.
  case image(
    [[Double]], map: ColourMap = .grey, range: ClosedRange<Double>? = nil,
    x: ClosedRange<Double>? = nil, y: ClosedRange<Double>? = nil)
  /// A picture in the upper left corner of the panel, each of its pixels a square of
  /// `magnification` × `magnification` pixels of the finished figure. One unit of the axes is one pixel
  /// of the picture. It covers what is drawn below and above it.
  case picture(PNGImage, magnification: Int)
}

/// Colours of the points of a scatter, or of strokes.
public enum Colouring: Equatable, Sendable {
  /// The same for all.
  case one(Colour)
  /// One value for each; the range defaults to that of the values.
  case values([Double], map: ColourMap, range: ClosedRange<Double>? = nil, opacity: Double = 1)
}

/// Shape of a point.
public enum Marker: Equatable, Sendable {
  /// Filled circle.
  case disc
  /// Filled diamond.
  case diamond
  /// Diagonal cross.
  case cross
}

/// Pattern of a line.
public enum LineStyle: Equatable, Sendable {
  /// Unbroken.
  case solid
  /// Long strokes.
  case dashed
}

/// Side of the anchor on which a text ends up.
public enum Alignment: String, Equatable, Sendable {
  /// The text begins at the anchor.
  case left
  /// The text is centred at the anchor.
  case center
  /// The text ends at the anchor.
  case right
}

/// A place in a panel.
public enum Anchor: Equatable, Sendable {
  /// In units of the axes.
  case data(Double, Double)
  /// In shares of the panel: (0, 0) is the lower left corner, (1, 1) the upper right one.
  case panel(Double, Double)
}

/// A bar with what belongs to it.
public struct Bar: Equatable, Sendable {
  /// Text below the bar.
  public var label: String
  /// Height, such as the mean; NaN for no bar.
  public var value: Double
  /// Lower end of the error bar.
  public var low: Double?
  /// Upper end of the error bar.
  public var high: Double?
  /// Values of the single runs, shown as dots.
  public var runs: [Double]
  /// What the paper reports, shown as a diamond.
  public var reported: Double?
  /// Colour of the bar.
  public var colour: Colour

  /// A bar; the ends of the error bar are values on the axis, not lengths.
  public init(
    _ label: String, value: Double, low: Double? = nil, high: Double? = nil, runs: [Double] = [],
    reported: Double? = nil, colour: Colour = .series(0)
  ) {
    self.label = label
    self.value = value
    self.low = low
    self.high = high
    self.runs = runs
    self.reported = reported
    self.colour = colour
  }
}

/// A straight stroke from one point to another.
public struct Segment: Equatable, Sendable {
  /// Where it starts.
  public var x0: Double, y0: Double
  /// Where it ends.
  public var x1: Double, y1: Double

  /// A stroke from (x0, y0) to (x1, y1).
  public init(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) {
    self.x0 = x0
    self.y0 = y0
    self.x1 = x1
    self.y1 = y1
  }
}

extension Double {
  /// Whether gnuplot can place it; the bound keeps its arithmetic from overflowing.
  var isDrawable: Bool { abs(self) < 1e100 }
}

extension Layer {
  /// - Throws: `DrawingError.unequalLengths`.
  func check(panel: String) throws {
    let name: String
    let counts: [Int]
    switch self {
    case .points(let x, let y, .values(let values, _, _, _), _, _, _):
      (name, counts) = ("points", [x.count, y.count, values.count])
    case .points(let x, let y, .one, _, _, _):
      (name, counts) = ("points", [x.count, y.count])
    case .line(let x, let y, _, _, _, _):
      (name, counts) = ("line", [x.count, y.count])
    case .band(let x, let low, let high, _, _):
      (name, counts) = ("band", [x.count, low.count, high.count])
    case .image(let rows, _, _, _, _):
      (name, counts) = ("image", Array(Set(rows.map(\.count))).sorted())
    case .segments(let segments, .values(let values, _, _, _), _, _):
      (name, counts) = ("segments", [segments.count, values.count])
    case .bars, .verticalLines, .horizontalLines, .segments, .text, .picture:
      return
    }
    if Set(counts).count > 1 {
      throw DrawingError.unequalLengths(panel: panel, layer: name, counts: counts)
    }
  }
}
