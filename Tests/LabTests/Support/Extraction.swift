import Foundation
import Testing

@testable import Lab

/// What was read off the papers: all of it, which is beside the project and not part of it, and what the
/// tests hold, in `Fixtures`.
enum Extraction {
  static let isMissing: Comment =
    "the numbers read off the papers (shared/papers) are not beside the project"

  /// The path of a file beside the project, in `shared/papers`.
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: ShippedManifestsTests.root)
      .appendingPathComponent("../../shared/papers/\(name)").standardizedFileURL.path
  }

  static func isHere(_ paper: String) -> Bool {
    FileManager.default.fileExists(atPath: path("\(paper).reported.yaml"))
  }

  /// All numbers of a paper.
  static func rows(of paper: String) throws -> [Row] {
    let file = path("\(paper).reported.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let items = try #require(try ConfigNode(yaml: text, file: file).items)
    return try items.map { try Row($0) }
  }

  /// The fields of a fixture's lines but the first, which names them.
  static func lines(ofFixture name: String, fields count: Int) throws -> [[String]] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/\(name).tsv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    return try lines.map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(fields.count == count)
      return fields
    }
  }

  /// The lines as they stand in the file, in alphabetical order.
  static func sortedLines(ofFixture name: String, fields: Int) throws -> [String] {
    try lines(ofFixture: name, fields: fields).map { $0.joined(separator: "\t") }.sorted()
  }

  /// A number as a fixture has it; nothing where there is none.
  static func field(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }

  /// A number that was read off a paper.
  struct Row: CustomStringConvertible {
    /// Where in the paper it stands.
    let source: String
    /// One data set, or several joined by commas.
    let dataset: String
    let method: String
    let metric: String
    let value: Double
    let std: Double?
    /// K, where the method does not say it.
    let components: String?
    let note: String

    init(_ item: ConfigNode) throws {
      func text(_ key: String) throws -> String {
        let text = item[key]?.text
        return try #require(text, "\(key)")
      }
      source = try text("source")
      dataset = try text("dataset")
      method = try text("method")
      metric = try text("metric")
      let number = try Double(text("value"))
      value = try #require(number)
      std = item["std"]?.text.flatMap(Double.init)
      components = item["K"]?.text
      note = item["note"]?.text ?? ""
    }

    var description: String { [source, dataset, method, metric].joined(separator: " | ") }
  }
}
