import Foundation
import Testing

@testable import Lab

/// The reported numbers of the manifests against those that were read off the papers, which
/// `Fixtures/vhp-reported.tsv` holds.
@Suite struct ReportedValuesTests {
  /// All that was read off the papers, which is beside the project and not part of it.
  private static let extraction = URL(fileURLWithPath: ShippedManifestsTests.root)
    .appendingPathComponent("../../shared/papers/vhp.reported.yaml").standardizedFileURL.path

  /// A number that was read off a paper.
  private struct Extracted: Hashable {
    let measure: String
    let study: String
    let method: String
    let value: Double
    let source: String
  }

  private func fixture() throws -> [Extracted] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/vhp-reported.tsv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    return try lines.map { line in
      let fields = line.split(separator: "\t").map(String.init)
      try #require(fields.count == 5)
      return Extracted(
        measure: fields[0], study: fields[1], method: fields[2],
        value: try #require(Double(fields[3])), source: fields[4])
    }
  }

  @Test func areThePapers() throws {
    let extracted = try fixture()
    let library = try #require(ShippedManifestsTests.library)
    var compared: Set<Extracted> = []
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
      }
    }
    // And none is left out.
    #expect(compared == Set(extracted))
  }

  /// The numbers that the tests hold are those of the whole extraction, where that is at hand.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: extraction),
      "the numbers read off the papers (shared/papers) are not beside the project"))
  func fixtureIsTheExtraction() throws {
    let methods = [
      "VHP + REWO": "rewo", "VHP + GECO": "geco", "VHP, VAE objective (beta=1)": "beta-1",
      "VHP, VAE objective + WU (20 epochs)": "warm-up-20",
      "VHP, VAE objective + WU (200 epochs)": "warm-up-200", "VampPrior": "vamp-prior",
      "IWAE (L=1)": "iwae-1", "IWAE (L=2)": "iwae-2",
    ]
    let studies = [
      "pendulum": "vhp/pendulum", "static_mnist": "vhp/static-mnist",
      "dynamic_mnist": "vhp/dynamic-mnist", "fashion_mnist": "vhp/fashion-mnist",
      "omniglot": "vhp/omniglot",
    ]
    let measures = [
      "absolute error": "angle-error/global-radius",
      "iteration: constraint first satisfied, beta starts to be updated":
        "event/constraint-first-met/rate",
      "NLL": "nll/importance-5000",
    ]
    let text = try String(contentsOfFile: Self.extraction, encoding: .utf8)
    let items = try #require(try ConfigNode(yaml: text, file: Self.extraction).items)
    let all = items.compactMap { item -> Extracted? in
      guard let measure = item["metric"]?.text.flatMap({ measures[$0] }),
        let method = item["method"]?.text.flatMap({ methods[$0] }),
        let study = item["dataset"]?.text.flatMap({ studies[$0] }),
        let value = item["value"]?.text.flatMap(Double.init), let source = item["source"]?.text
      else { return nil }
      return Extracted(
        measure: measure, study: study, method: method, value: value, source: source)
    }
    #expect(try Set(all) == Set(fixture()))
  }

  /// GMVAE's Table 1 as the specification reads it: best run, and average with its deviation.
  @Test func tableOfTheGMVAE() throws {
    let library = try #require(ShippedManifestsTests.library)
    let artefact = try library.artefact("gmvae/table-1")
    let numbers = (artefact.reported ?? []).map { item in
      let cell = "K=\(item.cell["clusters"] ?? "") M=\(item.cell["samples"] ?? "")"
      return "\(cell) \(item.statistic ?? .mean) \(item.value) \(item.std ?? 0)"
    }
    #expect(
      numbers == [
        "K=10 M=1 best 87.71 0.0", "K=10 M=1 mean 74.47 10.2",
        "K=10 M=10 best 93.67 0.0", "K=10 M=10 mean 86.94 6.62",
        "K=16 M=1 best 88.36 0.0", "K=16 M=1 mean 84.8 3.11",
        "K=16 M=10 best 97.5 0.0", "K=16 M=10 mean 90.24 5.74",
      ])
    #expect((artefact.quoted ?? []).map(\.value) == [90.3, 90.45, 95.9, 84.3])
  }

  @Test func tableOne() throws {
    let library = try #require(ShippedManifestsTests.library)
    for cell in try library.artefact("vhp/table-1").reported ?? [] {
      #expect(!cell.margin.because.isEmpty && cell.source == "Table 1")
    }
  }
}
