import Files
import Foundation
import Synchronization
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

  /// Prepares what was read from a file as the manifest says.
  ///
  /// - Throws: `DataError`.
  init(
    _ array: NumericArray, _ tensor: StoredTensor, at path: String, in dataset: String
  ) throws(DataError) {
    let place = tensor.key.map { "'\($0)' in \(path)" } ?? path
    func refuse(_ words: String) -> DataError {
      .unusable(
        dataset: dataset,
        reason: "\(place) \(words); correct the file, or what datasets/\(dataset).yaml says of it")
    }
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
      throw DataError.unusable(dataset: dataset, reason: "\(error)")
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
    if let rows = tensor.rows?.range, rows != 0..<shape[0] {
      guard rows.upperBound <= shape[0] else {
        throw refuse("has \(shape[0]) examples, where rows names \(rows.upperBound)")
      }
      let size = shape.dropFirst().reduce(1, *)
      values = values.part(rows.lowerBound * size..<rows.upperBound * size)
      shape[0] = rows.count
    }
    if let bits = tensor.bits {
      guard case .bytes(let packed) = values, shape.count == 2, shape[1] == (bits + 7) / 8 else {
        throw refuse("of shape \(shape) does not hold \(bits) packed bits an example")
      }
      values = .bytes(Self.unpacked(packed, bits: bits, examples: shape[0]))
      shape[1] = bits
    }
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
    self.shape = shape
  }

  /// The array of a tensor in a file.
  ///
  /// - Parameter rows: which places of its first axis; all by default.
  /// - Throws: `DataError`, whatever is wrong with the file.
  static func read(
    _ tensor: StoredTensor, rows: [Range<Int>]? = nil, at path: String, in dataset: String
  ) throws(DataError) -> NumericArray {
    do {
      return try ArrayFile.read(path, key: tensor.key, rows: rows)
    } catch let error as FileError {
      throw DataError.unreadable(dataset, error)
    } catch {
      throw DataError.unusable(dataset: dataset, reason: "\(error)")
    }
  }

  /// The shape that a tensor will have, with the number of examples, from the file itself.
  ///
  /// - Parameter rows: which places of the array's first axis are read; all by default.
  static func shape(
    of tensor: StoredTensor, rows: [Range<Int>]? = nil, at path: String, in dataset: String
  ) throws(DataError) -> [Int] {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let examples = rows.map { "\($0.reduce(0) { $0 + $1.count })" } ?? "all"
    let date = attributes?[.modificationDate] as? Date ?? .distantPast
    let key = "\(path) \(tensor) \(examples) \(date)"
    if let shape = shapes.withLock({ $0[key] }) { return shape }
    let array = try read(tensor, rows: rows, at: path, in: dataset)
    let shape = try StoredArray(array, tensor, at: path, in: dataset).shape
    shapes.withLock { $0[key] = shape }
    return shape
  }

  /// Shapes that files were found to have: every cell of a study asks again.
  private static let shapes = Mutex<[String: [Int]]>([:])

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
    of array: NumericArray, _ meaning: StoredTensor.Meaning, _ refuse: (String) -> DataError
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

extension StoredArray {
  /// Images `[examples, channels, height, width]` with squares of so many pixels a side as one, their mean;
  /// of bytes, the nearest byte, halves upwards. Nil where the squares do not fill the image.
  func averagePooled(_ side: Int) -> StoredArray? {
    guard let pooled = Self.pooled(Array(shape.dropFirst()), side) else { return nil }
    let width = shape[3]
    func sums<Value, Sum: AdditiveArithmetic>(_ values: [Value], _ number: (Value) -> Sum) -> [Sum]
    {
      let columns = width / side
      var sums = [Sum](repeating: .zero, count: values.count / (side * side))
      for row in 0..<values.count / width {
        // Rows of all images lie one below the other, and no square spans two images.
        let start = row / side * columns
        for column in 0..<columns * side {
          sums[start + column / side] += number(values[row * width + column])
        }
      }
      return sums
    }
    let count = side * side
    var array = self
    array.shape = [shape[0]] + pooled
    switch values {
    case .bytes(let bytes):
      array.values = .bytes(sums(bytes) { Int($0) }.map { UInt8((2 * $0 + count) / (2 * count)) })
    case .floats(let floats):
      array.values = .floats(sums(floats) { Double($0) }.map { Float($0 / Double(count)) })
    case .integers: return nil
    }
    return array
  }

  /// Shape of an image `[channels, height, width]` after that, or nil.
  static func pooled(_ image: [Int], _ side: Int) -> [Int]? {
    guard image.count == 3, side > 0, image[1] % side == 0, image[2] % side == 0 else { return nil }
    return [image[0], image[1] / side, image[2] / side]
  }

  /// Examples of several arrays, one after the other; nil where they are of different kinds.
  static func joined(_ arrays: [StoredArray]) -> StoredArray? {
    guard var whole = arrays.first else { return nil }
    for array in arrays.dropFirst() {
      guard array.shape.dropFirst() == whole.shape.dropFirst() else { return nil }
      switch (whole.values, array.values) {
      case (.bytes(let a), .bytes(let b)): whole.values = .bytes(a + b)
      case (.floats(let a), .floats(let b)): whole.values = .floats(a + b)
      case (.integers(let a), .integers(let b)): whole.values = .integers(a + b)
      default: return nil
      }
      whole.shape[0] += array.shape[0]
    }
    return whole
  }
}

extension StoredArray.Values {
  fileprivate func part(_ range: Range<Int>) -> Self {
    switch self {
    case .bytes(let values): .bytes(Array(values[range]))
    case .floats(let values): .floats(Array(values[range]))
    case .integers(let values): .integers(Array(values[range]))
    }
  }

  /// The values with their axes in another order, row by row.
  fileprivate func permuted(_ shape: [Int], _ axes: [Int]) -> Self {
    switch self {
    case .bytes(let values): .bytes(Self.permuted(values, shape, axes))
    case .floats(let values): .floats(Self.permuted(values, shape, axes))
    case .integers(let values): .integers(Self.permuted(values, shape, axes))
    }
  }

  private static func permuted<Value>(_ values: [Value], _ shape: [Int], _ axes: [Int]) -> [Value] {
    if axes == Array(0..<axes.count) || values.isEmpty { return values }
    var steps = [Int](repeating: 1, count: shape.count)
    for axis in (0..<shape.count - 1).reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
    let lengths = axes.map { shape[$0] }
    let strides = axes.map { steps[$0] }
    let last = lengths.count - 1
    let (inner, stride) = (lengths[last], strides[last])
    return values.withUnsafeBufferPointer { source in
      [Value](unsafeUninitializedCapacity: values.count) { target, initialized in
        var index = [Int](repeating: 0, count: lengths.count)
        var start = 0
        var filled = 0
        while filled < source.count {
          for step in 0..<inner {
            target.initializeElement(at: filled + step, to: source[start + step * stride])
          }
          filled += inner
          var axis = last - 1
          while axis >= 0 {
            index[axis] += 1
            start += strides[axis]
            if index[axis] < lengths[axis] { break }
            start -= strides[axis] * lengths[axis]
            index[axis] = 0
            axis -= 1
          }
        }
        initialized = filled
      }
    }
  }
}
