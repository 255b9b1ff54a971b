/// A cell as reported numbers and claims name it: some of its axis values, and its study where several
/// have such a cell.
struct CellReference: Equatable {
  /// What names the study among axis values; no axis may be called so.
  static let studyKey = "study"

  let study: String?
  let values: [String: String]

  /// Whether a cell of a study is meant.
  func fits(_ cell: Cell, of study: String) -> Bool {
    (self.study.map { $0 == study } ?? true) && cell.matches(values)
  }
}

extension ReportedCell {
  /// The cell that the number belongs to.
  var reference: CellReference { CellReference(study: study, values: cell) }
}
