import Torch

/// Whether batch normalisation takes the statistics of the batch or those of training.
public enum Mode: Sendable {
  case training, evaluation
}

/// A map of a batch of examples. Input and output `[batch, …]`.
protocol Layer {
  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor
}

/// A dense layer of a network; flattens its input.
struct DenseLayer: Layer {
  private let dense: Dense
  private let norm: BatchNorm?
  private let activation: Activation

  init(
    _ configuration: DenseConfiguration, inputs: Int, at scope: ParameterScope,
    initial: Initializer
  ) {
    dense = Dense(inputs, configuration.units, at: scope, initial: initial)
    norm = configuration.batchNorm ? BatchNorm(configuration.units, at: scope / "norm") : nil
    activation = configuration.activation
  }

  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
    let rows = x.shape.count == 2 ? x : x.reshaped(x.shape.first ?? 0, -1)
    guard let norm else {
      if activation == .relu { return dense(rows, relu: true) }
      return dense(rows).activated(activation)
    }
    return norm(dense(rows), mode).activated(activation)
  }
}

/// A convolution, or its transpose, of a network.
struct ConvolutionLayer: Layer {
  private let weight: Tensor
  private let bias: Tensor
  private let configuration: ConvolutionConfiguration
  private let isTransposed: Bool
  private let norm: BatchNorm?

  init(
    _ configuration: ConvolutionConfiguration, _ inputs: Int, isTransposed: Bool = false,
    at scope: ParameterScope, initial: Initializer
  ) {
    self.configuration = configuration
    self.isTransposed = isTransposed
    let (outputs, kernel) = (configuration.channels, configuration.kernel)
    let area = kernel * kernel
    // PyTorch's default takes the transposed weight's second axis for its inputs; Torch7 did not.
    let isSwapped = isTransposed && initial == .torchDefault
    let fanIn = (isSwapped ? outputs : inputs) * area
    let fanOut = (isSwapped ? inputs : outputs) * area
    let shape = (isTransposed ? [inputs, outputs] : [outputs, inputs]) + [kernel, kernel]
    weight = (scope / "weight").parameter {
      initial.weights(shape, inputs: fanIn, outputs: fanOut, $0, $1)
    }
    bias = (scope / "bias").parameter { initial.biases(outputs, inputs: fanIn, $0, $1) }
    norm = configuration.batchNorm ? BatchNorm(outputs, at: scope / "norm") : nil
  }

  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
    let (stride, padding) = (configuration.stride, configuration.padding)
    let y =
      isTransposed
      ? x.transposeConvolved(weight, bias, stride: stride, padding: padding)
      : x.convolved(weight, bias, stride: stride, padding: padding)
    return (norm.map { $0(y, mode) } ?? y).activated(configuration.activation)
  }
}

/// The same numbers in another shape.
struct ReshapeLayer: Layer {
  let shape: [Int]

  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
    x.reshaped([x.shape.first ?? 0] + shape)
  }
}

/// Batch normalisation (Ioffe and Szegedy 2015) of channels, axis 1, with ε = 1e-5 and a momentum of
/// 0.1 for the running statistics, as Torch7 and PyTorch have it. Weights start at 1, biases at 0.
struct BatchNorm {
  private let weight: Tensor
  private let bias: Tensor
  private let mean: Tensor
  private let variance: Tensor

  init(_ channels: Int, at scope: ParameterScope) {
    weight = (scope / "weight").parameter { .full(1, [channels], type: $1) }
    bias = (scope / "bias").parameter { .zeros([channels], type: $1) }
    mean = (scope / "running-mean").state { .zeros([channels], type: $0) }
    variance = (scope / "running-variance").state { .full(1, [channels], type: $0) }
  }

  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
    x.batchNormalised(
      weight, bias, mean: mean, variance: variance, training: mode == .training, momentum: 0.1,
      epsilon: 1e-5)
  }
}

extension Tensor {
  fileprivate func activated(_ activation: Activation) -> Tensor {
    switch activation {
    case .none: self
    case .relu: relu()
    case .elu: elu()
    case .tanh: tanh()
    case .sigmoid: sigmoid()
    }
  }
}
