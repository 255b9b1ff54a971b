import Foundation
import Testing
import Torch

@Suite struct ElementwiseTests {
  private let x = [-1.5, -0.25, 0, 0.5, 2, 3]
  private let y = [2, -4, 0.5, 1, -0.125, 3]

  @Test func arithmeticOfTensors() throws {
    try tensors {
      let (a, b) = (float64(x, 2, 3), float64(y, 2, 3))
      expect((a + b), [0.5, -4.25, 0.5, 1.5, 1.875, 6])
      expect((a - b), [-3.5, 3.75, -0.5, -0.5, 2.125, 0])
      expect((a * b), [-3, 1, 0, 0.5, -0.25, 9])
      expect((a / b), [-0.75, 0.0625, 0, 0.5, -16, 1])
      expect((-a), [1.5, 0.25, 0, -0.5, -2, -3])
      #expect((a / b).shape == [2, 3])
    }
  }

  @Test func arithmeticWithNumbers() throws {
    try tensors {
      let a = float64(x, 6)
      expect((a + 0.5), [-1, 0.25, 0.5, 1, 2.5, 3.5])
      expect((a - 0.5), [-2, -0.75, -0.5, 0, 1.5, 2.5])
      expect((a * 4), [-6, -1, 0, 2, 8, 12])
      expect((4 * a), [-6, -1, 0, 2, 8, 12])
      expect((a / 4), [-0.375, -0.0625, 0, 0.125, 0.5, 0.75])
      #expect((Tensor([1] as [Float], shape: [1]) * 0.1).type == .float32)
    }
  }

  @Test func powersAndLogarithms() throws {
    try tensors {
      expect(float64(x, 6).magnitude(), [1.5, 0.25, 0, 0.5, 2, 3])
      let a = float64([0.25, 1, 4], 3)
      expect(a.power(-0.5), [2, 1, 0.5])
      expect(a.power(float64([0.5, 7, 2], 3)), [0.5, 1, 16])
      expect(a.log(), [-log(4), 0, log(4)])
      #expect(float64([0], 1).log().item() == -.infinity)
      // Γ(1/2) = √π, Γ(5) = 24.
      let gammas = float64([0.5, 1, 5], 3).logGamma().doubles()
      #expect(distance(gammas, [0.5 * log(Double.pi), 0, log(24)]) < 1e-14)
    }
  }

  @Test func extentsOfOneAreRepeated() throws {
    try tensors {
      let a = float64([1, 2, 3, 4, 5, 6], 2, 3)
      let row = float64([10, 20, 40], 3)
      let column = float64([100, 200], 2, 1)
      let scalar = Tensor.full(0.5, [], type: .float64)
      expect((a + row), [11, 22, 43, 14, 25, 46])
      expect((a - column), [-99, -98, -97, -196, -195, -194])
      expect((row - a), [9, 18, 37, 6, 15, 34])
      #expect((row * column).shape == [2, 3])
      expect((row * column), [1000, 2000, 4000, 2000, 4000, 8000])
      expect((scalar / a), [0.5, 0.25, 1 / 6, 0.125, 0.1, 1 / 12])
    }
  }

  @Test func functions() throws {
    try tensors {
      let a = float64(x, 6)
      #expect(distance(a.exp().doubles(), x.map(Foundation.exp)) < 1e-14)
      expect(a.square(), [2.25, 0.0625, 0, 0.25, 4, 9])
      #expect(distance(a.tanh().doubles(), x.map(Foundation.tanh)) < 1e-14)
      #expect(distance(a.sigmoid().doubles(), x.map { 1 / (1 + Foundation.exp(-$0)) }) < 1e-14)
      #expect(
        distance(a.softplus().doubles(), x.map { Foundation.log(1 + Foundation.exp($0)) }) < 1e-14)
      // Where eˣ overflows a float32, and where log(1 + eˣ) would lose everything.
      #expect(
        distance(Tensor([200, -30] as [Float], shape: [2]).softplus().doubles(), [200, 0]) < 1e-12)
      expect(a.relu(), [0, 0, 0, 0.5, 2, 3])
      #expect(distance(a.elu().doubles(), x.map { $0 > 0 ? $0 : Foundation.exp($0) - 1 }) < 1e-14)
      let positive = [0.25, 1, 7.5]
      #expect(distance(float64(positive, 3).log().doubles(), positive.map(Foundation.log)) < 1e-14)
      expect(float64([0.25, 0, 9], 3).squareRoot(), [0.5, 0, 3])
      expect(a.clamped(to: -0.5...2.5), [-0.5, -0.25, 0, 0.5, 2, 2.5])
    }
  }

  @Test func impossibleArgumentsGiveNumbersThatAreNone() throws {
    try tensors {
      #expect((float64([1], 1) / float64([0], 1)).item() == .infinity)
      #expect(float64([.nan], 1).relu().item().isNaN)
    }
  }
}
