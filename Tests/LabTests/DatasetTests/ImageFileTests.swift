import Datasets
import Files
import Foundation
import Testing
import Torch

@testable import Lab

/// SVHN, Omniglot, 3D Shapes, Chairs and Faces by the project's manifests, from small files in their form.
@Suite struct ImageFileTests {
  /// The data set of a shipped manifest, with parts of its text replaced.
  private func withDataset<Result>(
    _ name: String, _ replacements: [String: String], files: [String: String],
    _ options: StoredOptions = StoredOptions(), _ body: (StoredDataset) throws -> Result
  ) throws -> Result {
    let text = try String(
      contentsOfFile: "\(DatasetLibraryTests.root)/\(name).yaml", encoding: .utf8)
    // What the small files have not.
    let plain = text.replacing(/(?m)^    (bytes|sha256): .*\n/, with: "")
    return try Workplace.with([]) { place in
      try place.write(try edited(plain, replacements), to: "datasets/\(name).yaml")
      for (file, encoded) in files {
        let data = try #require(Data(base64Encoded: encoded))
        try place.write(data, to: "datasets/\(file)")
      }
      let root = place.root + "/datasets"
      let library = DatasetLibrary(
        root: root, places: DataPlaces(directories: [], cache: root + "/cache"))
      return try body(try library.dataset(name, options))
    }
  }

  /// The formula of the pixels is the script's; label 10 is the digit 0.
  @Test func svhn() throws {
    let files = [
      "train_32x32.mat": ImageFixtures.svhnTrain, "test_32x32.mat": ImageFixtures.svhnTest,
    ]
    try withDataset("svhn", ["[0, 73257]": "[0, 5]", "[0, 26032]": "[0, 2]"], files: files) {
      dataset in
      #expect(dataset.exampleShapes == ["image": [3, 32, 32], "label": []])
      #expect(dataset.trainingExamples == 5)
      try dataset.check()
      let data = try dataset.load()
      #expect(data.train["label"]?.integers() == [1, 0, 2, 0, 9])
      let test = try #require(data.others["test"])
      #expect(test["label"]?.integers() == [0, 3])
      for (split, count) in [(data.train, 5), (test, 2)] {
        #expect(split["image"]?.shape == [count, 3, 32, 32])
        let pixels = try #require(split["image"]).floats()
        var place = 0
        for n in 0..<count {
          for c in 0..<3 {
            for h in 0..<32 {
              for w in 0..<32 {
                let byte = (7 * h + 3 * w + 50 * c + 31 * n) % 256
                #expect(pixels[place] == Float(byte) / 255)
                place += 1
              }
            }
          }
        }
      }
    }
  }

  /// The formula of the pixels is the script's: rows are counted first in a column of the file.
  @Test func omniglot() throws {
    try withDataset(
      "omniglot", ["[0, 24345]": "[0, 2]", "[0, 8070]": "[0, 1]"],
      files: ["chardata.mat": ImageFixtures.chardata]
    ) { dataset in
      #expect(dataset.exampleShapes == ["image": [1, 28, 28]])
      #expect(dataset.trainingExamples == 2)
      let data = try dataset.load()
      // No substitute.
      #expect(data.standIn == nil)
      let test = try #require(data.others["test"])
      for (split, first, count) in [(data.train, 0, 2), (test, 2, 1)] {
        let image = try #require(split["image"])
        #expect(image.shape == [count, 1, 28, 28])
        for (place, pixel) in image.floats().enumerated() {
          let (n, row, column) = (place / 784, place / 28 % 28, place % 28)
          #expect(pixel == Float(row + 28 * column + 100 * (n + first)) / 1024)
        }
      }
    }
  }

  /// Folders of pictures: a folder is a model or a face, its pictures in the order of their names its views.
  @Test(arguments: [
    ("chairs-3d", "rendered_chairs", "model", 600, 100, "86366"),
    ("faces-3d", "renders", "face", 128, 0, "74000"),
  ])
  func renders(
    _ name: String, _ folder: String, _ label: String, _ side: Int, _ margin: Int, _ count: String
  ) throws {
    let place = NSTemporaryDirectory() + "priorlab-\(UUID().uuidString).png"
    defer { try? FileManager.default.removeItem(atPath: place) }
    var files: [String: String] = [:]
    for number in 0..<6 {
      // The left and the right half of what is seen are of two greys, and the margin is white.
      let seen = margin..<side - margin
      let greys = (0..<side * side).map { pixel -> UInt8 in
        let (x, y) = (pixel % side, pixel / side)
        if !seen.contains(x) || !seen.contains(y) { return 255 }
        return x < side / 2 ? UInt8(20 * number) : 200
      }
      try PNGImage(
        width: side, height: side, channels: 3, pixels: greys.flatMap { [$0, $0, $0] }
      ).write(to: place)
      files["\(folder)/m\(number / 3)/view-\(8 + number % 3).png"] =
        try Data(contentsOf: URL(fileURLWithPath: place)).base64EncodedString()
    }
    try withDataset(name, ["[0, \(count)]": "[0, 6]"], files: files) { dataset in
      #expect(dataset.exampleShapes == ["image": [1, 64, 64], label: [], "view": []])
      let data = try dataset.load()
      #expect(data.train[label]?.integers() == [0, 0, 0, 1, 1, 1])
      #expect(data.train["view"]?.integers() == [0, 1, 2, 0, 1, 2])
      for (place, pixel) in try #require(data.train["image"]).floats().enumerated() {
        let grey = place % 64 < 32 ? 20 * (place / 4096) : 200
        #expect(abs(pixel - Float(grey) / 255) < 1e-3)
      }
    }
  }

  private static let small = [
    "{floor: 10}, {wall: 10}, {object: 10}, {scale: 8}, {shape: 4}, {orientation: 15}":
      "{floor: 2}, {wall: 3}, {object: 2}, {scale: 2}, {shape: 2}, {orientation: 3}",
    "[0, 480000]": "[0, 144]", "[3, 64, 64]": "[3, 4, 4]",
  ]
  private static let files = ["3dshapes.h5": ImageFixtures.shapes]
  private static let options = StoredOptions(
    select: ["wall": 2, "object": 1], averagePool: 2, test: .numpyChoice(train: 20, seed: .run))

  /// Selected, resized and split as the official code of MFCVAE does, with its libraries.
  @Test func subsetOfShapes() throws {
    try withDataset("shapes3d", Self.small, files: Self.files, Self.options) { dataset in
      #expect(dataset.problem == nil)
      #expect(dataset.trainingExamples == 20)
      #expect(dataset.exampleShapes["image"] == [3, 2, 2])
      #expect(dataset.exampleShapes["shape"] == [])
      #expect(dataset.splitShapes["test"] == dataset.splitShapes["train"])
      let data = try dataset.ofRun(seed: 3).load()
      let test = try #require(data.others["test"])
      for (split, images, factors) in [
        (
          data.train, ImageFixtures.trainImages,
          [ImageFixtures.trainFloor, ImageFixtures.trainShape, ImageFixtures.trainOrientation]
        ),
        (
          test, ImageFixtures.testImages,
          [ImageFixtures.testFloor, ImageFixtures.testShape, ImageFixtures.testOrientation]
        ),
      ] {
        #expect(split["image"]?.floats() == images.map { Float($0) / 255 })
        for (name, values) in zip(["floor", "shape", "orientation"], factors) {
          #expect(split[name]?.integers().map(Int.init) == values)
        }
        #expect(Set(try #require(split["wall"]).integers()) == [2])
        #expect(Set(try #require(split["object"]).integers()) == [1])
        // The labels in the file are those of the grid.
        let labels = try #require(split["factors"]).doubles()
        for (row, shape) in factors[1].enumerated() {
          #expect(labels[6 * row + 4] * 2 == Double(shape))
        }
      }
    }
  }

  @Test func wholeGrid() throws {
    try withDataset("shapes3d", Self.small, files: Self.files) { dataset in
      let data = try dataset.load()
      #expect(data.train["image"]?.shape == [144, 3, 4, 4])
      let sizes = [2, 3, 2, 2, 2, 3]
      let labels = try #require(data.train["factors"]).doubles()
      for (column, name) in ["floor", "wall", "object", "scale", "shape", "orientation"]
        .enumerated()
      {
        let values = try #require(data.train[name]).integers()
        for row in 0..<144 {
          let expected = (labels[6 * row + column] * Double(sizes[column])).rounded()
          #expect(Double(values[row]) == expected)
        }
      }
    }
  }

  /// The split is the run's own, and so is its identity.
  @Test func splitsOfRuns() throws {
    try withDataset("shapes3d", Self.small, files: Self.files, Self.options) { dataset in
      func shapes(_ seed: Int) throws -> [Int64] {
        try #require(try dataset.ofRun(seed: seed).load().train["shape"]).integers()
      }
      let found = try [1, 1, 2].map { try shapes($0) }
      #expect(found[0] == found[1] && found[1] != found[2])
      #expect(
        words { try dataset.load() }
          == "the data set shapes3d cannot be used: test is drawn with the seed of a run, and there "
          + "is none here")
      #expect(
        words { try dataset.ofRun(seed: 1 << 32).load() }
          .contains("test: a seed of NumPy's is from 0 to 4294967295"))
    }
  }

  @Test(arguments: [
    (
      StoredOptions(select: ["wal": 1]),
      "select: the data set has no factor 'wal'; it has floor, wall"
    ),
    (StoredOptions(select: ["wall": 3]), "select: the values of 'wall' are numbered from 0 to 2"),
    (StoredOptions(select: ["wall": -1]), "select: the values of 'wall' are numbered from 0 to 2"),
    (StoredOptions(averagePool: 0), "average-pool: it must be at least 1"),
    (
      StoredOptions(averagePool: 3),
      "average-pool: squares of 3 × 3 do not fill examples of shape [3, 4, 4]"
    ),
    (
      StoredOptions(test: .numpyChoice(train: 144, seed: 0)),
      "test: at least one example must be held out"
    ),
    (StoredOptions(test: .numpyChoice(train: 0, seed: 0)), "test: nothing is left to train on"),
    (StoredOptions(test: .numpyChoice(train: .min, seed: 0)), "test: nothing is left to train on"),
    (
      StoredOptions(test: .numpyChoice(train: 5, seed: -1)),
      "test: a seed of NumPy's is from 0 to 4294967295"
    ),
    (
      StoredOptions(test: .last(100), validation: .last(44)),
      "validation: nothing is left to train on"
    ),
  ])
  func impossibleOptions(_ options: StoredOptions, _ expected: String) throws {
    try withDataset("shapes3d", Self.small, files: Self.files, options) { dataset in
      let problem = try #require(dataset.problem)
      #expect(problem.hasPrefix(expected), "\(problem)")
      #expect(words { try dataset.load() }.contains(expected))
    }
  }

  @Test func aGridMustBeThatOfTheFile() throws {
    var wrong = Self.small
    wrong["[0, 480000]"] = "[0, 143]"
    try withDataset("shapes3d", wrong, files: Self.files) { dataset in
      #expect(
        words { try dataset.load() }
          == "the data set shapes3d cannot be used: the split 'train' has 143 examples, and its grid of "
          + "factors 144; correct the files or the grid")
    }
    let message = words {
      try withDataset("shapes3d", ["{floor: 10}": "{image: 10}"], files: [:]) { $0.problem }
    }
    #expect(
      message.contains("splits.train.image.file: 'image' is a factor of the grid"), "\(message)")
    let axes = words {
      try withDataset("shapes3d", ["[0, 3, 1, 2]": "[3, 0, 1, 2]"], files: [:]) { $0.problem }
    }
    #expect(axes.contains("splits.train.image.axes: the examples of a grid must be"), "\(axes)")
    let twice = words {
      try withDataset("shapes3d", ["{floor: 10}": "{wall: 10}"], files: [:]) { $0.problem }
    }
    #expect(twice.contains("grid: a factor is named twice"), "\(twice)")
    let huge = words {
      try withDataset("shapes3d", ["{floor: 10}": "{floor: 9223372036854775807}"], files: [:]) {
        $0.problem
      }
    }
    #expect(huge.contains("grid: there can be at most 2147483648 combinations"), "\(huge)")
  }

  /// Rows of an array that is far larger than memory.
  @Test func onlyTheRowsThatAreWantedAreRead() throws {
    try Workplace.with([]) { place in
      let data = try #require(Data(base64Encoded: ImageFixtures.sparse))
      try place.write(data, to: "sparse.h5")
      let path = place.root + "/sparse.h5"
      let first = 123_456_789_000
      let found = try ArrayFile.read(
        path, key: "images", rows: [first + 1..<first + 4, 999_999_999_999..<1_000_000_000_000])
      #expect(found.shape == [4, 4])
      #expect(
        found.values(as: UInt8.self) == [5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0, 13, 14, 15, 16])
      #expect(throws: HDF5Error.self) { try ArrayFile.read(path, key: "images") }
      #expect(throws: HDF5Error.self) {
        try ArrayFile.read(path, key: "images", rows: [0..<1_000_000_000_000])
      }
      #expect(throws: HDF5Error.self) {
        try ArrayFile.read(path, key: "images", rows: [5..<1_000_000_000_001])
      }
    }
  }

  /// MFCVAE's configurations are known before the file is here.
  @Test(arguments: [["wall": 5, "object": 6], ["floor": 0, "object": 6]])
  func configurations(_ choice: [String: Int]) throws {
    let options = StoredOptions(
      select: choice, averagePool: 2, test: .numpyChoice(train: 3840, seed: .run))
    let dataset = try DatasetLibraryTests.library.dataset("shapes3d", options)
    #expect(dataset.problem == nil && dataset.hasKnownShapes && dataset.isIdentified)
    #expect(dataset.trainingExamples == 3840)
    #expect(dataset.exampleShapes["image"] == [3, 32, 32])
    #expect(dataset.splitShapes["test"]?["shape"] == [])
  }
}
