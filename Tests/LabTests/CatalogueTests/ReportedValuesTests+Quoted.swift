import Testing

@testable import Lab

/// What the papers quote of others, which `Fixtures/quoted.tsv` holds.
extension ReportedValuesTests {
  private func quoted() throws -> [String] {
    try Extraction.sortedLines(ofFixture: "quoted", fields: 7)
  }

  @Test func quotedNumbers() throws {
    let library = try #require(ShippedManifestsTests.library)
    var numbers: [String] = []
    for id in library.artefacts.keys {
      for item in try library.artefact(id).quoted ?? [] {
        let fields: [String] = [
          id, item.method, item.measure, (item.statistic ?? .mean).rawValue,
          Extraction.field(item.value), Extraction.field(item.std), item.source,
        ]
        numbers.append(fields.joined(separator: "\t"))
      }
    }
    #expect(try numbers.sorted() == quoted())
  }

  static func isQuotedByTheGMVAE(_ row: Extraction.Row) -> Bool {
    row.note == "quoted from the cited work"
  }

  /// The methods that MFCVAE's Table 2 quotes, as its manifest names them.
  private static let quotedByTheMFCVAE = [
    "DEC": "DEC", "VaDE (MLP), original paper": "VaDE (MLP), original", "IMSAT": "IMSAT",
    "ACOL-GAR": "ACOL-GAR", "VLAC": "VLAC", "LTVAE": "LTVAE",
  ]

  static func isQuotedByTheMFCVAE(_ row: Extraction.Row) -> Bool {
    quotedByTheMFCVAE[row.method] != nil
  }

  @Test(
    .enabled(
      if: Extraction.isHere("gmvae") && Extraction.isHere("mfcvae"), Extraction.isMissing))
  func quotedNumbersAreTheExtraction() throws {
    func line(_ place: [String], _ statistic: String, _ row: Extraction.Row) -> String {
      let numbers = [Extraction.field(row.value), Extraction.field(row.std)]
      return (place + [statistic] + numbers + [row.source]).joined(separator: "\t")
    }
    var lines: [String] = []
    for row in try Extraction.rows(of: "gmvae") where Self.isQuotedByTheGMVAE(row) {
      let clusters = try #require(row.components)
      let statistic = try #require(Self.statisticsOfTheGMVAE[row.metric], "\(row)")
      let place = ["gmvae/table-1", "\(row.method), K = \(clusters)", "accuracy/most-confident"]
      lines.append(line(place, statistic, row))
    }
    let datasets = ["mnist": "MNIST", "svhn": "SVHN"]
    for row in try Extraction.rows(of: "mfcvae") where Self.isQuotedByTheMFCVAE(row) {
      #expect(row.metric == "clustering accuracy (%)")
      let dataset = try #require(datasets[row.dataset], "\(row)")
      let method = Self.quotedByTheMFCVAE[row.method] ?? ""
      // Some notes are on one data set alone.
      let note =
        row.dataset == "mnist" ? row.note.replacing("MNIST value is the ", with: "") : row.note
      let statistic = note.hasPrefix("best of R=") ? "best" : "mean"
      lines.append(
        line(["mfcvae/table-2", "\(dataset): \(method)", "accuracy/majority"], statistic, row))
    }
    #expect(try lines.sorted() == quoted())
  }
}
