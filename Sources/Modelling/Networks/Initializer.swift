import Foundation
import Torch

/// How the weights and biases of a layer start, by the name that the literature uses.
public enum Initializer: String, CaseIterable, Codable, Sendable {
  /// Weights and biases U(±1/√fan_in): PyTorch's default for linear and convolutional layers. For a
  /// transposed convolution PyTorch takes the outputs for its fan_in.
  case torchDefault = "torch-default"
  /// The same but for transposed convolutions, whose fan_in is of their inputs: Torch7's default.
  case torch7
  /// Weights U(±√(6/(fan_in + fan_out))), biases 0 (Glorot and Bengio 2010, eq. 16).
  case glorotUniform = "glorot-uniform"
  /// Weights N(0, 2/(fan_in + fan_out)), biases 0 (Glorot and Bengio 2010, eq. 12).
  case glorotNormal = "glorot-normal"
  /// Weights N(0, 2/fan_in), biases 0 (He et al. 2015, eq. 10).
  case heNormal = "he-normal"

  /// Weights of a layer with `inputs` connections into each output and `outputs` out of each input.
  func weights(
    _ shape: [Int], inputs: Int, outputs: Int, _ stream: RandomStream, _ type: ElementType
  ) -> Tensor {
    let fanIn = Double(inputs)
    let fanOut = Double(outputs)
    return switch self {
    case .torchDefault, .torch7: Self.uniform(shape, 1 / sqrt(fanIn), stream, type)
    case .glorotUniform: Self.uniform(shape, sqrt(6 / (fanIn + fanOut)), stream, type)
    case .glorotNormal: stream.normal(shape, type: type) * sqrt(2 / (fanIn + fanOut))
    case .heNormal: stream.normal(shape, type: type) * sqrt(2 / fanIn)
    }
  }

  /// Biases of a layer with `inputs` connections into each output.
  func biases(_ count: Int, inputs: Int, _ stream: RandomStream, _ type: ElementType) -> Tensor {
    switch self {
    case .torchDefault, .torch7: Self.uniform([count], 1 / sqrt(Double(inputs)), stream, type)
    case .glorotUniform, .glorotNormal, .heNormal: .zeros([count], type: type)
    }
  }

  private static func uniform(
    _ shape: [Int], _ bound: Double, _ stream: RandomStream, _ type: ElementType
  ) -> Tensor {
    (stream.uniform(shape, type: type) * 2 - 1) * bound
  }
}
