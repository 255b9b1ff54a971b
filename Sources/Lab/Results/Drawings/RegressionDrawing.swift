/// A panel for each cell: the response of a regression against its regressor, with the fitted line.
public struct RegressionDrawing: Drawing {
  public static let name = "regression"

  /// Name of the file.
  public var file: String
  public var xLabel: String
  public var yLabel: String

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case file
    case xLabel = "x-label"
    case yLabel = "y-label"
  }

  public var arrays: [String] {
    ["regression/regressor", "regression/response", "regression/line"]
  }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    let panels = try result.cells.map { cell -> Panel in
      guard let seed = try result.firstSeed(with: "regression/line", cell),
        let x = try result.array("regression/regressor", cell, seed: seed)?.values,
        let y = try result.array("regression/response", cell, seed: seed)?.values,
        let line = try result.array("regression/line", cell, seed: seed)?.values, line.count == 2,
        let low = x.min(), let high = x.max()
      else { return Panel(title: "\(cell.shortLabel): no run", x: Axis(xLabel), y: Axis(yLabel)) }
      let ends = [low, high]
      return Panel(
        title: "\(cell.shortLabel), seed \(seed)", x: Axis(xLabel), y: Axis(yLabel),
        layers: [
          .points(x: x, y: y, colours: .one(.series(0).opacity(0.25)), size: 1.2),
          .line(x: ends, y: ends.map { line[1] + line[0] * $0 }, colour: .series(1), width: 2),
        ])
    }
    let figure = Figure(
      title: result.titled(result.title), columns: min(panels.count, 3), panels: panels,
      panelSize: Size(width: 170, height: 150))
    return [(file, figure)]
  }
}
