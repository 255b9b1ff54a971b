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
    var chosen: (layout: DatasetManifest.Layout, paths: [String: String])?
    for layout in manifest.layouts {
      let files = Self.files(layout, options)
      let paths = files.reduce(into: [String: String]()) { paths, name in
        paths[name] = places.find(manifest.file(named: name), of: manifest, beside: beside)
      }
      // The first form stands for a set of which nothing is here.
      if chosen == nil { chosen = (layout, paths) }
      if files.allSatisfy({ layout.lacking($0, at: paths[$0]).isEmpty }) && !files.isEmpty {
        chosen = (layout, paths)
        break
      }
    }
    guard manifest.notYet == nil, let chosen else {
      throw DataError.notYet(
        dataset: manifest.name, why: manifest.notYet ?? "its manifest has no splits")
    }
    layout = chosen.layout
    paths = chosen.paths
    let files = Self.files(layout, options)
    let lacking = files.flatMap { chosen.layout.lacking($0, at: chosen.paths[$0]) }
    let absent = Self.missing(lacking, of: manifest)
    let original = layout.isSameAsFirst ? manifest.layouts[0] : layout
    var problem = absent
    var identity: String?
    do {
      identity = try Self.identity(original, options, manifest, paths)
    } catch {
      problem = problem ?? error
    }
    contentIdentity = identity.map { "stored/\($0)" } ?? "unknown/\(manifest.name)"
    // Which of several forms will be here is not known either.
    isIdentified =
      identity != nil
      && (absent == nil || manifest.layouts.dropFirst().allSatisfy(\.isSameAsFirst))

    var shapes: [String: [String: [Int]]] = [:]
    var counts: [String: Int] = [:]
    var areAllKnown = true
    for split in Self.splits(layout, options) {
      shapes[split] = [:]
      if split == DatasetManifest.gridSplit, let grid = manifest.grid {
        counts[split] = grid.count(with: options.select ?? [:])
        for factor in grid.factors { shapes[split]?[factor.name] = [] }
      }
      if split == DatasetManifest.motionSplit, let recordings = layout.recordings {
        counts[split] = recordings.examples
        shapes[split] = recordings.shapes
      }
      for (name, tensor) in (layout.splits[split] ?? [:]).sorted(by: { $0.key < $1.key }) {
        if let rows = tensor.rows { counts[split] = counts[split] ?? rows.range.count }
        do {
          guard
            let whole = try Self.shape(
              of: tensor, Self.rows(of: split, manifest, options), paths, manifest.name)
          else {
            areAllKnown = areAllKnown && tensor.shape != nil
            shapes[split]?[name] = tensor.shape
            continue
          }
          shapes[split]?[name] = Array(whole.dropFirst())
          counts[split] = counts[split] ?? whole[0]
        } catch {
          problem = problem ?? error
          areAllKnown = false
        }
      }
    }
    var poolProblem: String?
    if let side = options.averagePool {
      if side < 1 { poolProblem = "it must be at least 1" }
      for (split, tensors) in shapes {
        guard let image = tensors[Self.image] else { continue }
        shapes[split]?[Self.image] = StoredArray.pooled(image, side)
        if poolProblem == nil, shapes[split]?[Self.image] == nil {
          poolProblem = "squares of \(side) × \(side) do not fill examples of shape \(image)"
        }
      }
    }
    self.poolProblem = poolProblem
    missing = problem
    let training = options.train.first.flatMap { shapes[$0] }
    for split in options.train { shapes[split] = nil }
    shapes["train"] = training
    for (split, _) in options.heldOut { shapes[split] = training }
    splitShapes = shapes
    hasKnownShapes = areAllKnown
    let known = options.train.compactMap { counts[$0] }
    storedExamples = known.count == options.train.count ? known.reduce(0, +) : nil
  }

  /// Examples and their shape, of the manifest alone where that says both; nil where the file that
  /// would say it is not here.
  private static func shape(
    of tensor: StoredTensor, _ rows: @autoclosure () -> [Range<Int>]?, _ paths: [String: String],
    _ dataset: String
  ) throws(DataError) -> [Int]? {
    if let shape = tensor.shape {
      let listed = try tensor.index.map { index throws(DataError) in
        try StoredArray.count(index, of: paths, in: dataset)
      }
      if let count = tensor.rows?.range.count ?? listed ?? nil { return [count] + shape }
    }
    guard tensor.allFiles.allSatisfy({ paths[$0] != nil }) else { return nil }
    return try StoredArray.shape(of: tensor, rows: rows(), of: paths, in: dataset)
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
