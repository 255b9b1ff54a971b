import Foundation
import Testing
import Torch

/// The dense backend is the whole process's, so each test that chooses one has a process of its own.
@Suite struct DenseTests {
  @Test func oneDNN() async {
    await #expect(processExitsWith: .success) { try DenseCheck.run(.onednn) }
  }

  @Test func aTen() async {
    await #expect(processExitsWith: .success) { try DenseCheck.run(.aten) }
  }

  @Test func theBackendOfTheProcessorIsChosen() async {
    await #expect(processExitsWith: .success) {
      let fast = Engine.configure(threads: 1, dense: .auto)
      #expect((fast == .onednn) == (Engine.cpuCapability == "AVX512"))
      #expect(Engine.version == Engine.requiredVersion)
    }
  }
}

/// Dense layers of one backend against loops over doubles, within float32's rounding.
private struct DenseCheck {
  let rows: Int
  let inputs: Int
  let outputs: Int
  let relu: Bool
  private let x: [Double]
  private let weight: [Double]
  private let bias: [Double]

  static func run(_ backend: DenseBackend) throws {
    #expect(Engine.configure(threads: 1, dense: backend) == backend)
    for (rows, inputs, outputs) in [
      (1, 1, 1), (1, 7, 3), (7, 1, 4), (3, 4, 1), (2, 3, 2), (5, 17, 9), (33, 8, 65), (64, 50, 31),
    ] {
      for relu in [false, true] {
        let check = DenseCheck(rows: rows, inputs: inputs, outputs: outputs, relu: relu)
        for weighted in [true, false] {
          for strided in [false, true] { try check.run(weighted: weighted, strided: strided) }
        }
      }
    }
    try emptyBatches()
    wrongShapes()
    try doubles()
  }

  init(rows: Int, inputs: Int, outputs: Int, relu: Bool) {
    (self.rows, self.inputs, self.outputs, self.relu) = (rows, inputs, outputs, relu)
    x = Self.rounded(scattered(rows * inputs, 1))
    weight = Self.rounded(scattered(outputs * inputs, 2))
    bias = Self.rounded(scattered(outputs, 3))
  }

  private static func rounded(_ x: [Double]) -> [Double] { x.map { Double(Float($0)) } }

  private var name: Comment { "\(rows), \(inputs), \(outputs), relu \(relu)" }

  /// - Parameters:
  ///   - weighted: whether the loss is a weighted sum of the outputs or the sum, whose gradient
  ///     repeats one number in memory.
  ///   - strided: whether the input is a part of the columns of a wider tensor.
  func run(weighted: Bool, strided: Bool) throws {
    let gradient = Self.rounded(
      weighted ? scattered(rows * outputs, 4) : [Double](repeating: 1, count: rows * outputs))
    let (value, gradients) = try checked("dense") {
      let narrow = Tensor(x, shape: [rows, inputs]).to(.float32)
      let wide = (0..<rows).flatMap { row -> [Double] in
        [0, 0] + x[row * inputs..<(row + 1) * inputs] + [0, 0]
      }
      let input =
        strided
        ? Tensor(wide, shape: [rows, inputs + 4]).to(.float32).leaf() : narrow.leaf()
      let w = Tensor(weight, shape: [outputs, inputs]).to(.float32).leaf()
      let b = Tensor(bias, shape: [outputs]).to(.float32).leaf()
      let y = (strided ? input.narrowed(1, 2..<2 + inputs) : input).dense(w, b, relu: relu)
      #expect(y.shape == [rows, outputs])
      let loss = weighted ? (y * Tensor(gradient, shape: y.shape).to(.float32)).sum() : y.sum()
      let all = loss.gradients([input, w, b])
      let gx = strided ? all[0].narrowed(1, 2..<2 + inputs) : all[0]
      return (y.doubles(), [gx, all[1], all[2]].map { $0.doubles() })
    }
    let expected = loops(gradient)
    for (found, wanted) in zip([value] + gradients, expected) {
      #expect(found.count == wanted.count, name)
      for (f, w) in zip(found, wanted) {
        // `size` is the sum of the terms' magnitudes; a sum of n terms rounds at most n times.
        let terms = Double(max(rows, inputs, outputs) + 2)
        #expect(abs(f - w.value) <= terms * 0x1p-24 * w.size, name)
      }
    }
  }

  private typealias Sum = (value: Double, size: Double)

  private static func sum(_ terms: [Double]) -> Sum {
    (terms.reduce(0, +), terms.map(abs).reduce(0, +))
  }

  /// The layer's value and the gradients for input, weight and bias, given that of the output.
  private func loops(_ gradient: [Double]) -> [[Sum]] {
    var value: [Sum] = []
    var gy = gradient
    for r in 0..<rows {
      for o in 0..<outputs {
        var terms = [bias[o]]
        for i in 0..<inputs { terms.append(x[r * inputs + i] * weight[o * inputs + i]) }
        var y = Self.sum(terms)
        // Too near to the kink, rounding would decide the gradient.
        #expect(abs(y.value) > 1e-5)
        if relu && y.value < 0 {
          y.value = 0
          gy[r * outputs + o] = 0
        }
        value.append(y)
      }
    }
    var gx: [Sum] = []
    for r in 0..<rows {
      for i in 0..<inputs {
        gx.append(Self.sum((0..<outputs).map { gy[r * outputs + $0] * weight[$0 * inputs + i] }))
      }
    }
    var gw: [Sum] = []
    for o in 0..<outputs {
      for i in 0..<inputs {
        gw.append(Self.sum((0..<rows).map { gy[$0 * outputs + o] * x[$0 * inputs + i] }))
      }
    }
    let gb = (0..<outputs).map { o in Self.sum((0..<rows).map { gy[$0 * outputs + o] }) }
    return [value, gx, gw, gb]
  }

  private static func emptyBatches() throws {
    try checked("empty") {
      let (w, b) = (Tensor.full(1, [3, 2]).leaf(), Tensor.full(1, [3]).leaf())
      let y = Tensor.zeros([0, 2]).dense(w, b, relu: true)
      #expect(y.shape == [0, 3])
      #expect(y.sum().gradients([w, b]).map { $0.doubles() } == [[0, 0, 0, 0, 0, 0], [0, 0, 0]])
    }
  }

  private static func wrongShapes() {
    let x = Tensor.zeros([2, 3])
    for (w, b) in [([5, 4], [5]), ([5, 3], [4]), ([3], [2, 2]), ([5, 3], [2, 5, 1])] {
      let message = failure { _ = x.dense(.zeros(w), .zeros(b)) }
      #expect(message?.hasPrefix("dense of [2, 3], \(w), \(b): ") == true)
    }
    #expect(failure { _ = x.dense(.zeros([5, 3], type: .float64), .zeros([5])) } != nil)
  }

  /// Doubles stay doubles whatever the backend.
  private static func doubles() throws {
    try checked("doubles") {
      let y = float64([1, 2], 1, 2).dense(float64([1e-9, 1], 1, 2), float64([-2], 1))
      #expect(y.type == .float64)
      #expect(abs(y.item() - 1e-9) < 1e-15)
    }
  }
}
