import Torch

/// What a network is asked for.
public enum Mode: Equatable, Sendable {
  /// Batch normalisation takes the statistics of the batch, and moves its running ones.
  case training
  /// Batch normalisation takes the running statistics.
  case evaluation
  /// As training, and each affine map is first fitted to what comes in.
  case start(DataDependentStart)

  /// Whether batch normalisation takes the statistics of the batch.
  var readsBatch: Bool {
    if case .evaluation = self { false } else { true }
  }
}

/// A map of a batch of examples. Input and output `[batch, …]`.
protocol Layer {
  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor
}

/// A dense layer of a network; flattens its input.
struct DenseLayer: Layer {
  private let dense: Dense
  private let finish: Finish

  init(
    _ configuration: DenseConfiguration, inputs: Int, at scope: ParameterScope,
    initial: Initializer
  ) {
    let (units, activation) = (configuration.units, configuration.activation)
    dense = Dense(inputs, units, activation: activation, at: scope, initial: initial)
    finish = Finish(units, configuration.batchNorm, activation, at: scope)
  }

  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
    let rows = x.shape.count == 2 ? x : x.reshaped(x.extent(0), -1)
    if finish.isReLU { return dense(rows, mode, relu: true) }
    return finish(dense(rows, mode), mode)
  }
}

/// A convolution, or its transpose, of a network.
struct ConvolutionLayer: Layer {
  private let weight: Tensor
  /// Length of each output channel's weights, where `weight` is only their direction: `[out]`.
  private let length: Tensor?
  private let bias: Tensor
  private let configuration: ConvolutionConfiguration
  private let isTransposed: Bool
  private let finish: Finish

  init(
    _ configuration: ConvolutionConfiguration, _ inputs: Int, isTransposed: Bool = false,
    at scope: ParameterScope, initial: Initializer
  ) {
    self.configuration = configuration
    self.isTransposed = isTransposed
    let (outputs, kernel) = (configuration.channels, configuration.kernel)
    let channels = configuration.activation.inputs(of: outputs)
    let area = kernel * kernel
    // PyTorch's default takes the transposed weight's second axis for its inputs; Torch7 did not.
    let isSwapped = isTransposed && initial == .torchDefault
    let fanIn = (isSwapped ? outputs : inputs) * area
    let fanOut = (isSwapped ? inputs : outputs) * area
    let shape = (isTransposed ? [inputs, channels] : [channels, inputs]) + [kernel, kernel]
    let weight = (scope / "weight").parameter {
      initial.weights(shape, inputs: fanIn, outputs: fanOut, $0, $1)
    }
    self.weight = weight
    let channelAxis = isTransposed ? 1 : 0
    length =
      configuration.weightNorm == true
      ? (scope / "length").parameter { _, _ in
        withoutGradients { weight.norms(along: channelAxis).reshaped(-1) }
      } : nil
    bias = (scope / "bias").parameter { initial.biases(channels, inputs: fanIn, $0, $1) }
    finish = Finish(outputs, configuration.batchNorm, configuration.activation, at: scope)
  }

  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
    let (stride, padding) = (configuration.stride, configuration.padding)
    let channelAxis = isTransposed ? 1 : 0
    var weights =
      length.map { weight * ($0.along(channelAxis) / weight.norms(along: channelAxis)) } ?? weight
    // Gated convolutions are a fifth faster in this layout, which those that follow keep.
    if configuration.activation == .gated { weights = weights.channelsLast() }
    var y =
      isTransposed
      ? x.transposeConvolved(
        weights, bias, stride: stride, padding: padding,
        outputPadding: configuration.outputPadding ?? 0)
      : x.convolved(weights, bias, stride: stride, padding: padding)
    if case .start(let start) = mode {
      y = start.fit(y, length == nil ? weight : nil, channelAxis: channelAxis, bias: bias)
    }
    return finish(y, mode)
  }
}

/// What follows the affine map of a layer: activation and batch normalisation in the asked order.
private struct Finish {
  private let norm: BatchNorm?
  private let normalisesFirst: Bool
  private let activation: Activation

  init(
    _ outputs: Int, _ batchNorm: BatchNormalisation, _ activation: Activation,
    at scope: ParameterScope
  ) {
    normalisesFirst = batchNorm == .beforeActivation
    let channels = normalisesFirst ? activation.inputs(of: outputs) : outputs
    norm = batchNorm == .none ? nil : BatchNorm(channels, at: scope / "norm")
    self.activation = activation
  }

  /// Whether all that follows is a ReLU, which dense layers have built in.
  var isReLU: Bool { norm == nil && activation == .relu }

  func callAsFunction(_ y: Tensor, _ mode: Mode) -> Tensor {
    guard let norm else { return y.activated(activation) }
    return normalisesFirst
      ? norm(y, mode).activated(activation) : norm(y.activated(activation), mode)
  }
}

/// The same numbers in another shape.
struct ReshapeLayer: Layer {
  let shape: [Int]

  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
    x.reshaped([x.extent(0)] + shape)
  }
}

/// A function of each number alone.
struct ActivationLayer: Layer {
  let activation: Activation

  func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor { x.activated(activation) }
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
      weight, bias, mean: mean, variance: variance, training: mode.readsBatch, momentum: 0.1,
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
    case .gated: gated(1)
    case .sigmoid: sigmoid()
    }
  }

  /// One number a channel of a convolution's weights, `[channels]`, as it broadcasts to them.
  fileprivate func along(_ channelAxis: Int) -> Tensor {
    channelAxis == 0 ? reshaped(-1, 1, 1, 1) : reshaped(1, -1, 1, 1)
  }

  /// Euclidean norm of the weights of each channel of one axis, as it broadcasts to them.
  fileprivate func norms(along channelAxis: Int) -> Tensor {
    square().sum(1 - channelAxis, 2, 3).squareRoot().along(channelAxis)
  }
}
