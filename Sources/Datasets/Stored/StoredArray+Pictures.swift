import Files

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

  /// Pictures `[examples, channels, height, width]` prepared as the manifest says. Grey values of a byte, whose
  /// scale is 255, become the nearest byte, halves upwards; all others become numbers.
  mutating func prepare(_ tensor: StoredTensor, _ refuse: Refusal) throws(DataError) {
    let preparation = tensor.preparation
    let stored = Array(shape.dropFirst())
    let picture: [Int]
    do {
      picture = try preparation.shape(of: stored)
    } catch {
      throw refuse("cannot be prepared (\(error))")
    }
    let size = stored.reduce(1, *)
    let steps = [stored[1] * stored[2], stored[2], 1]
    func prepared<Value: PictureValue>(_ values: [Value], _ body: ([Double]) -> Void) {
      values.withUnsafeBufferPointer { values in
        for example in 0..<shape[0] {
          let part = UnsafeBufferPointer(rebasing: values[example * size..<(example + 1) * size])
          body(preparation.apply(to: part, shape: stored, steps: steps))
        }
      }
    }
    let count = shape[0] * picture.reduce(1, *)
    switch values {
    case .bytes(let bytes) where tensor.scale == 255:
      var nearest: [UInt8] = []
      nearest.reserveCapacity(count)
      prepared(bytes) { nearest += $0.map { UInt8(min($0 + 0.5, 255)) } }
      values = .bytes(nearest)
    case .bytes(let bytes):
      var floats: [Float] = []
      floats.reserveCapacity(count)
      prepared(bytes) { floats += $0.map(Float.init) }
      values = .floats(floats)
    case .floats(let numbers):
      var floats: [Float] = []
      floats.reserveCapacity(count)
      prepared(numbers) { floats += $0.map(Float.init) }
      values = .floats(floats)
    case .integers: throw refuse("holds integers, not pictures")
    }
    shape = [shape[0]] + picture
  }

  /// What was `scale` becomes 0, and 0 `scale`.
  mutating func invert(_ scale: Double, _ refuse: Refusal) throws(DataError) {
    let (low, high) = bounds
    guard low >= 0, high <= scale else {
      throw refuse("is from \(low) to \(high), where it must be from 0 to \(scale) to be inverted")
    }
    switch values {
    case .bytes(let bytes):
      if let whole = UInt8(exactly: scale) {
        values = .bytes(bytes.map { whole - $0 })
      } else {
        values = .floats(bytes.map { Float(scale - Double($0)) })
      }
    case .floats(let floats): values = .floats(floats.map { Float(scale - Double($0)) })
    case .integers: throw refuse("holds integers, not pictures")
    }
  }
}
