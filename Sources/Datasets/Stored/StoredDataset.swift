import Files
import Foundation

/// A data set that is read from files, as `datasets/<name>.yaml` describes them.
///
/// Where a file is, and what it is called elsewhere, does not matter to its identity: what counts is
/// the content of the files in use and how they are read.
public struct StoredDataset: DatasetConfiguration {
  public private(set) var options: StoredOptions
  let manifest: DatasetManifest
  let layout: DatasetManifest.Layout
  /// Paths of the files in use that are here.
  let paths: [String: String]
  public let splitShapes: [String: [String: [Int]]]
  public let hasKnownShapes: Bool
  /// What is wrong with pooling the images, or nil.
  private let poolProblem: String?
  /// Number of the examples of the splits that are trained on, with those that are held out.
  private let storedExamples: Int?
  public let contentIdentity: String
  public let missing: DataError?
  public let isIdentified: Bool

  /// Looks for the files, and reads of them what the manifest leaves open.
  ///
  /// A file that is missing or wrong leaves it open: what needs no data goes on without.
  ///
  /// - Parameter beside: the manifest's directory.
  /// - Throws: `DataError.notYet`.
  public init(
    _ manifest: DatasetManifest, _ options: StoredOptions, in places: DataPlaces, beside: String
  ) throws {
    self.manifest = manifest
    self.options = options
    guard manifest.notYet == nil,
      let chosen = Self.choose(manifest, options, places, beside: beside)
    else {
      throw DataError.notYet(
        dataset: manifest.name, why: manifest.notYet ?? "its manifest has no splits")
    }
    (layout, paths) = chosen
    let lacking = Self.files(layout, options).flatMap {
      chosen.layout.lacking($0, at: chosen.paths[$0])
    }
    let absent = Self.missing(lacking, of: manifest)
    let original = layout.isSameAsFirst ? manifest.layouts[0] : layout
    var identity: String?
    var unreadable: DataError?
    do {
      identity = try Self.identity(original, options, manifest, paths)
    } catch {
      unreadable = error
    }
    contentIdentity = identity.map { "stored/\($0)" } ?? "unknown/\(manifest.name)"
    // Which of several forms will be here is not known either.
    isIdentified =
      identity != nil
      && (absent == nil || manifest.layouts.dropFirst().allSatisfy(\.isSameAsFirst))

    var contents = SplitContents(of: layout, in: manifest, options, paths)
    missing = absent ?? unreadable ?? contents.problem
    poolProblem = options.averagePool.flatMap { contents.pool(squaresOf: $0) }
    hasKnownShapes = contents.areAllKnown
    splitShapes = contents.shapes(trainedOn: options)
    storedExamples = contents.examples(of: options.train)
  }

  /// The first form of the data set whose files are all here, with the paths of those in use; else the
  /// first form, for a set of which nothing is here. Nil where the manifest has no form.
  private static func choose(
    _ manifest: DatasetManifest, _ options: StoredOptions, _ places: DataPlaces, beside: String
  ) -> (layout: DatasetManifest.Layout, paths: [String: String])? {
    let forms = manifest.layouts.lazy.map { layout in
      let files = files(layout, options)
      let paths = files.reduce(into: [String: String]()) { paths, name in
        paths[name] = places.find(manifest.file(named: name), of: manifest, beside: beside)
      }
      return (layout: layout, paths: paths, files: files)
    }
    let form = forms.first { form in
      !form.files.isEmpty
        && form.files.allSatisfy { form.layout.lacking($0, at: form.paths[$0]).isEmpty }
    }
    return (form ?? forms.first).map { ($0.layout, $0.paths) }
  }

  /// Places in the files of the examples that are read of a split, or nil for all.
  static func rows(
    of split: String, _ manifest: DatasetManifest, _ options: StoredOptions
  ) -> [Range<Int>]? {
    guard split == DatasetManifest.gridSplit, let grid = manifest.grid, let choice = options.select,
      grid.problem(of: choice) == nil
    else { return nil }
    return grid.rows(with: choice)
  }

  /// The tensor that is binarised and pooled.
  static let image = "image"

  public var exampleShapes: [String: [Int]] { splitShapes["train"] ?? [:] }

  public var name: String { manifest.name }

  public var trainingExamples: Int? {
    storedExamples.map { all in
      options.heldOut.reduce(all) { max($0 - max($1.examples.count(of: $0), 0), 0) }
    }
  }

  public func ofRun(seed: Int) -> any DatasetConfiguration {
    var dataset = self
    dataset.options = options.ofRun(seed: seed)
    return dataset
  }

  public var problem: String? {
    for split in options.train where layout.splits[split] == nil {
      return "train: the data set has no split '\(split)'; it has "
        + layout.splits.keys.sorted().joined(separator: ", ")
    }
    if options.train.isEmpty { return "train: at least one split is needed" }
    if Set(options.train).count < options.train.count { return "train: a split is named twice" }
    if let choice = options.select {
      guard let grid = manifest.grid, options.train == [DatasetManifest.gridSplit] else {
        return "select: the examples to train on have no grid of factors"
      }
      if let problem = grid.problem(of: choice) { return "select: " + problem }
    }
    if let poolProblem { return "average-pool: " + poolProblem }
    var examples = storedExamples
    for (split, held) in options.heldOut {
      if let problem = held.problem { return "\(split): \(problem)" }
      if let count = examples.map(held.count(of:)) ?? held.fixedCount {
        if count < 1 { return "\(split): at least one example must be held out" }
        examples = examples.map { $0 - count }
        if let examples, examples < 1 { return "\(split): nothing is left to train on" }
      }
      if layout.splits[split] != nil && !options.train.contains(split) {
        return "\(split): the data set has a split of that name already"
      }
    }
    if options.binarise != .none, layout.splits[options.train[0]]?["image"] == nil {
      return "binarise: the data set has no tensor 'image'"
    }
    return nil
  }

  public func encode(to encoder: any Encoder) throws {
    try options.encode(to: encoder)
  }

  public func check() throws {
    if let missing { throw missing }
    for (name, path) in paths.sorted(by: { $0.key < $1.key }) {
      try manifest.file(named: name).check(at: path, of: manifest.name)
    }
    // A file without a checksum may be anything: the only way to know is to read it.
    if paths.keys.contains(where: { manifest.file(named: $0).sha256 == nil }) { _ = try load() }
  }
}

extension StoredDataset {
  /// The splits that are loaded: those to train on, and those to evaluate on.
  static func splits(_ layout: DatasetManifest.Layout, _ options: StoredOptions) -> [String] {
    let evaluated = DatasetManifest.usualSplits.filter { $0 != "train" }
    return (options.train + evaluated.filter { !options.train.contains($0) })
      .filter { layout.splits[$0] != nil }
  }

  private static func files(
    _ layout: DatasetManifest.Layout, _ options: StoredOptions
  ) -> [String] {
    DatasetManifest.files(of: layout, splits: splits(layout, options))
  }

  private static func missing(_ files: [String], of manifest: DatasetManifest) -> DataError? {
    if files.isEmpty { return nil }
    let canFetch = files.allSatisfy { !manifest.file(named: $0).mirrors.isEmpty }
    let usual = manifest.filesToFetch(all: false).map(\.name)
    return .missing(
      dataset: manifest.name, files: files,
      remedy: canFetch
        ? .fetch(all: !files.allSatisfy(usual.contains))
        : .manual(manifest.howToGet))
  }

  /// Hash of the content in use and how it is read; nil where a file's checksum is not known.
  private static func identity(
    _ layout: DatasetManifest.Layout, _ options: StoredOptions, _ manifest: DatasetManifest,
    _ paths: [String: String]
  ) throws(DataError) -> String? {
    var sums: [String: String] = [:]
    for name in files(layout, options) {
      var sum = manifest.file(named: name).sha256
      if sum == nil, let path = paths[name] {
        // Of a folder of a thousand recordings only those in use count.
        let recordings = layout.recordings?.paths(in: name) ?? []
        sum = try Checksums.sha256(of: path, only: recordings, in: manifest.name)
      }
      guard let sum else { return nil }
      sums[name] = sum
    }
    func sum(_ name: String) -> String { sums[name] ?? "" }
    var content: [String: [String: StoredTensor]] = [:]
    for split in splits(layout, options) {
      for (name, tensor) in layout.splits[split] ?? [:] {
        content[split, default: [:]][name] = tensor.renaming(sum)
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts and finite numbers can always be encoded.
    var data = try? encoder.encode(content)
    if let grid = manifest.grid, let factors = try? encoder.encode(grid) { data?.append(factors) }
    if let recordings = layout.recordings,
      splits(layout, options).contains(DatasetManifest.motionSplit),
      let recipe = try? encoder.encode(recordings.renaming(sum))
    {
      data?.append(recipe)
    }
    return data.map { SHA256.hex(of: $0) }
  }
}

extension StoredFile {
  /// Whether what is at a path is the file that it should be, as far as that is known.
  ///
  /// - Throws: `DataError`.
  public func check(at path: String, of dataset: String) throws {
    if let bytes, let found = DataPlaces.size(of: path), found != bytes {
      throw DataError.wrongSize(dataset: dataset, path: path, expected: bytes, found: found)
    }
    guard let sha256 else { return }
    let found = try Checksums.sha256(of: path, in: dataset)
    if found != sha256 {
      throw DataError.altered(dataset: dataset, path: path, expected: sha256, found: found)
    }
  }
}
