/// Figures made of `result.h5`, as a manifest names them under `draw`. A drawing sees no model.
public protocol Drawing: Decodable, Sendable {
  /// Its name in manifests.
  static var name: String { get }

  /// Name of the file, or the start of the files' names.
  var file: String { get }

  /// What is impossible about the settings, or nil.
  var problem: String? { get }

  /// Figures and the names of their files, without `.png`.
  func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)]
}

extension Drawing {
  public var problem: String? { nil }
}

extension ResultFile {
  /// A figure's title, with the caveat on a line of its own where the result is no reproduction.
  func titled(_ words: String) -> String {
    caveat.isEmpty ? words : "\(words)\n[\(caveat)]"
  }
}

extension ResultFile.CellEntry {
  /// The label without axis names: `method=rewo,beta=2` reads `rewo, 2`; after the study's id where
  /// there are several.
  var shortLabel: String {
    (isOfSeveralStudies ? "\(study): " : "") + values
  }

  private var values: String {
    label.split(separator: ",").map { pair in
      pair.split(separator: "=", maxSplits: 1).last.map(String.init) ?? String(pair)
    }.joined(separator: ", ")
  }

  /// The label as part of a file name.
  var fileLabel: String {
    String(shortLabel.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
      .replacing("--", with: "-")
  }
}
