/// A network as a manifest names it: `{mlp: {hidden: [256, 256]}}` or `{sequence: [{dense: {…}}, …]}`.
public enum NetworkConfiguration: Codable, Equatable, Sendable {
  /// Dense layers of the given widths, each followed by ReLU.
  case mlp(hidden: [Int])
  /// Layers one after the other.
  case sequence([LayerConfiguration])

  enum CodingKeys: String, CodingKey, CaseIterable { case mlp, sequence }

  var layers: [LayerConfiguration] {
    switch self {
    case .mlp(let hidden): hidden.map { .dense(DenseConfiguration(units: $0)) }
    case .sequence(let layers): layers
    }
  }

  /// What is impossible about the network for examples of a shape, or nil.
  public func problem(for input: [Int]) -> String? {
    do {
      _ = try outputShape(for: input)
      return nil
    } catch {
      return error.message
    }
  }

  /// Shape of an example after the last layer.
  func outputShape(for input: [Int]) throws(NetworkProblem) -> [Int] {
    if layers.isEmpty { throw NetworkProblem("a network needs at least one layer") }
    var shape = input
    for (index, layer) in layers.enumerated() {
      do {
        shape = try layer.outputShape(for: shape)
      } catch {
        throw NetworkProblem("layer \(index) of the network: \(error.message)")
      }
    }
    return shape
  }

  /// What is wrong with a dense layer of so many units behind the network, which the model adds, or
  /// nil.
  func problem(ofHead units: Int, for input: [Int]) -> String? {
    guard let shape = try? outputShape(for: input) else { return nil }
    return LayerConfiguration.tooManyWeights([shape.reduce(1, *), units])
      .map { "the layer behind the network: " + $0 }
  }

  /// What is wrong with the network as a decoder of codes whose output is the likelihood's parameter for
  /// an image, or nil.
  func problem(ofDecoderFrom code: [Int], to image: [Int]) -> String? {
    do {
      let output = try outputShape(for: code)
      return output == image
        ? nil : "the decoder's output has shape \(output), and an image of the data has \(image)"
    } catch {
      return "decoder: " + error.message
    }
  }

  /// Builds the network for examples of a shape that ``problem(for:)`` has nothing against.
  func build(_ input: [Int], at scope: ParameterScope, initial: Initializer) -> Network {
    var shape = input
    var built: [any Layer] = []
    for (index, layer) in layers.enumerated() {
      built.append(layer.build(shape, at: scope / "\(index)", initial: initial))
      shape = (try? layer.outputShape(for: shape)) ?? []
    }
    return Network(layers: built, outputShape: shape)
  }
}

/// What is impossible about a network.
struct NetworkProblem: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}

/// One layer: `{convolution: {channels: 16, kernel: 6, batch-norm: true}}`.
public enum LayerConfiguration: Codable, Equatable, Sendable {
  case dense(DenseConfiguration)
  case convolution(ConvolutionConfiguration)
  case transposedConvolution(ConvolutionConfiguration)
  /// The same numbers in another shape: `{reshape: [64, 9, 9]}`.
  case reshape([Int])
  /// A function of each number alone, such as one behind a layer's batch normalisation:
  /// `{activation: sigmoid}`.
  case activation(Activation)

  enum CodingKeys: String, CodingKey, CaseIterable {
    case dense, convolution, reshape, activation
    case transposedConvolution = "transposed-convolution"
  }

  /// More than any network has, and few enough to multiply.
  private static let limit = 1 << 16

  func outputShape(for input: [Int]) throws(NetworkProblem) -> [Int] {
    switch self {
    case .dense(let dense):
      try Self.check("units", dense.units)
      try Self.check(weights: [input.reduce(1, *), dense.activation.inputs(of: dense.units)])
      return [dense.units]
    case .convolution(let convolution):
      let image = try Self.image(input, convolution)
      if convolution.outputPadding != nil {
        throw NetworkProblem("output-padding is a key of transposed convolutions")
      }
      return try Self.output(convolution, image) { convolution.extent($0) }
    case .transposedConvolution(let convolution):
      let image = try Self.image(input, convolution)
      guard 0..<convolution.stride ~= convolution.outputPadding ?? 0 else {
        throw NetworkProblem("output-padding must be from 0 to stride − 1")
      }
      return try Self.output(convolution, image) { convolution.transposedExtent($0) }
    case .reshape(let shape):
      for extent in shape { try Self.check("an extent", extent) }
      guard shape.count <= 3, shape.reduce(1, *) == input.reduce(1, *) else {
        throw NetworkProblem("\(input) cannot be reshaped to \(shape)")
      }
      return shape
    case .activation(let activation):
      if activation == .gated {
        throw NetworkProblem("'gated' needs the affine map of a layer, and cannot stand alone")
      }
      return input
    }
  }

  func build(_ input: [Int], at scope: ParameterScope, initial: Initializer) -> any Layer {
    switch self {
    case .dense(let dense):
      return DenseLayer(
        dense, inputs: input.reduce(1, *), at: scope, initial: dense.initial ?? initial)
    case .convolution(let convolution):
      return ConvolutionLayer(
        convolution, input[0], at: scope, initial: convolution.initial ?? initial)
    case .transposedConvolution(let convolution):
      return ConvolutionLayer(
        convolution, input[0], isTransposed: true, at: scope,
        initial: convolution.initial ?? initial)
    case .reshape(let shape):
      return ReshapeLayer(shape: shape)
    case .activation(let activation):
      return ActivationLayer(activation: activation)
    }
  }

  private static func check(_ name: String, _ value: Int) throws(NetworkProblem) {
    guard 1...limit ~= value else {
      throw NetworkProblem("\(name) must be from 1 to \(limit), and is \(value)")
    }
  }

  private static func image(
    _ input: [Int], _ convolution: ConvolutionConfiguration
  ) throws(NetworkProblem) -> [Int] {
    guard input.count == 3 else {
      throw NetworkProblem(
        "a convolution needs [channels, height, width], and gets \(input)")
    }
    try check("channels", convolution.channels)
    try check("kernel", convolution.kernel)
    try check("stride", convolution.stride)
    guard 0..<convolution.kernel ~= convolution.padding else {
      throw NetworkProblem("padding must be from 0 to kernel − 1")
    }
    return input
  }

  private static func output(
    _ convolution: ConvolutionConfiguration, _ image: [Int], _ extent: (Int) -> Int
  ) throws(NetworkProblem) -> [Int] {
    let extents = image.dropFirst().map(extent)
    for extent in extents where !(1...limit ~= extent) {
      throw NetworkProblem("its output would be \(extents[0]) × \(extents[1]) pixels")
    }
    let channels = convolution.activation.inputs(of: convolution.channels)
    try check(weights: [image[0], channels, convolution.kernel, convolution.kernel])
    let shape = [channels] + extents
    if LayerConfiguration.product(shape) == nil {
      throw NetworkProblem("its output would have the shape \(shape), more than 2²⁸ numbers")
    }
    return [convolution.channels] + extents
  }

  private static func check(weights shape: [Int]) throws(NetworkProblem) {
    if let problem = tooManyWeights(shape) { throw NetworkProblem(problem) }
  }

  /// What is wrong with a layer's weights of this shape, or nil.
  static func tooManyWeights(_ shape: [Int]) -> String? {
    product(shape) == nil
      ? "its weights would be \(shape.map(String.init).joined(separator: " × ")), more than 2²⁸ (1 GiB)"
      : nil
  }

  /// The product of a shape, or nil where one tensor of it would be too large to try.
  private static func product(_ shape: [Int]) -> Int? {
    var product = 1
    for extent in shape {
      let (next, isTooLarge) = product.multipliedReportingOverflow(by: extent)
      if isTooLarge || next > 1 << 28 { return nil }
      product = next
    }
    return product
  }
}

/// A dense layer, with batch normalisation where asked for, and its activation.
public struct DenseConfiguration: Codable, Equatable, Sendable {
  public var units: Int
  public var batchNorm: BatchNormalisation
  public var activation: Activation
  /// How the layer starts, where not as the network.
  public var initial: Initializer?

  public init(
    units: Int, batchNorm: BatchNormalisation = false, activation: Activation = .relu,
    initial: Initializer? = nil
  ) {
    self.units = units
    self.batchNorm = batchNorm
    self.activation = activation
    self.initial = initial
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case units, activation, initial
    case batchNorm = "batch-norm"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    units = try container.decode(Int.self, forKey: .units)
    batchNorm =
      try container.decodeIfPresent(BatchNormalisation.self, forKey: .batchNorm) ?? false
    activation = try container.decodeIfPresent(Activation.self, forKey: .activation) ?? .relu
    initial = try container.decodeIfPresent(Initializer.self, forKey: .initial)
  }
}

/// A convolution with a square kernel, with batch normalisation where asked for, and its activation.
public struct ConvolutionConfiguration: Codable, Equatable, Sendable {
  /// Channels of the output.
  public var channels: Int
  public var kernel: Int
  public var stride: Int
  public var padding: Int
  /// Rows and columns more of a transposed convolution's output, below and to the right, where several
  /// extents become one under its convolution; none where left out.
  public var outputPadding: Int?
  public var batchNorm: BatchNormalisation
  public var activation: Activation
  /// Whether the weights of each output channel are kept as a direction and a length (Salimans and
  /// Kingma 2016, eq. 2). A start that depends on data then sets the biases only.
  public var weightNorm: Bool?
  /// How the layer starts, where not as the network.
  public var initial: Initializer?

  public init(
    channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int? = nil,
    batchNorm: BatchNormalisation = false, activation: Activation = .relu, weightNorm: Bool? = nil,
    initial: Initializer? = nil
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.batchNorm = batchNorm
    self.activation = activation
    self.weightNorm = weightNorm
    self.initial = initial
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case channels, kernel, stride, padding, activation, initial
    case outputPadding = "output-padding"
    case batchNorm = "batch-norm"
    case weightNorm = "weight-norm"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    channels = try container.decode(Int.self, forKey: .channels)
    kernel = try container.decode(Int.self, forKey: .kernel)
    stride = try container.decodeIfPresent(Int.self, forKey: .stride) ?? 1
    padding = try container.decodeIfPresent(Int.self, forKey: .padding) ?? 0
    outputPadding = try container.decodeIfPresent(Int.self, forKey: .outputPadding)
    batchNorm =
      try container.decodeIfPresent(BatchNormalisation.self, forKey: .batchNorm) ?? false
    activation = try container.decodeIfPresent(Activation.self, forKey: .activation) ?? .relu
    weightNorm = try container.decodeIfPresent(Bool.self, forKey: .weightNorm)
    initial = try container.decodeIfPresent(Initializer.self, forKey: .initial)
  }

  /// Height or width after the convolution.
  func extent(_ n: Int) -> Int {
    let room = n + 2 * padding - kernel
    return room < 0 ? 0 : room / stride + 1
  }

  /// Height or width after the transposed convolution.
  func transposedExtent(_ n: Int) -> Int {
    (n - 1) * stride - 2 * padding + kernel + (outputPadding ?? 0)
  }
}

/// Whether a layer has batch normalisation, and on which side of its activation: `true` or `false`, or
/// `after-activation`.
public enum BatchNormalisation: Codable, Equatable, Sendable, ExpressibleByBooleanLiteral {
  case none
  /// Affine map, batch normalisation, activation: `true`.
  case beforeActivation
  /// Affine map, activation, batch normalisation.
  case afterActivation

  public init(booleanLiteral value: Bool) {
    self = value ? .beforeActivation : .none
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let isThere = try? container.decode(Bool.self) {
      self = isThere ? .beforeActivation : .none
    } else if (try? container.decode(String.self)) == Self.after {
      self = .afterActivation
    } else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "expected true, false or \(Self.after)"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .none: try container.encode(false)
    case .beforeActivation: try container.encode(true)
    case .afterActivation: try container.encode(Self.after)
    }
  }

  private static let after = "after-activation"
}

/// What follows a layer's affine map.
public enum Activation: String, Codable, CaseIterable, Sendable {
  case none, relu, elu, tanh, sigmoid
  /// The affine map has twice the layer's units or channels, and its first half is multiplied by the
  /// sigmoid of its second half (Dauphin et al. 2017).
  case gated

  /// Units or channels of the affine map before it.
  func inputs(of outputs: Int) -> Int { self == .gated ? 2 * outputs : outputs }
}
