extension Array {
  /// The elements of these ranges, one after the other.
  @inlinable
  public func part(_ ranges: [Range<Int>]) -> [Element] {
    var part: [Element] = []
    part.reserveCapacity(ranges.reduce(0) { $0 + $1.count })
    for range in ranges { part += self[range] }
    return part
  }

  /// The values of an array of a shape, the last axis fastest, with its axes in another order: axis `i` of
  /// the result is the axis `axes[i]` of the array.
  @inlinable
  public func permuted(_ shape: [Int], _ axes: [Int]) -> [Element] {
    if axes.elementsEqual(axes.indices) || isEmpty { return self }
    var steps = [Int](repeating: 1, count: shape.count)
    for axis in (0..<shape.count - 1).reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
    let lengths = axes.map { shape[$0] }
    let strides = axes.map { steps[$0] }
    let last = lengths.count - 1
    let (inner, stride) = (lengths[last], strides[last])
    return withUnsafeBufferPointer { source in
      [Element](unsafeUninitializedCapacity: count) { target, initialized in
        var index = [Int](repeating: 0, count: lengths.count)
        var start = 0
        var filled = 0
        while filled < source.count {
          for step in 0..<inner {
            target.initializeElement(at: filled + step, to: source[start + step * stride])
          }
          filled += inner
          // The next row: the last but one axis first, with a carry.
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
