/// A figure: panels on a grid.
///
/// It is a function of arrays and knows no model. All lengths are in points of the finished figure, which
/// has `scale` pixels to a point. Panels have a fixed size, and the figure grows around them.
public struct Figure: Equatable, Sendable {
  /// Text above all panels; empty for none.
  public var title: String
  /// Columns of the grid, from 1 to 100.
  public var columns: Int
  /// Panels in reading order; each takes the first place that is free and large enough.
  public var panels: [Panel]
  /// Size of the area inside the axes of a panel that spans one row.
  public var panelSize: Size
  /// Pixels to a point, from 0.1 to 10.
  public let scale: Double

  /// A figure with this many columns.
  public init(
    title: String = "", columns: Int = 1, panels: [Panel],
    panelSize: Size = Size(width: 240, height: 180), scale: Double = 2
  ) {
    self.title = title
    self.columns = columns
    self.panels = panels
    self.panelSize = panelSize
    self.scale = scale.clamped(to: 0.1...10)
  }

  /// Size of the whole picture in points; the PNG has `scale` times as many pixels, rounded up.
  public var size: Size { Layout(self).size }
}

/// A width and a height, each from 1 to a million.
public struct Size: Equatable, Sendable {
  /// Width.
  public let width: Double
  /// Height.
  public let height: Double

  /// A width and a height; what is out of bounds becomes the nearest bound.
  public init(width: Double, height: Double) {
    self.width = width.clamped(to: 1...1e6)
    self.height = height.clamped(to: 1...1e6)
  }
}

extension Double {
  /// The nearest number in the range; its lower bound for NaN.
  func clamped(to range: ClosedRange<Double>) -> Double {
    isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}

/// A pair of axes with layers in it, drawn in order.
public struct Panel: Equatable, Sendable {
  /// Text above the panel; empty for none.
  public var title: String
  /// Horizontal axis.
  public var x: Axis
  /// Vertical axis.
  public var y: Axis
  /// One unit is equally long on both axes; the range of one is widened where needed.
  public var equalAspect: Bool
  /// What is drawn, the first at the bottom.
  public var layers: [Layer]
  /// Where the names of the layers are shown; nil for nowhere.
  public var legend: Legend?
  /// Scale of the colours of the first layer that has a colour map; nil for none.
  public var colourBar: Axis?
  /// Rows of the grid that the panel spans, from 1 to 100.
  public var rows: Int

  /// A panel; without layers it is an empty pair of axes, numbered only where they have a range or ticks.
  public init(
    title: String = "", x: Axis = Axis(), y: Axis = Axis(), equalAspect: Bool = false,
    layers: [Layer] = [], legend: Legend? = nil, colourBar: Axis? = nil, rows: Int = 1
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.equalAspect = equalAspect
    self.layers = layers
    self.legend = legend
    self.colourBar = colourBar
    self.rows = rows
  }
}

/// An axis of a panel, or the scale of its colours.
public struct Axis: Equatable, Sendable {
  /// Quantity and unit; empty for none.
  public var label: String
  /// Range shown; nil to show all data.
  ///
  /// One that cannot be shown (infinite, or not positive on a logarithmic axis) counts as nil.
  public var range: ClosedRange<Double>?
  /// Logarithmic, base 10; values that are not positive are left out.
  public var isLogarithmic: Bool
  /// Marked values.
  public var ticks: Ticks

  /// An axis, by default linear with the range of the data.
  public init(
    _ label: String = "", range: ClosedRange<Double>? = nil, isLogarithmic: Bool = false,
    ticks: Ticks = .automatic
  ) {
    self.label = label
    self.range = range
    self.isLogarithmic = isLogarithmic
    self.ticks = ticks
  }
}

/// Marked values of an axis.
public enum Ticks: Equatable, Sendable {
  /// Round numbers.
  case automatic
  /// None, and no numbers.
  case none
  /// These, such as `[Tick(.pi, "π")]`.
  case at([Tick])
}

/// A marked value of an axis.
public struct Tick: Equatable, Sendable {
  /// Place on the axis.
  public var value: Double
  /// Text beside it.
  public var label: String

  /// A marked value and its text.
  public init(_ value: Double, _ label: String) {
    self.value = value
    self.label = label
  }
}

/// Where a panel shows the names of its layers.
public enum Legend: Equatable, Sendable {
  /// To the right of the panel.
  case outside
}
