import Files

/// For each cell a figure of pictures in rows and columns, edge to edge.
public struct ImageGridDrawing: Drawing {
  public static let name = "image-grid"

  /// Start of the files' names; the cell's label follows.
  public var file: String
  /// Side by side; one whose array a run has not is left out.
  public var panels: [GridPanel]
  /// Pixels of the figure along a side of a pixel of the pictures; 2 by default.
  public var magnification: Int?
  /// Rows of a panel, after which the grid goes on in another one beside it; 50 by default.
  public var rows: Int?

  public var problem: String? {
    if panels.isEmpty { return "panels must hold at least one" }
    if let magnification, !(1...16 ~= magnification) { return "magnification must be from 1 to 16" }
    if let rows, rows < 1 { return "rows must be at least 1" }
    return nil
  }

  /// A grid.
  public struct GridPanel: Decodable, Sendable {
    /// Pixels `[rows, columns, channels, height, width]`.
    public var images: String
    public var title: String
    /// Words beside the rows, from the top.
    public var labels: [String]?
  }

  public var arrays: [String] { panels.map(\.images) }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    try result.cells.compactMap { cell in
      guard let figure = try figure(cell, result) else { return nil }
      return ("\(file)-\(cell.fileLabel)", figure)
    }
  }

  private func figure(_ cell: ResultFile.CellEntry, _ result: ResultFile) throws -> Figure? {
    let seeds = try panels.compactMap { try result.firstSeed(with: $0.images, cell) }
    guard let seed = seeds.first else { return nil }
    let grids = try panels.flatMap { try self.grids($0, cell, seed, result) }
    // A panel's area is as large as the largest picture; two pixels of a figure are a point.
    let points = Double(magnification ?? 2) / 2
    let width = grids.map(\.image.width).max() ?? 1
    let height = grids.map(\.image.height).max() ?? 1
    return Figure(
      title: result.titled("\(cell.shortLabel), seed \(seed)"), columns: max(grids.count, 1),
      panels: grids.map { panel($0, width: width, height: height) },
      panelSize: Size(width: Double(width) * points, height: Double(height) * points), scale: 2)
  }

  /// A picture and the words above it and beside its rows.
  private struct Grid {
    let title: String
    let image: PNGImage
    let rowHeight: Int
    let labels: [String]
  }

  private func grids(
    _ panel: GridPanel, _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile
  ) throws -> [Grid] {
    guard let array = try result.pixels(panel.images, cell, seed: seed), array.shape.count == 5,
      array.shape[2] == 1 || array.shape[2] == 3, !array.values.isEmpty
    else { return [] }
    let limit = rows ?? 50
    return try stride(from: 0, to: array.shape[0], by: limit).map { first in
      let rows = first..<min(first + limit, array.shape[0])
      return Grid(
        title: first == 0 ? panel.title : "",
        image: try .grid(tiles: array.tiles(rows), padding: 0), rowHeight: array.shape[3],
        labels: Array((panel.labels ?? []).dropFirst(first).prefix(rows.count)))
    }
  }

  private func panel(_ grid: Grid, width: Int, height: Int) -> Panel {
    let labels = grid.labels.enumerated().map { row, label in
      Tick(Double(height) - (Double(row) + 0.5) * Double(grid.rowHeight), label)
    }
    return Panel(
      title: grid.title, x: Axis(range: 0...Double(width), ticks: .none),
      y: Axis(range: 0...Double(height), ticks: labels.isEmpty ? .none : .at(labels)),
      layers: [.picture(grid.image, magnification: magnification ?? 2)])
  }
}

extension HDF5Array<UInt8> {
  /// Pictures of `[rows, columns, channels, height, width]`.
  fileprivate func tiles(_ rows: Range<Int>) throws -> [[PNGImage]] {
    let (columns, channels, height, width) = (shape[1], shape[2], shape[3], shape[4])
    let (plane, size) = (height * width, channels * height * width)
    return try rows.map { row in
      try (0..<columns).map { column in
        let start = (row * columns + column) * size
        // A PNG picture has the channels of a pixel beside each other.
        let pixels =
          channels == 1
          ? Array(values[start..<start + size])
          : (0..<size).map { values[start + $0 % channels * plane + $0 / channels] }
        return try PNGImage(width: width, height: height, channels: channels, pixels: pixels)
      }
    }
  }
}
