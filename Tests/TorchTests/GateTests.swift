import Foundation
import Testing
import Torch

/// Gates, and the layout in which they are fast.
@Suite struct GateTests {
  /// The value's elements, then the gate's, for each index before the axis.
  private func expected(_ x: [Double], outer: Int, half: Int) -> [Double] {
    (0..<outer).flatMap { index in
      (0..<half).map { place in
        let row = 2 * half * index
        return x[row + place] / (1 + exp(-x[row + half + place]))
      }
    }
  }

  @Test func values() throws {
    let (rows, images) = (scattered(3 * 8, 1), scattered(2 * 4 * 6, 2))
    try tensors {
      let dense = Tensor(rows, shape: [3, 8]).gated(1)
      #expect(dense.shape == [3, 4])
      #expect(distance(dense.doubles(), expected(rows, outer: 3, half: 4)) < 1e-14)
      for image in [
        Tensor(images, shape: [2, 4, 2, 3]), Tensor(images, shape: [2, 4, 2, 3]).channelsLast(),
      ] {
        let gated = image.gated(1)
        #expect(gated.shape == [2, 2, 2, 3])
        #expect(distance(gated.doubles(), expected(images, outer: 2, half: 12)) < 1e-14)
      }
    }
  }

  @Test(arguments: [false, true]) func gradients(channelsLast: Bool) throws {
    let check = try GradientCheck([(scattered(2 * 4 * 6, 3), [2, 4, 2, 3])]) { inputs in
      (channelsLast ? inputs[0].channelsLast() : inputs[0]).gated(1)
    }
    #expect(check.says)
    #expect(check.error < 1e-8)
  }

  /// Large gates are 0 or 1, and their gradient is finite.
  @Test func largeGates() throws {
    try tensors {
      let x = float64([3, 5, -1000, 1000], 1, 4).leaf()
      let y = x.gated(1)
      expect(y, [0, 5])
      expect(y.sum().gradients([x])[0], [0, 1, 0, 0])
    }
  }

  @Test func anOddAxisIsRefused() {
    let message = failure { _ = float64([1, 2, 3], 1, 3).gated(1) }
    #expect(message?.hasPrefix("gate of [1, 3]: ") == true, "\(message ?? "nothing")")
  }

  /// The layout changes no number, of one channel or of several, nor a convolution's or its gradients'.
  @Test(arguments: [1, 2]) func layout(channels: Int) throws {
    let x = scattered(2 * channels * 20)
    let w = scattered(3 * channels * 9, 1)
    try tensors {
      func results(_ prepare: (Tensor) -> Tensor) -> [[Double]] {
        let image = Tensor(x, shape: [2, channels, 4, 5]).leaf()
        let weight = Tensor(w, shape: [3, channels, 3, 3]).leaf()
        let bias = Tensor(scattered(3, 2), shape: [3]).leaf()
        let y = image.convolved(prepare(weight), bias, stride: 1, padding: 1)
        let gradients = (y * y).sum().gradients([image, weight, bias])
        return ([prepare(weight), y] + gradients).map { $0.doubles() }
      }
      for (plain, other) in zip(results { $0 }, results { $0.channelsLast() }) {
        #expect(distance(plain, other) < 1e-11)
      }
    }
  }
}
