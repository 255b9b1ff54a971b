/// A panel for each measure: the mean of each cell with its 95 % interval, the single runs, and what the
/// paper reports. A panel shows the studies of which any run has the measure; a measure that no run has gets
/// no panel, unless that is so of them all.
public struct BarsDrawing: Drawing {
  public static let name = "bars"

  /// Name of the file.
  public var file: String
  public var measures: [String]
  /// Label of the vertical axis.
  public var label: String

  public var problem: String? { measures.isEmpty ? "measures must hold at least one" : nil }

  public var arrays: [String] { [] }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    let known = try measures.map { ($0, cells: try cells(with: $0, of: result)) }
      .filter { !$0.cells.isEmpty }
    let shown = known.isEmpty ? measures.map { ($0, cells: result.cells) } : known
    var panels = try shown.map { try panel($0, $1, result) }
    // A name is explained once; by the last panel where one has all names, as no other is at its right.
    let names = Set(panels.flatMap(\.names))
    let last = panels.lastIndex { names.isSubset(of: $0.names) }
    var explained: Set<String> = []
    for index in last.map({ [$0] }) ?? Array(panels.indices)
    where !explained.isSuperset(of: panels[index].names) {
      panels[index].legend = .outside
      explained.formUnion(panels[index].names)
    }
    let width = max(200, 55 * Double(shown.map(\.cells.count).max() ?? 0))
    let figure = Figure(
      title: result.titled(result.title), columns: min(panels.count, 2), panels: panels,
      panelSize: Size(width: width, height: 190))
    return [(file, figure)]
  }

  /// The cells of the studies of which any run has the measure.
  private func cells(
    with measure: String, of result: ResultFile
  ) throws -> [ResultFile.CellEntry] {
    let studies = Set(
      try result.cells.filter { try result.measure(measure, $0).contains(where: \.isFinite) }
        .map(\.study))
    return result.cells.filter { studies.contains($0.study) }
  }

  private func panel(
    _ measure: String, _ cells: [ResultFile.CellEntry], _ result: ResultFile
  ) throws -> Panel {
    let bars = try cells.map { try bar(measure, $0, result) }
    let unit = try result.unit(measure)
    let gaps = try cells.indices.compactMap { index throws -> Layer? in
      // A bar that is not there could be taken for one of height 0.
      guard bars[index].value.isNaN else { return nil }
      let words = try result.seeds(cells[index]).isEmpty ? "no run" : "no value"
      return .text(
        words, at: .panel(Panel.placeOfBar(index, of: cells.count), 0.06), alignment: .center,
        colour: .grey)
    }
    return Panel(
      title: measure, y: Axis(unit.isEmpty ? label : "\(label) [\(unit)]"),
      layers: [.bars(bars)] + gaps)
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
