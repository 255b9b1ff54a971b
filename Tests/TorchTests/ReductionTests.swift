import Foundation
import Testing
import Torch

@Suite struct ReductionTests {
  private let values = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048].map(Double.init)

  @Test func sums() throws {
    try tensors {
      let x = float64(values, 2, 3, 2)
      #expect(x.sum().item() == 4095)
      #expect(x.sum().shape == [])
      expect(x.sum(0), [65, 130, 260, 520, 1040, 2080])
      expect(x.sum(1), [21, 42, 1344, 2688])
      expect(x.sum(-1), [3, 12, 48, 192, 768, 3072])
      #expect(x.sum(-1).shape == [2, 3])
      expect(x.sum(0, 2), [195, 780, 3120])
      #expect(x.sum(0, 1, 2).item() == 4095)
      expect(Tensor.zeros([0, 2]).sum(0), [0, 0])
    }
  }

  @Test func means() throws {
    try tensors {
      let x = float64(values, 2, 3, 2)
      #expect(x.mean().item() == 341.25)
      expect(x.mean(1), [7, 14, 448, 896])
      expect(x.mean(0, -1), [48.75, 195, 780])
      #expect(Tensor.zeros([0]).mean().item().isNaN)
    }
  }

  @Test func extremes() throws {
    try tensors {
      let x = float64([3, -1.5, 2, 8], 2, 2)
      #expect(x.minimum().item() == -1.5 && x.maximum().item() == 8)
      #expect(x.minimum().shape == [])
      let bytes = Tensor([7, 255, 0] as [UInt8], shape: [3])
      #expect(bytes.minimum().item() == 0 && bytes.maximum().item() == 255)
    }
  }

  @Test func logSumExp() throws {
    try tensors {
      let x = scattered(12)
      let columns = (0..<4).map { c in log((0..<3).map { exp(x[4 * $0 + c]) }.reduce(0, +)) }
      let rows = (0..<3).map { r in log((0..<4).map { exp(x[4 * r + $0]) }.reduce(0, +)) }
      #expect(distance(float64(x, 3, 4).logSumExp(0).doubles(), columns) < 1e-14)
      #expect(distance(float64(x, 3, 4).logSumExp(-1).doubles(), rows) < 1e-14)
      // Where eˣ itself is infinite or zero.
      #expect(distance(float64([1000, 1000], 2).logSumExp(0).doubles(), [1000 + log(2)]) < 1e-12)
      let small = float64([-2000, -2001], 2).logSumExp(0).doubles()
      #expect(distance(small, [-1999.6867383124]) < 1e-9)
      #expect(float64([-.infinity, 3], 2).logSumExp(0).item() == 3)
    }
  }

  @Test func logSoftmax() throws {
    try tensors {
      let x = scattered(6)
      let expected = x.indices.map { i in
        let row = x[(i / 3) * 3..<(i / 3) * 3 + 3]
        return log(exp(x[i]) / row.map(exp).reduce(0, +))
      }
      #expect(distance(float64(x, 2, 3).logSoftmax(-1).doubles(), expected) < 1e-14)
      let large = float64([1000, 0], 2).logSoftmax(0).doubles()
      #expect(large == [0, -1000])
    }
  }

  @Test func distances() throws {
    try tensors {
      let x = scattered(12)
      let y = scattered(20, 0.5)
      let expected = (0..<3).flatMap { row in
        (0..<5).map { column in
          (0..<4).reduce(0) { $0 + pow(x[4 * row + $1] - y[4 * column + $1], 2) }.squareRoot()
        }
      }
      let found = float64(x, 3, 4).distances(from: float64(y, 5, 4))
      #expect(found.shape == [3, 5])
      #expect(distance(found.doubles(), expected) < 1e-14)
    }
  }

  @Test func placesOfTheSmallest() throws {
    try tensors {
      let x = float64([3, 1, 2, 0, 9, 8, 7, 7.5], 2, 4)
      #expect(x.placesOfSmallest(3).integers() == [3, 1, 2, 2, 3, 1])
      #expect(x.placesOfSmallest(3).shape == [2, 3])
      #expect(failure { _ = x.placesOfSmallest(5) } != nil)
    }
  }
}
