import Files
import Foundation
import Testing
import Torch

@testable import Datasets

/// The ways in which an array of a file becomes a tensor.
@Suite struct StoredArrayTests {
  private func tensor(_ json: String) throws -> StoredTensor {
    try JSONDecoder().decode(StoredTensor.self, from: Data("{\"file\": \"f\", \(json)}".utf8))
  }

  private func prepared(_ values: [UInt8], _ shape: [Int], _ json: String) throws -> StoredArray {
    try StoredArray(
      try NumericArray(values, shape: shape), try tensor(json), at: "d/f", in: "dots")
  }

  private func bytes(_ array: StoredArray) -> [UInt8] {
    if case .bytes(let values) = array.values { values } else { [] }
  }

  /// Height × width × colour × example, as MATLAB's SVHN, to example × colour × height × width.
  @Test func axes() throws {
    // The value says where it stands: 100 n + 30 c + 10 h + w.
    let shape = [2, 3, 2, 2]
    var values: [UInt8] = []
    for h in 0..<2 {
      for w in 0..<3 {
        for c in 0..<2 { for n in 0..<2 { values.append(UInt8(100 * n + 30 * c + 10 * h + w)) } }
      }
    }
    let array = try prepared(values, shape, "\"axes\": [3, 2, 0, 1], \"shape\": [2, 2, 3]")
    #expect(array.shape == [2, 2, 2, 3])
    #expect(
      bytes(array) == [
        0, 1, 2, 10, 11, 12, 30, 31, 32, 40, 41, 42,
        100, 101, 102, 110, 111, 112, 130, 131, 132, 140, 141, 142,
      ])
  }

  /// A column is an image, itself column by column, as in Omniglot's chardata.mat.
  @Test func viewOfColumns() throws {
    // Two examples of 2 × 2: pixel p = 2 column + row, value 10 n + 2 row + column.
    let values: [UInt8] = [0, 10, 2, 12, 1, 11, 3, 13]
    let array = try prepared(
      values, [4, 2], "\"view\": [2, 2, -1], \"axes\": [2, 1, 0], \"shape\": [1, 2, 2]")
    #expect(array.shape == [2, 1, 2, 2])
    #expect(bytes(array) == [0, 1, 2, 3, 10, 11, 12, 13])
  }

  @Test func packedBits() throws {
    let array = try prepared(
      [0b1010_0001, 0b0100_0000, 0b0000_0000, 0b1111_1111], [2, 2], "\"bits\": 10")
    #expect(array.shape == [2, 10])
    #expect(bytes(array) == [1, 0, 1, 0, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
  }

  @Test func rowsAndLabels() throws {
    let array = try prepared(
      [10, 1, 2, 10, 4], [5, 1],
      "\"rows\": [1, 4], \"shape\": [], \"as\": \"integers\", \"relabel\": {\"10\": 0}")
    #expect(array.shape == [3])
    guard case .integers(let labels) = array.values else { throw StoredFolder.Wrong(what: "type") }
    #expect(labels == [1, 2, 0])
  }

  @Test(arguments: [
    ("\"type\": \"float32\"", "'d/f' holds uint8, where float32 is expected"),
    ("\"rows\": [0, 5]", "'d/f' has 4 examples, where rows names 5"),
    ("\"shape\": [4]", "'d/f' has examples of shape [3], where [4] is expected"),
    ("\"axes\": [0]", "'d/f' has 2 axes (shape [4, 3]), where axes names 1"),
    ("\"view\": [5, -1]", "'d/f' of shape [4, 3] cannot be read in the shape [5, -1]"),
    ("\"bits\": 30", "'d/f' of shape [4, 3] does not hold 30 packed bits an example"),
  ])
  func contradictions(_ json: String, _ expected: String) throws {
    let message = words { try prepared(Array(repeating: 1, count: 12), [4, 3], json) }
    let place = expected.replacing("'d/f'", with: "d/f")
    #expect(
      message == "the data set dots cannot be used: \(place); correct the file, or what "
        + "datasets/dots.yaml says of it")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func valuesMustBeFinite(_ value: Double) throws {
    let message = words {
      try StoredArray(
        try NumericArray([0.5, value], shape: [2]), try tensor("\"scale\": 1"), at: "d/f",
        in: "dots")
    }
    #expect(message.contains("d/f holds values that are not finite"), "\(message)")
  }

  /// Lengths whose product is too large to compute stand beside a 0 in a file of a few bytes.
  @Test func emptyArraysAreRefused() throws {
    for shape in [[0, 1 << 62, 4], [1 << 62, 4, 0], [0]] {
      let message = words { try prepared([], shape, "\"rows\": [0, 1]") }
      #expect(message.contains("d/f is empty"), "\(message)")
    }
  }

  /// What is small in a file must not become large on the way to a tensor either.
  @Test func preparedArraysHaveTheLimitOfFiles() throws {
    let many = [UInt8](repeating: 1, count: 40 << 20)
    for json in ["\"as\": \"integers\"", "\"bits\": 8"] {
      let message = words { try prepared(many, [40 << 20, 1], json) }
      #expect(
        message.contains("d/f holds an array of 335544320 bytes, where 268435456"), "\(message)")
    }
  }

  @Test func integersMustBeWhole() throws {
    let message = words {
      try StoredArray(
        try NumericArray([0.5, 1], shape: [2]), try tensor("\"as\": \"integers\""), at: "d/f",
        in: "dots")
    }
    #expect(message.contains("d/f does not hold whole numbers (float64)"))
  }

  @Test func floatsAreKept() throws {
    let array = try StoredArray(
      try NumericArray([0.5, 1], shape: [2]), try tensor("\"scale\": 2"), at: "d/f", in: "dots")
    guard case .floats(let values) = array.values else { throw StoredFolder.Wrong(what: "type") }
    #expect(values == [0.5, 1])
  }

  @Test func wholeNumbers() {
    let split = Split(
      Batch([
        "class": Tensor([1, 2] as [Int64], shape: [2]), "hue": Tensor([0.1, 0.2], shape: [2]),
        "image": Tensor([3, 4] as [UInt8], shape: [2]),
      ]), preparations: ["image": Preparation(scale: 255)])
    #expect(split.names.map { split.isWhole($0) } == [true, false, false])
    #expect(!split.isWhole("label"))
  }

  /// Floats where the scale is not that of bytes, and the nearest byte where it is.
  @Test func picturesAreReduced() throws {
    let values: [UInt8] = [0, 1, 1, 0, 0, 0, 1, 1, 1] + [1, 1, 1, 1, 1, 1, 1, 1, 1]
    let array = try prepared(
      values, [2, 3, 3],
      "\"view\": [-1, 1, 3, 3], \"area-average\": 2, \"invert\": true, \"shape\": [1, 2, 2]")
    #expect(array.shape == [2, 1, 2, 2])
    // A pixel and a half a side: weights of 4, 2, 2 and 1 ninths.
    let ninths: [Float] = [7, 3, 3, 3]
    guard case .floats(let floats) = array.values else {
      Issue.record("no floats")
      return
    }
    #expect(zip(floats, ninths).allSatisfy { abs(9 * $0 - $1) < 1e-5 }, "\(floats)")
    #expect(floats.suffix(4).allSatisfy { abs($0) < 1e-6 })
    let grey = try prepared(
      [0, 100, 100, 0, 0, 0, 100, 100, 100], [1, 1, 3, 3],
      "\"area-average\": 2, \"invert\": true, \"scale\": 255")
    // 200 / 9 and 600 / 9, rounded and inverted.
    #expect(bytes(grey) == [233, 188, 188, 188])
    let cut = try prepared(
      Array(0..<24), [1, 3, 2, 4], "\"grey\": true, \"crop\": [1, 1, 1, 2], \"scale\": 255")
    #expect(cut.shape == [1, 1, 1, 2] && bytes(cut) == [12, 13])
  }

  @Test(arguments: [
    ("\"area-average\": 4", "cannot be prepared (2 pixels a side cannot be reduced to 4)"),
    ("\"crop\": [0, 0, 3, 1]", "lies outside its 2 × 2 pixels)"),
    ("\"view\": [1, 4], \"area-average\": 1", "is not [channels, height, width])"),
    ("\"invert\": true", "is from 0.0 to 3.0, where it must be from 0 to 1.0 to be inverted"),
  ])
  func picturesThatCannotBePrepared(json: String, expected: String) {
    let message = words { try prepared([0, 1, 2, 3], [1, 1, 2, 2], json) }
    #expect(message.contains(expected), "\(message)")
    #expect(message.hasSuffix("or what datasets/dots.yaml says of it"))
  }
}

/// Tensors of several files, and lists of their examples.
@Suite struct StoredPartsTests {
  private let folder: StoredFolder

  init() throws {
    folder = try StoredFolder()
    try folder.write([0, 1, 2, 3, 4, 5], shape: [3, 2], to: "dots/first")
    try folder.write([6, 7, 8, 9], shape: [2, 2], to: "dots/second")
    for (name, places) in [("some", [1, 2, 4]), ("more", [0, 3])] {
      try folder.write(places.map(UInt8.init), shape: [places.count], to: "dots/\(name)")
    }
  }

  private func manifest(_ train: String, test: String) -> String {
    """
    {"dataset": "dots", "title": "Dots", "splits": {
      "train": {"image": {"file": ["first", "second"], \(train)}},
      "test": {"image": {"file": ["first", "second"], \(test)}}}}
    """
  }

  @Test func examplesAreListed() throws {
    let dataset = try folder.dataset(
      manifest(
        "\"index\": {\"file\": \"some\"}, \"shape\": [2]", test: "\"index\": {\"file\": \"more\"}"))
    #expect(dataset.trainingExamples == 3 && dataset.exampleShapes == ["image": [2]])
    let data = try dataset.load()
    #expect(data.train["image"]?.floats() == [2, 3, 4, 5, 8, 9])
    #expect(data.others["test"]?["image"]?.floats() == [0, 1, 6, 7])
    // What the lists say is part of what the data are.
    try folder.write([1, 2, 3], shape: [3], to: "dots/some")
    let other = try folder.dataset(
      manifest(
        "\"index\": {\"file\": \"some\"}, \"shape\": [2]", test: "\"index\": {\"file\": \"more\"}"))
    #expect(other.contentIdentity != dataset.contentIdentity)
    #expect(try other.load().train["image"]?.floats() == [2, 3, 4, 5, 6, 7])
  }

  /// Without a list, all examples or consecutive ones.
  @Test func partsFollowEachOther() throws {
    let data = try folder.dataset(
      manifest("\"rows\": [2, 5], \"shape\": [2]", test: "\"scale\": 1")
    ).load()
    #expect(data.train["image"]?.floats() == [4, 5, 6, 7, 8, 9])
    #expect(data.others["test"]?["image"]?.floats() == (0..<10).map(Float.init))
  }

  @Test func listsMustBeAscendingPlacesThatAreThere() throws {
    let text = manifest("\"index\": {\"file\": \"some\"}", test: "\"scale\": 1")
    func message(_ places: [UInt8]) throws -> String {
      try folder.write(places, shape: [places.count], to: "dots/some")
      return words { try folder.dataset(text).load() }
    }
    #expect(try message([2, 1]).contains("does not list places of examples, from 0 and ascending"))
    #expect(try message([1, 1]).contains("from 0 and ascending"))
    #expect(try message([4, 5]).contains("have fewer examples than are asked for"))
    try FileManager.default.removeItem(atPath: folder.root + "/dots/some")
    #expect(
      words { try folder.dataset(text).load() }
        .hasPrefix("the data set dots is not here (missing: some)"))
  }

  @Test func partsMustBeAlike() throws {
    try folder.write([1, 2, 3], shape: [1, 3], to: "dots/second")
    let text = manifest("\"scale\": 1", test: "\"scale\": 1")
    #expect(words { try folder.dataset(text).load() }.contains("examples that are alike"))
  }

  @Test(arguments: [
    ("\"index\": {\"file\": \"some\"}, \"rows\": [0, 1]", "rows say already"),
    ("\"index\": {\"file\": \"\"}", "its file must have a name"),
    ("\"area-average\": 0", "from 1 to 65536 pixels a side"),
    ("\"crop\": [1]", "[first row, first column, height, width]"),
    ("\"grey\": true, \"as\": \"integers\"", "pictures hold numbers"),
  ])
  func keysThatMakeNoSense(json: String, expected: String) {
    let message = words { try folder.dataset(manifest(json, test: "\"scale\": 1")) }
    #expect(message.contains(expected), "\(message)")
  }
}
