/// A panel for each curve over training: a line for each cell, the mean of its runs with a band of one
/// standard deviation (n) where there are several.
public struct CurvesDrawing: Drawing {
  public static let name = "curves"

  /// Name of the file.
  public var file: String
  public var curves: [Curve]

  public var problem: String? { curves.isEmpty ? "curves must hold at least one" : nil }

  /// A panel.
  public struct Curve: Decodable, Sendable {
    /// Name of the array.
    public var values: String
    public var label: String
    /// A marked height, such as a threshold.
    public var level: Double?
    public var logarithmic: Bool?
  }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    let panels = try curves.map { curve in
      var layers: [Layer] = []
      for (index, cell) in result.cells.enumerated() {
        layers += try self.layers(curve, cell, .series(index), result)
      }
      if let level = curve.level { layers.append(.horizontalLines([level])) }
      return Panel(
        x: Axis("iteration", isLogarithmic: true),
        y: Axis(curve.label, isLogarithmic: curve.logarithmic ?? false), layers: layers,
        legend: curve.values == curves.last?.values ? .outside : nil)
    }
    return [
      (
        file,
        Figure(
          title: result.titled(result.title), columns: min(panels.count, 2), panels: panels)
      )
    ]
  }

  private func layers(
    _ curve: Curve, _ cell: ResultFile.CellEntry, _ colour: Colour, _ result: ResultFile
  ) throws -> [Layer] {
    let runs = try result.seeds(cell).compactMap { seed -> [Double: Double]? in
      guard let values = try result.array(curve.values, cell, seed: seed)?.values,
        let steps = try result.array("curves/step", cell, seed: seed)?.values
      else { return nil }
      return Dictionary(zip(steps, values)) { $1 }
    }
    guard let first = runs.first else { return [] }
    // Runs that were recorded at other steps are averaged where they meet.
    let steps = first.keys.filter { step in runs.allSatisfy { $0[step] != nil } }.sorted()
    let points = try steps.map { step in
      (step: step, summary: try Summary(runs.compactMap { $0[step] }))
    }
    let line = Layer.line(
      x: steps, y: points.map(\.summary.mean), colour: colour, name: cell.shortLabel)
    guard runs.count > 1 else { return [line] }
    // A lower edge at or below zero has no place on a logarithmic axis.
    let shown = points.filter {
      curve.logarithmic != true || $0.summary.mean > $0.summary.populationDeviation
    }
    let band = Layer.band(
      x: shown.map(\.step), low: shown.map { $0.summary.mean - $0.summary.populationDeviation },
      high: shown.map { $0.summary.mean + $0.summary.populationDeviation }, colour: colour)
    return [band, line]
  }
}
