/// Shapes and numbers of the examples in the splits of a stored data set that are loaded, as far as the
/// manifest and the files that are here tell.
struct SplitContents {
  /// Shape of one example of each tensor, by split and name.
  private(set) var shapes: [String: [String: [Int]]] = [:]
  /// Number of examples, by split; a split of which it is not known has none.
  private var counts: [String: Int] = [:]
  /// Whether every tensor's shape is known.
  private(set) var areAllKnown = true
  /// What is wrong with the files that were looked into: the first of several.
  private(set) var problem: DataError?

  init(
    of layout: DatasetManifest.Layout, in manifest: DatasetManifest, _ options: StoredOptions,
    _ paths: [String: String]
  ) {
    for split in StoredDataset.splits(layout, options) {
      shapes[split] = [:]
      if split == DatasetManifest.gridSplit, let grid = manifest.grid {
        counts[split] = grid.count(with: options.select ?? [:])
        for factor in grid.factors { shapes[split]?[factor.name] = [] }
      }
      if split == DatasetManifest.motionSplit, let recordings = layout.recordings {
        counts[split] = recordings.examples
        shapes[split] = recordings.shapes
      }
      let rows = StoredDataset.rows(of: split, manifest, options)
      for (name, tensor) in (layout.splits[split] ?? [:]).sorted(by: { $0.key < $1.key }) {
        if let stored = tensor.rows { counts[split] = counts[split] ?? stored.range.count }
        do {
          guard let whole = try Self.shape(of: tensor, rows, paths, manifest.name) else {
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
  }

  /// Gives the images the shapes that they have after average pooling.
  ///
  /// - Returns: What is wrong with squares of `side` pixels, or nil.
  mutating func pool(squaresOf side: Int) -> String? {
    var problem = side < 1 ? "it must be at least 1" : nil
    for (split, tensors) in shapes {
      guard let image = tensors[StoredDataset.image] else { continue }
      shapes[split]?[StoredDataset.image] = StoredArray.pooled(image, side)
      if problem == nil, shapes[split]?[StoredDataset.image] == nil {
        problem = "squares of \(side) × \(side) do not fill examples of shape \(image)"
      }
    }
    return problem
  }

  /// Shapes of the splits as they are named after loading: those that are trained on are `train`
  /// together, and those that are held out of them are splits of their own.
  func shapes(trainedOn options: StoredOptions) -> [String: [String: [Int]]] {
    var shapes = shapes
    let training = options.train.first.flatMap { shapes[$0] }
    for split in options.train { shapes[split] = nil }
    shapes["train"] = training
    for (split, _) in options.heldOut { shapes[split] = training }
    return shapes
  }

  /// Number of examples of several splits together, or nil where one is not known.
  func examples(of splits: [String]) -> Int? {
    let known = splits.compactMap { counts[$0] }
    return known.count == splits.count ? known.reduce(0, +) : nil
  }

  /// Examples and their shape, of the manifest alone where that says both; nil where the file that
  /// would say it is not here.
  private static func shape(
    of tensor: StoredTensor, _ rows: [Range<Int>]?, _ paths: [String: String], _ dataset: String
  ) throws(DataError) -> [Int]? {
    if let shape = tensor.shape {
      let listed = try tensor.index.map { index throws(DataError) in
        try StoredArray.count(index, of: paths, in: dataset)
      }
      if let count = tensor.rows?.range.count ?? listed ?? nil { return [count] + shape }
    }
    guard tensor.allFiles.allSatisfy({ paths[$0] != nil }) else { return nil }
    return try StoredArray.shape(of: tensor, rows: rows, of: paths, in: dataset)
  }
}
