import Foundation

/// A panel for each cell: the values of an array as bars in their order, all panels on one scale.
public struct SpectrumDrawing: Drawing {
  public static let name = "spectrum"

  /// Name of the file.
  public var file: String
  /// An array `[n]`.
  public var values: String
  public var xLabel: String
  public var yLabel: String
  public var logarithmic: Bool?
  /// A marked height, such as a threshold.
  public var level: Double?
  /// Panels in a row; 2 by default.
  public var columns: Int?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case file, values, logarithmic, level, columns
    case xLabel = "x-label"
    case yLabel = "y-label"
  }

  public var problem: String? {
    if let columns, !(1...100 ~= columns) { return "columns must be from 1 to 100" }
    return level?.isFinite == false ? "level must be finite" : nil
  }

  public var arrays: [String] { [values] }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    let spectra = try result.cells.map { cell in
      try result.firstSeed(with: values, cell).flatMap { seed in
        try result.array(values, cell, seed: seed)?.values
      }
    }
    let shown = spectra.compactMap(\.self).flatMap(\.self) + (level.map { [$0] } ?? [])
    let panels = zip(result.cells, spectra).map { cell, spectrum -> Panel in
      let y = Axis(yLabel, range: range(of: shown), isLogarithmic: logarithmic ?? false)
      guard let spectrum else {
        return Panel(title: "\(cell.shortLabel): no run", x: Axis(xLabel), y: y)
      }
      let bars = spectrum.enumerated().map { Bar(Self.label($0, of: spectrum.count), value: $1) }
      let lines = level.map { [Layer.horizontalLines([$0])] } ?? []
      return Panel(title: cell.shortLabel, x: Axis(xLabel), y: y, layers: [.bars(bars)] + lines)
    }
    let figure = Figure(
      title: result.titled(result.title), columns: min(columns ?? 2, max(panels.count, 1)),
      panels: panels, panelSize: Size(width: 260, height: 130))
    return [(file, figure)]
  }

  /// What all values fit in: whole decades, or from 0.
  private func range(of values: [Double]) -> ClosedRange<Double>? {
    let drawable = values.filter { $0.isFinite && (logarithmic != true || $0 > 0) }
    guard let low = drawable.min(), let high = drawable.max() else { return nil }
    guard logarithmic == true else { return min(low, 0)...max(high * 1.05, 1e-9) }
    return pow(10, floor(log10(low) - 1e-9))...pow(10, ceil(log10(high) + 1e-9))
  }

  /// Numbers below the bars, from 1: all of a few, else the first and each fifth.
  private static func label(_ index: Int, of count: Int) -> String {
    let number = index + 1
    return count <= 10 || number == 1 || number.isMultiple(of: max(5, count / 40 * 5))
      ? "\(number)" : ""
  }
}
