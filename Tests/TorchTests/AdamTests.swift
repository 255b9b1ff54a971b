import Foundation
import Testing
import Torch

/// Adam (Kingma and Ba 2015, algorithm 1) on plain numbers.
private struct PlainAdam {
  var value: [Double]
  var mean: [Double]
  var square: [Double]
  var time = 0.0

  init(_ value: [Double]) {
    self.value = value
    mean = value.map { _ in 0 }
    square = mean
  }

  mutating func step(_ gradient: [Double], _ rate: Double, _ b1: Double, _ b2: Double, _ e: Double)
  {
    time += 1
    for i in value.indices {
      mean[i] = b1 * mean[i] + (1 - b1) * gradient[i]
      square[i] = b2 * square[i] + (1 - b2) * gradient[i] * gradient[i]
      let m = mean[i] / (1 - pow(b1, time))
      let v = square[i] / (1 - pow(b2, time))
      value[i] -= rate * m / (v.squareRoot() + e)
    }
  }
}

@Suite struct AdamTests {
  @Test(arguments: [
    (ElementType.float64, 0.03, 0.9, 0.999, 1e-8), (.float64, 0.2, 0.5, 0.8, 0.5),
    (.float32, 0.03, 0.9, 0.999, 1e-8), (.float32, 0.2, 0.7, 0.8, 0.5),
  ])
  func stepsAreThoseOfTheAlgorithm(
    type: ElementType, rate: Double, beta1: Double, beta2: Double, epsilon: Double
  ) throws {
    let tolerance = type == .float64 ? 1e-14 : 2e-6
    try tensors {
      let start = [scattered(6), scattered(35, 1)]
      let parameters = [
        Tensor(start[0], shape: [2, 3]).to(type).leaf(),
        Tensor(start[1], shape: [5, 7]).to(type).leaf(),
      ]
      let states = parameters.map(AdamState.init(for:))
      var plain = start.map(PlainAdam.init)
      for step in 0..<7 {
        // The second parameter joins after three steps, and sits out another later.
        let active = step < 3 || step == 5 ? [0] : [0, 1]
        let gradients = active.map { scattered(start[$0].count, Double(3 * step + $0)) }
        adamStep(
          active.map { parameters[$0] },
          gradients: zip(active, gradients).map {
            Tensor($1, shape: parameters[$0].shape).to(type)
          },
          states: active.map { states[$0] },
          rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
        for (index, gradient) in zip(active, gradients) {
          plain[index].step(gradient, rate, beta1, beta2, epsilon)
        }
        for index in 0...1 {
          #expect(distance(parameters[index].doubles(), plain[index].value) < tolerance)
          #expect(distance(states[index].mean.doubles(), plain[index].mean) < tolerance)
          #expect(distance(states[index].square.doubles(), plain[index].square) < tolerance)
          #expect(states[index].step.item() == plain[index].time)
        }
      }
    }
  }

  /// The gradient of a sum repeats one number in memory, which the fused kernel would run past.
  @Test func gradientsThatRepeatANumberAreTakenAsTheyRead() throws {
    try tensors {
      let x = float64(scattered(40), 8, 5).leaf()
      var plain = PlainAdam(x.doubles())
      let state = AdamState(for: x)
      for _ in 0..<2 {
        adamStep(
          [x], gradients: x.sum().gradients([x]), states: [state],
          rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
        plain.step([Double](repeating: 1, count: 40), 0.1, 0.9, 0.999, 1e-8)
      }
      #expect(distance(x.doubles(), plain.value) < 1e-14)
    }
  }

  @Test func stateThatWasKeptGoesOn() throws {
    try tensors {
      let x = float64([1, 2], 2).leaf()
      var plain = PlainAdam([1, 2])
      var state = AdamState(for: x)
      for step in 0..<4 {
        state = AdamState(
          mean: Tensor(state.mean.doubles(), shape: [2]),
          square: Tensor(state.square.doubles(), shape: [2]),
          step: Tensor(state.step.floats(), shape: []))
        let gradient = scattered(2, Double(step))
        adamStep(
          [x], gradients: [Tensor(gradient, shape: [2])], states: [state],
          rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8)
        plain.step(gradient, 0.1, 0.9, 0.99, 1e-8)
      }
      #expect(distance(x.doubles(), plain.value) < 1e-14)
    }
  }

  @Test func nothingToTrainIsNothingDone() throws {
    try tensors {
      adamStep([], gradients: [], states: [], rate: 1, beta1: 0.9, beta2: 0.9, epsilon: 1)
    }
  }
}
