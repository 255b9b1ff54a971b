/// A panel for each function of two variables that is of no run: its values as colours, all of one scale.
/// Where values have both signs, white is zero.
public struct HeatMapsDrawing: Drawing {
  public static let name = "heat-maps"

  /// Name of the file.
  public var file: String
  public var panels: [Map]
  public var x: Variable
  public var y: Variable
  /// What the colours stand for.
  public var label: String

  public var problem: String? { panels.isEmpty ? "panels must hold at least one" : nil }

  /// A function.
  public struct Map: Decodable, Sendable {
    /// An array `[y, x]`.
    public var values: String
    public var title: String
  }

  /// A variable.
  public struct Variable: Decodable, Sendable {
    /// An array of its values, at equal distances.
    public var values: String
    public var label: String
  }

  public var arrays: [String] { [x.values, y.values] + panels.map(\.values) }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    guard let x = try result.array(self.x.values)?.values, let width = Self.extent(x),
      let y = try result.array(self.y.values)?.values, let height = Self.extent(y)
    else { return [] }
    let maps = try panels.map { map -> (title: String, rows: [[Double]]) in
      guard let array = try result.array(map.values), array.shape == [y.count, x.count] else {
        return (map.title, [])
      }
      return (map.title, y.indices.map { Array(array.values[$0 * x.count..<($0 + 1) * x.count]) })
    }
    let values = valueRange(of: maps.flatMap { $0.rows.joined() })
    let hasBothSigns = values.lowerBound < 0 && values.upperBound > 0
    let most = max(abs(values.lowerBound), abs(values.upperBound))
    let range = hasBothSigns ? -most...most : values
    let drawn = maps.map { map in
      Panel(
        title: map.title, x: Axis(self.x.label, range: width), y: Axis(self.y.label, range: height),
        // A picture's first row is on top.
        layers: [
          .image(
            map.rows.reversed(), map: hasBothSigns ? .diverging : .viridis, range: range,
            x: width, y: height)
        ], colourBar: Axis(label))
    }
    return [
      (
        file,
        Figure(
          title: result.titled(result.title), columns: min(drawn.count, 3), panels: drawn,
          panelSize: Size(width: 240, height: 220))
      )
    ]
  }

  /// From the first to the last value with half a step around them, as each pixel has its value at its
  /// middle.
  private static func extent(_ values: [Double]) -> ClosedRange<Double>? {
    guard let first = values.first, let last = values.last, values.count > 1, first < last else {
      return nil
    }
    let half = (last - first) / Double(values.count - 1) / 2
    return (first - half)...(last + half)
  }
}
