import Files
import Torch

/// Numbers of a tensor as they are kept in memory, before they are a tensor.
struct StoredArray {
  /// Values in the three forms that tensors are made of.
  enum Values {
    case bytes([UInt8])
    case floats([Float])
    case integers([Int64])
  }

  var values: Values
  /// The first length is the number of examples.
  var shape: [Int]

  var examples: Int { shape.first ?? 0 }

  /// One whole number an example.
  init(integers: [Int64]) {
    values = .integers(integers)
    shape = [integers.count]
  }

  /// Numbers of the given shape, whose first length is the number of examples.
  init(floats: [Float], shape: [Int]) {
    values = .floats(floats)
    self.shape = shape
  }

  /// Prepares what was read from a file as the manifest says.
  ///
  /// - Parameter rows: which examples, where they are not the tensor's `rows`.
  /// - Throws: `DataError`.
  init(
    _ array: NumericArray, _ tensor: StoredTensor, rows: [Range<Int>]? = nil, at path: String,
    in dataset: String
  ) throws(DataError) {
    let refuse = Refusal(tensor, path, dataset)
    try self.init(laidOut: array, tensor, at: path, refuse)
    try select(rows ?? tensor.rows.map { [$0.range] }, refuse)
    try finish(tensor, isPrepared: Self.isPrepared(tensor, at: path), refuse)
  }

  /// Says that an array is not what the manifest says.
  struct Refusal {
    private let place: String
    private let dataset: String

    init(_ tensor: StoredTensor, _ path: String, _ dataset: String) {
      place = tensor.key.map { "'\($0)' in \(path)" } ?? path
      self.dataset = dataset
    }

    func callAsFunction(_ words: String) -> DataError {
      because(
        "\(place) \(words); correct the file, or what datasets/\(dataset).yaml says of it")
    }

    func because(_ reason: String) -> DataError { .unusable(dataset: dataset, reason: reason) }
  }

  /// What was read from a file with its examples along the first axis, and its labels translated.
  init(
    laidOut array: NumericArray, _ tensor: StoredTensor, at path: String, _ refuse: Refusal
  ) throws(DataError) {
    if let type = tensor.type, type != array.type.rawValue {
      throw refuse("holds \(array.type.rawValue), where \(type) is expected")
    }
    // Lengths of 0 beside others need not have a product.
    guard array.count > 0 else { throw refuse("is empty (shape \(array.shape))") }
    // What becomes of it must not be larger than what may be read.
    let size = tensor.meaning == .integers ? 8 : tensor.bits.map { _ in 8 } ?? 1
    do {
      try ArrayMemory.check(array.count * size, at: path)
    } catch {
      throw refuse.because("\(error)")
    }
    var shape = array.shape
    if let view = tensor.view {
      guard let lengths = Self.lengths(view, count: array.count) else {
        throw refuse("of shape \(array.shape) cannot be read in the shape \(view)")
      }
      shape = lengths
    }
    if let axes = tensor.axes, axes.count != shape.count {
      throw refuse("has \(shape.count) axes (shape \(shape)), where axes names \(axes.count)")
    }
    guard !shape.isEmpty else { throw refuse("holds a single number, not one for each example") }

    values = try StoredArray.values(of: array, tensor.meaning ?? .numbers, refuse)
    if let relabel = tensor.relabel, case .integers(let labels) = values {
      var meant: [Int64: Int64] = [:]
      for (key, value) in relabel { if let key = Int64(key) { meant[key] = Int64(value) } }
      values = .integers(labels.map { meant[$0] ?? $0 })
    }
    if let axes = tensor.axes {
      values = values.permuted(shape, axes)
      shape = axes.map { shape[$0] }
    }
    self.shape = shape
  }

  /// Keeps some of the examples; all where none are named.
  mutating func select(_ rows: [Range<Int>]?, _ refuse: Refusal) throws(DataError) {
    guard let rows, rows != [0..<shape[0]] else { return }
    let end = rows.last?.upperBound ?? 0
    guard end <= shape[0] else {
      throw refuse("has \(shape[0]) examples, where rows names \(end)")
    }
    let size = shape.dropFirst().reduce(1, *)
    values = values.part(rows.map { $0.lowerBound * size..<$0.upperBound * size })
    shape[0] = rows.reduce(0) { $0 + $1.count }
  }

  /// Unpacks and prepares the examples that are left, and gives them their shape.
  ///
  /// - Parameter isPrepared: whether the pictures were prepared as they were read.
  mutating func finish(
    _ tensor: StoredTensor, isPrepared: Bool, _ refuse: Refusal
  ) throws(DataError) {
    if let bits = tensor.bits {
      guard case .bytes(let packed) = values, shape.count == 2, shape[1] == (bits + 7) / 8 else {
        throw refuse("of shape \(shape) does not hold \(bits) packed bits an example")
      }
      values = .bytes(Self.unpacked(packed, bits: bits, examples: shape[0]))
      shape[1] = bits
    }
    if !isPrepared { try prepare(tensor, refuse) }
    if tensor.invert == true { try invert(tensor.scale ?? 1, refuse) }
    if let wanted = tensor.shape {
      let size = shape.dropFirst().reduce(1, *)
      guard size == wanted.reduce(1, *) else {
        throw refuse("has examples of shape \(shape.dropFirst()), where \(wanted) is expected")
      }
      shape = [shape[0]] + wanted
    }
    if case .floats(let floats) = values, !floats.allSatisfy(\.isFinite) {
      throw refuse("holds values that are not finite (NaN or infinite)")
    }
  }

  /// Whether the pictures of a tensor are prepared as they are read, before all of them are in memory.
  static func isPrepared(_ tensor: StoredTensor, at path: String) -> Bool {
    tensor.preparation.isNone || (try? ArrayFile.isFolder(path)) == true
  }

  /// As a tensor of libtorch's.
  var tensor: Tensor {
    switch values {
    case .bytes(let values): Tensor(keeping: values, shape: shape)
    case .floats(let values): Tensor(values, shape: shape)
    case .integers(let values): Tensor(values, shape: shape)
    }
  }

  /// The least and the greatest value.
  var bounds: (Double, Double) {
    func bounds<Value: Comparable>(_ values: [Value], _ number: (Value) -> Double) -> (
      Double, Double
    ) {
      guard var low = values.first else { return (0, 0) }
      var high = low
      for value in values {
        if value < low { low = value }
        if value > high { high = value }
      }
      return (number(low), number(high))
    }
    return switch values {
    case .bytes(let values): bounds(values) { Double($0) }
    case .floats(let values): bounds(values) { Double($0) }
    case .integers(let values): bounds(values) { Double($0) }
    }
  }

  private static func values(
    of array: NumericArray, _ meaning: StoredTensor.Meaning, _ refuse: Refusal
  ) throws(DataError) -> Values {
    switch meaning {
    case .numbers:
      return array.values(as: UInt8.self).map { .bytes($0) } ?? .floats(array.floats())
    case .integers:
      do {
        return .integers(try array.integers().map(Int64.init))
      } catch {
        throw refuse("does not hold whole numbers (\(array.type.rawValue))")
      }
    }
  }

  /// The shape with its −1 filled in; nil where the count does not fit.
  private static func lengths(_ view: [Int], count: Int) -> [Int]? {
    let known = view.filter { $0 != -1 }.reduce(1, *)
    guard view.contains(-1) else { return known == count ? view : nil }
    guard known > 0, count % known == 0 else { return nil }
    return view.map { $0 == -1 ? count / known : $0 }
  }

  private static func unpacked(_ packed: [UInt8], bits: Int, examples: Int) -> [UInt8] {
    let width = (bits + 7) / 8
    return [UInt8](unsafeUninitializedCapacity: examples * bits) { target, initialized in
      var filled = 0
      for example in 0..<examples {
        for bit in 0..<bits {
          target[filled] = packed[example * width + bit / 8] >> (7 - bit % 8) & 1
          filled += 1
        }
      }
      initialized = filled
    }
  }
}

extension StoredArray.Values {
  fileprivate func part(_ ranges: [Range<Int>]) -> Self {
    switch self {
    case .bytes(let values): .bytes(values.part(ranges))
    case .floats(let values): .floats(values.part(ranges))
    case .integers(let values): .integers(values.part(ranges))
    }
  }

  /// The values with their axes in another order, row by row.
  fileprivate func permuted(_ shape: [Int], _ axes: [Int]) -> Self {
    switch self {
    case .bytes(let values): .bytes(values.permuted(shape, axes))
    case .floats(let values): .floats(values.permuted(shape, axes))
    case .integers(let values): .integers(values.permuted(shape, axes))
    }
  }
}
