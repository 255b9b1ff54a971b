import Files

/// `result.h5` of an artefact, opened for reading: all that a drawing sees. Its layout is described in
/// `docs/results-format.md`.
public struct ResultFile {
  /// A cell of the artefact and where its data are.
  public struct CellEntry: Equatable, Sendable {
    public let study: String
    public let label: String
    /// Path of the cell's group.
    let path: String
    /// Whether the file has cells of other studies too, so that figures must say which one is meant.
    let isOfSeveralStudies: Bool
  }

  /// Goes up when the layout changes, or a computation makes other arrays of the same settings.
  static let format = 3

  private let file: HDF5File
  /// The artefact's title.
  public let title: String
  /// Words that every figure of a result bears which is no reproduction; empty for the paper's budget.
  public let caveat: String
  public let cells: [CellEntry]

  public init(reading path: String) throws {
    file = try HDF5File(reading: path)
    title = try file.attribute("title", as: String.self)
    caveat = try file.attribute("caveat", as: String.self)
    let studies = try file.read(String.self, at: "cells/study").values
    let labels = try file.read(String.self, at: "cells/label").values
    let isOfSeveral = Set(studies).count > 1
    cells = zip(studies, labels).map {
      CellEntry(
        study: $0, label: $1, path: Self.path(study: $0, cell: $1), isOfSeveralStudies: isOfSeveral)
    }
  }

  static func path(study: String, cell: String) -> String { "runs/\(study)/\(cell)" }

  /// Path of the arrays of a run.
  static func path(of run: RunSpecification) -> String {
    "\(path(study: run.template.study, cell: run.template.cell.label))/seed-\(run.seed)"
  }

  /// Group of the arrays that are of no run.
  static let computed = "computed"

  /// The values of a measure below a cell's path.
  static func measurePath(_ id: String) -> String { "measures/" + Measure.fileName(of: id) }

  /// The paper's number below a cell's path.
  static func reportedPath(_ id: String, _ statistic: ReportedStatistic) -> String {
    "reported/\(statistic.rawValue)/" + Measure.fileName(of: id)
  }

  /// Seeds of the finished runs of a cell.
  public func seeds(_ cell: CellEntry) throws -> [Int] {
    try file.read(Int.self, at: cell.path + "/seeds").values
  }

  /// The cell's values of a measure, one a seed; NaN where a run has none.
  public func measure(_ id: String, _ cell: CellEntry) throws -> [Double] {
    let path = "\(cell.path)/\(Self.measurePath(id))"
    return try file.exists(path) ? file.read(Double.self, at: path).values : []
  }

  /// The unit of a measure.
  public func unit(_ id: String) throws -> String {
    for path in cells.map({ "\($0.path)/\(Self.measurePath(id))" }) where try file.exists(path) {
      return try file.attribute("unit", as: String.self, at: path)
    }
    return ""
  }

  /// What the paper reports as the mean of a measure of a cell.
  public func reported(_ id: String, _ cell: CellEntry) throws -> Double? {
    let path = "\(cell.path)/\(Self.reportedPath(id, .mean))"
    return try file.exists(path) ? file.read(Double.self, at: path).values.first : nil
  }

  /// An array of one run, or nil where the run has none of that name.
  public func array(_ name: String, _ cell: CellEntry, seed: Int) throws -> HDF5Array<Double>? {
    let path = "\(cell.path)/seed-\(seed)/\(name)"
    return try file.exists(path) ? file.read(Double.self, at: path) : nil
  }

  /// An array that is of no run, or nil where there is none of that name.
  public func array(_ name: String) throws -> HDF5Array<Double>? {
    let path = "\(Self.computed)/\(name)"
    return try file.exists(path) ? file.read(Double.self, at: path) : nil
  }

  /// Pixels of one run, or nil where the run has none of that name.
  public func pixels(_ name: String, _ cell: CellEntry, seed: Int) throws -> HDF5Array<UInt8>? {
    let path = "\(cell.path)/seed-\(seed)/\(name)"
    return try file.exists(path) ? file.read(UInt8.self, at: path) : nil
  }

  /// Names of one run, or nil where the run has none of that name.
  public func texts(_ name: String, _ cell: CellEntry, seed: Int) throws -> [String]? {
    let path = "\(cell.path)/seed-\(seed)/\(name)"
    return try file.exists(path) ? file.read(String.self, at: path).values : nil
  }

  /// The lowest seed of a cell that has an array of that name.
  public func firstSeed(with name: String, _ cell: CellEntry) throws -> Int? {
    try seeds(cell).first { try file.exists("\(cell.path)/seed-\($0)/\(name)") }
  }
}
