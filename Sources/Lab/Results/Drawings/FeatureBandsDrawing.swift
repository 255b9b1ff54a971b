/// One panel with a row for each feature, in which each cell has a mark at its mean and a bar of one standard
/// deviation to either side.
public struct FeatureBandsDrawing: Drawing {
  public static let name = "feature-bands"

  /// Name of the file.
  public var file: String
  /// Arrays `[features]`.
  public var mean: String
  public var deviation: String
  /// An array of names `[features]`; numbers stand in its place where a run has none.
  public var names: String
  /// Label of the horizontal axis.
  public var label: String

  public var arrays: [String] { [mean, deviation, names] }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    var layers: [Layer] = []
    var names: [String] = []
    for (index, cell) in result.cells.enumerated() {
      guard let seed = try result.firstSeed(with: mean, cell),
        let means = try result.array(mean, cell, seed: seed)?.values,
        let deviations = try result.array(deviation, cell, seed: seed)?.values,
        means.count == deviations.count
      else { continue }
      if means.count > names.count {
        let own = try result.texts(self.names, cell, seed: seed) ?? []
        names = own.count == means.count ? own : means.indices.map { "\($0 + 1)" }
      }
      // The first feature is on top, and cells stand one below the other within its row.
      let shift = 0.7 * (0.5 - (Double(index) + 0.5) / Double(result.cells.count))
      let y = means.indices.map { -Double($0) + shift }
      layers += [
        .segments(
          means.indices.map {
            Segment(means[$0] - deviations[$0], y[$0], means[$0] + deviations[$0], y[$0])
          }, colours: .one(.series(index).opacity(0.6)), width: 1),
        .points(
          x: means, y: y, colours: .one(.series(index)), size: 3.5,
          name: "\(cell.shortLabel), seed \(seed)"),
      ]
    }
    let rows = Double(max(names.count, 1))
    let panel = Panel(
      x: Axis(label),
      y: Axis(
        range: -rows...1, ticks: .at(names.enumerated().map { Tick(-Double($0), $1) })),
      layers: layers, legend: .outside)
    return [
      (
        file,
        Figure(
          title: result.titled(result.title), panels: [panel],
          panelSize: Size(width: 360, height: max(200, 13 * rows)))
      )
    ]
  }
}
