/// A panel for each measure: the mean of each cell with its 95 % interval, the single runs, and what the
/// paper reports.
public struct BarsDrawing: Drawing {
  public static let name = "bars"

  /// Name of the file.
  public var file: String
  public var measures: [String]
  /// Label of the vertical axis.
  public var label: String

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    let panels = try measures.map { measure in
      let bars = try result.cells.map { try bar(measure, $0, result) }
      let unit = try result.unit(measure)
      return Panel(
        title: measure, y: Axis(unit.isEmpty ? label : "\(label) [\(unit)]"),
        layers: [.bars(bars)], legend: .outside)
    }
    let width = max(200, 55 * Double(result.cells.count))
    let figure = Figure(
      title: result.titled(result.title), columns: min(panels.count, 2), panels: panels,
      panelSize: Size(width: width, height: 190))
    return [(file, figure)]
  }

  private func bar(
    _ measure: String, _ cell: ResultFile.CellEntry, _ result: ResultFile
  ) throws -> Bar {
    let values = try result.measure(measure, cell).filter(\.isFinite)
    let summary = values.isEmpty ? nil : try Summary(values)
    return Bar(
      cell.shortLabel, value: summary?.mean ?? .nan, low: summary?.interval?.low,
      high: summary?.interval?.high, runs: values, reported: try result.reported(measure, cell))
  }
}
