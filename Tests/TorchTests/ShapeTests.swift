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

  /// Where there is no such axis, as after an operation that failed, an extent is 0 and nothing traps.
  @Test func extents() throws {
    try tensors {
      let x = float64(values, 3, 4)
      #expect([0, 1, 2, -1, -2, -3].map { x.extent($0) } == [3, 4, 0, 4, 3, 0])
      #expect(float64([7], 1).reshaped().extent(0) == 0)
    }
    #expect(throws: TensorError.self) {
      try checked("test") { #expect(float64(values, 3, 4).reshaped(5).extent(0) == 0) }
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

  @Test func concatenating() throws {
    try tensors {
      let (a, b) = (float64([1, 2, 3, 4], 2, 2), float64([5, 6], 2, 1))
      expect(Tensor.concatenated([a, b], 1), [1, 2, 5, 3, 4, 6])
      expect(Tensor.concatenated([a, a.narrowed(0, 1..<2)], 0), [1, 2, 3, 4, 3, 4])
      #expect(Tensor.concatenated([a, b, a], -1).shape == [2, 5])
    }
    #expect(failure { _ = Tensor.concatenated([.zeros([2, 2]), .zeros([3, 1])], 1) } != nil)
    #expect(failure { _ = Tensor.concatenated([], 0) } != nil)
  }

  @Test func matrices() throws {
    try tensors {
      let diagonal = float64([1, 2, 3, 4], 2, 2).diagonalMatrices()
      #expect(diagonal.shape == [2, 2, 2])
      expect(diagonal, [1, 0, 0, 2, 3, 0, 0, 4])
      // The 9 above the diagonal is not read.
      expect(float64([2, 9, 3, 4], 2, 2).lowerInverse(), [0.5, 0, -0.375, 0.25])
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
}
