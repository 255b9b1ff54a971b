import Foundation

/// For each cell a figure with a row for each path of an interpolation of motion: the persons along it, side
/// by side, as the bones of `interpolation/path-<p>/bones`.
public struct StickFiguresDrawing: Drawing {
  public static let name = "stick-figures"

  /// Start of the files' names; the cell's label follows.
  public var file: String
  /// Words above the paths, in their order; `path 1` and so on where left out.
  public var paths: [String]?

  public var arrays: [String] { ["interpolation/length"] }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    try result.cells.compactMap { cell in
      let first = "interpolation/length"
      guard let seed = try result.firstSeed(with: first, cell),
        let count = try result.array(first, cell, seed: seed)?.values.count
      else { return nil }
      let panels = try (0..<count).compactMap { try panel($0, cell, seed, result) }
      // Data that are no motion have no bones.
      if panels.isEmpty { return nil }
      return (
        "\(file)-\(cell.fileLabel)",
        Figure(
          title: result.titled("\(cell.shortLabel), seed \(seed)"), panels: panels,
          panelSize: Size(width: 640, height: 90))
      )
    }
  }

  private func panel(
    _ index: Int, _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile
  ) throws -> Panel? {
    let name = "interpolation/path-\(index + 1)/bones"
    guard let array = try result.array(name, cell, seed: seed), array.shape.count == 4,
      array.shape[2...] == [2, 3], !array.values.isEmpty
    else { return nil }
    let (persons, bones) = (array.shape[0], array.shape[1])
    func point(_ person: Int, _ bone: Int, _ end: Int) -> SIMD2<Double> {
      let start = ((person * bones + bone) * 2 + end) * 3
      return Self.seen(SIMD3(array.values[start..<start + 3]))
    }
    let heights = (0..<persons).flatMap { person in
      (0..<bones).flatMap { [point(person, $0, 0).y, point(person, $0, 1).y] }
    }
    // A person takes less room sideways than from head to foot.
    let room = 0.75 * ((heights.max() ?? 1) - (heights.min() ?? 0))
    let segments = (0..<persons).flatMap { person in
      (0..<bones).map { bone in
        let (from, to) = (point(person, bone, 0), point(person, bone, 1))
        let shift = Double(person) * room
        return Segment(from.x + shift, from.y, to.x + shift, to.y)
      }
    }
    return Panel(
      title: (paths ?? []).dropFirst(index).first ?? "path \(index + 1)", x: Axis(ticks: .none),
      y: Axis(ticks: .none), equalAspect: true,
      layers: [.segments(segments, colours: .one(.black), width: 1.2)])
  }

  /// A point as it is seen from the front, 40° from the side.
  private static func seen(_ point: SIMD3<Double>) -> SIMD2<Double> {
    let angle = 40.0 * .pi / 180
    return SIMD2(point.x * cos(angle) - point.z * sin(angle), point.y)
  }
}
