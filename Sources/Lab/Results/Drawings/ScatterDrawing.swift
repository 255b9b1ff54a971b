import Foundation

/// For each cell a figure of points in the plane, coloured by the group that they belong to, and the
/// ellipses of Gaussians over them.
public struct ScatterDrawing: Drawing {
  public static let name = "scatter"

  /// Start of the files' names; the cell's label follows where there are several cells.
  public var file: String
  /// An array `[n, 2]`, or `[snapshots, n, 2]`, of which the last snapshot is shown.
  public var points: String
  /// An array `[n]` of whole numbers: the group of each point. Black points where left out.
  public var groups: String?
  public var ellipses: Ellipses?

  /// The places where Gaussians of the plane with diagonal covariances have one Mahalanobis distance.
  public struct Ellipses: Decodable, Sendable {
    /// Arrays `[k, 2]`; the ellipse of row i has the colour of group i.
    public var mean: String
    public var variance: String
    /// The distance, in standard deviations.
    public var deviations: Double
  }

  public var problem: String? {
    guard let ellipses else { return nil }
    return ellipses.deviations > 0 && ellipses.deviations.isFinite
      ? nil : "deviations must be positive"
  }

  public var arrays: [String] {
    [points] + [groups, ellipses?.mean, ellipses?.variance].compactMap(\.self)
  }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    try result.cells.compactMap { cell in
      guard let seed = try result.firstSeed(with: points, cell),
        let layers = try layers(cell, seed, result)
      else { return nil }
      let name = result.cells.count == 1 ? file : "\(file)-\(cell.fileLabel)"
      let panel = Panel(equalAspect: true, layers: layers, legend: groups == nil ? nil : .outside)
      return (
        name,
        Figure(
          title: result.titled("\(cell.shortLabel), seed \(seed)"), panels: [panel],
          panelSize: Size(width: 300, height: 300))
      )
    }
  }

  /// What is drawn of a run; nil where its points are none of a plane.
  private func layers(
    _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile
  ) throws -> [Layer]? {
    guard let array = try result.array(points, cell, seed: seed), array.shape.count >= 2,
      array.shape.last == 2
    else { return nil }
    let count = array.shape[array.shape.count - 2]
    let shown = Array(array.values.suffix(2 * count))
    let places = (0..<count).map { SIMD2(shown[2 * $0], shown[2 * $0 + 1]) }
    return try scatter(
      places, try groups.flatMap { try result.array($0, cell, seed: seed)?.values })
      + ellipseLayers(cell, seed, result)
  }

  private func scatter(_ places: [SIMD2<Double>], _ groups: [Double]?) throws -> [Layer] {
    // Groups of another number do not belong to these points.
    guard let groups, groups.count == places.count else {
      return [points(places, .black, name: nil)]
    }
    let members = Dictionary(grouping: places.indices) { groups[$0] }
    return members.sorted { $0.key < $1.key }.compactMap { group, rows in
      guard let number = Int(exactly: group) else { return nil }
      return points(rows.map { places[$0] }, .series(number), name: "\(number)")
    }
  }

  private func points(_ places: [SIMD2<Double>], _ colour: Colour, name: String?) -> Layer {
    .points(
      x: places.map(\.x), y: places.map(\.y), colours: .one(colour.opacity(0.5)), size: 1.5,
      name: name)
  }

  /// An ellipse for each Gaussian, and its mean as a cross.
  private func ellipseLayers(
    _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile
  ) throws -> [Layer] {
    guard let ellipses, let mean = try result.array(ellipses.mean, cell, seed: seed),
      let variance = try result.array(ellipses.variance, cell, seed: seed),
      mean.shape.count == 2, mean.shape[1] == 2, variance.shape == mean.shape
    else { return [] }
    let turns = (0...90).map { 2 * Double.pi * Double($0) / 90 }
    return (0..<mean.shape[0]).flatMap { row -> [Layer] in
      let (x, y) = (mean.values[2 * row], mean.values[2 * row + 1])
      let width = ellipses.deviations * variance.values[2 * row].squareRoot()
      let height = ellipses.deviations * variance.values[2 * row + 1].squareRoot()
      return [
        .line(
          x: turns.map { x + width * cos($0) }, y: turns.map { y + height * sin($0) },
          colour: .series(row)),
        .points(x: [x], y: [y], colours: .one(.black), size: 6, marker: .cross),
      ]
    }
  }
}
