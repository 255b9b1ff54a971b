import Foundation
import Testing

@testable import Lab

/// The reported numbers of the manifests against those that were read off the papers.
@Suite struct ReportedValuesTests {
  /// Extracted numbers, which are beside the project and not part of it.
  private static let file = URL(fileURLWithPath: ShippedManifestsTests.root)
    .appendingPathComponent("../../shared/papers/vhp.reported.yaml").standardizedFileURL.path

  /// A number that was read off a paper.
  private struct Extracted {
    let method: String
    let metric: String
    let value: Double
    let source: String
  }

  /// What the papers call the methods of the manifests.
  private static let methods = [
    "rewo": "VHP + REWO", "geco": "VHP + GECO", "beta-1": "VHP, VAE objective (beta=1)",
    "warm-up-20": "VHP, VAE objective + WU (20 epochs)",
    "warm-up-200": "VHP, VAE objective + WU (200 epochs)",
  ]

  /// What the papers call the measures of the manifests.
  private static let metrics = [
    "angle-error/global-radius": "absolute error",
    "event/constraint-first-met/rate":
      "iteration: constraint first satisfied, beta starts to be updated",
  ]

  private func extracted() throws -> [Extracted] {
    let text = try String(contentsOfFile: Self.file, encoding: .utf8)
    let items = try #require(try ConfigNode(yaml: text, file: Self.file).items)
    return items.compactMap { item in
      guard let method = item["method"]?.text, let metric = item["metric"]?.text,
        let value = item["value"]?.text.flatMap(Double.init), let source = item["source"]?.text
      else { return nil }
      return Extracted(method: method, metric: metric, value: value, source: source)
    }
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: file),
      "the numbers read off the papers (shared/papers) are not beside the project"))
  func areThePapers() throws {
    let extracted = try extracted()
    let library = try #require(ShippedManifestsTests.library)
    var compared = 0
    for (id, _) in library.artefacts where id.hasPrefix("vhp/") {
      for reported in try library.artefact(id).reported ?? [] {
        let method = try #require(reported.cell["method"].flatMap { Self.methods[$0] })
        let metric = try #require(Self.metrics[reported.measure], "\(reported.measure)")
        let found = extracted.filter { $0.method == method && $0.metric == metric }
        #expect(found.map(\.value) == [reported.value], "\(id), \(method), \(metric)")
        compared += 1
      }
    }
    #expect(compared == 6)
    // And no number of Table 1 is left out.
    let table = try library.artefact("vhp/table-1").reported ?? []
    #expect(
      Set(table.map(\.value))
        == Set(extracted.filter { $0.metric == "absolute error" }.map(\.value)))
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
    let reported = try library.artefact("vhp/table-1").reported ?? []
    let values = Dictionary(
      uniqueKeysWithValues: reported.map { ($0.cell["method"] ?? "", $0.value) })
    #expect(
      values == [
        "rewo": 0.054, "geco": 0.53, "beta-1": 0.49, "warm-up-20": 0.20, "warm-up-200": 0.31,
      ])
    for cell in reported { #expect(!cell.margin.because.isEmpty && cell.source == "Table 1") }
  }
}
