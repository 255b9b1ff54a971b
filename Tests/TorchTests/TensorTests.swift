import Testing
import Torch

@Suite struct TensorTests {
  @Test func numbersComeBackAsTheyWent() throws {
    try tensors {
      let floats: [Float] = [
        1.5, -0, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.infinity,
      ]
      let doubles = [0.1, -1e300, .leastNonzeroMagnitude, .infinity, 3, 2]
      let integers: [Int64] = [0, -1, .max, .min, (1 << 53) + 1, 7]
      let x = Tensor(floats, shape: [2, 3])
      #expect(x.floats().map(\.bitPattern) == floats.map(\.bitPattern))
      #expect((x.shape, x.count, x.type, x.device) == ([2, 3], 6, .float32, .cpu))
      let y = Tensor(doubles, shape: [6, 1])
      #expect((y.doubles(), y.type) == (doubles, .float64))
      let z = Tensor(integers, shape: [3, 2])
      #expect((z.integers(), z.type) == (integers, .int64))
      #expect(Tensor([Float.nan], shape: [1]).floats()[0].isNaN)
      for shape in [[0], [0, 3], [2, 0]] {
        #expect(Tensor([Float](), shape: shape).shape == shape)
        #expect(Tensor([Float](), shape: shape).floats() == [])
      }
    }
  }

  @Test func numbersAreConverted() throws {
    try tensors {
      let x = Tensor([0.1, -2.75, 3], shape: [3])
      #expect(x.floats() == [0.1, -2.75, 3])
      #expect(x.integers() == [0, -2, 3])
      expect(x.to(.float32), [Double(Float(0.1)), -2.75, 3])
      #expect(x.to(.int64).type == .int64)
      expect(Tensor([1, 2] as [Int64], shape: [2]), [1, 2])
      #expect(x.to(.cpu).doubles() == x.doubles())
    }
  }

  @Test func items() throws {
    try tensors {
      #expect(Tensor([4.25], shape: []).item() == 4.25)
      #expect(Tensor([4.25], shape: [1, 1]).item() == 4.25)
      #expect(Tensor([3] as [Int64], shape: []).item() == 3)
      #expect(Tensor.zeros([0]).item().isNaN)
    }
  }

  @Test func constants() throws {
    try tensors {
      #expect(Tensor.full(2.5, [2, 1]).floats() == [2.5, 2.5])
      #expect(Tensor.full(0.1, [], type: .float64).item() == 0.1)
      #expect(Tensor.full(3, [2], type: .int64).integers() == [3, 3])
      expect(Tensor.zeros([3], type: .float64), [0, 0, 0])
      #expect(Tensor.zeros([3]).type == .float32)
    }
  }

  @Test func tensorsKeepACopyOfTheirNumbers() throws {
    try tensors {
      var values = [1.0, 2.0]
      let x = Tensor(values, shape: [2])
      values[0] = 9
      expect(x, [1, 2])
    }
  }

  /// Kept bytes outlive the tensor that they came in where a part of it is in use, and the array that
  /// they came from is as it was.
  @Test func tensorsKeepBytesWithoutACopy() throws {
    try tensors {
      var values = (0..<5000).map { UInt8($0 % 251) }
      let expected = values.map(Double.init)
      var whole: Tensor? = Tensor(keeping: values, shape: [50, 100])
      #expect(whole?.type == .uint8)
      let row = try #require(whole).narrowed(0, 20..<21)
      values[2000] = 0
      expect(row, Array(expected[2000..<2100]))
      whole = nil
      values = []
      expect(row, Array(expected[2000..<2100]))
      #expect(Tensor(keeping: [], shape: [0, 3]).shape == [0, 3])
    }
    #expect(
      failure { _ = Tensor(keeping: [1, 2], shape: [3]) } == "tensor of shape [3]: 2 values given")
  }

  @Test func narrowedTensorsShareMemoryAndAssigningWritesThrough() throws {
    try tensors {
      let x = float64([1, 2, 3, 4], 2, 2)
      let column = x.narrowed(1, 1..<2)
      column.assign(float64([7, 8], 2, 1))
      expect(x, [1, 7, 3, 8])
      x.assign(Tensor([5, 6, 7, 8] as [Float], shape: [2, 2]))
      expect(x, [5, 6, 7, 8])
      #expect(x.type == .float64)
    }
    let message = failure { Tensor.zeros([2, 2]).assign(.zeros([2])) }
    // Without the check libtorch would repeat the row.
    #expect(message?.hasPrefix("assign of [2, 2], [2]: ") == true)
  }

  @Test func parametersAreOverwrittenInPlace() throws {
    try tensors {
      let x = float64([1, 2], 2).leaf()
      x.assign(float64([3, 4], 2))
      expect(x.square().sum().gradients([x])[0], [6, 8])
    }
  }
}
