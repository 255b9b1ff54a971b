/// One panel with a row for each feature, in which each cell has a mark at its mean and a bar of one standard
/// deviation to either side; and the same numbers as a table.
public struct FeatureBandsDrawing: Drawing {
  public static let name = "feature-bands"

  /// Name of the files.
  public var file: String
  /// Arrays `[features]`.
  public var mean: String
  public var deviation: String
  /// An array of names `[features]`; numbers stand in its place where a run has none.
  public var names: String
  /// Label of the horizontal axis.
  public var label: String

  public var arrays: [String] { [mean, deviation, names] }

  /// What is drawn of a cell.
  private struct Band {
    /// The cell's place among all.
    let place: Int
    let name: String
    let means: [Double]
    let deviations: [Double]
  }

  /// The bands of the cells that have runs, and the names of the features.
  private func bands(_ result: ResultFile) throws -> (bands: [Band], features: [String]) {
    var bands: [Band] = []
    var features: [String] = []
    for (place, cell) in result.cells.enumerated() {
      guard let seed = try result.firstSeed(with: mean, cell),
        let means = try result.array(mean, cell, seed: seed)?.values,
        let deviations = try result.array(deviation, cell, seed: seed)?.values,
        means.count == deviations.count
      else { continue }
      if means.count > features.count {
        let own = try result.texts(names, cell, seed: seed) ?? []
        features = own.count == means.count ? own : means.indices.map { "\($0 + 1)" }
      }
      bands.append(
        Band(
          place: place, name: "\(cell.shortLabel), seed \(seed)", means: means,
          deviations: deviations))
    }
    return (bands, features)
  }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    let (bands, features) = try bands(result)
    let layers = bands.flatMap { band -> [Layer] in
      let (means, deviations) = (band.means, band.deviations)
      // The first feature is on top, and cells stand one below the other within its row.
      let shift = 0.7 * (0.5 - (Double(band.place) + 0.5) / Double(result.cells.count))
      let y = means.indices.map { -Double($0) + shift }
      return [
        .segments(
          means.indices.map {
            Segment(means[$0] - deviations[$0], y[$0], means[$0] + deviations[$0], y[$0])
          }, colours: .one(.series(band.place).opacity(0.6)), width: 1),
        .points(
          x: means, y: y, colours: .one(.series(band.place)), size: 3.5, name: band.name),
      ]
    }
    let rows = Double(max(features.count, 1))
    let panel = Panel(
      x: Axis(label),
      y: Axis(
        range: -rows...1, ticks: .at(features.enumerated().map { Tick(-Double($0), $1) })),
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

  /// A row for each feature: its name, and the mean and the standard deviation of each cell's run.
  public func tables(_ result: ResultFile) throws -> [(name: String, text: String)] {
    let (bands, features) = try bands(result)
    let table = TextTable(
      columns: ["feature"]
        + bands.flatMap { ["\($0.name): mean", "\($0.name): standard deviation"] },
      rows: features.enumerated().map { row, feature in
        [feature]
          + bands.flatMap { band in
            [band.means, band.deviations].map { row < $0.count ? "\($0[row])" : "" }
          }
      })
    return [("\(file).csv", table.csv)]
  }
}
