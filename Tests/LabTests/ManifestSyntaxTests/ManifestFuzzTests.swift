import Datasets
import Foundation
import Testing

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
      let altered = try ManifestLibrary(root: directory)
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
      let altered = try ManifestLibrary(root: directory)
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
    var random = ManifestMutation(random: MutationSource(state: seed))
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

/// Alterations of a manifest's text: of lines, of values, of characters.
private struct ManifestMutation {
  var random: MutationSource

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
