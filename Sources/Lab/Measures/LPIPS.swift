import Torch

/// Learned perceptual image patch similarity (Zhang et al. 2018), version 0.1 on AlexNet: a distance of two
/// images, 0 where they are equal.
///
/// Images go through the convolutions of an AlexNet that was trained on ImageNet. After each of its five
/// ReLUs the features are scaled to unit length over the channels; the squared differences of two images'
/// features are weighted by channel, averaged over the image, and summed over the five.
///
/// It is computed in fp32, whatever the precision of the run: it measures the model, and is no part of it.
struct LPIPS {
  /// One convolution of AlexNet with its ReLU.
  private struct Layer {
    let weight: Tensor
    let bias: Tensor
    let stride: Int
    let padding: Int
    /// Whether a max-pooling of 3 × 3 windows, two apart, comes before it.
    let isPooled: Bool
    /// Weights of the features' differences, `[1, channels, 1, 1]`.
    let importance: Tensor
  }

  private let layers: [Layer]

  /// The stored set of the weights, which has torchvision's names for AlexNet's tensors and the LPIPS
  /// package's for the others.
  static let pretrained = "lpips-alexnet"

  /// The numbers of AlexNet's convolutions in torchvision, with what is not in their weights.
  private static let architecture = [
    (name: 0, inputs: 3, outputs: 64, kernel: 11, stride: 4, padding: 2, isPooled: false),
    (name: 3, inputs: 64, outputs: 192, kernel: 5, stride: 1, padding: 2, isPooled: true),
    (name: 6, inputs: 192, outputs: 384, kernel: 3, stride: 1, padding: 1, isPooled: true),
    (name: 8, inputs: 384, outputs: 256, kernel: 3, stride: 1, padding: 1, isPooled: false),
    (name: 10, inputs: 256, outputs: 256, kernel: 3, stride: 1, padding: 1, isPooled: false),
  ]

  /// Images with less than these pixels a side are surrounded by black: after its two poolings AlexNet
  /// leaves nothing of images with less than 31.
  static let smallestSide = 32

  /// The mean and the standard deviation of ImageNet's colours, as they are in images from −1 to 1.
  private static let shift: [Float] = [-0.030, -0.088, -0.188]
  private static let scale: [Float] = [0.458, 0.448, 0.450]
  private static let epsilon = 1e-10

  /// - Throws: `MeasureError` where the tensors are not those of the network.
  init(_ weights: [String: Tensor], on device: Device) throws {
    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
      guard let tensor = weights[name], tensor.shape == shape else {
        throw MeasureError.wrongWeights(Self.pretrained, tensor: name, shape: shape)
      }
      return tensor.to(.float32).to(device)
    }
    layers = try Self.architecture.enumerated().map { index, layer in
      let name = "features.\(layer.name)"
      return Layer(
        weight: try tensor(
          name + ".weight", [layer.outputs, layer.inputs, layer.kernel, layer.kernel]),
        bias: try tensor(name + ".bias", [layer.outputs]), stride: layer.stride,
        padding: layer.padding, isPooled: layer.isPooled,
        importance: try tensor("lin\(index).model.1.weight", [1, layer.outputs, 1, 1]))
    }
  }

  /// The distance of each image of `x` to that of `y` at the same place, both
  /// `[images, channels, height, width]` from 0 to 1 with one channel or three: `[images]`.
  func distances(_ x: Tensor, _ y: Tensor) -> Tensor {
    withoutGradients {
      withPrecision(.fp32) {
        let pairs = zip(features(x), features(y))
        let distances = zip(pairs, layers).map { pair, layer in
          ((pair.0 - pair.1).square() * layer.importance).sum(1).mean(1, 2)
        }
        return distances.dropFirst().reduce(distances[0], +)
      }
    }
  }

  /// Of unit length over the channels, after each ReLU.
  private func features(_ images: Tensor) -> [Tensor] {
    var x = Self.prepared(images)
    return layers.map { layer in
      if layer.isPooled { x = x.maxPooled(3, stride: 2) }
      x = x.convolved(layer.weight, layer.bias, stride: layer.stride, padding: layer.padding).relu()
      let length = x.square().sum(1).squareRoot() + Self.epsilon
      return x / length.reshaped([x.extent(0), 1] + x.shape.dropFirst(2))
    }
  }

  /// Images as the network takes them: of three channels, large enough, and in ImageNet's units.
  static func prepared(_ images: Tensor) -> Tensor {
    let coloured =
      images.extent(1) == 1 ? Tensor.concatenated([images, images, images], 1) : images
    let large = surrounded(surrounded(coloured, axis: 2), axis: 3)
    func channels(_ values: [Float]) -> Tensor {
      Tensor(values, shape: [1, 3, 1, 1]).to(images.type).to(images.device)
    }
    return (large * 2 - 1 - channels(shift)) / channels(scale)
  }

  /// An axis made `smallestSide` long with as much black on either side; one more behind where it is odd.
  private static func surrounded(_ images: Tensor, axis: Int) -> Tensor {
    let missing = smallestSide - images.extent(axis)
    if missing <= 0 { return images }
    let black = [missing / 2, missing - missing / 2].map { extent in
      let shape = images.shape.enumerated().map { $0.offset == axis ? extent : $0.element }
      return Tensor.zeros(shape, type: images.type, device: images.device)
    }
    return .concatenated([black[0], images, black[1]], axis)
  }
}
