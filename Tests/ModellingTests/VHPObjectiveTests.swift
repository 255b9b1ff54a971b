import Foundation
import Testing
import Torch

@testable import Modelling

@Suite struct VHPObjectiveTests {
  /// Each term recomputed on plain numbers with the same noise.
  @Test(arguments: [1, 3], [LikelihoodConfiguration.gaussian(scale: 0.3), learned])
  func termsAreThoseOfTheEquations(samples: Int, likelihood: LikelihoodConfiguration) throws {
    let (tiny, terms, noise, zetaNoise) = try tensors {
      let tiny = try TinyVHP(importanceSamples: samples, likelihood: likelihood)
      let n = tiny.images.count
      let z = tiny.randomness.stream("z").normal([n, 2], type: .float64).doubles()
      let zeta = tiny.randomness.stream("zeta").normal([samples, n, 2], type: .float64).doubles()
      return (tiny, tiny.terms, z, zeta)
    }
    let plain = PlainVHP(parameters: tiny.model.parameters)
    let n = tiny.images.count
    let expected = tiny.images.enumerated().map { b, x in
      plain.terms(
        x, noise: Array(noise[2 * b..<2 * b + 2]),
        zetaNoise: (0..<samples).map { Array(zetaNoise[2 * ($0 * n + b)..<2 * ($0 * n + b) + 2]) },
        scale: likelihood == Self.learned ? 0.7 : 0.3)
    }
    #expect(Array(terms.losses.keys) == ["distortion", "rate"])
    #expect(Array(terms.statistics.keys) == ["squared-error"])
    let all = Array(terms.losses.values) + Array(terms.statistics.values)
    let wanted = [
      moments(expected.map(\.distortion)).mean, moments(expected.map(\.rate)).mean,
      moments(expected.map(\.squaredError)).mean,
    ]
    #expect(distance(all.map { $0.item() }, wanted) < 1e-11)
    #expect(all.allSatisfy { $0.shape == [] })
  }

  private static let learned = LikelihoodConfiguration.gaussianLearned(initial: 0.7)

  @Test(arguments: [1, 3])
  func gradientsAreThoseOfCentralDifferences(samples: Int) throws {
    try tensors {
      let tiny = try TinyVHP(importanceSamples: samples, likelihood: Self.learned)
      let parameters = tiny.model.parameters.all
      func loss() -> Tensor {
        let losses = tiny.terms.losses
        return losses.values[0] + losses.values[1] * 0.3
      }
      let gradients = loss().gradients(parameters.map(\.value))
      for (parameter, gradient) in zip(parameters, gradients) {
        let values = parameter.value.doubles()
        let numeric = values.indices.map { index in
          let sides = [1e-5, -1e-5].map { step in
            var moved = values
            moved[index] += step
            parameter.value.assign(Tensor(moved, shape: parameter.value.shape))
            return loss().item()
          }
          return (sides[0] - sides[1]) / 2e-5
        }
        parameter.value.assign(Tensor(values, shape: parameter.value.shape))
        #expect(numeric.contains { abs($0) > 1e-4 }, "\(parameter.path) says nothing")
        #expect(distance(gradient.doubles(), numeric) < 1e-6, "\(parameter.path)")
      }
    }
  }

  @Test func statisticsHaveNoGradient() throws {
    let tiny = try tensors { try TinyVHP(importanceSamples: 1) }
    #expect(throws: TensorError.self) {
      try checked("test") {
        _ = tiny.terms.statistics.values[0].gradients(tiny.model.parameters.all.map(\.value))
      }
    }
  }

  @Test func differentStepsDrawDifferentNoise() throws {
    try tensors {
      let tiny = try TinyVHP(importanceSamples: 1)
      let rates = (0..<3).map { step in
        let random = StepRandomness(Randomness(seed: 11), "test", step: step)
        let progress = Progress(step: 0, totalSteps: 0, epoch: 0)
        return tiny.model.terms("elbo", tiny.batch, progress, random).losses["rate"]?.item()
      }
      #expect(Set(rates).count == 3)
    }
  }

  /// A held failure leaves shapes empty, which code between the operations must bear.
  @Test func unfitImagesAreFailuresNotCrashes() throws {
    let tiny = try tensors { try TinyVHP(importanceSamples: 1) }
    let progress = Progress(step: 0, totalSteps: 0, epoch: 0)
    for batch in [Batch(["angle": .zeros([3])]), Batch(["image": .zeros([3, 1, 2, 2])])] {
      #expect(throws: TensorError.self) {
        try checked("test") { tiny.model.encode(batch).mean.doubles() }
      }
      #expect(throws: TensorError.self) {
        try checked("test") { tiny.model.terms("elbo", batch, progress, tiny.randomness) }
      }
    }
  }
}
