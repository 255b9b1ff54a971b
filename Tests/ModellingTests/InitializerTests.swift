import Foundation
import Testing
import Torch

@testable import Modelling

@Suite struct InitializerTests {
  private static let inputs = 150
  private static let outputs = 400

  /// Largest magnitude (nil for a normal distribution), variance, and the biases' bound, for 150
  /// inputs and 400 outputs.
  private static let expected: [Initializer: (bound: Double?, variance: Double, biases: Double)] = [
    .torchDefault: (0.0816496580927726, 1 / 450, 0.0816496580927726),
    .torch7: (0.0816496580927726, 1 / 450, 0.0816496580927726),
    .glorotUniform: (0.10444659357341872, 2 / 550, 0),
    .glorotNormal: (nil, 2 / 550, 0),
    .heNormal: (nil, 2 / 150, 0),
  ]

  @Test(arguments: Initializer.allCases)
  func weightsAndBiasesHaveTheirDistribution(initial: Initializer) throws {
    let expected = try #require(Self.expected[initial])
    let (weights, biases) = try tensors {
      let store = ParameterStore(Randomness(seed: 3))
      _ = Dense(Self.inputs, Self.outputs, at: store.root / "layer", initial: initial)
      #expect(store["layer/weight"]?.value.shape == [Self.outputs, Self.inputs])
      #expect(store["layer/weight"]?.value.type == .float32)
      return (store.numbers("layer/weight"), store.numbers("layer/bias"))
    }
    let found = moments(weights)
    #expect(abs(found.mean) < 5 * found.error)
    // The standard error of a variance is at most √(2/n) of it.
    let n = Double(weights.count)
    #expect(abs(found.variance / expected.variance - 1) < 5 * (2 / n).squareRoot())
    let largest = weights.map(abs).max() ?? 0
    if let bound = expected.bound {
      #expect(largest <= bound * (1 + 1e-6) && largest > 0.999 * bound)
    } else {
      let scale = expected.variance.squareRoot()
      #expect(largest > 3.5 * scale && largest < 6 * scale)
      let within = weights.filter { abs($0) < scale }.count
      #expect(abs(Double(within) / n - 0.6827) < 0.01)
    }
    #expect(biases.count == Self.outputs)
    let largestBias = biases.map(abs).max() ?? 0
    #expect(largestBias <= expected.biases * (1 + 1e-6) && largestBias >= 0.95 * expected.biases)
  }

  @Test func namesAreThoseOfManifests() {
    #expect(
      Initializer.allCases.map(\.rawValue).sorted()
        == ["glorot-normal", "glorot-uniform", "he-normal", "torch-default", "torch7"])
  }
}
