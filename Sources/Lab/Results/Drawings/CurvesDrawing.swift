import OrderedCollections

/// A panel for each curve over training: a line for each cell, the mean of its runs with a band of one
/// standard deviation (n) where there are several; and the values of every run as a table.
public struct CurvesDrawing: Drawing {
  public static let name = "curves"

  /// Name of the file.
  public var file: String
  public var curves: [Curve]
  /// The horizontal axis; by default iterations, logarithmic.
  public var x: HorizontalAxis?
  /// What has a panel of its own; by default each curve.
  public var panels: Panels?
  /// Whether the single runs are drawn too, as thin lines.
  public var runs: Bool?

  public var problem: String? {
    if curves.isEmpty { return "curves must hold at least one" }
    if let x, x.steps.all.contains(where: { $0 < 1 }) { return "steps must be at least 1" }
    return nil
  }

  /// A panel.
  public struct Curve: Decodable, Sendable {
    /// Name of the array.
    public var values: String
    public var label: String
    /// A marked height, such as a threshold.
    public var level: Double?
    public var logarithmic: Bool?
  }

  /// What the horizontal axis counts.
  public struct HorizontalAxis: Decodable, Sendable {
    public var label: String
    /// Steps in one of its units: the batches of an epoch.
    public var steps: Steps
    /// Linear by default.
    public var logarithmic: Bool?
  }

  /// A number for all studies, or one for each: `{mfcvae/mnist: 118, mfcvae/svhn: 489}`.
  public enum Steps: Decodable, Sendable {
    case same(Int)
    case byStudy([String: Int])

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .same(number)
      } else if let numbers = try? container.decode([String: Int].self) {
        self = .byStudy(numbers)
      } else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "expected a whole number, or a mapping of studies to whole numbers"))
      }
    }

    var all: [Int] {
      switch self {
      case .same(let number): [number]
      case .byStudy(let numbers): Array(numbers.values)
      }
    }

    /// The studies that are named; nil where all have the same.
    var studies: [String]? {
      switch self {
      case .same: nil
      case .byStudy(let numbers): numbers.keys.sorted()
      }
    }

    /// Those of a study; 1 of one that has none, which a manifest may not leave out.
    func of(_ study: String) -> Int {
      switch self {
      case .same(let number): number
      case .byStudy(let numbers): numbers[study] ?? 1
      }
    }
  }

  /// What has a panel of its own.
  public enum Panels: String, Codable, CaseIterable, Sendable {
    /// Each curve, with all cells in it.
    case curves
    /// Each curve of each cell, all cells on one scale.
    case cells
  }

  public var arrays: [String] { curves.map(\.values) + [Self.steps] }

  /// The steps at which all curves were recorded.
  private static let steps = "curves/step"

  public var studies: [String]? { x?.steps.studies }

  public func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    let cells = Array(result.cells.enumerated())
    let panels = try curves.flatMap { curve -> [Panel] in
      if self.panels == .cells {
        return Self.onOneScale(
          try cells.map { try panel(curve, [$0], $0.element.shortLabel, result) })
      }
      var shared = try panel(curve, cells, "", result)
      shared.legend = curve.values == curves.last?.values ? .outside : nil
      return [shared]
    }
    return [
      (
        file,
        Figure(
          title: result.titled(result.title), columns: min(panels.count, 2), panels: panels)
      )
    ]
  }

  /// A line for each recorded step of each run; empty where a curve has no value there.
  public func tables(_ result: ResultFile) throws -> [(name: String, text: String)] {
    let names = Array(OrderedSet(curves.map(\.values)))
    let rows = try result.cells.flatMap { cell in
      try result.seeds(cell).flatMap { seed -> [[String]] in
        guard let steps = try result.array(Self.steps, cell, seed: seed)?.values else { return [] }
        let columns = try names.map { try result.array($0, cell, seed: seed)?.values ?? [] }
        return steps.indices.compactMap { place in
          let values = columns.map { place < $0.count && !$0[place].isNaN ? "\($0[place])" : "" }
          guard values.contains(where: { !$0.isEmpty }) else { return nil }
          let step = Int(exactly: steps[place]).map { "\($0)" } ?? "\(steps[place])"
          return [cell.study, cell.label, "\(seed)", step] + values
        }
      }
    }
    let columns =
      ["study", "cell", "seed", "step"] + names.map { $0.replacing("curves/", with: "") }
    return [("\(file).csv", TextTable(columns: columns, rows: rows).csv)]
  }

  /// The panels with the same vertical axis, so that cells can be compared.
  private static func onOneScale(_ panels: [Panel]) -> [Panel] {
    guard let first = panels.first else { return [] }
    let together = Panel(y: first.y, layers: panels.flatMap(\.layers))
    let range = Ranges(together, size: Size(width: 1, height: 1)).y
    return panels.map { panel in
      var panel = panel
      panel.y.range = range
      return panel
    }
  }

  private func panel(
    _ curve: Curve, _ cells: [(offset: Int, element: ResultFile.CellEntry)], _ title: String,
    _ result: ResultFile
  ) throws -> Panel {
    var layers = try cells.flatMap {
      try self.layers(curve, $0.element, .series($0.offset), result)
    }
    let title = layers.isEmpty && !title.isEmpty ? "\(title): no run" : title
    if let level = curve.level { layers.append(.horizontalLines([level])) }
    return Panel(
      title: title, x: Axis(x?.label ?? "iteration", isLogarithmic: isLogarithmic),
      y: Axis(curve.label, isLogarithmic: curve.logarithmic ?? false), layers: layers)
  }

  private var isLogarithmic: Bool { x.map { $0.logarithmic ?? false } ?? true }

  private func layers(
    _ curve: Curve, _ cell: ResultFile.CellEntry, _ colour: Colour, _ result: ResultFile
  ) throws -> [Layer] {
    let unit = Double(x?.steps.of(cell.study) ?? 1)
    let runs = try result.seeds(cell).compactMap { seed -> [Double: Double]? in
      guard let values = try result.array(curve.values, cell, seed: seed)?.values,
        let steps = try result.array(Self.steps, cell, seed: seed)?.values
      else { return nil }
      // A curve has no value where only another one was recorded.
      return Dictionary(zip(steps.map { $0 / unit }, values).filter { !$1.isNaN }) { $1 }
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
    guard self.runs == true else { return [band, line] }
    let single = runs.map { run in
      let steps = run.keys.sorted()
      return Layer.line(
        x: steps, y: steps.map { run[$0] ?? .nan }, colour: colour, width: 0.5)
    }
    return [band] + single + [line]
  }
}
