import Torch

/// Affine map `y = x Wᵀ + b`. Input `[batch, inputs]`, output `[batch, outputs]`.
public struct Dense {
  let weight: Tensor
  let bias: Tensor

  /// - Parameter activation: what follows; for a gate there are two maps to `outputs`, one below the other.
  public init(
    _ inputs: Int, _ outputs: Int, activation: Activation = .none, at scope: ParameterScope,
    initial: Initializer
  ) {
    let rows = activation.inputs(of: outputs)
    weight = (scope / "weight").parameter {
      initial.weights([rows, inputs], inputs: inputs, outputs: outputs, $0, $1)
    }
    bias = (scope / "bias").parameter { initial.biases(rows, inputs: inputs, $0, $1) }
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode, relu: Bool = false) -> Tensor {
    guard case .start(let start) = mode else { return x.dense(weight, bias, relu: relu) }
    let y = start.fit(x.dense(weight, bias), weight, bias: bias)
    return relu ? y.relu() : y
  }
}
