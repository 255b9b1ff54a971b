import Datasets
import Foundation
import Modelling
import Testing
import Torch

@testable import Lab

/// The manifests under `experiments/`.
@Suite struct ShippedManifestsTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../experiments").standardizedFileURL.path

  static let library: ManifestLibrary? = {
    let library = ManifestLibrary(root: root)
    return library.problems.isEmpty ? library : nil
  }()

  /// What the command registers, and the data sets under `datasets/`.
  static let kinds = Tiny.kinds.with(
    datasets: DatasetLibrary(
      root: root + "/../datasets", places: DataPlaces(environment: [:], root: root + "/../datasets")
    ))

  @Test func areThere() throws {
    let library = try #require(Self.library)
    #expect(library.studies["vhp/pendulum"] != nil)
    #expect(library.artefacts["vhp/table-1"] != nil)
    #expect(library.artefacts["gmvae/table-1"] != nil)
  }

  @Test(arguments: library?.studies.keys.sorted() ?? [])
  func everyProfileOfAStudyResolves(_ id: String) throws {
    let library = try #require(Self.library)
    let runs = try library.allRuns(of: id, kinds: Self.kinds)
    #expect(Set(runs.map(\.identity)).count == runs.count)
    // Budgets are smaller, never larger, than the paper's.
    let paper = runs.filter { $0.profile.name == "paper" }
    for run in runs {
      let same = try #require(paper.first { $0.template.cell == run.template.cell })
      let examples = try #require(run.template.dataset.trainingExamples)
      let full = try #require(same.template.dataset.trainingExamples)
      #expect(
        run.template.plan.steps(examples: examples) <= same.template.plan.steps(examples: full))
    }
  }

  @Test(arguments: library?.artefacts.keys.sorted() ?? [])
  func everyProfileOfAnArtefactResolves(_ id: String) throws {
    let library = try #require(Self.library)
    let catalogue = try Catalogue(root: Self.root)
    let manifest = try #require(library.artefacts[id])
    #expect(library.problem(of: manifest, catalogue: catalogue, kinds: Self.kinds) == nil)
    for study in try library.artefact(id).use.map(\.study) {
      let profiles = library.studies[study]?.node["profiles"]?.entries?.map(\.key) ?? []
      #expect(profiles.contains("smoke"))
      for name in profiles {
        let runs = try ArtefactRuns(
          id, ProfileName(name: name), library: library, kinds: Self.kinds)
        #expect(!runs.runs.isEmpty)
        #expect(runs.studies.allSatisfy { $0.because?.isEmpty == false })
      }
    }
  }

  /// The networks that the manifests write out have as many parameters as those of the papers, counted by
  /// hand from their tables.
  @Test(arguments: [
    ("gmvae/arcs", [36_412]), ("gmvae/mnist", [7_826_435, 9_031_841]), ("gmvae/svhn", [7_953_765]),
    // Networks, and the mixtures: with trained weights for MFCVAE.
    ("mfcvae/mnist", [3_078_304 + 550]),
    ("mfcvae/mnist-at-once", [2_849_804 + 550, 3_078_304 + 550]),
    ("mfcvae/vade", [3_351_014]), ("mfcvae/loss-forms", [3_350_804 + 50 * 21]),
    // Encoder, decoder and second layer; the IWAE has none.
    ("vhp/faces", [829_760 + 822_945 + 2 * 90_688, 829_760 + 822_945]),
    ("vhp/pendulum", [926_476]),
    (
      "vhp/motions",
      [211_460 + 210_994 + 2 * 199_172, 211_460 + 210_994 + 500 * 50, 211_460 + 210_994]
    ),
    ("vhp/static-mnist", [828_397, 223_884 + 274_657 + 500 * 784, 223_884 + 274_657]),
  ])
  func modelsHaveTheSizesOfThePapers(_ id: String, _ expected: [Int]) throws {
    let library = try #require(Self.library)
    let study = try library.study(id, ProfileName(name: "paper"), kinds: Self.kinds)
    let counts = try study.templates.map { template in
      try checked("model") {
        let store = ParameterStore(Randomness(seed: 0))
        _ = template.model.build(for: template.dataset.exampleShapes, parameters: store)
        return store.count
      }
    }
    #expect(Set(counts) == Set(expected))
  }

  @Test func everyAssumptionIsAboutSomethingThere() throws {
    let library = try #require(Self.library)
    for (id, manifest) in library.studies {
      let study = try library.study(id, ProfileName(name: "paper"), kinds: Self.kinds)
      #expect(!study.assumptions.isEmpty)
      for assumption in study.assumptions {
        let path = try ConfigPath(assumption.about, origin: .resolved)
        #expect(manifest.node[path] != nil, "\(id): \(assumption.about)")
      }
    }
  }
}
