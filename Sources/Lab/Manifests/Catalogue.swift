/// Every computed table and figure of the papers, whether it has a manifest yet or not.
public struct Catalogue: Decodable, Sendable {
  static let fileName = "catalogue.yaml"

  public let papers: [Paper]

  /// A paper and what it computes.
  public struct Paper: Decodable, Sendable {
    public let id: String
    public let title: String
    public let authors: String
    public let year: Int
    public let arxiv: String
    public let entries: [Entry]
  }

  /// A table or figure.
  public struct Entry: Decodable, Sendable {
    public let id: String
    /// N of `make reproduce-table-N`, where it has one.
    public let number: Int?
    public let kind: Kind
    public let title: String
    /// Where it stands in the paper.
    public let inPaper: String
    /// Data sets that it needs.
    public let data: [String]

    enum CodingKeys: String, CodingKey, CaseIterable {
      case id, number, kind, title, data
      case inPaper = "in-paper"
    }
  }

  /// What an entry is.
  public enum Kind: String, Decodable, CaseIterable, Sendable {
    case table, figure, text
  }

  /// Reads the catalogue of a manifest directory.
  public init(root: String) throws {
    let file = "\(root)/\(Self.fileName)"
    let node = try ConfigNode(yaml: try ManifestLibrary.text(of: file), file: file)
    self = try StrictDecoder().decode(Catalogue.self, from: node)
  }

  /// All entries, in the papers' order.
  public var entries: [Entry] { papers.flatMap(\.entries) }

  /// The entry with that table number.
  public func table(_ number: Int) throws -> Entry {
    guard let entry = entries.first(where: { $0.number == number }) else {
      throw LibraryError.noTable(number, known: entries.compactMap(\.number).sorted())
    }
    return entry
  }
}
