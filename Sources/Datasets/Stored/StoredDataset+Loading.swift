import Files
import Torch

extension StoredDataset {
  public func load() throws -> Dataset {
    if let missing { throw missing }
    if let problem { throw unusable(problem) }
    var reader = Reader(dataset: self)
    let stored = try options.train.map { try reader.arrays(of: $0) }
    let training = try joined(stored)
    if options.binarise != .none, let image = training["image"] {
      let (low, high) = image.bounds
      let scale = scales(options.train[0])["image"] ?? 1
      guard low >= 0 && high <= scale else {
        throw unusable(
          "to binarise, images must be from 0 to 1, and they are from \(low / scale) to "
            + "\(high / scale); correct 'scale', or leave 'binarise' out")
      }
    }
    return try checked("the data set \(name)") {
      let scales = scales(options.train[0])
      var train = Batch(training.mapValues(\.tensor))
      var others: [String: Split] = [:]
      for (split, examples) in options.heldOut {
        let parts = try hold(examples, of: train, for: split)
        others[split] = prepared(parts.held, split, scales, isTraining: false)
        train = parts.left
      }
      for split in Self.splits(layout, options) where !options.train.contains(split) {
        let batch = Batch(try reader.arrays(of: split).mapValues(\.tensor))
        others[split] = prepared(batch, split, self.scales(split), isTraining: false)
      }
      return Dataset(
        contentIdentity: contentIdentity, standIn: layout.standIn,
        featureNames: reader.featureNames, figure: reader.figure,
        train: prepared(train, "train", scales, isTraining: true), others: others)
    }
  }

  /// Reads and checks files once each.
  private struct Reader {
    let dataset: StoredDataset
    private var intact: Set<String> = []
    private var read: [String: NumericArray] = [:]
    /// Bytes of the arrays that were read of a file.
    private var bytes: [String: Int] = [:]
    /// What the numbers of `image` are called, where they have names.
    private(set) var featureNames: [String]?
    private(set) var figure: MotionFigure?

    init(dataset: StoredDataset) {
      self.dataset = dataset
    }

    mutating func arrays(of split: String) throws -> [String: StoredArray] {
      var found: [String: StoredArray] = [:]
      let rows = StoredDataset.rows(of: split, dataset.manifest, dataset.options)
      for (name, tensor) in dataset.layout.splits[split] ?? [:] {
        for file in tensor.allFiles { try check(file) }
        found[name] = try array(of: tensor, rows)
        if name == StoredDataset.image, let side = dataset.options.averagePool {
          guard let pooled = found[name]?.averagePooled(side) else {
            throw dataset.unusable(
              "images of shape \(found[name]?.shape.dropFirst() ?? []) cannot be pooled in squares of "
                + "\(side) × \(side)")
          }
          found[name] = pooled
        }
      }
      if split == DatasetManifest.motionSplit, let recordings = dataset.layout.recordings {
        for file in recordings.files { try check(file) }
        let frames = try recordings.load(dataset.paths, in: dataset.name)
        found.merge(frames.arrays) { _, made in made }
        featureNames = frames.names
        figure = frames.figure
      }
      let counts = Set(found.values.map(\.examples))
      if counts.count > 1 {
        let words = found.sorted { $0.key < $1.key }.map { "\($0.value.examples) of \($0.key)" }
        throw dataset.unusable(
          "the split '\(split)' has unequal numbers of examples: "
            + words.joined(separator: ", ") + "; correct the files or their rows")
      }
      if split == DatasetManifest.gridSplit, let grid = dataset.manifest.grid {
        let rows = rows ?? [0..<grid.count]
        if let count = counts.first, count != rows.reduce(0, { $0 + $1.count }) {
          throw dataset.unusable(
            "the split '\(split)' has \(count) examples, and its grid of factors \(grid.count); "
              + "correct the files or the grid")
        }
        for (name, values) in grid.values(at: rows) {
          found[name] = StoredArray(integers: values)
        }
      }
      return found
    }

    private mutating func check(_ file: String) throws {
      guard let path = dataset.paths[file], intact.insert(path).inserted else { return }
      try dataset.manifest.file(named: file).check(at: path, of: dataset.name)
    }

    /// - Parameter rows: which of the tensor's examples; all where it is nil.
    private mutating func array(
      of tensor: StoredTensor, _ rows: [Range<Int>]?
    ) throws -> StoredArray {
      try StoredArray(tensor, rows: rows, of: dataset.paths, in: dataset.name) {
        path throws(DataError) in try whole(tensor, at: path)
      }
    }

    private mutating func whole(_ tensor: StoredTensor, at path: String) throws(DataError)
      -> NumericArray
    {
      let key = "\(path) \(tensor.key ?? "") \(tensor.preparation)"
      if let array = read[key] { return array }
      let array = try StoredArray.read(tensor, at: path, in: dataset.name)
      bytes[path, default: 0] += array.count * array.type.size
      do {
        // Several arrays may stand for the same few compressed bytes.
        try ArrayMemory.check(bytes[path] ?? 0, at: path)
      } catch {
        throw dataset.unusable("\(error)")
      }
      read[key] = array
      return array
    }
  }

  private func joined(
    _ splits: [[String: StoredArray]]
  ) throws -> [String: StoredArray] {
    var whole: [String: StoredArray] = [:]
    for name in splits.first?.keys.sorted() ?? [] {
      let parts = splits.compactMap { $0[name] }
      guard parts.count == splits.count, let array = StoredArray.joined(parts),
        Set(options.train.map { scales($0)[name] }).count == 1
      else {
        throw unusable(
          "the tensor '\(name)' is not alike in the splits " + options.train.joined(separator: ", ")
        )
      }
      whole[name] = array
    }
    return whole
  }

  /// The examples of a batch that are left, and those that are held out for a split.
  private func hold(
    _ held: StoredOptions.HeldOut, of batch: Batch, for split: String
  ) throws -> (left: Batch, held: Batch) {
    let all = batch.count
    let count = held.count(of: all)
    guard count >= 1 && count < all else {
      throw unusable("\(split) would hold out \(count) of \(all) training examples")
    }
    func rows(_ places: some Sequence<Int>) -> Batch {
      let places = places.map { Int64($0) }
      return batch.rows(Tensor(places, shape: [places.count]))
    }
    switch held {
    case .last: return (batch.rows(0..<all - count), batch.rows(all - count..<all))
    case .random(_, let seed):
      let order = Randomness(seed: try number(seed, split)).stream(split).permutation(all)
        .integers().map(Int.init)
      return (rows(order.dropFirst(count).sorted()), rows(order.prefix(count).sorted()))
    case .numpyChoice(let train, let seed):
      let number = try number(seed, split)
      guard let seed = UInt32(exactly: number) else {
        throw unusable("\(split) is drawn as NumPy does, whose seeds end at 4294967295: \(number)")
      }
      var generator = MersenneTwister(seed: seed)
      let order = generator.permutation(all)
      return (rows(order.prefix(train)), rows(order.dropFirst(train).sorted()))
    }
  }

  private func number(_ seed: StoredOptions.SplitSeed, _ split: String) throws -> Int {
    guard case .number(let number) = seed else {
      throw unusable("\(split) is drawn with the seed of a run, and there is none here")
    }
    return number
  }

  /// A split as it is used: images binary where that is asked for.
  private func prepared(
    _ batch: Batch, _ split: String, _ scales: [String: Double], isTraining: Bool
  ) -> Split {
    var preparations = scales.mapValues { Preparation(scale: $0) }
    var tensors = Dictionary(
      uniqueKeysWithValues: batch.names.compactMap { name in batch[name].map { (name, $0) } })
    switch options.binarise {
    case .none: break
    case .eachUse where isTraining:
      preparations["image"] = Preparation(scale: scales["image"] ?? 1, resamples: true)
    case .eachUse(let seed), .once(let seed):
      if let image = tensors["image"] {
        let grey = image.to(.float32) / (scales["image"] ?? 1)
        tensors["image"] =
          Randomness(seed: seed).stream("binarise/\(split)").bernoulli(grey).to(.uint8)
        preparations["image"] = Preparation()
      }
    }
    return Split(Batch(tensors), preparations: preparations)
  }

  private func scales(_ split: String) -> [String: Double] {
    (layout.splits[split] ?? [:]).compactMapValues { $0.meaning == .integers ? nil : $0.scale ?? 1 }
  }

  fileprivate func unusable(_ reason: String) -> DataError {
    .unusable(dataset: name, reason: reason)
  }
}
