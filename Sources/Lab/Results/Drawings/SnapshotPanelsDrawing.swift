/// For each cell a figure with a column for each snapshot of training: rows of points in the plane, and
/// beside them a curve over training with the snapshots marked. Or one figure with a column for each cell,
/// at the end of training.
public struct SnapshotPanelsDrawing: Drawing {
  public static let name = "snapshot-panels"

  /// Start of the files' names; the cell's label follows where each cell has a file.
  public var file: String
  public var rows: [Row]
  public var curve: Curve?
  /// What has a column of its own; by default each snapshot.
  public var columns: Columns?

  public var problem: String? {
    if rows.isEmpty { return "rows must hold at least one" }
    return columns == .cells && curve != nil
      ? "a curve marks the snapshots of one cell: leave it out, or the columns" : nil
  }

  /// What has a column of its own.
  public enum Columns: String, Decodable, CaseIterable, Sendable {
    /// Each snapshot, in a file for each cell.
    case snapshots
    /// Each cell at its last snapshot, in one file.
    case cells
  }

  /// A row of panels.
  public struct Row: Decodable, Sendable {
    public var title: String
    /// An array `[snapshots, n, 2]`.
    public var points: String
    /// An array `[snapshots, n]`, or `[n]` for the same at each snapshot.
    public var colour: String?
    public var map: PointColours?
    /// What the legend calls the groups, from 0; their numbers where left out.
    public var groups: [String]?
  }

  /// What the colours of points stand for.
  public enum PointColours: String, Decodable, CaseIterable, Sendable {
    /// A quantity, light to dark.
    case quantity
    /// An angle in radians, around the colour circle.
    case angle
    /// A group's number, in the colours of series.
    case group
  }

  /// A curve over the steps of training.
  public struct Curve: Decodable, Sendable {
    /// Arrays `[points]` of the curve's values and of their steps.
    public var values: String
    public var steps: String
    /// Of the axis of values, which may be logarithmic.
    public var label: String
    public var logarithmic: Bool
  }

  public var arrays: [String] {
    rows.flatMap { [$0.points, $0.colour] }.compactMap(\.self)
      + (curve.map { [$0.values, $0.steps] } ?? []) + (columns == .cells ? [] : [steps])
  }

  /// The steps of the snapshots, beside the first row's points.
  private var steps: String {
    let group = rows.first?.points.split(separator: "/").first ?? ""
    return group + "/step"
  }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    if columns == .cells { return [(file, try figureOfCells(result))] }
    return try result.cells.compactMap { cell in
      guard let points = rows.first?.points,
        let seed = try result.firstSeed(with: points, cell)
      else { return nil }
      return ("\(file)-\(cell.fileLabel)", try figure(cell, seed, result))
    }
  }

  private func figure(
    _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile
  ) throws -> Figure {
    var panels: [Panel] = []
    let steps = try result.array(steps, cell, seed: seed)?.values ?? []
    for (index, row) in rows.enumerated() {
      for (column, step) in steps.enumerated() {
        let title = index == 0 ? Int(exactly: step).map { "iter \($0)" } ?? "" : ""
        panels.append(try panel(row, cell, seed, result, column: column, title: title))
      }
      if index == 0, let curve, let panel = try curvePanel(curve, cell, seed, result, steps) {
        panels.append(panel)
      }
    }
    return Figure(
      title: result.titled("\(cell.shortLabel), seed \(seed)"),
      columns: max(steps.count, 1) + (curve == nil ? 0 : 1), panels: panels,
      panelSize: Size(width: 130, height: 130))
  }

  private func figureOfCells(_ result: ResultFile) throws -> Figure {
    var panels: [Panel] = []
    for (index, row) in rows.enumerated() {
      let first = panels.count
      for (column, cell) in result.cells.enumerated() {
        let title = index == 0 ? cell.shortLabel : ""
        let label = column == 0 ? row.title : ""
        guard let seed = try result.firstSeed(with: row.points, cell),
          let snapshots = try result.array(row.points, cell, seed: seed)?.shape.first, snapshots > 0
        else {
          panels.append(Panel(title: title.isEmpty ? "" : "\(title): no run", y: Axis(label)))
          continue
        }
        var panel = try panel(row, cell, seed, result, column: snapshots - 1, title: title)
        panel.y.label = label
        panels.append(panel)
      }
      if row.map == .group,
        let last = panels.indices.dropFirst(first).last(where: { !panels[$0].names.isEmpty })
      {
        panels[last].legend = .outside
      }
    }
    return Figure(
      title: result.titled(result.title), columns: max(result.cells.count, 1), panels: panels,
      panelSize: Size(width: 170, height: 170))
  }

  private func panel(
    _ row: Row, _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile, column: Int,
    title: String
  ) throws -> Panel {
    let label = column == 0 ? row.title : ""
    guard let points = try result.array(row.points, cell, seed: seed),
      points.shape.count == 3, points.shape[2] == 2, column < points.shape[0]
    else { return Panel(title: title, y: Axis(label)) }
    let count = points.shape[1]
    let start = column * count
    let x = (start..<start + count).map { points.values[2 * $0] }
    let y = (start..<start + count).map { points.values[2 * $0 + 1] }
    let values = try row.colour.flatMap { try result.array($0, cell, seed: seed)?.values } ?? []
    let own = values.count == count ? values : Array(values.dropFirst(start).prefix(count))
    return Panel(
      title: title, y: Axis(label), equalAspect: true,
      // An array of another length does not belong to these points.
      layers: own.count == count && count > 0
        ? row.layers(x, y, own)
        : [.points(x: x, y: y, colours: .one(.series(0).opacity(0.5)), size: 1.5)])
  }

  private func curvePanel(
    _ curve: Curve, _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile,
    _ marks: [Double]
  ) throws -> Panel? {
    guard let x = try result.array(curve.steps, cell, seed: seed)?.values,
      let y = try result.array(curve.values, cell, seed: seed)?.values, x.count == y.count
    else { return nil }
    return Panel(
      title: curve.label, x: Axis("iteration", isLogarithmic: true),
      y: Axis(curve.label, isLogarithmic: curve.logarithmic),
      layers: [.verticalLines(marks), .line(x: x, y: y)], rows: rows.count)
  }
}

extension SnapshotPanelsDrawing.Row {
  /// The points in the colours of these values.
  fileprivate func layers(_ x: [Double], _ y: [Double], _ values: [Double]) -> [Layer] {
    switch map {
    case .angle:
      return [
        .points(x: x, y: y, colours: .values(values, map: .hsv, range: 0...(2 * .pi)), size: 1.5)
      ]
    case .group:
      let members = Dictionary(grouping: values.indices) { values[$0] }
      return members.sorted { $0.key < $1.key }.compactMap { group, places in
        guard let number = Int(exactly: group) else { return nil }
        let name = groups.flatMap { $0.indices.contains(number) ? $0[number] : nil }
        return .points(
          x: places.map { x[$0] }, y: places.map { y[$0] },
          colours: .one(.series(number).opacity(0.5)), size: 1.5, name: name ?? "\(number)")
      }
    case .quantity, nil:
      return [.points(x: x, y: y, colours: .values(values, map: .ink), size: 1.5)]
    }
  }
}
