/// A panel for each cell: a graph in the plane of codes, its edges coloured by their length, and the paths
/// of interpolations along it.
public struct NeighbourGraphDrawing: Drawing {
  public static let name = "neighbour-graph"

  /// Name of the file.
  public var file: String
  /// What the legend calls the paths, in their order; `path 1` and so on where left out.
  public var paths: [String]?

  public var arrays: [String] {
    [
      "graph/nodes", "graph/edges", "graph/length", "interpolation/length",
      "interpolation/path-*/codes",
    ]
  }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    let panels = try result.cells.map { cell -> Panel in
      guard let seed = try result.firstSeed(with: "graph/nodes", cell),
        let edges = try edges(cell, seed, result)
      else { return Panel(title: "\(cell.shortLabel): no run") }
      return Panel(
        title: "\(cell.shortLabel), seed \(seed)", equalAspect: true,
        layers: [edges] + (try pathLayers(cell, seed, result)), legend: .outside)
    }
    let figure = Figure(
      title: result.titled(result.title), columns: min(max(panels.count, 1), 3), panels: panels,
      panelSize: Size(width: 260, height: 260))
    return [(file, figure)]
  }

  private func edges(
    _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile
  ) throws -> Layer? {
    guard let nodes = try result.array("graph/nodes", cell, seed: seed), nodes.shape.last == 2,
      let ends = try result.array("graph/edges", cell, seed: seed)?.values,
      let lengths = try result.array("graph/length", cell, seed: seed)?.values,
      ends.count == 2 * lengths.count
    else { return nil }
    let places = stride(from: 0, to: nodes.values.count - 1, by: 2).map {
      SIMD2(nodes.values[$0], nodes.values[$0 + 1])
    }
    // The longest first, so that the short ones, where nodes are dense, are not hidden.
    let order = lengths.indices.sorted { lengths[$0] > lengths[$1] }
    let drawn = order.compactMap { edge -> (segment: Segment, length: Double)? in
      guard let from = Int(exactly: ends[2 * edge]), let to = Int(exactly: ends[2 * edge + 1]),
        places.indices.contains(from), places.indices.contains(to)
      else { return nil }
      let (a, b) = (places[from], places[to])
      return (Segment(a.x, a.y, b.x, b.y), lengths[edge])
    }
    return .segments(
      drawn.map(\.segment), colours: .values(drawn.map(\.length), map: .blues), width: 0.4)
  }

  private func pathLayers(
    _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile
  ) throws -> [Layer] {
    let count = try result.array("interpolation/length", cell, seed: seed)?.values.count ?? 0
    return try (0..<count).flatMap { index -> [Layer] in
      let array = "interpolation/path-\(index + 1)/codes"
      let colour = index == 0 ? Colour.red : .series(index)
      let name = (paths ?? []).dropFirst(index).first ?? "path \(index + 1)"
      guard let codes = try result.array(array, cell, seed: seed), codes.shape.last == 2 else {
        return [.line(x: [], y: [], colour: colour, width: 2, name: "\(name): no way")]
      }
      let x = stride(from: 0, to: codes.values.count, by: 2).map { codes.values[$0] }
      let y = stride(from: 1, to: codes.values.count, by: 2).map { codes.values[$0] }
      return [
        .line(x: x, y: y, colour: colour, width: 2, name: name),
        .points(
          x: [x.first, x.last].compactMap(\.self), y: [y.first, y.last].compactMap(\.self),
          colours: .one(colour), size: 6),
      ]
    }
  }
}
