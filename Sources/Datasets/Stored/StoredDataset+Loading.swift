import Files
import Torch

extension StoredDataset {
  public func load() throws -> Dataset {
    if let missing { throw missing }
    var reader = Reader(dataset: self)
    let stored = try options.train.map { try reader.arrays(of: $0) }
    let training = try joined(stored)
    let count = training.values.first?.examples ?? 0
    if let held = options.validation?.count, held >= count {
      throw unusable("it has \(count) training examples, of which validation holds out \(held)")
    }
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
      let batch = Batch(training.mapValues(\.tensor))
      let parts = holdOut(of: batch, count: count)
      var others: [String: Split] = [:]
      for split in Self.splits(layout, options) where !options.train.contains(split) {
        let batch = Batch(try reader.arrays(of: split).mapValues(\.tensor))
        others[split] = prepared(batch, split, scales(split), isTraining: false)
      }
      let scales = scales(options.train[0])
      if let validation = parts.validation {
        others["validation"] = prepared(validation, "validation", scales, isTraining: false)
      }
      return Dataset(
        contentIdentity: contentIdentity, standIn: layout.standIn,
        train: prepared(parts.train, "train", scales, isTraining: true), others: others)
    }
  }

  /// Reads and checks files once each.
  private struct Reader {
    let dataset: StoredDataset
    private var intact: Set<String> = []
    private var read: [String: NumericArray] = [:]
    /// Bytes of the arrays that were read of a file.
    private var bytes: [String: Int] = [:]

    init(dataset: StoredDataset) {
      self.dataset = dataset
    }

    mutating func arrays(of split: String) throws -> [String: StoredArray] {
      var found: [String: StoredArray] = [:]
      for (name, tensor) in dataset.layout.splits[split] ?? [:] {
        guard let path = dataset.paths[tensor.file] else { continue }
        if intact.insert(path).inserted {
          try dataset.manifest.file(named: tensor.file).check(at: path, of: dataset.name)
        }
        found[name] = try StoredArray(
          try array(of: tensor, at: path), tensor, at: path, in: dataset.name)
      }
      let counts = Set(found.values.map(\.examples))
      if counts.count > 1 {
        let words = found.sorted { $0.key < $1.key }.map { "\($0.value.examples) of \($0.key)" }
        throw dataset.unusable(
          "the split '\(split)' has unequal numbers of examples: "
            + words.joined(separator: ", ") + "; correct the files or their rows")
      }
      return found
    }

    private mutating func array(of tensor: StoredTensor, at path: String) throws -> NumericArray {
      let key = "\(path) \(tensor.key ?? "")"
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

  private func holdOut(of batch: Batch, count: Int) -> (train: Batch, validation: Batch?) {
    switch options.validation {
    case nil: return (batch, nil)
    case .last(let held):
      return (batch.rows(0..<count - held), batch.rows(count - held..<count))
    case .random(let held, let seed):
      let order = Randomness(seed: seed).stream("validation").permutation(count).integers()
      func rows(_ indices: some Sequence<Int64>) -> Batch {
        let indices = indices.sorted()
        return batch.rows(Tensor(indices, shape: [indices.count]))
      }
      return (rows(order.dropFirst(held)), rows(order.prefix(held)))
    }
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
