import Foundation

/// For each cell a figure with a row for each path of an interpolation of motion: the persons along it, side
/// by side, as the bones of `interpolation/path-<p>/bones`.
public struct StickFiguresDrawing: Drawing {
  public static let name = "stick-figures"

  /// Start of the files' names; the cell's label follows.
  public var file: String
  /// Words above the paths, in their order; `path 1` and so on where left out.
  public var paths: [String]?

  public var arrays: [String] { ["interpolation/length", "interpolation/path-*/bones"] }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    try result.cells.compactMap { cell in
      let first = "interpolation/length"
      guard let seed = try result.firstSeed(with: first, cell),
        let count = try result.array(first, cell, seed: seed)?.values.count
      else { return nil }
      let names = (0..<count).map { (paths ?? []).dropFirst($0).first ?? "path \($0 + 1)" }
      let strips = try (0..<count).compactMap { try strip($0, names[$0], cell, seed, result) }
      let panels = Self.panels(strips)
      // Data that are no motion have no bones.
      if strips.allSatisfy(\.persons.isEmpty) { return nil }
      return (
        "\(file)-\(cell.fileLabel)",
        Figure(
          title: result.titled("\(cell.shortLabel), seed \(seed)"), panels: panels,
          panelSize: Size(width: 640, height: 90))
      )
    }
  }

  /// The persons along a path, each as the bones that are seen.
  private struct Strip {
    let name: String
    let persons: [[Segment]]
  }

  private func strip(
    _ index: Int, _ name: String, _ cell: ResultFile.CellEntry, _ seed: Int, _ result: ResultFile
  ) throws -> Strip? {
    let path = "interpolation/path-\(index + 1)/bones"
    guard let array = try result.array(path, cell, seed: seed) else {
      return Strip(name: "\(name): no way", persons: [])
    }
    guard array.shape.count == 4, array.shape[2...] == [2, 3], !array.values.isEmpty,
      array.values.allSatisfy(\.isFinite)
    else { return nil }
    let (persons, bones) = (array.shape[0], array.shape[1])
    func point(_ person: Int, _ bone: Int, _ end: Int) -> SIMD2<Double> {
      let start = ((person * bones + bone) * 2 + end) * 3
      return Self.seen(SIMD3(array.values[start..<start + 3]))
    }
    return Strip(
      name: name,
      persons: (0..<persons).map { person in
        (0..<bones).map { bone in
          let (from, to) = (point(person, bone, 0), point(person, bone, 1))
          return Segment(from.x, from.y, to.x, to.y)
        }
      })
  }

  /// One strip below the other, all persons on one scale.
  private static func panels(_ strips: [Strip]) -> [Panel] {
    let heights = strips.flatMap(\.persons).joined().flatMap { [$0.y0, $0.y1] }
    // A person takes less room sideways than from head to foot.
    let room = 0.75 * ((heights.max() ?? 1) - (heights.min() ?? 0))
    let most = Double(strips.map(\.persons.count).max() ?? 1)
    return strips.map { strip in
      let segments = strip.persons.enumerated().flatMap { person, bones in
        bones.map { bone in
          let shift = Double(person) * room
          return Segment(bone.x0 + shift, bone.y0, bone.x1 + shift, bone.y1)
        }
      }
      return Panel(
        title: strip.name, x: Axis(range: -room...most * room, ticks: .none),
        y: Axis(ticks: .none), equalAspect: true,
        layers: segments.isEmpty ? [] : [.segments(segments, colours: .one(.black), width: 1.2)])
    }
  }

  /// A point as it is seen from the front, 40° from the side.
  private static func seen(_ point: SIMD3<Double>) -> SIMD2<Double> {
    let angle = 40.0 * .pi / 180
    return SIMD2(point.x * cos(angle) - point.z * sin(angle), point.y)
  }
}
