/// One panel in which each cell has a mark at every feature, its mean, with a bar of one standard deviation
/// to either side.
public struct FeatureBandsDrawing: Drawing {
  public static let name = "feature-bands"

  /// Name of the file.
  public var file: String
  /// Arrays `[features]`.
  public var mean: String
  public var deviation: String
  /// Label of the vertical axis.
  public var label: String
  /// Label of the horizontal axis, which counts the features.
  public var features: String

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    var layers: [Layer] = []
    var count = 0
    for (index, cell) in result.cells.enumerated() {
      guard let seed = try result.firstSeed(with: mean, cell),
        let means = try result.array(mean, cell, seed: seed)?.values,
        let deviations = try result.array(deviation, cell, seed: seed)?.values,
        means.count == deviations.count
      else { continue }
      count = max(count, means.count)
      // Cells stand side by side within a feature's place.
      let shift = 0.7 * ((Double(index) + 0.5) / Double(result.cells.count) - 0.5)
      let x = means.indices.map { Double($0) + 1 + shift }
      layers += [
        .segments(
          means.indices.map {
            Segment(x[$0], means[$0] - deviations[$0], x[$0], means[$0] + deviations[$0])
          }, colours: .one(.series(index).opacity(0.6)), width: 1),
        .points(
          x: x, y: means, colours: .one(.series(index)), size: 3.5,
          name: "\(cell.shortLabel), seed \(seed)"),
      ]
    }
    let panel = Panel(
      x: Axis(features, range: 0...Double(max(count, 1) + 1)), y: Axis(label), layers: layers,
      legend: .outside)
    return [
      (
        file,
        Figure(
          title: result.titled(result.title), panels: [panel],
          panelSize: Size(width: max(300, 14 * Double(count)), height: 260))
      )
    ]
  }
}
