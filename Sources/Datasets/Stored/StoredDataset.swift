import Files
import Foundation

/// A data set that is read from files, as `datasets/<name>.yaml` describes them.
///
/// Where a file is, and what it is called elsewhere, does not matter to its identity: what counts is
/// the content of the files in use and how they are read.
public struct StoredDataset: DatasetConfiguration {
  public let options: StoredOptions
  let manifest: DatasetManifest
  let layout: DatasetManifest.Layout
  /// Paths of the files in use that are here.
  let paths: [String: String]
  /// What the splits in use give, by split and tensor.
  public let exampleShapes: [String: [Int]]
  public let trainingExamples: Int?
  public let contentIdentity: String
  public let missing: DataError?
  public let isIdentified: Bool

  /// Looks for the files, and reads of them what the manifest leaves open.
  ///
  /// - Parameter beside: the manifest's directory.
  /// - Throws: `DataError`, or what reading a file throws.
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
      if paths.count == files.count && !files.isEmpty {
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
    missing = Self.missing(files.filter { chosen.paths[$0] == nil }, of: manifest)
    let original = layout.isSameAsFirst ? manifest.layouts[0] : layout
    let identity = try Self.identity(original, options, manifest, paths)
    contentIdentity = identity.map { "stored/\($0)" } ?? "unknown/\(manifest.name)"
    // Which of several forms will be here is not known either.
    isIdentified =
      identity != nil
      && (missing == nil || manifest.layouts.dropFirst().allSatisfy(\.isSameAsFirst))

    let tensors = layout.splits[options.train.first ?? ""] ?? [:]
    var shapes: [String: [Int]] = [:]
    for (name, tensor) in tensors {
      if let shape = tensor.shape {
        shapes[name] = shape
      } else if let path = chosen.paths[tensor.file] {
        shapes[name] = Array(
          try StoredArray.shape(of: tensor, at: path, in: manifest.name).dropFirst())
      } else if let missing {
        throw missing
      }
    }
    exampleShapes = shapes
    let counts = try options.train.map { split -> Int? in
      guard let tensor = (chosen.layout.splits[split] ?? [:]).min(by: { $0.key < $1.key })?.value
      else { return nil }
      if let rows = tensor.rows { return rows.range.count }
      return try chosen.paths[tensor.file].map {
        try StoredArray.shape(of: tensor, at: $0, in: manifest.name).first ?? 0
      }
    }
    let known = counts.compactMap(\.self)
    trainingExamples =
      known.count == counts.count
      ? max(known.reduce(0, +) - (options.validation?.count ?? 0), 0) : nil
  }

  public var name: String { manifest.name }

  public var problem: String? {
    for split in options.train where layout.splits[split] == nil {
      return "train: the data set has no split '\(split)'; it has "
        + layout.splits.keys.sorted().joined(separator: ", ")
    }
    if options.train.isEmpty { return "train: at least one split is needed" }
    if Set(options.train).count < options.train.count { return "train: a split is named twice" }
    if let held = options.validation {
      if held.count < 1 { return "validation: at least one example must be held out" }
      if layout.splits["validation"] != nil && !options.train.contains("validation") {
        return "validation: the data set has a split of that name already"
      }
      if trainingExamples == 0 { return "validation: nothing is left to train on" }
    }
    if options.binarise != .none, exampleShapes["image"] == nil {
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
        : .manual(manifest.howToGet ?? "no address of it is known"))
  }

  /// Hash of the content in use and how it is read; nil where a file's checksum is not known.
  private static func identity(
    _ layout: DatasetManifest.Layout, _ options: StoredOptions, _ manifest: DatasetManifest,
    _ paths: [String: String]
  ) throws -> String? {
    var content: [String: [String: StoredTensor]] = [:]
    for split in splits(layout, options) {
      for (name, tensor) in layout.splits[split] ?? [:] {
        let declared = manifest.file(named: tensor.file).sha256
        guard let sum = try declared ?? paths[tensor.file].map({ try Checksums.sha256(of: $0) })
        else { return nil }
        var read = tensor
        read.file = sum
        content[split, default: [:]][name] = read
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return SHA256.hex(of: try encoder.encode(content))
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
    let found = try Checksums.sha256(of: path)
    if found != sha256 {
      throw DataError.altered(dataset: dataset, path: path, expected: sha256, found: found)
    }
  }
}
