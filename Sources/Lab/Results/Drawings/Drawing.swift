/// Figures made of `result.h5`, as a manifest names them under `draw`. A drawing sees no model.
public protocol Drawing: Decodable, Sendable {
  /// Its name in manifests.
  static var name: String { get }

  /// Name of the file, or the start of the files' names.
  var file: String { get }

  /// What is impossible about the settings, or nil.
  var problem: String? { get }

  /// Names of the arrays that it reads.
  var arrays: [String] { get }

  /// Measures that it reads.
  var measures: [String] { get }

  /// The studies for which it has settings of their own; nil where all studies have the same.
  var studies: [String]? { get }

  /// Figures and the names of their files, without `.png`.
  func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)]

  /// The numbers of the figures, where they are to be read as a table too: the names of the files, and what
  /// is in them.
  func tables(_ result: ResultFile) throws -> [(name: String, text: String)]
}

extension Drawing {
  public var problem: String? { nil }
  public var measures: [String] { [] }
  public var studies: [String]? { nil }
  public func tables(_ result: ResultFile) throws -> [(name: String, text: String)] { [] }
}

extension ResultFile {
  /// A figure's title, with the caveat on a line of its own where the result is no reproduction.
  func titled(_ words: String) -> String {
    caveat.isEmpty ? words : "\(words)\n[\(caveat)]"
  }
}

extension ResultFile.CellEntry {
  /// `method=rewo` reads `rewo`, and `clusters=10,samples=1` reads `clusters 10, samples 1`; after the
  /// study's id where there are several. The only cell of a study is the study.
  var shortLabel: String {
    if label == Cell.all { return study }
    return (isOfSeveralStudies ? "\(study): " : "") + values
  }

  private var values: String {
    let pairs = label.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
    if pairs.count == 1, let value = pairs[0].last { return String(value) }
    return pairs.map { $0.joined(separator: " ") }.joined(separator: ", ")
  }

  /// The label as part of a file name.
  var fileLabel: String { shortLabel.inFileName }
}

extension String {
  /// The text as part of a file name, in which different texts may be the same.
  var inFileName: String {
    String(map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" }).replacing("--", with: "-")
  }
}
