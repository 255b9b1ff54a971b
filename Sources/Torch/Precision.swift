import LibTorchShim

/// How precise the products of matrices and convolutions are. Everything else is float32 with either.
public enum Precision: String, Codable, CaseIterable, Sendable {
  case fp32
  /// The two inputs of each product (of dense layers, convolutions and transposed convolutions) are
  /// rounded to bfloat16, to the nearest, ties to even; the sums are float32; the result is rounded to
  /// bfloat16 once, as libtorch gives no other result of oneDNN's, and is float32 from there on. The
  /// two products of the backward pass are of the same kind. Biases and their gradients, parameters and
  /// the optimiser's state are not rounded.
  ///
  /// On a processor with instructions for it (AVX512-BF16) such a product is faster. Elsewhere, GPUs
  /// included, the rounded numbers are multiplied in float32: the same roundings, and no gain.
  case bf16
}

/// Runs `body` with products of float32 tensors in a precision, on this thread and in the gradients of
/// what it computes. Products of float64 tensors are never rounded.
public func withPrecision<Result>(
  _ precision: Precision, _ body: () throws -> Result
) rethrows -> Result {
  let before = pl_set_rounds_products(precision == .bf16)
  defer { _ = pl_set_rounds_products(before) }
  return try body()
}
