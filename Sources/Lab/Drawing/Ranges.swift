import Foundation

/// What the axes of a panel show.
struct Ranges: Equatable {
  var x: ClosedRange<Double>
  var y: ClosedRange<Double>
}

extension Ranges {
  /// Takes the given ranges where they can be shown, else those of the data with some room.
  init(_ panel: Panel, size: Size) {
    x = Self.range(of: panel.x, panel.layers.map(\.extentX))
    y = Self.range(of: panel.y, panel.layers.map(\.extentY))
    guard panel.equalAspect, !panel.x.isLogarithmic, !panel.y.isLogarithmic else { return }
    let unit = min(size.width / x.width, size.height / y.width)
    x = x.widened(to: size.width / unit)
    y = y.widened(to: size.height / unit)
  }

  private static func range(of axis: Axis, _ extents: [Extent]) -> ClosedRange<Double> {
    let isLogarithmic = axis.isLogarithmic
    func canShow(_ value: Double) -> Bool { value.isDrawable && (!isLogarithmic || value > 1e-100) }
    if let given = axis.range, canShow(given.lowerBound), canShow(given.upperBound) {
      return widenedPoint(given, isLogarithmic: isLogarithmic)
    }
    let values = extents.flatMap { $0.values.filter(canShow) }
    guard let low = values.min(), let high = values.max() else {
      return isLogarithmic ? 1...10 : 0...1
    }
    let range = widenedPoint(low...high, isLogarithmic: isLogarithmic)
    let room = extents.map(\.room).max() ?? 0
    if isLogarithmic {
      let factor = pow(range.upperBound / range.lowerBound, room)
      return (range.lowerBound / factor)...(range.upperBound * factor)
    }
    // A bar stands on its axis, not above it.
    let standsOnZero = extents.contains { $0.startsAtZero }
    let below = standsOnZero && low == 0 ? 0 : room * range.width
    let above = standsOnZero && high == 0 ? 0 : room * range.width
    return (range.lowerBound - below)...(range.upperBound + above)
  }

  /// The range, or one around it if it is too narrow for an axis.
  static func widenedPoint(
    _ range: ClosedRange<Double>, isLogarithmic: Bool = false
  ) -> ClosedRange<Double> {
    let magnitude = max(abs(range.lowerBound), abs(range.upperBound))
    guard range.width <= max(1e-9 * magnitude, 1e-100) else { return range }
    if isLogarithmic { return (range.lowerBound / 2)...(range.upperBound * 2) }
    let half = magnitude > 1e-99 ? 0.05 * magnitude : 0.5
    return (range.lowerBound - half)...(range.upperBound + half)
  }
}

/// Values of a layer along one axis, and the room that it wants beyond them, as a share of their
/// range.
struct Extent {
  var values: [Double] = []
  var room = 0.0
  var startsAtZero = false
}

extension Layer {
  var extentX: Extent {
    switch self {
    case .points(let x, _, _, _, _, _): Extent(values: x, room: 0.04)
    case .line(let x, _, _, _, _, _), .band(let x, _, _, _, _): Extent(values: x)
    case .bars(let bars, _):
      Extent(values: bars.isEmpty ? [] : [-0.6, Double(bars.count) - 0.4])
    case .verticalLines(let values, _, _, _, _): Extent(values: values)
    case .segments(let segments, _, _, _):
      Extent(values: segments.flatMap { [$0.x0, $0.x1] }, room: 0.04)
    case .image(let rows, _, _, let x, _): Extent(values: imageExtent(x, rows.first?.count ?? 0))
    case .picture(let picture, _): Extent(values: [0, Double(picture.width)])
    case .horizontalLines, .text: Extent()
    }
  }

  var extentY: Extent {
    switch self {
    case .points(_, let y, _, _, _, _), .line(_, let y, _, _, _, _): Extent(values: y, room: 0.05)
    case .band(_, let low, let high, _, _): Extent(values: low + high, room: 0.05)
    case .bars(let bars, _):
      Extent(
        values: bars.isEmpty ? [] : [0] + bars.flatMap(\.values), room: 0.05, startsAtZero: true)
    case .horizontalLines(let values, _, _, _, _): Extent(values: values, room: 0.05)
    case .segments(let segments, _, _, _):
      Extent(values: segments.flatMap { [$0.y0, $0.y1] }, room: 0.05)
    case .image(let rows, _, _, _, let y): Extent(values: imageExtent(y, rows.count))
    case .picture(let picture, _): Extent(values: [0, Double(picture.height)])
    case .verticalLines, .text: Extent()
    }
  }

  private func imageExtent(_ given: ClosedRange<Double>?, _ count: Int) -> [Double] {
    let range = given ?? 0...Double(count)
    return count == 0 ? [] : [range.lowerBound, range.upperBound]
  }
}

extension Bar {
  fileprivate var values: [Double] {
    [value, low, high, reported].compactMap(\.self) + runs
  }
}

extension ClosedRange<Double> {
  var width: Double { upperBound - lowerBound }

  fileprivate func widened(to width: Double) -> ClosedRange<Double> {
    let room = Swift.max(0, width - self.width) / 2
    return (lowerBound - room)...(upperBound + room)
  }
}
