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

  /// log Γ(x) of each element.
  public func logGamma() -> Tensor { Tensor(pl_unary(PLLogGamma, handle)) }

  /// |x| of each element; the gradient is zero at zero.
  public func magnitude() -> Tensor { Tensor(pl_unary(PLAbs, handle)) }

  /// xʸ of each element, for exponents that broadcast.
  public func power(_ exponent: Tensor) -> Tensor { Tensor.binary(PLPower, self, exponent) }

  /// xʸ of each element.
  public func power(_ exponent: Double) -> Tensor { Tensor.binary(PLPower, self, exponent) }

  /// x² of each element.
  public func square() -> Tensor { Tensor(pl_unary(PLSquare, handle)) }

  /// √x of each element.
  public func squareRoot() -> Tensor { Tensor(pl_unary(PLSqrt, handle)) }

  /// max(x, 0) of each element.
  public func relu() -> Tensor { Tensor(pl_unary(PLReLU, handle)) }

  /// x where it is positive, else eˣ − 1, of each element (Clevert et al. 2016, eq. 15).
  public func elu() -> Tensor { Tensor(pl_unary(PLELU, handle)) }

  /// Hyperbolic tangent of each element.
  public func tanh() -> Tensor { Tensor(pl_unary(PLTanh, handle)) }

  /// 1 / (1 + e⁻ˣ) of each element.
  public func sigmoid() -> Tensor { Tensor(pl_unary(PLSigmoid, handle)) }

  /// log(1 + eˣ) of each element; x itself above 20.
  public func softplus() -> Tensor { Tensor(pl_unary(PLSoftplus, handle)) }

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

  /// The least of all elements; there must be one.
  public func minimum() -> Tensor { Tensor(pl_minimum(handle)) }

  /// The greatest of all elements; there must be one.
  public func maximum() -> Tensor { Tensor(pl_maximum(handle)) }

  /// Mean over the given axes (negative ones count from the last), or over all when there are none.
  public func mean(_ axes: Int...) -> Tensor {
    Tensor(pl_mean(handle, axes.map(Int64.init), Int32(axes.count)))
  }

  /// log Σ eˣ over one axis, without overflow.
  public func logSumExp(_ axis: Int) -> Tensor { Tensor(pl_logsumexp(handle, Int64(axis))) }

  /// x − log Σ eˣ over one axis: logits to log-probabilities.
  public func logSoftmax(_ axis: Int) -> Tensor { Tensor(pl_log_softmax(handle, Int64(axis))) }

  /// Euclidean distances of these rows `[n, d]` from others `[m, d]`: `[n, m]`.
  public func distances(from others: Tensor) -> Tensor {
    Tensor(pl_distances(handle, others.handle))
  }

  /// The places of the `count` smallest numbers of each row, `[…, count]`: whole numbers from 0, that of
  /// the smallest number first.
  public func placesOfSmallest(_ count: Int) -> Tensor {
    Tensor(pl_smallest(handle, Int64(count)))
  }
}

// MARK: Mixtures

extension Tensor {
  /// Log-densities of these rows, `[rows, d]`, under a mixture of diagonal Gaussians with means and
  /// log-variances `[components, d]`, as `[rows, d + 1]` in nats: column j < d is the one-dimensional
  /// log Σₖ wₖ N(zⱼ; meanₖⱼ, varianceₖⱼ), column d the joint log Σₖ wₖ N(z; meanₖ, varianceₖ).
  ///
  /// The standard deviations of a dimension should be within a factor of 10³⁰ of each other.
  ///
  /// - Parameter logWeights: log w, `[rows, components]`, without a gradient; w = 1 by default.
  public func mixtureLogDensities(
    mean: Tensor, logVariance: Tensor, logWeights: Tensor? = nil
  ) -> Tensor {
    Tensor(
      pl_mixture_log_densities(handle, mean.handle, logVariance.handle, logWeights?.handle))
  }
}

// MARK: Shape

extension Tensor {
  /// The same elements, row by row, in another shape; one extent may be −1.
  public func reshaped(_ shape: Int...) -> Tensor { reshaped(shape) }

  /// The same elements, row by row, in another shape; one extent may be −1.
  public func reshaped(_ shape: [Int]) -> Tensor {
    Tensor(pl_reshape(handle, shape.map(Int64.init), Int32(shape.count)))
  }

  /// `range` of one axis, sharing memory.
  public func narrowed(_ axis: Int, _ range: Range<Int>) -> Tensor {
    Tensor(pl_narrow(handle, Int64(axis), Int64(range.lowerBound), Int64(range.count)))
  }

  /// The rows of the first axis named by an integer tensor.
  public func rows(_ indices: Tensor) -> Tensor {
    Tensor(pl_select_rows(handle, indices.handle))
  }

  /// The tensors one after the other along an axis (a negative one counts from the last).
  public static func concatenated(_ tensors: [Tensor], _ axis: Int) -> Tensor {
    let handles = tensors.map(\.handle)
    return withExtendedLifetime(tensors) {
      Tensor(pl_concatenate(handles, Int32(handles.count), Int64(axis)))
    }
  }
}

// MARK: Matrices

extension Tensor {
  /// Matrices `[..., n, n]` with the elements of this tensor, `[..., n]`, on the diagonal.
  public func diagonalMatrices() -> Tensor { Tensor(pl_diagonal_matrices(handle)) }

  /// Inverses of lower triangular matrices `[..., n, n]`; what is above the diagonal is not read.
  public func lowerInverse() -> Tensor { Tensor(pl_lower_inverse(handle)) }
}

// MARK: Layers

extension Tensor {
  /// Affine map `y = x Wᵀ + b` of `[rows, inputs]` to `[rows, outputs]`, with ReLU where asked for.
  public func dense(_ weight: Tensor, _ bias: Tensor, relu: Bool = false) -> Tensor {
    Tensor(pl_dense(handle, weight.handle, bias.handle, relu))
  }

  /// The first half of an axis times the sigmoid of the second half: a gated linear unit (Dauphin et
  /// al. 2017) where the halves are affine maps.
  public func gated(_ axis: Int) -> Tensor { Tensor(pl_gate(handle, Int64(axis))) }

  /// The same `[batch, channels, height, width]`, laid out in memory with the channels innermost;
  /// what most convolutions make of it is laid out so too.
  public func channelsLast() -> Tensor { Tensor(pl_channels_last(handle)) }

  /// Cross-correlation of `[batch, in, height, width]` with `[out, in, k, k]`: extents become
  /// ⌊(n + 2·padding − k) / stride⌋ + 1.
  public func convolved(_ weight: Tensor, _ bias: Tensor, stride: Int, padding: Int) -> Tensor {
    Tensor(
      pl_convolution(handle, weight.handle, bias.handle, Int64(stride), Int64(padding)))
  }

  /// The transpose of a convolution, with `[in, out, k, k]`: extents become
  /// (n − 1)·stride − 2·padding + k + outputPadding, the last of them being below and to the right.
  public func transposeConvolved(
    _ weight: Tensor, _ bias: Tensor, stride: Int, padding: Int, outputPadding: Int = 0
  ) -> Tensor {
    Tensor(
      pl_transposed_convolution(
        handle, weight.handle, bias.handle, Int64(stride), Int64(padding), Int64(outputPadding)))
  }

  /// The greatest number of each `kernel` × `kernel` window of `[batch, channels, height, width]`: extents
  /// become ⌊(n − kernel) / stride⌋ + 1.
  public func maxPooled(_ kernel: Int, stride: Int) -> Tensor {
    Tensor(pl_max_pool(handle, Int64(kernel), Int64(stride)))
  }

  /// Batch normalisation of each channel, axis 1 (Ioffe and Szegedy 2015): in training by the batch's
  /// mean and variance, which also move the running ones in place; else by the running ones.
  public func batchNormalised(
    _ weight: Tensor, _ bias: Tensor, mean: Tensor, variance: Tensor, training: Bool,
    momentum: Double, epsilon: Double
  ) -> Tensor {
    Tensor(
      pl_batch_norm(
        handle, weight.handle, bias.handle, mean.handle, variance.handle, training, momentum,
        epsilon))
  }
}
