import Foundation
import Testing

@testable import Lab

/// The reported numbers of the manifests against those that were read off the papers, which
/// `Fixtures/<paper>-reported.tsv` hold.
@Suite struct ReportedValuesTests {
  /// A number that was read off VHP's paper.
  private struct Extracted: Hashable {
    let measure: String
    let study: String
    let method: String
    let value: Double
    let source: String
  }

  private func fixture() throws -> [Extracted] {
    try Extraction.lines(ofFixture: "vhp-reported", fields: 5).map { fields in
      Extracted(
        measure: fields[0], study: fields[1], method: fields[2],
        value: try #require(Double(fields[3])), source: fields[4])
    }
  }

  @Test func areThePapers() throws {
    let extracted = try fixture()
    let library = try #require(ShippedManifestsTests.library)
    var (compared, ofSome): (Set<Extracted>, Set<Extracted>) = ([], [])
    for (id, _) in library.artefacts where id.hasPrefix("vhp/") {
      let artefact = try library.artefact(id)
      for reported in artefact.reported ?? [] {
        let method = try #require(reported.cell["method"])
        let study = reported.study ?? artefact.use.first?.study
        // An estimate on fewer images stands beside the same number.
        let measure = reported.measure.replacing("/500-images/", with: "/")
        let found = extracted.filter {
          $0.method == method && $0.measure == measure && $0.study == study
        }
        #expect(found.map(\.value) == [reported.value], "\(id), \(method), \(reported.measure)")
        compared.formUnion(found)
        if measure != reported.measure { ofSome.formUnion(found) }
      }
    }
    // And none is left out, nor any likelihood on fewer images.
    #expect(compared == Set(extracted))
    #expect(ofSome == Set(extracted.filter { $0.measure.hasPrefix("nll/") }))
  }

  /// The numbers that the tests hold are those of the whole extraction, where that is at hand.
  @Test(.enabled(if: Extraction.isHere("vhp"), Extraction.isMissing))
  func fixtureIsTheExtraction() throws {
    let methods = [
      "VHP + REWO": "rewo", "VHP + GECO": "geco", "VHP, VAE objective (beta=1)": "beta-1",
      "VHP, VAE objective + WU (20 epochs)": "warm-up-20",
      "VHP, VAE objective + WU (200 epochs)": "warm-up-200", "VHP, beta=1": "beta-1",
      "VHP, WU 20 epochs": "warm-up-20", "VampPrior": "vamp-prior",
      "IWAE (L=1)": "iwae-1", "IWAE (L=2)": "iwae-2",
    ]
    let measures = [
      "absolute error": "angle-error/global-radius",
      "iteration: constraint first satisfied, beta starts to be updated":
        "event/constraint-first-met/rate",
      "iteration: end of the beta/constraint interplay": "first-step/weight/rate/above-0.99",
      "iteration at which a representation appears":
        "first-step/statistic/squared-error/below-0.013",
      "iteration at which a representation starts to appear":
        "first-step/statistic/squared-error/below-0.013",
      "NLL": "nll/importance-5000",
    ]
    var all: [Extracted] = []
    var others: [String] = []
    for row in try Extraction.rows(of: "vhp") {
      if let measure = measures[row.metric], let method = methods[row.method],
        let study = ReportedSettingsTests.studies[row.dataset]
      {
        all.append(
          Extracted(
            measure: measure, study: study, method: method, value: row.value, source: row.source))
      } else if ReportedSettingsTests.names[row.metric] == nil {
        others.append(row.description)
      }
    }
    #expect(try Set(all) == Set(fixture()))
    #expect(try all.count == fixture().count)
    #expect(others.isEmpty, "\(others)")
  }

  @Test func tableOne() throws {
    let library = try #require(ShippedManifestsTests.library)
    for cell in try library.artefact("vhp/table-1").reported ?? [] {
      #expect(cell.margin?.because.isEmpty == false && cell.source == "Table 1")
    }
  }
}
