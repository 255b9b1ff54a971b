import Foundation
import Testing
import Torch

@testable import Modelling

/// Layers with a gate, against PyTorch's with the value and the gate apart
/// (Scripts/reference/gated_layers.py).
@Suite struct GatedLayerTests {
  struct Expected: Sendable {
    let layer: LayerConfiguration
    let input: [Int]
    let weight: [Int]
    let output: [Int]
    let values: [Double]
    /// Σ gradient² of Σ y · scattered, by the input, the weights and the biases.
    let squares: [Double]
  }

  static let convolution = ConvolutionConfiguration(
    channels: 3, kernel: 3, stride: 2, padding: 1, activation: .gated)
  static let transposed = ConvolutionConfiguration(
    channels: 2, kernel: 3, stride: 2, padding: 1, activation: .gated)

  static let expected = [
    Expected(
      layer: .dense(DenseConfiguration(units: 2, activation: .gated)), input: [2, 3],
      weight: [4, 3], output: [2, 2],
      values: [-0.54106183628017, -0.41220282040502, 0.31717893491603, 0.01319374026864],
      squares: [0.46895571757631194, 0.6207943144203353, 0.6977923685327152]),
    Expected(
      layer: .convolution(convolution), input: [2, 2, 4, 3], weight: [6, 2, 3, 3],
      output: [2, 3, 2, 2],
      values: [
        -0.60067742826344, 0.10769099261611, -6.02849122999387, -0.43533349221177,
        -3.52277504502543, 0.24514525861772, -2.74468828067997, -5.96430164525652,
        -1.85683996790347, 0.15915108673453, 2.53490224631012, -4.14806515256836,
        -3.89166237003409, -0.02417797104392, -1.19815689986056, -5.44881293951706,
        -5.20702612142032, -2.9103541107105, 1.975793920393, -4.64602528448469,
        -1.39247280653185, -3.51367039741993, 0.25889297480635, 0.00035904303536,
      ], squares: [5.800944943122528, 44.79566377656865, 7.136268220783606]),
    Expected(
      layer: .transposedConvolution(transposed), input: [1, 2, 2, 3], weight: [2, 4, 3, 3],
      output: [1, 2, 3, 5],
      values: [
        -0.82426569726526, -0.66638166376861, -0.18990214934896, 0.34441175777242,
        -0.07681910400387, -0.96700713209257, -0.45972313175684, 0.39363060430486,
        0.66410813105154, -0.43252879691198, -0.64596883274994, -0.27757727204406,
        0.18484395141211, 0.0441179895581, -0.66556667290751, 0.05572996787639,
        0.20193844066159, 0.03382441904777, -0.23318764823498, -0.10673449857057,
        0.49812791377529, 0.42571971088358, -0.3255625522239, -0.21204246433831,
        -0.05800129076458, 0.32358346256776, -0.02666700854304, -0.2134966608083,
        -0.15540325780966, -0.0390014951501,
      ], squares: [10.069989534548839, 12.035231296921808, 0.4853687013013869]),
  ]

  @Test(arguments: expected) func layers(_ expected: Expected) throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let network = NetworkConfiguration.sequence([expected.layer])
      let example = Array(expected.input.dropFirst())
      #expect(try network.outputShape(for: example) == Array(expected.output.dropFirst()))
      let built = network.build(example, at: store.root, initial: .heNormal)
      #expect(store.all.map(\.path) == ["0/weight", "0/bias"])
      let weight = try #require(store["0/weight"]).value
      let bias = try #require(store["0/bias"]).value
      #expect(weight.shape == expected.weight)
      try store.set("0/weight", scattered(weight.count, 1))
      try store.set("0/bias", scattered(bias.count, 2))
      let x = Tensor(scattered(expected.input.reduce(1, *)), shape: expected.input).leaf()
      let y = built(x, .training)
      #expect(y.shape == expected.output)
      #expect(distance(y.doubles(), expected.values) < 1e-13)
      let loss = (y * Tensor(scattered(y.count, 5), shape: y.shape)).sum()
      let squares = loss.gradients([x, weight, bias]).map { $0.square().sum().item() }
      #expect(distance(squares, expected.squares) < 1e-11)
    }
  }

  /// In single precision, where convolutions go through oneDNN, to its accuracy.
  @Test(arguments: expected) func singlePrecision(_ expected: Expected) throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3))
      let built = NetworkConfiguration.sequence([expected.layer]).build(
        Array(expected.input.dropFirst()), at: store.root, initial: .heNormal)
      let weight = try #require(store["0/weight"]).value
      let bias = try #require(store["0/bias"]).value
      try store.set("0/weight", scattered(weight.count, 1))
      try store.set("0/bias", scattered(bias.count, 2))
      let x = Tensor(
        scattered(expected.input.reduce(1, *)).map(Float.init), shape: expected.input
      ).leaf()
      let y = built(x, .training)
      #expect(distance(y.doubles(), expected.values) < 1e-5)
      let loss = (y * Tensor(scattered(y.count, 5).map(Float.init), shape: y.shape)).sum()
      let squares = loss.gradients([x, weight, bias]).map { $0.square().sum().item() }
      #expect(distance(squares, expected.squares) < 1e-3)
    }
  }

  /// A gate's two maps start as two layers of their own would: fan-out is that of one.
  @Test func initialisation() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3))
      _ = NetworkConfiguration.sequence([
        .dense(DenseConfiguration(units: 90, activation: .gated)),
        .reshape([10, 3, 3]),
        .convolution(ConvolutionConfiguration(channels: 30, kernel: 3, activation: .gated)),
      ]).build([60], at: store.root, initial: .glorotUniform)
      for (path, fans) in [("0/weight", 60.0 + 90), ("2/weight", 90 + 270)] {
        let largest = store.numbers(path).map(abs).max() ?? 0
        let bound = (6 / fans).squareRoot()
        #expect(largest <= bound && largest > 0.99 * bound, "\(path): \(largest), \(bound)")
      }
    }
  }

  /// The weights and the output of both maps are counted.
  @Test func sizes() {
    let dense = DenseConfiguration(units: 65_536, activation: .gated)
    #expect(NetworkConfiguration.sequence([.dense(dense)]).problem(for: [2048]) == nil)
    #expect(
      NetworkConfiguration.sequence([.dense(dense)]).problem(for: [2049])
        == "layer 0 of the network: its weights would be 2049 × 131072, more than 2²⁸ (1 GiB)")
    let wide = ConvolutionConfiguration(channels: 40_000, kernel: 1, activation: .gated)
    #expect(
      NetworkConfiguration.sequence([.convolution(wide)]).problem(for: [1, 60, 60])
        == "layer 0 of the network: its output would have the shape [80000, 60, 60], more than 2²⁸ "
        + "numbers")
  }

  @Test func batchNormIsBeforeTheGate() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let built = NetworkConfiguration.sequence([
        .dense(DenseConfiguration(units: 1, batchNorm: true, activation: .gated))
      ]).build([1], at: store.root, initial: .heNormal)
      try store.set("0/weight", [2, 1])
      try store.set("0/bias", [0, 0])
      try store.set("0/norm/weight", [1, 3])
      let y = built(Tensor([1.5], shape: [1, 1]), .evaluation).item()
      let scale = 1 / (1 + 1e-5).squareRoot()
      #expect(abs(y - 3 * scale / (1 + exp(-4.5 * scale))) < 1e-12)
    }
  }

  @Test func inAManifest() throws {
    let json = #"{"channels": 2, "kernel": 3, "activation": "gated"}"#
    let convolution = try JSONDecoder().decode(ConvolutionConfiguration.self, from: Data(json.utf8))
    #expect(
      convolution == ConvolutionConfiguration(channels: 2, kernel: 3, activation: .gated))
  }
}
