import Torch

/// Affine map `y = x Wᵀ + b`. Input `[batch, inputs]`, output `[batch, outputs]`.
public struct Dense {
  let weight: Tensor
  let bias: Tensor

  public init(_ inputs: Int, _ outputs: Int, at scope: ParameterScope, initial: Initializer) {
    weight = (scope / "weight").parameter {
      initial.weights([outputs, inputs], inputs: inputs, outputs: outputs, $0, $1)
    }
    bias = (scope / "bias").parameter { initial.biases(outputs, inputs: inputs, $0, $1) }
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode = .training, relu: Bool = false) -> Tensor {
    guard case .start(let start) = mode else { return x.dense(weight, bias, relu: relu) }
    let y = start.fit(x.dense(weight, bias), weight, bias: bias)
    return relu ? y.relu() : y
  }
}
