import OrderedCollections

/// One combination of axis values: `method=rewo, beta=2`.
public struct Cell: Hashable, Sendable {
  /// Value of each axis by name, in the order of the study's axes.
  public let values: [AxisValue]

  /// An axis and the name of one of its values.
  public struct AxisValue: Hashable, Codable, Sendable {
    public let axis: String
    public let value: String

    public init(axis: String, value: String) {
      self.axis = axis
      self.value = value
    }
  }

  public init(_ values: [AxisValue]) {
    self.values = values
  }

  /// The value of an axis, or nil where the study has no such axis.
  public subscript(axis: String) -> String? {
    values.first { $0.axis == axis }?.value
  }

  /// The label of the only cell of a study without axes.
  static let all = "all"

  /// The cell in one line; also its name in result files.
  public var label: String {
    values.isEmpty ? Self.all : values.map { "\($0.axis)=\($0.value)" }.joined(separator: ",")
  }

  /// Whether the cell has all the given values.
  public func matches(_ wanted: [String: String]) -> Bool {
    wanted.allSatisfy { self[$0.key] == $0.value }
  }
}

extension Cell: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try [AxisValue](from: decoder))
  }

  public func encode(to encoder: any Encoder) throws {
    try values.encode(to: encoder)
  }
}

/// Which cells of a study: `method in rewo, geco and beta = 2`; no text means all.
public struct CellFilter: Equatable, Sendable {
  private struct Clause: Equatable, Sendable {
    let axis: String
    let values: [String]
  }

  private let clauses: [Clause]

  /// The filter that takes every cell.
  public static let all = CellFilter(clauses: [])

  private init(clauses: [Clause]) {
    self.clauses = clauses
  }

  /// Reads a filter.
  ///
  /// - Throws: `ConfigValueError` where the text is none.
  public init(_ text: String) throws {
    clauses = try text.split(separator: " and ").map { clause in
      let parts: (Substring, Substring)
      if let range = clause.firstRange(of: " in ") {
        parts = (clause[..<range.lowerBound], clause[range.upperBound...])
      } else if let equals = clause.firstIndex(of: "=") {
        parts = (clause[..<equals], clause[clause.index(after: equals)...])
      } else {
        throw ConfigValueError(
          "'\(clause)' selects no cells: write 'axis = value' or 'axis in value, value', "
            + "joined by 'and'")
      }
      let values = parts.1.split(separator: ",").map { trimmed($0) }.filter { !$0.isEmpty }
      let axis = trimmed(parts.0)
      if axis.isEmpty || values.isEmpty {
        throw ConfigValueError("'\(clause)' selects no cells: an axis or its values are missing")
      }
      return Clause(axis: axis, values: values)
    }
  }

  /// Whether the filter takes a cell.
  public func takes(_ cell: Cell) -> Bool { takes(cell, of: nil) }

  /// Whether the filter takes a cell of a study.
  public func takes(_ cell: Cell, of study: String?) -> Bool {
    clauses.allSatisfy { clause in
      let value = clause.axis == CellReference.studyKey ? study : cell[clause.axis]
      return value.map(clause.values.contains) ?? false
    }
  }

  /// What in the filter names nothing among the cells, or nil.
  ///
  /// - Parameter studies: those that `study = …` may name; no such clause by default.
  public func problem(among cells: [Cell], of studies: [String] = []) -> String? {
    for clause in clauses {
      if clause.axis == CellReference.studyKey, !studies.isEmpty {
        for value in clause.values where !studies.contains(value) {
          return "there is no study '\(value)' here" + hint(value, studies)
        }
        continue
      }
      let known = cells.compactMap { $0[clause.axis] }
      if known.isEmpty {
        let axes = cells.flatMap { $0.values.map(\.axis) }
        return "there is no axis '\(clause.axis)'" + hint(clause.axis, axes)
      }
      for value in clause.values where !known.contains(value) {
        return "the axis '\(clause.axis)' has no value '\(value)'" + hint(value, known)
      }
    }
    return nil
  }

  private func hint(_ name: String, _ known: [String]) -> String {
    if let near = nearest(name, among: known) { return "; did you mean '\(near)'?" }
    let names = OrderedSet(known)
    return names.isEmpty ? "" : "; there are \(names.joined(separator: ", "))"
  }
}

private func trimmed(_ text: Substring) -> String {
  String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
}
