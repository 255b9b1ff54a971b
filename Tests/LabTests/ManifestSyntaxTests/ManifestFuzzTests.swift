import Datasets
import Files
import Foundation
import Testing
import Torch

@testable import Lab

/// Whatever is done to the manifests under `experiments/` and `datasets/`, they are planned or say what
/// is wrong, soon.
@Suite struct ManifestFuzzTests {
  /// Altered manifests of each kind; the variable raises it for longer searches.
  private static let inputs =
    ProcessInfo.processInfo.environment["PRIORLAB_FUZZ_INPUTS"].flatMap(Int.init) ?? 2000

  private static let datasets = ShippedManifestsTests.root + "/../datasets"

  @Test func studies() throws {
    let library = try #require(ShippedManifestsTests.library)
    let files = library.studies.values.map(\.file).sorted()
    try fuzz(files, seed: 1) { directory in
      let altered = ManifestLibrary(root: directory)
      try altered.checkAllWereRead()
      return try altered.studies.keys.sorted().reduce(0) {
        try $0 + altered.allRuns(of: $1, kinds: ShippedManifestsTests.kinds).count
      }
    }
  }

  @Test func artefacts() throws {
    let library = try #require(ShippedManifestsTests.library)
    let files = library.artefacts.values.map(\.file).sorted()
    let studies = try library.studies.values.map { try ManifestLibrary.text(of: $0.file) }
    try fuzz(files, beside: studies, seed: 2) { directory in
      let altered = ManifestLibrary(root: directory)
      try altered.checkAllWereRead()
      return try altered.artefacts.keys.sorted().reduce(0) {
        let runs = try ArtefactRuns(
          $1, ProfileName(name: "smoke"), library: altered, kinds: ShippedManifestsTests.kinds)
        return $0 + runs.runs.count
      }
    }
  }

  @Test func dataSets() throws {
    let files = DatasetLibrary(
      root: Self.datasets, places: DataPlaces(environment: [:], root: Self.datasets)
    ).names.map { "\(Self.datasets)/\($0).yaml" }
    try fuzz(files, seed: 3) { directory in
      let altered = DatasetLibrary(
        root: directory, places: DataPlaces(environment: [:], root: directory))
      return try altered.names.reduce(0) { try $0 + altered.manifest($1).files.count }
    }
  }

  /// Sets of small files of every format, which are checked and loaded as the manifests say.
  @Test func storedData() throws {
    let place = NSTemporaryDirectory() + "fuzz-data-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    try FuzzData.write(to: place)
    let manifests = try FuzzData.manifests.map { name, text in
      let file = "\(place)/\(name).yaml"
      try text.write(toFile: file, atomically: false, encoding: .utf8)
      return file
    }
    let options = [
      StoredOptions(), StoredOptions(validation: .last(2)),
      StoredOptions(train: ["train", "test"], binarise: .once(seed: 1)),
      StoredOptions(
        select: ["b": 1], averagePool: 2, test: .numpyChoice(train: 1, seed: 3)),
      StoredOptions(averagePool: 2, test: .random(count: 2, seed: 1), validation: .last(1)),
    ]
    var loaded = 0
    try fuzz(manifests, seed: 4) { directory in
      let altered = DatasetLibrary(
        root: directory, places: DataPlaces(directories: [place], cache: directory))
      return try altered.names.reduce(0) { sum, name in
        try sum
          + options.reduce(0) { sum, options in
            let dataset = try altered.dataset(name, options)
            if dataset.problem != nil { return sum }
            _ = (dataset.exampleShapes, dataset.splitShapes, dataset.trainingExamples)
            try dataset.check()
            let data = try dataset.load()
            #expect(!dataset.splitShapes.isEmpty && data.train.count >= 0)
            loaded += 1
            return sum + data.train.count
          }
      }
    }
    #expect(loaded > Self.inputs / 10, "\(loaded)")
  }

  /// Writes one altered manifest after the other into a directory, and reads it there.
  ///
  /// - Parameters:
  ///   - beside: manifests that are there unaltered.
  ///   - read: what is planned with the directory, as a number.
  private func fuzz(
    _ files: [String], beside: [String] = [], seed: UInt64, _ read: (String) throws -> Int
  ) throws {
    let directory = NSTemporaryDirectory() + "/fuzz-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    for (index, text) in beside.enumerated() {
      try text.write(
        toFile: "\(directory)/beside-\(index).yaml", atomically: false, encoding: .utf8)
    }
    let originals = try files.map {
      (($0 as NSString).lastPathComponent, try ManifestLibrary.text(of: $0))
    }
    var random = ManifestMutation(random: SplitMix64(state: seed))
    var tally = (planned: 0, refused: 0)
    for round in 0..<Self.inputs {
      let (name, original) = originals[round % originals.count]
      let text = random.altered(original)
      let path = "\(directory)/\(name)"
      try text.write(toFile: path, atomically: false, encoding: .utf8)
      let start = processorSeconds()
      do {
        _ = try read(directory)
        tally.planned += 1
      } catch {
        tally.refused += 1
        let isExpected = error is ManifestError || error is LibraryError || error is DataError
        #expect(isExpected && !"\(error)".isEmpty, "input \(round): \(error)\n\(text)")
      }
      let time = processorSeconds() - start
      #expect(time < 1, "input \(round) took \(time) s\n\(text)")
      try FileManager.default.removeItem(atPath: path)
    }
    // Both outcomes occur, else the alterations would be of no use.
    #expect(tally.planned > 0 && tally.refused > Self.inputs / 20, "\(tally)")
  }

  /// The time that this thread has worked, which other programs do not lengthen.
  private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Six images of 2 by 4 pixels and their labels, in files of every format.
private enum FuzzData {
  static let manifests: [(name: String, text: String)] = [
    (
      "idx",
      """
      dataset: idx
      title: T
      licence: none
      files: [{name: images.idx, bytes: 64}, {name: labels.idx}]
      splits:
        train:
          image: {file: images.idx, type: uint8, rows: [0, 4], shape: [1, 2, 4], scale: 255}
          label: {file: labels.idx, rows: [0, 4], shape: [], as: integers, relabel: {"3": 0}}
        test:
          image: {file: images.idx, type: uint8, rows: [4, 6], shape: [1, 2, 4], scale: 255}
          label: {file: labels.idx, rows: [4, 6], shape: [], as: integers, relabel: {"3": 0}}
      """
    ),
    (
      "npy",
      """
      dataset: npy
      title: T
      layouts:
        - splits: {train: {image: {file: images.npy, view: [-1, 4, 2], axes: [0, 2, 1], scale: 255}}}
        - same-as-first: true
          splits: {train: {image: {file: packed.npy, bits: 8, rows: [0, 6], shape: [1, 2, 4]}}}
      """
    ),
    (
      "text",
      """
      dataset: text
      title: T
      splits:
        train: {image: {file: images.amat, shape: [1, 2, 4], scale: 2.5}}
        validation: {image: {file: images.amat, rows: [1, 3], shape: [1, 2, 4], scale: 2.5}}
      """
    ),
    (
      "hdf5",
      """
      dataset: hdf5
      title: T
      splits:
        train:
          image: {file: arrays.h5, key: a/images, axes: [0, 2, 1], shape: [1, 4, 2]}
          label: {file: arrays.h5, key: labels, as: integers}
        test:
          image: {file: arrays.h5, key: a/images, axes: [0, 2, 1], shape: [1, 4, 2]}
          label: {file: arrays.h5, key: labels, as: integers}
      """
    ),
    (
      "grid",
      """
      dataset: grid
      title: T
      grid: [{a: 2}, {b: 3}]
      splits:
        train:
          image: {file: arrays.h5, key: a/images, axes: [0, 2, 1], rows: [0, 6], shape: [1, 4, 2]}
          label: {file: labels.idx, rows: [0, 6], shape: [], as: integers}
      """
    ),
    (
      "folder",
      """
      dataset: folder
      title: T
      splits:
        train: {image: {file: pictures, key: images, scale: 255}, label: {file: pictures, key: labels, as: integers}}
      """
    ),
  ]

  static func write(to place: String) throws {
    func write(_ bytes: [UInt8], _ name: String) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(place)/\(name)"))
    }
    try FileManager.default.createDirectory(
      atPath: place + "/pictures/1", withIntermediateDirectories: true)
    let pixels = (0..<48).map { UInt8($0 * 5) }
    try write([0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 4] + pixels, "images.idx")
    try write([0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 2, 3, 2, 1], "labels.idx")
    for (name, shape, bytes) in [
      ("images.npy", "(6, 8)", pixels), ("packed.npy", "(6, 1)", Array(pixels.prefix(6))),
    ] {
      var header = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }"
      header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      try write([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + bytes, name)
    }
    let lines = (0..<6).map { row in
      (0..<8).map { "\(Double(row + $0) / 8)" }.joined(separator: " ")
    }
    try write(Array(lines.joined(separator: "\n").utf8), "images.amat")
    let hdf5 = try HDF5File(creating: place + "/arrays.h5")
    try hdf5.write(pixels.map { Float($0) / 255 }, shape: [6, 2, 4], at: "a/images")
    try hdf5.write([0, 1, 2, 0, 1, 2], shape: [6], at: "labels")
    try hdf5.close()
    for row in 0..<6 {
      try PNGImage(
        width: 4, height: 2, channels: 1, pixels: Array(pixels[8 * row..<8 * row + 8])
      ).write(to: "\(place)/pictures/1/\(row).png")
    }
  }
}

/// Alterations of a manifest's text: of lines, of values, of characters.
private struct ManifestMutation {
  var random: SplitMix64

  /// Values at the edges of what is read as a number, a list, a map, nothing, or a word.
  private static let values = [
    "0", "-1", "1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e308",
    "1e999", "-1e-320", ".nan", ".inf", "0x7fffffffffffffff", "1000000000", "null", "~", "true",
    "[]",
    "{}", "[1, [2]]", "{a: 1}", "''", "\"{clusters}\"", "'{'", "&a [*a]", "!!int x", "é",
    "../../etc",
    "vhp", "all", "none",
  ]

  mutating func altered(_ original: String) -> String {
    var text = original
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: alterLines(&text)
      case 1, 2: alterValue(&text)
      default: alterCharacter(&text)
      }
    }
    return text
  }

  private mutating func alterLines(_ text: inout String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let one = Int.random(in: lines.indices, using: &random)
    let other = Int.random(in: lines.indices, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: lines.remove(at: one)
    case 1: lines.insert(lines[other], at: one)
    case 2: lines.swapAt(one, other)
    default: lines[one] = "  " + lines[one]
    }
    text = lines.joined(separator: "\n")
  }

  /// Puts another value in the place of one word or number.
  private mutating func alterValue(_ text: inout String) {
    let words = text.ranges(of: /[\w.\/-]+/)
    guard let word = words.randomElement(using: &random) else { return }
    text.replaceSubrange(word, with: Self.values.randomElement(using: &random) ?? "")
  }

  private mutating func alterCharacter(_ text: inout String) {
    let alphabet = "{}[]:,-#&*!|>'\"%@?~ \n\t.09a<=\\\u{0}\u{FEFF}é😀"
    guard let new = alphabet.randomElement(using: &random),
      let place = text.indices.randomElement(using: &random)
    else { return }
    if Bool.random(using: &random) { text.remove(at: place) } else { text.insert(new, at: place) }
  }
}
