/// A panel for each measure: the mean of each cell with its 95 % interval, the single runs, and what the
/// paper reports.
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
    var panels = try measures.map { measure in
      let bars = try result.cells.map { try bar(measure, $0, result) }
      let unit = try result.unit(measure)
      let gaps = try result.cells.indices.compactMap {
        try gap(bars[$0], at: $0, result.cells[$0], result)
      }
      return Panel(
        title: measure, y: Axis(unit.isEmpty ? label : "\(label) [\(unit)]"),
        layers: [.bars(bars)] + gaps)
    }
    // A name is explained once; by the last panel where one has all names, as no other is at its right.
    let names = Set(panels.flatMap(\.names))
    let last = panels.lastIndex { names.isSubset(of: $0.names) }
    var explained: Set<String> = []
    for index in last.map({ [$0] }) ?? Array(panels.indices)
    where !explained.isSuperset(of: panels[index].names) {
      panels[index].legend = .outside
      explained.formUnion(panels[index].names)
    }
    let width = max(200, 55 * Double(result.cells.count))
    let figure = Figure(
      title: result.titled(result.title), columns: min(panels.count, 2), panels: panels,
      panelSize: Size(width: width, height: 190))
    return [(file, figure)]
  }

  /// What stands in the place of a bar that is not there, which could be taken for one of height 0.
  private func gap(
    _ bar: Bar, at index: Int, _ cell: ResultFile.CellEntry, _ result: ResultFile
  ) throws -> Layer? {
    guard bar.value.isNaN else { return nil }
    let words = try result.seeds(cell).isEmpty ? "no run" : "no value"
    let x = Panel.placeOfBar(index, of: result.cells.count)
    return .text(words, at: .panel(x, 0.06), alignment: .center, colour: .grey)
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
