import Foundation
import Testing

@testable import Lab

/// The reported numbers of the manifests against those that were read off the papers, which
/// `Fixtures/<paper>-reported.tsv` hold.
@Suite struct ReportedValuesTests {
  /// All that was read off the papers, which is beside the project and not part of it.
  private static let extraction = extraction(of: "vhp")

  private static func extraction(of paper: String) -> String {
    URL(fileURLWithPath: ShippedManifestsTests.root)
      .appendingPathComponent("../../shared/papers/\(paper).reported.yaml").standardizedFileURL.path
  }

  /// The fields of a fixture's lines but the first, which names them.
  private func lines(ofFixture paper: String, fields count: Int) throws -> [[String]] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/\(paper)-reported.tsv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    return try lines.map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(fields.count == count)
      return fields
    }
  }

  /// A number that was read off a paper.
  private struct Extracted: Hashable {
    let measure: String
    let study: String
    let method: String
    let value: Double
    let source: String
  }

  private func fixture() throws -> [Extracted] {
    try lines(ofFixture: "vhp", fields: 5).map { fields in
      Extracted(
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

  /// MFCVAE's numbers: of each the value and the deviation with n − 1, which the text gives over all runs.
  private struct OfMFCVAE: Hashable, CustomStringConvertible {
    let source: String
    let study: String
    let configuration: String
    let measure: String
    let value: Double
    let std: Double?

    var description: String {
      "\(source) \(study) \(configuration) \(measure): \(value) ± \(std ?? 0)"
    }
  }

  @Test func numbersOfTheMFCVAE() throws {
    let extracted = try lines(ofFixture: "mfcvae", fields: 6).map { fields in
      let printed = Double(fields[5])
      let isOfAll = !fields[0].hasPrefix("Table")
      return OfMFCVAE(
        source: fields[0], study: fields[1], configuration: fields[2], measure: fields[3],
        value: try #require(Double(fields[4])),
        std: printed.map {
          isOfAll ? (100 * $0 * (10.0 / 9).squareRoot()).rounded() / 100 : $0
        })
    }
    let library = try #require(ShippedManifestsTests.library)
    var shown: Set<OfMFCVAE> = []
    for id in library.artefacts.keys where id.hasPrefix("mfcvae/") {
      let artefact = try library.artefact(id)
      for item in artefact.reported ?? [] {
        let number = OfMFCVAE(
          source: item.source, study: try #require(item.study ?? artefact.use.first?.study),
          configuration: item.cell["configuration"] ?? "", measure: item.measure,
          value: item.value, std: item.std)
        #expect(extracted.contains(number), "\(id): \(number)")
        shown.insert(number)
      }
    }
    #expect(Set(extracted).subtracting(shown).isEmpty)
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: extraction(of: "mfcvae")),
      "the numbers read off the papers (shared/papers) are not beside the project"))
  func numbersOfTheMFCVAEAreTheExtraction() throws {
    let file = Self.extraction(of: "mfcvae")
    let items = try #require(
      try ConfigNode(yaml: try String(contentsOfFile: file, encoding: .utf8), file: file).items)
    var numbers: [String] = []
    for item in items {
      let source = (item["source"]?.text ?? "").replacing("Sec.", with: "Section")
        .replacing("App.", with: "Appendix").replacing(" text", with: "")
      let dataset = item["dataset"]?.text ?? ""
      let isQuoted =
        source == "Table 2"
        && !["MFCVAE", "re-implementation"].contains { item["method"]?.text?.hasSuffix($0) == true }
      let isMeasured = item["metric"]?.text.map {
        $0.contains("accuracy") || $0 == "LPIPS"
      }
      guard isMeasured == true, !isQuoted else { continue }
      let kept = dataset.hasPrefix("3dshapes") ? "shapes3d" : dataset
      for key in ["value", "std"] {
        guard let number = item[key]?.text.flatMap(Double.init) else { continue }
        numbers.append("\(source) \(kept) \(number)")
      }
    }
    let fixture = try lines(ofFixture: "mfcvae", fields: 6).flatMap { fields in
      let name = fields[1].replacing("mfcvae/", with: "")
      let dataset = name.hasSuffix("svhn") ? "svhn" : name == "shapes3d" ? name : "mnist"
      return fields[4...].compactMap(Double.init).map { "\(fields[0]) \(dataset) \($0)" }
    }
    #expect(numbers.sorted() == fixture.sorted())
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
