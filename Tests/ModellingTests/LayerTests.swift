import Foundation
import Testing
import Torch

@testable import Modelling

/// Networks of several kinds of layers.
@Suite struct LayerTests {
  @Test func extents() throws {
    // 28 → 23 → 18 → 9 → 1 and back (Dilokthanakul et al. 2016, tables A.1 and A.3).
    #expect(try GMVAEForMNIST.encoder.outputShape(for: [1, 28, 28]) == [500, 1, 1])
    #expect(try GMVAEForMNIST.decoder.outputShape(for: [200]) == [1, 28, 28])
    let halves = NetworkConfiguration.sequence([
      .convolution(ConvolutionConfiguration(channels: 64, kernel: 4, stride: 2, padding: 1))
    ])
    #expect(try halves.outputShape(for: [3, 32, 32]) == [64, 16, 16])
  }

  /// What a manifest leaves out.
  @Test func defaults() throws {
    let convolution = try JSONDecoder().decode(
      ConvolutionConfiguration.self, from: Data(#"{"channels": 2, "kernel": 3}"#.utf8))
    #expect(convolution == ConvolutionConfiguration(channels: 2, kernel: 3))
    #expect(convolution.activation == .relu)
    let dense = try JSONDecoder().decode(
      DenseConfiguration.self, from: Data(#"{"units": 2}"#.utf8))
    #expect(dense == DenseConfiguration(units: 2))
    #expect(dense.batchNorm == .none)
  }

  /// The three places of batch normalisation, as they were and are written.
  @Test(arguments: [
    ("false", BatchNormalisation.none), ("true", .beforeActivation),
    (#""after-activation""#, .afterActivation),
  ])
  func placesOfBatchNormalisation(_ text: String, _ place: BatchNormalisation) throws {
    let json = #"{"units": 2, "batch-norm": \#(text), "activation": "elu"}"#
    let dense = try JSONDecoder().decode(DenseConfiguration.self, from: Data(json.utf8))
    #expect(dense == DenseConfiguration(units: 2, batchNorm: place, activation: .elu))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let written = String(decoding: try encoder.encode(dense), as: UTF8.self)
    #expect(written == #"{"activation":"elu","batch-norm":\#(text),"units":2}"#)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(
        DenseConfiguration.self, from: Data(#"{"units": 2, "batch-norm": "before"}"#.utf8))
    }
  }

  @Test(
    arguments: [
      ([], "a network needs at least one layer"),
      (
        [.dense(DenseConfiguration(units: 3)), .convolution(.init(channels: 1, kernel: 1))],
        "layer 1 of the network: a convolution needs [channels, height, width], and gets [3]"
      ),
      (
        [.convolution(.init(channels: 2, kernel: 7))],
        "layer 0 of the network: its output would be 0 × 0 pixels"
      ),
      (
        [.convolution(.init(channels: 2, kernel: 2, stride: 0))],
        "layer 0 of the network: stride must be from 1 to 65536, and is 0"
      ),
      (
        [.convolution(.init(channels: 2, kernel: 2, padding: 2))],
        "layer 0 of the network: padding must be from 0 to kernel − 1"
      ),
      (
        [.convolution(.init(channels: 2, kernel: 2, outputPadding: 0))],
        "layer 0 of the network: output-padding is a key of transposed convolutions"
      ),
      (
        [.transposedConvolution(.init(channels: 2, kernel: 2, stride: 2, outputPadding: 2))],
        "layer 0 of the network: output-padding must be from 0 to stride − 1"
      ),
      (
        [.convolution(.init(channels: .max, kernel: 2))],
        "layer 0 of the network: channels must be from 1 to 65536, and is 9223372036854775807"
      ),
      ([.reshape([5, 2])], "layer 0 of the network: [1, 6, 6] cannot be reshaped to [5, 2]"),
      (
        [.activation(.gated)],
        "layer 0 of the network: 'gated' needs the affine map of a layer, and cannot stand alone"
      ),
      (
        [.transposedConvolution(.init(channels: 1, kernel: 65536, stride: 65536))],
        "layer 0 of the network: its output would be 393216 × 393216 pixels"
      ),
    ] as [([LayerConfiguration], String)])
  func impossibleNetworks(_ layers: [LayerConfiguration], _ expected: String) throws {
    #expect(NetworkConfiguration.sequence(layers).problem(for: [1, 6, 6]) == expected)
  }

  /// A layer's affine map, then batch normalisation, then the activation.
  @Test func order() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let built = NetworkConfiguration.sequence([
        .reshape([1, 1, 2]),
        .convolution(ConvolutionConfiguration(channels: 1, kernel: 1, batchNorm: true)),
        .dense(DenseConfiguration(units: 1, activation: .tanh)),
      ]).build([2], at: store.root, initial: .heNormal)
      #expect(
        store.all.map(\.path) == [
          "1/weight", "1/bias", "1/norm/weight", "1/norm/bias", "2/weight", "2/bias",
        ])
      #expect(store.states.map(\.path) == ["1/norm/running-mean", "1/norm/running-variance"])
      #expect(store.count == 7)
      try store.set("1/weight", [3])
      try store.set("1/bias", [1])
      try store.set("1/norm/weight", [2])
      try store.set("1/norm/bias", [0.5])
      try store.set("2/weight", [0.3, -0.2])
      try store.set("2/bias", [0.1])
      // (−1, 2) → (−2, 7); running mean 0 and variance 1: (−3.5, 14.5); relu (0, 14.5).
      let x = Tensor([-1.0, 2], shape: [1, 2])
      let scale = 1 / (1 + 1e-5).squareRoot()
      let evaluated = built(x, .evaluation).doubles()
      #expect(distance(evaluated, [tanh(0.1 - 0.2 * (14 * scale + 0.5))]) < 1e-12)
      // The batch's mean 2.5 and variance 20.25: (−2, 2) · 4.5/√(20.25 + ε) / 2 → −1.5, 2.5.
      let normal = 2 * 4.5 / (20.25 + 1e-5).squareRoot() + 0.5
      #expect(distance(built(x, .training).doubles(), [tanh(0.1 - 0.2 * normal)]) < 1e-12)
      #expect(store.states[0].value.doubles() == [0.25])
    }
  }

  /// A function behind a layer's batch normalisation.
  @Test func activationAlone() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let network = NetworkConfiguration.sequence([
        .convolution(
          ConvolutionConfiguration(
            channels: 2, kernel: 1, batchNorm: .afterActivation, activation: .elu)),
        .activation(.sigmoid),
      ])
      #expect(network.problem(for: [1, 2, 2]) == nil)
      let built = network.build([1, 2, 2], at: store.root, initial: .heNormal)
      #expect(built.outputShape == [2, 2, 2])
      let plain = NetworkConfiguration.sequence([network.layers[0]])
        .build([1, 2, 2], at: store.root / "plain", initial: .heNormal)
      for name in ["weight", "bias"] {
        try store.set("plain/0/" + name, store.numbers("0/" + name))
      }
      let x = Tensor([0.4, -3, 0.1, 2], shape: [1, 1, 2, 2])
      let expected = plain(x, .training).doubles().map { 1 / (1 + exp(-$0)) }
      #expect(distance(built(x, .training).doubles(), expected) < 1e-12)
    }
  }

  /// Batch normalisation of what the activation gives.
  @Test func normalisationAfterTheActivation() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let built = NetworkConfiguration.sequence([
        .dense(
          DenseConfiguration(units: 1, batchNorm: .afterActivation, activation: .elu))
      ]).build([1], at: store.root, initial: .heNormal)
      try store.set("0/weight", [2])
      try store.set("0/norm/weight", [3])
      try store.set("0/norm/bias", [0.5])
      let x = Tensor([-1.0, 2], shape: [2, 1])
      // (−2, 4) → (e⁻² − 1, 4), of mean (3 + e⁻²)/2 and variance ((5 − e⁻²)/2)².
      let half = (5 - exp(-2.0)) / 2
      let normal = 3 * half / (half * half + 1e-5).squareRoot()
      #expect(distance(built(x, .training).doubles(), [0.5 - normal, 0.5 + normal]) < 1e-12)
    }
  }

  /// Weights by direction and length: the start is that of the plain layer; the direction's length
  /// makes no difference, and the length is the weights'.
  @Test(arguments: [false, true])
  func weightNormalisation(_ isTransposed: Bool) throws {
    try tensors {
      func network(_ weightNorm: Bool?) -> (Network, ParameterStore) {
        let layer = ConvolutionConfiguration(
          channels: 3, kernel: 2, activation: .none, weightNorm: weightNorm)
        let store = ParameterStore(Randomness(seed: 3), type: .float64)
        let network = NetworkConfiguration.sequence([
          isTransposed ? .transposedConvolution(layer) : .convolution(layer)
        ]).build([2, 3, 3], at: store.root, initial: .torchDefault)
        return (network, store)
      }
      let (plain, plainStore) = network(nil)
      let (normed, store) = network(true)
      let x = Tensor(scattered(36), shape: [2, 2, 3, 3])
      let expected = plain(x, .training).doubles()
      #expect(distance(normed(x, .training).doubles(), expected) < 1e-14)
      #expect(store.all.map(\.path) == ["0/weight", "0/length", "0/bias"])
      #expect(store.count == plainStore.count + 3)
      try store.set("0/weight", store.numbers("0/weight").map { 7 * $0 })
      #expect(distance(normed(x, .training).doubles(), expected) < 1e-13)
      try store.set("0/length", store.numbers("0/length").map { 2 * $0 })
      try plainStore.set("0/weight", plainStore.numbers("0/weight").map { 2 * $0 })
      #expect(distance(normed(x, .training).doubles(), plain(x, .training).doubles()) < 1e-13)
    }
  }

  /// Each channel of each affine map has mean 0 and the asked standard deviation on the batch, which the
  /// next layer sees; with weight normalisation only the biases are kept.
  @Test func dataDependentStart() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let scale = 0.1
      let first = LayerConfiguration.convolution(
        .init(channels: 3, kernel: 2, batchNorm: .afterActivation, activation: .elu))
      let second = LayerConfiguration.transposedConvolution(
        .init(channels: 2, kernel: 3, stride: 2, activation: .none))
      let network = NetworkConfiguration.sequence([
        first, second, .dense(DenseConfiguration(units: 4, activation: .none)),
      ]).build([1, 4, 4], at: store.root, initial: .heNormal)
      let x = Tensor(scattered(6 * 16), shape: [6, 1, 4, 4])
      let started = network(x, .start(DataDependentStart(scale: scale)))
      // What the start has seen is what training sees from then on.
      #expect(distance(started.doubles(), network(x, .training).doubles()) < 1e-12)
      var features = x
      for (index, layer) in network.layers.enumerated() {
        let output = layer(features, .training)
        let paths = ["\(index)/weight", "\(index)/bias"]
        let (weight, bias) = (store[paths[0]]!.value, store[paths[1]]!.value)
        let affine =
          switch index {
          case 0: features.convolved(weight, bias, stride: 1, padding: 0)
          case 1: features.transposeConvolved(weight, bias, stride: 2, padding: 0)
          default: features.reshaped(6, -1).dense(weight, bias)
          }
        let channels = bias.count
        let values = affine.reshaped(6, channels, -1).doubles()
        let area = values.count / 6 / channels
        for channel in 0..<channels {
          let own = values.indices.filter { $0 / area % channels == channel }.map { values[$0] }
          let found = moments(own)
          #expect(abs(found.mean) < 1e-12)
          // By the ε of the variance a little less.
          #expect(abs(found.variance.squareRoot() - scale) < 0.01 * scale)
        }
        features = output
      }
    }
  }

  @Test func dataDependentStartUnderWeightNormalisation() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let layer = ConvolutionConfiguration(
        channels: 1, kernel: 1, activation: .none, weightNorm: true)
      let network = NetworkConfiguration.sequence([.convolution(layer)])
        .build([1, 1, 1], at: store.root, initial: .torchDefault)
      try store.set("0/weight", [3])
      try store.set("0/length", [2])
      try store.set("0/bias", [5])
      let x = Tensor([1.0, 2, 6], shape: [3, 1, 1, 1])
      // 2x + 5 has the mean 11 and the variance 28.
      let factor = 0.1 / (28 + 1e-5).squareRoot()
      let started = network(x, .start(DataDependentStart(scale: 0.1))).doubles()
      #expect(distance(started, [-4 * factor, -2 * factor, 6 * factor]) < 1e-12)
      #expect(store.numbers("0/weight") + store.numbers("0/length") == [3, 2])
      #expect(distance(store.numbers("0/bias"), [-6 * factor]) < 1e-12)
    }
  }

  /// One layer may start otherwise than its network.
  @Test func aLayersOwnInitialiser() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3))
      _ = NetworkConfiguration.sequence([
        .dense(DenseConfiguration(units: 50, initial: .glorotNormal)),
        .dense(DenseConfiguration(units: 50)),
      ]).build([50], at: store.root, initial: .torchDefault)
      #expect(store.numbers("0/bias").allSatisfy { $0 == 0 })
      #expect(store.numbers("1/bias").allSatisfy { $0 != 0 })
      let variance = moments(store.numbers("0/weight")).variance
      #expect(abs(variance / (2.0 / 100) - 1) < 5 * (2.0 / 2500).squareRoot())
    }
  }

  /// Fan-in of a transposed convolution: Torch7 counts its inputs, PyTorch its weight's second axis.
  @Test(arguments: [(Initializer.torch7, 7.0), (.torchDefault, 3.0)])
  func transposedFanIn(_ initial: Initializer, _ channels: Double) throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3))
      _ = NetworkConfiguration.sequence([
        .transposedConvolution(ConvolutionConfiguration(channels: 3, kernel: 5))
      ]).build([7, 1, 1], at: store.root, initial: initial)
      let largest = store.numbers("0/weight").map(abs).max() ?? 0
      let bound = 1 / (channels * 25).squareRoot()
      #expect(largest <= bound)
      #expect(largest > 0.97 * bound)
      #expect(store["0/weight"]?.value.shape == [7, 3, 5, 5])
    }
  }
}

/// The networks of tables A.1 to A.3.
enum GMVAEForMNIST {
  private static func convolution(
    _ channels: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0
  ) -> ConvolutionConfiguration {
    ConvolutionConfiguration(
      channels: channels, kernel: kernel, stride: stride, padding: padding, batchNorm: true)
  }

  static let encoder = NetworkConfiguration.sequence([
    .convolution(convolution(16, 6)), .convolution(convolution(32, 6)),
    .convolution(convolution(64, 4, stride: 2, padding: 1)), .convolution(convolution(500, 9)),
  ])
  static let prior = NetworkConfiguration.sequence([
    .dense(DenseConfiguration(units: 500, activation: .tanh))
  ])
  static let decoder = NetworkConfiguration.sequence([
    .dense(DenseConfiguration(units: 500, batchNorm: true)), .reshape([500, 1, 1]),
    .transposedConvolution(convolution(64, 9)),
    .transposedConvolution(convolution(32, 4, stride: 2, padding: 1)),
    .transposedConvolution(convolution(16, 6)),
    .transposedConvolution(
      ConvolutionConfiguration(channels: 1, kernel: 6, activation: Activation.none)),
  ])
}
