import Datasets
import Foundation
import Testing

@testable import Lab

/// The manifests of data sets, those of the project and wrong ones.
@Suite struct DatasetLibraryTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../datasets").standardizedFileURL.path

  /// The project's data sets, with no files.
  static let library = DatasetLibrary(
    root: root, places: DataPlaces(directories: [], cache: root + "/cache"))

  @Test(arguments: library.names)
  func shippedManifestIsRight(_ name: String) throws {
    let manifest = try Self.library.manifest(name)
    #expect(manifest.name == name)
    if manifest.layouts.contains(where: { $0.splits["weights"] != nil }) {
      // Nothing to train on: what measures read.
      #expect(manifest.layouts.allSatisfy { $0.splits.keys.sorted() == ["weights"] })
      #expect(try Self.library.dataset(name, StoredOptions()).problem != nil)
      #expect(try Self.library.weights(name).missing != nil)
      return
    }
    #expect(manifest.notYet != nil || manifest.layouts.allSatisfy { $0.splits["train"] != nil })
    // What studies are planned with is known before the files are here.
    guard manifest.notYet == nil else { return }
    let dataset = try Self.library.dataset(name, StoredOptions())
    #expect(dataset.problem == nil)
    // Pictures, and the angles of motion capture.
    #expect([1, 3].contains(dataset.exampleShapes["image"]?.count))
    #expect(dataset.trainingExamples != nil)
  }

  @Test func theSetsOfThePapers() throws {
    let catalogue = try Catalogue(root: ShippedManifestsTests.root)
    let generated: Set = ["pendulum", "five-arcs", "none"]
    let wanted = Set(catalogue.entries.flatMap(\.data)).subtracting(generated)
    #expect(wanted.isSubset(of: Set(Self.library.names)))
    #expect(try Self.library.dataset("mnist", StoredOptions()).trainingExamples == 60_000)
    #expect(try Self.library.dataset("mnist", StoredOptions()).isIdentified)
    #expect(try Self.library.dataset("binarized-mnist", StoredOptions()).isIdentified)
    let held = StoredOptions(train: ["train", "extra"])
    #expect(try Self.library.dataset("svhn", held).trainingExamples == 604_388)
  }

  private func message(_ yaml: String, name: String = "mine") throws -> String {
    try Workplace.with([]) { place in
      try place.write(yaml, to: "datasets/\(name).yaml")
      let library = DatasetLibrary(
        root: place.root + "/datasets", places: DataPlaces(directories: [], cache: place.root))
      return words { try library.manifest(name) }.replacing(place.root + "/", with: "")
    }
  }

  @Test(arguments: [
    ("splits: {}", "datasets/mine.yaml:3:9: splits: at least one split is needed, or 'not-yet'"),
    ("split: {}", "datasets/mine.yaml:3:1: unknown key 'split'; did you mean 'splits'?"),
    (
      "splits: {train: {image: {file: f, axis: [0]}}}",
      "datasets/mine.yaml:3:35: splits.train.image: unknown key 'axis'; did you mean 'axes'?"
    ),
    (
      "splits: {train: {image: {file: f, axes: [0, 2]}}}",
      "datasets/mine.yaml:3:41: splits.train.image.axes: each axis must be named once"
    ),
    (
      "splits: {train: {image: {file: f, rows: [4, 4]}}}",
      "datasets/mine.yaml:3:41: splits.train.image.rows: rows are [first, end]"
    ),
    (
      "splits: {train: {image: {file: f, type: bytes}}}",
      "datasets/mine.yaml:3:41: splits.train.image.type: unknown type 'bytes'. Expected one of uint8"
    ),
    (
      "splits: {train: {image: {file: f, as: labels}}}",
      "datasets/mine.yaml:3:39: splits.train.image.as: unknown name 'labels'. Expected one of numbers"
    ),
    (
      "splits: {train: {}}\nfiles: [{name: f, sha256: abc}]",
      "datasets/mine.yaml:4:27: files.0.sha256: it must be 64 hexadecimal digits"
    ),
    (
      "splits: {train: {}}\nfiles: [{name: f, mirrors: [\"ftp://x/f\"]}]",
      "datasets/mine.yaml:4:28: files.0.mirrors: 'ftp://x/f' is no address"
    ),
    ("splits: {train: {}}", "datasets/mine.yaml:3:17: splits.train: it has no tensors"),
    (
      "splits: {train: {image: {file: f, shape: [9999999999, 9999999999]}}}",
      "datasets/mine.yaml:3:42: splits.train.image.shape: lengths must be at most 2147483648, and one is"
    ),
    (
      "splits: {train: {image: {file: f, shape: [2147483648, 2147483648]}}}",
      "datasets/mine.yaml:3:42: splits.train.image.shape: more than 2⁴⁰ numbers"
    ),
    (
      "splits: {train: {image: {file: f, view: [4611686018427387904, 4, -1]}}}",
      "datasets/mine.yaml:3:41: splits.train.image.view: lengths must be at most 2147483648"
    ),
    (
      "splits: {train: {image: {file: f, bits: 9223372036854775807}}}",
      "datasets/mine.yaml:3:41: splits.train.image.bits: it must be from 1 to 2147483648"
    ),
    (
      "splits: {train: {image: {file: f, rows: [0, 9223372036854775807]}}}",
      "datasets/mine.yaml:3:41: splits.train.image.rows: there can be at most 2147483648 examples"
    ),
    (
      "splits: {train: {image: {file: f, as: integers, relabel: {'1': 2, '01': 3}}}}",
      "datasets/mine.yaml:3:58: splits.train.image.relabel: a label is given another meaning twice"
    ),
    (
      "splits: {train: {}}\nfiles: [{name: f, bytes: 9223372036854775807}]",
      "datasets/mine.yaml:4:26: files.0.bytes: it must be from 1 to 2⁵⁰"
    ),
    (
      "splits: {train: {}}\nfiles: [{name: f, bytes: 1}, {name: f, bytes: 2}]",
      "datasets/mine.yaml:4:37: files.1.name: the file 'f' is described twice"
    ),
    (
      "splits: {train: {}}\nfiles: [{name: ../f}]",
      "datasets/mine.yaml:4:16: files.0.name: '../f' leads out of its directory"
    ),
    (
      "splits: {train: {}}\nfiles: [{name: a/f, mirrors: ['https://example.org/f']}]",
      "datasets/mine.yaml:4:16: files.0.name: the name of a file that is fetched must hold no '/'"
    ),
    (
      "splits: {train: {}}\nlayouts: []",
      "datasets/mine.yaml:4:10: layouts: write either splits or layouts, not both"
    ),
  ])
  func wrongManifest(_ text: String, _ expected: String) throws {
    let found = try message("dataset: mine\ntitle: Mine\n" + text)
    #expect(found.hasPrefix(expected), "\(found)")
  }

  /// The largest numbers that are allowed can be added and multiplied.
  @Test func largestNumbers() throws {
    try Workplace.with([]) { place in
      let tensor = "{file: f, rows: [0, 2147483648], shape: [1024, 1024, 1048576]}"
      try place.write(
        "dataset: mine\ntitle: M\nsplits: {train: {image: \(tensor)}, more: {image: \(tensor)}}",
        to: "datasets/mine.yaml")
      let library = DatasetLibrary(
        root: place.root + "/datasets", places: DataPlaces(directories: [], cache: place.root))
      for held in [Int.min, 1, .max] {
        let options = StoredOptions(train: ["train", "more"], validation: .last(held))
        let dataset = try library.dataset("mine", options)
        #expect((dataset.problem == nil) == (held == 1))
      }
    }
  }

  @Test func fileNamedOtherwise() throws {
    #expect(
      try message("dataset: yours\ntitle: Yours\nsplits: {}")
        == "datasets/mine.yaml:1:10: dataset: the file of 'yours' must be named yours.yaml")
  }

  private func resolved(_ dataset: String) throws -> ResolvedStudy {
    let generated =
      "{pendulum: {images: 40, size: 4, rod-length: 2, rod-width: 0.8, noise: 0, seed: 0}}"
    let yaml = try edited(
      Tiny.study, [generated: dataset, "angle-error/global-radius, ": ""])
    return try ResolvedStudy(
      manifest: try ConfigNode(yaml: yaml, file: "x.yaml"), profile: ProfileName(name: "paper"),
      kinds: Tiny.kinds.with(datasets: Self.library))
  }

  private func identity(_ dataset: String, seed: Int = 0) throws -> String {
    let template = try #require(try resolved(dataset).templates.first)
    return try RunSpecification(template, seed: seed, profile: ProfileName(name: "paper")).identity
  }

  /// Studies name stored sets as they name generated ones, and options tell their runs apart.
  @Test func studyOfAStoredSet() throws {
    let study = try resolved("{mnist: {}}")
    #expect(study.templates.first?.dataset.exampleShapes == ["image": [1, 28, 28], "label": []])
    let plain = try identity("mnist")
    #expect(try identity("{mnist: {}}") == plain)
    #expect(try identity("{mnist: {train: [train], binarise: none}}") == plain)
    let others = [
      "{mnist: {validation: {last: 10000}}}",
      "{mnist: {validation: {random: {count: 10, seed: 0}}}}",
      "{mnist: {binarise: {once: {seed: 1}}}}", "{mnist: {binarise: {each-use: {seed: 1}}}}",
      "{mnist: {binarise: {each-use: {seed: 2}}}}", "{fashion-mnist: {}}",
    ]
    #expect(Set(try others.map { try identity($0) } + [plain]).count == others.count + 1)
  }

  /// A split that is drawn with each run's own seed is that drawn with the number.
  @Test func splitsOfRuns() throws {
    func dataset(_ seed: String) -> String {
      "{shapes3d: {select: {wall: 5, object: 6}, average-pool: 2, "
        + "test: {numpy-choice: {train: 3840, seed: \(seed)}}}}"
    }
    #expect(try identity(dataset("run"), seed: 3) == identity(dataset("3"), seed: 3))
    #expect(try identity(dataset("run"), seed: 4) != identity(dataset("3"), seed: 4))
    let template = try #require(try resolved(dataset("run")).templates.first)
    let run = try RunSpecification(template, seed: 7, profile: ProfileName(name: "paper"))
    let path = try ConfigPath("dataset.shapes3d.test.numpy-choice.seed", origin: .resolved)
    #expect(try run.resolved()[path]?.text == "7")
    let other = dataset("3").replacing("wall: 5", with: "floor: 0")
    #expect(try identity(other, seed: 3) != identity(dataset("3"), seed: 3))
  }

  @Test(arguments: [
    ("{mnits: {}}", "unknown name 'mnits'; did you mean 'mnist'? Expected one of binarized-mnist"),
    ("{dspritse: {}}", "did you mean 'dsprites'? Expected one of"),
    ("{mnist: {seed: 7}}", "dataset.mnist: unknown key 'seed'"),
    ("{mnist: {binarise: {once: {}}}}", "dataset.mnist.binarise.once: missing key 'seed'"),
    ("{mnist: {binarise: daily}}", "unknown name 'daily'. Expected one of none, once, each-use"),
    ("{mnist: {train: [extra]}}", "train: the data set has no split 'extra'; it has test, train"),
    ("{mnist: {train: []}}", "train: at least one split is needed"),
    ("{mnist: {train: [train, train]}}", "train: a split is named twice"),
    ("{mnist: {validation: {last: 60000}}}", "validation: nothing is left to train on"),
    ("{mnist: {validation: {last: 0}}}", "validation: at least one example must be held out"),
    ("{binarized-mnist: {validation: {last: 5}}}", "validation: the data set has a split of that"),
    (
      "{mnist: {validation: {random: {count: 5, seed: never}}}}",
      "dataset.mnist.validation.random.seed: expected a whole number or run"
    ),
    ("{mnist: {test: {last: 5}}}", "test: the data set has a split of that name already"),
    ("{mnist: {select: {wall: 5}}}", "select: the examples to train on have no grid of factors"),
    ("{mnist: {average-pool: 3}}", "average-pool: squares of 3 × 3 do not fill examples of shape"),
    ("{celeba: {}}", "the data set celeba cannot be used in a study yet: its pictures are"),
  ])
  func wrongOptions(_ dataset: String, _ expected: String) throws {
    let found = words { try resolved(dataset) }
    #expect(found.contains(expected), "\(found)")
  }
}
