import Foundation
import Testing
import Torch

@testable import Modelling

@Suite struct NetworkTests {
  /// Two layers of two units, computed by hand.
  @Test func perceptrons() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let network = NetworkConfiguration.mlp(hidden: [2, 2]).build(
        [3], at: store.root / "net", initial: .heNormal)
      #expect(network.outputs == 2)
      try store.set("net/0/weight", [1, 2, -1, 0.5, -1, 0])
      try store.set("net/0/bias", [0.5, -0.25])
      try store.set("net/1/weight", [2, 1, -1, 3])
      try store.set("net/1/bias", [-1, 0])
      // First layer of (1, −1, 2): (−2.5, 1.25) → (0, 1.25); second: (0.25, 3.75).
      // First layer of (2, 1, 0.5): (4, −0.25) → (4, 0); second: (7, −4) → (7, 0).
      let y = network(Tensor([1, -1, 2, 2, 1, 0.5], shape: [2, 3]), .training)
      #expect(y.doubles() == [0.25, 3.75, 7, 0])
    }
  }

  @Test func denseLayers() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let layer = Dense(2, 2, at: store.root, initial: .heNormal)
      try store.set("weight", [1, 2, 3, 4])
      try store.set("bias", [0.5, -20])
      let x = Tensor([1.0, 2.0], shape: [1, 2])
      #expect(layer(x, .training).doubles() == [5.5, -9])
      #expect(layer(x, .training, relu: true).doubles() == [5.5, 0])
    }
  }

  @Test func gaussianHeadsAreLinearAndLogVariancesLimited() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let network = GaussianNetwork(
        [1], 3, .mlp(hidden: [1]), at: store.root / "q", initial: .heNormal,
        limits: -20...20)
      try store.set("q/0/weight", [2])
      try store.set("q/0/bias", [1])
      try store.set("q/mean/weight", [-10, 1, 100])
      try store.set("q/mean/bias", [0, 0, 1])
      try store.set("q/log-variance/weight", [10, -10, 1])
      try store.set("q/log-variance/bias", [0, 0, 0.5])
      let q = network(Tensor([1.0], shape: [1, 1]), .evaluation)
      #expect(q.mean.doubles() == [-30, 3, 301])
      #expect(q.logVariance.doubles() == [20, -20, 3.5])
    }
  }

  @Test func configurationsBuildTrunks() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3))
      let trunk = NetworkConfiguration.mlp(hidden: [5, 4]).build(
        [3], at: store.root, initial: .heNormal)
      #expect(trunk.outputs == 4)
      #expect(store.all.map(\.path) == ["0/weight", "0/bias", "1/weight", "1/bias"])
      let json = #"{"mlp":{"hidden":[5,4]}}"#
      let decoded = try JSONDecoder().decode(NetworkConfiguration.self, from: Data(json.utf8))
      #expect(decoded == .mlp(hidden: [5, 4]))
      #expect(String(decoding: try JSONEncoder().encode(decoded), as: UTF8.self) == json)
    }
  }
}
