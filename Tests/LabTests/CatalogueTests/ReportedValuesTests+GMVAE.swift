import Testing

@testable import Lab

extension ReportedValuesTests {
  private func printedOfTheGMVAE() throws -> [String] {
    try Extraction.sortedLines(ofFixture: "gmvae-reported", fields: 7)
  }

  /// GMVAE's Table 1: best run, and average with its deviation.
  @Test func tableOfTheGMVAE() throws {
    let library = try #require(ShippedManifestsTests.library)
    var numbers: [String] = []
    for id in library.artefacts.keys where id.hasPrefix("gmvae/") {
      for item in try library.artefact(id).reported ?? [] {
        let fields: [String] = [
          item.source, item.cell["clusters"] ?? "", item.cell["samples"] ?? "", item.measure,
          (item.statistic ?? .mean).rawValue, Extraction.field(item.value),
          Extraction.field(item.std),
        ]
        numbers.append(fields.joined(separator: "\t"))
      }
    }
    #expect(try numbers.sorted() == printedOfTheGMVAE())
  }

  /// The statistic over runs of GMVAE's measure, the accuracy by the most confident image.
  static let statisticsOfTheGMVAE = [
    "accuracy, best run (%)": "best", "accuracy, average run (%)": "mean",
  ]

  @Test(.enabled(if: Extraction.isHere("gmvae"), Extraction.isMissing))
  func tableOfTheGMVAEIsTheExtraction() throws {
    let draws = ["GMVAE (M=1)": "1", "GMVAE (M=10)": "10"]
    var numbers: [String] = []
    for row in try Extraction.rows(of: "gmvae") where !Self.isQuotedByTheGMVAE(row) {
      let clusters = try #require(row.components)
      let samples = try #require(draws[row.method], "\(row)")
      let statistic = try #require(Self.statisticsOfTheGMVAE[row.metric], "\(row)")
      let fields: [String] = [
        row.source, clusters, samples, "accuracy/most-confident", statistic,
        Extraction.field(row.value), Extraction.field(row.std),
      ]
      numbers.append(fields.joined(separator: "\t"))
    }
    #expect(try numbers.sorted() == printedOfTheGMVAE())
  }
}
