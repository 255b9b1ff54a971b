import Testing
import Torch

@Suite struct ShapeTests {
  private let values = (0..<12).map(Double.init)

  @Test func reshaping() throws {
    try tensors {
      let x = float64(values, 3, 4)
      #expect(x.reshaped(2, -1, 2).shape == [2, 3, 2])
      #expect(x.reshaped(-1).doubles() == values)
      expect(x.narrowed(1, 1..<3).reshaped(-1), [1, 2, 5, 6, 9, 10])
      #expect(float64([7], 1).reshaped().shape == [])
    }
  }

  @Test func expanding() throws {
    try tensors {
      let x = float64([1, 2, 3], 3, 1)
      #expect(x.expanded(2, 3, 2).shape == [2, 3, 2])
      expect(x.expanded(2, 3, 2), [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3])
    }
  }

  @Test func narrowing() throws {
    try tensors {
      let x = float64(values, 3, 4)
      expect(x.narrowed(0, 1..<3), [4, 5, 6, 7, 8, 9, 10, 11])
      expect(x.narrowed(1, 2..<4), [2, 3, 6, 7, 10, 11])
      expect(x.narrowed(-1, 0..<1), [0, 4, 8])
      #expect(x.narrowed(0, 2..<2).shape == [0, 4])
    }
  }

  @Test func rows() throws {
    try tensors {
      let x = float64(values, 3, 2, 2)
      let chosen = x.rows(Tensor([2, 0, 2] as [Int64], shape: [3]))
      #expect(chosen.shape == [3, 2, 2])
      expect(chosen, [8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11])
      #expect(x.rows(Tensor([Int64](), shape: [0])).shape == [0, 2, 2])
    }
  }

  @Test func concatenating() throws {
    try tensors {
      let (x, y) = (float64([1, 2, 3, 4], 2, 2), float64([5, 6], 1, 2))
      expect(Tensor.concatenate([x, y, x], axis: 0), [1, 2, 3, 4, 5, 6, 1, 2, 3, 4])
      let wide = Tensor.concatenate([x, float64([8, 9], 2, 1)], axis: 1)
      #expect(wide.shape == [2, 3])
      expect(wide, [1, 2, 8, 3, 4, 9])
      expect(Tensor.concatenate([x], axis: -1), [1, 2, 3, 4])
    }
  }
}
