import LibTorchShim

/// An operation of the tensor library that failed: its name, the shapes, and libtorch's reason.
public struct TensorError: Error, CustomStringConvertible {
  public let doing: String
  public let message: String

  public var description: String { "\(doing): \(message)" }
}

/// Runs `body`, then throws the first tensor operation in it that failed.
///
/// Scopes nest: an outer scope does not see what an inner one has thrown.
///
/// - Parameter doing: what the user would call this step, for the message.
public func checked<Result>(_ doing: String, _ body: () throws -> Result) throws -> Result {
  let result = Swift.Result { try body() }
  if let text = pl_failure_take() {
    defer { pl_string_free(text) }
    throw TensorError(doing: doing, message: String(cString: text))
  }
  return try result.get()
}

/// Runs `body` without recording operations for gradients.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  let before = pl_set_grad_enabled(false)
  defer { _ = pl_set_grad_enabled(before) }
  return try body()
}

extension Tensor {
  /// A copy that gradients are taken with respect to.
  public func leaf() -> Tensor { Tensor(pl_leaf(handle)) }

  /// The same values, cut off from the gradient.
  public func detached() -> Tensor { Tensor(pl_detach(handle)) }

  /// Gradients of this scalar with respect to each tensor; zeros where it does not depend on one.
  public func gradients(_ inputs: [Tensor]) -> [Tensor] {
    var results = [OpaquePointer?](repeating: nil, count: inputs.count)
    pl_gradients(handle, inputs.map(\.handle), Int32(inputs.count), &results)
    return results.map(Tensor.init)
  }
}

/// Adam's state for one parameter: running means of the gradient and of its square, and the step.
public struct AdamState {
  public let mean: Tensor
  public let square: Tensor
  public let step: Tensor

  /// State before the first step of a parameter.
  public init(for parameter: Tensor) {
    mean = .zeros(parameter.shape, type: parameter.type, device: parameter.device)
    square = .zeros(parameter.shape, type: parameter.type, device: parameter.device)
    step = .zeros([], device: parameter.device)
  }

  /// State that was kept.
  public init(mean: Tensor, square: Tensor, step: Tensor) {
    self.mean = mean
    self.square = square
    self.step = step
  }
}

/// One step of Adam (Kingma and Ba 2015, algorithm 1) on all parameters, in place.
public func adamStep(
  _ parameters: [Tensor], gradients: [Tensor], states: [AdamState],
  rate: Double, beta1: Double, beta2: Double, epsilon: Double
) {
  guard !parameters.isEmpty else { return }
  pl_adam(
    parameters.map(\.handle), gradients.map(\.handle), states.map(\.mean.handle),
    states.map(\.square.handle), states.map(\.step.handle), Int32(parameters.count),
    rate, beta1, beta2, epsilon)
}
