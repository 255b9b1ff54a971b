import Foundation
import Testing

@testable import Lab

/// `experiments/catalogue.yaml` against the papers' inventory of experiments.
@Suite struct CatalogueTests {
  /// A row of a paper's inventory, and the catalogue's entry that it became.
  private struct Row {
    let paper: String
    let row: String
    /// Nil where it has no entry, for the reason given.
    let id: String?
    let reason: String
  }

  private func inventory() throws -> [Row] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/inventory.tsv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.first == "paper\trow\tid\treason")
    return try lines.dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 4 else { throw Missing(what: "four fields in '\(line)'") }
      return Row(
        paper: fields[0], row: fields[1], id: fields[2] == "-" ? nil : fields[2],
        reason: fields[3])
    }
  }

  private let catalogue: Catalogue

  init() throws {
    catalogue = try Catalogue(root: ShippedManifestsTests.root)
  }

  @Test func everyRowHasAnEntryOrAReason() throws {
    let rows = try inventory()
    #expect(rows.count > 60)
    let ids = Set(catalogue.entries.map(\.id))
    for row in rows {
      if let id = row.id {
        #expect(ids.contains(id), "\(row.paper) \(row.row)")
        #expect(id.hasPrefix(row.paper + "/"))
        #expect(row.reason == "-")
      } else {
        #expect(row.reason.count > 5, "\(row.paper) \(row.row)")
      }
    }
    #expect(Set(rows.map { "\($0.paper) \($0.row)" }).count == rows.count)
  }

  @Test func everyEntryIsARow() throws {
    let rows = try inventory()
    let known = Set(rows.compactMap(\.id))
    for entry in catalogue.entries { #expect(known.contains(entry.id), "\(entry.id)") }
    #expect(Set(catalogue.papers.map(\.id)) == Set(rows.map(\.paper)))
  }

  @Test func tableNumbers() throws {
    let expected = [
      1: "vhp/table-1", 2: "vhp/table-2", 3: "gmvae/table-1", 4: "mfcvae/table-1",
      5: "mfcvae/table-2", 6: "mfcvae/table-7", 7: "isa-vae/figures-8-16", 8: "fmp/table-1",
      9: "fmp/figure-3",
    ]
    let numbered = catalogue.entries.compactMap { entry in entry.number.map { ($0, entry.id) } }
    #expect(numbered.count == 9)
    #expect(Dictionary(numbered) { first, _ in first } == expected)
    for (number, id) in expected { #expect(try catalogue.table(number).id == id) }
    for number in [0, 10, -1] {
      #expect(
        words { try catalogue.table(number) }
          == "there is no table \(number): the tables are 1, 2, 3, 4, 5, 6, 7, 8, 9")
    }
  }

  @Test func idsAreUniqueAndTheirPapersOwn() {
    let ids = catalogue.entries.map(\.id)
    #expect(Set(ids).count == ids.count)
    for paper in catalogue.papers {
      #expect(!paper.title.isEmpty && !paper.authors.isEmpty && paper.year > 2000)
      for entry in paper.entries {
        #expect(entry.id.hasPrefix(paper.id + "/"))
        #expect(entry.id.dropFirst(paper.id.count + 1).hasPrefix(word(of: entry)), "\(entry.id)")
        #expect(!entry.title.isEmpty && !entry.inPaper.isEmpty && !entry.data.isEmpty)
      }
    }
  }

  /// What an id begins with, by its kind.
  private func word(of entry: Catalogue.Entry) -> String {
    switch entry.kind {
    case .table: "table-"
    case .figure: "figure"
    case .text: entry.id.contains("appendix") ? "appendix-" : "text-"
    }
  }

  @Test func everyArtefactIsInTheCatalogue() throws {
    let library = try #require(ShippedManifestsTests.library)
    let ids = Set(catalogue.entries.map(\.id))
    #expect(!library.artefacts.isEmpty)
    for (id, manifest) in library.artefacts {
      #expect(ids.contains(id))
      // The file is where its id says.
      #expect(manifest.file == "\(ShippedManifestsTests.root)/\(id).yaml")
    }
  }

  @Test func missingFromTheCatalogue() throws {
    try Workplace.with { place in
      try place.write("papers: []", to: "experiments/catalogue.yaml")
      let library = try place.library()
      let catalogue = try Catalogue(root: place.root + "/experiments")
      let manifest = try #require(library.artefacts["test/table"])
      let problem = library.problem(of: manifest, catalogue: catalogue, kinds: Tiny.kinds)
      #expect(problem?.hasSuffix("'test/table' is not in the catalogue (catalogue.yaml)") == true)
      let study = try #require(library.studies["test/tiny"])
      #expect(library.problem(of: study, catalogue: catalogue, kinds: Tiny.kinds) == nil)
    }
  }

  @Test(arguments: [
    ("papers: [{id: a}]", "missing key 'title'"),
    (
      "papers: [{id: a, title: t, authors: b, year: 1, arxiv: x, entries: [{id: a/b, kind: tabel, title: t, in-paper: p, data: []}]}]",
      "did you mean 'table'?"
    ),
    ("paper: []", "unknown key 'paper'; did you mean 'papers'?"),
  ])
  func isReadStrictly(_ text: String, _ expected: String) throws {
    try Workplace.with([]) { place in
      try place.write(text, to: "experiments/catalogue.yaml")
      let message = words { try Catalogue(root: place.root + "/experiments") }
      #expect(message.contains("catalogue.yaml:1:"), "\(message)")
      #expect(message.contains(expected), "\(message)")
    }
  }
}
