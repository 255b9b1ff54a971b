import LibTorchShim

// MARK: Elementwise

extension Tensor {
  public static prefix func - (x: Tensor) -> Tensor { Tensor(pl_unary(PLNegate, x.handle)) }

  public static func + (x: Tensor, y: Tensor) -> Tensor { binary(PLAdd, x, y) }
  public static func - (x: Tensor, y: Tensor) -> Tensor { binary(PLSubtract, x, y) }
  public static func * (x: Tensor, y: Tensor) -> Tensor { binary(PLMultiply, x, y) }
  public static func / (x: Tensor, y: Tensor) -> Tensor { binary(PLDivide, x, y) }

  public static func + (x: Tensor, y: Double) -> Tensor { binary(PLAdd, x, y) }
  public static func - (x: Tensor, y: Double) -> Tensor { binary(PLSubtract, x, y) }
  public static func * (x: Tensor, y: Double) -> Tensor { binary(PLMultiply, x, y) }
  public static func / (x: Tensor, y: Double) -> Tensor { binary(PLDivide, x, y) }
  public static func * (x: Double, y: Tensor) -> Tensor { binary(PLMultiply, y, x) }

  private static func binary(_ operation: PLBinary, _ x: Tensor, _ y: Tensor) -> Tensor {
    Tensor(pl_binary(operation, x.handle, y.handle))
  }

  private static func binary(_ operation: PLBinary, _ x: Tensor, _ y: Double) -> Tensor {
    Tensor(pl_binary_scalar(operation, x.handle, y))
  }

  /// eˣ of each element.
  public func exp() -> Tensor { Tensor(pl_unary(PLExp, handle)) }

  /// Natural logarithm of each element.
  public func log() -> Tensor { Tensor(pl_unary(PLLog, handle)) }

  /// x² of each element.
  public func square() -> Tensor { Tensor(pl_unary(PLSquare, handle)) }

  /// √x of each element.
  public func squareRoot() -> Tensor { Tensor(pl_unary(PLSquareRoot, handle)) }

  /// max(x, 0) of each element.
  public func relu() -> Tensor { Tensor(pl_unary(PLReLU, handle)) }

  /// Each element limited to `range`; the gradient is zero outside.
  public func clamped(to range: ClosedRange<Double>) -> Tensor {
    Tensor(pl_clamp(handle, range.lowerBound, range.upperBound))
  }
}

// MARK: Reductions

extension Tensor {
  /// Sum over the given axes (negative ones count from the last), or over all when there are none.
  public func sum(_ axes: Int...) -> Tensor {
    Tensor(pl_sum(handle, axes.map(Int64.init), Int32(axes.count)))
  }

  /// Mean over the given axes (negative ones count from the last), or over all when there are none.
  public func mean(_ axes: Int...) -> Tensor {
    Tensor(pl_mean(handle, axes.map(Int64.init), Int32(axes.count)))
  }

  /// log Σ eˣ over one axis, without overflow.
  public func logSumExp(_ axis: Int) -> Tensor { Tensor(pl_logsumexp(handle, Int64(axis))) }
}

// MARK: Shape

extension Tensor {
  /// The same elements, row by row, in another shape; one extent may be −1.
  public func reshaped(_ shape: Int...) -> Tensor {
    Tensor(pl_reshape(handle, shape.map(Int64.init), Int32(shape.count)))
  }

  /// Axes of extent 1 repeated without copying.
  public func expanded(_ shape: Int...) -> Tensor {
    Tensor(pl_expand(handle, shape.map(Int64.init), Int32(shape.count)))
  }

  /// `range` of one axis, sharing memory.
  public func narrowed(_ axis: Int, _ range: Range<Int>) -> Tensor {
    Tensor(pl_narrow(handle, Int64(axis), Int64(range.lowerBound), Int64(range.count)))
  }

  /// The rows of the first axis named by an integer tensor.
  public func rows(_ indices: Tensor) -> Tensor {
    Tensor(pl_select_rows(handle, indices.handle))
  }

  /// Tensors joined along an axis.
  public static func concatenate(_ tensors: [Tensor], axis: Int) -> Tensor {
    Tensor(pl_concatenate(tensors.map(\.handle), Int32(tensors.count), Int64(axis)))
  }
}

// MARK: Layers

extension Tensor {
  /// Affine map `y = x Wᵀ + b` of `[rows, inputs]` to `[rows, outputs]`, with ReLU where asked for.
  public func dense(_ weight: Tensor, _ bias: Tensor, relu: Bool = false) -> Tensor {
    Tensor(pl_dense(handle, weight.handle, bias.handle, relu))
  }
}
