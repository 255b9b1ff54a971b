import Foundation
import Testing
import Torch

/// Products in bfloat16, with the processor's instructions for them and without.
@Suite struct PrecisionTests {
  /// In a process of its own, as the settings of libtorch are the whole process's.
  @Test func bfloat16OfTheProcessor() async {
    await #expect(processExitsWith: .success) {
      _ = Engine.configure(threads: 1, dense: .auto)
      try ProductCheck.all()
    }
  }

  @Test func bfloat16WithoutInstructions() async {
    await #expect(processExitsWith: .success) {
      setenv("ATEN_CPU_CAPABILITY", "avx2", 1)
      _ = Engine.configure(threads: 1, dense: .aten)
      #expect(Engine.cpuCapability != "AVX512")
      try ProductCheck.all()
    }
  }

  /// The results in float32, before and after others in bfloat16, to the last bit.
  @Test func float32IsAsItWas() throws {
    func product() throws -> [UInt32] {
      try tensors {
        let x = Tensor(scattered(12), shape: [3, 4]).to(.float32).leaf()
        let w = Tensor(scattered(20, 1), shape: [5, 4]).to(.float32).leaf()
        let y = x.dense(w, Tensor(scattered(5, 2), shape: [5]).to(.float32))
        let all = [y] + (y * y).sum().gradients([x, w])
        return all.flatMap { $0.floats().map(\.bitPattern) }
      }
    }
    let plain = try product()
    #expect(try withPrecision(.fp32, product) == plain)
    #expect(try withPrecision(.bf16, product) != plain)
    #expect(try withPrecision(.bf16) { try withPrecision(.fp32, product) } == plain)
    struct Stop: Error {}
    #expect(throws: Stop.self) { try withPrecision(.bf16) { throw Stop() } }
    #expect(try product() == plain)
  }

  @Test func doublesAreNeverRounded() throws {
    try withPrecision(.bf16) {
      try tensors {
        let third = 1.0 / 3
        let y = float64([third, 1], 1, 2).dense(float64([1, 1e-9], 1, 2), float64([0], 1))
        expect(y, [third + 1e-9])
        let image = float64([third], 1, 1, 1, 1)
        let (w, b) = (float64([1], 1, 1, 1, 1), float64([1e-9], 1))
        expect(image.convolved(w, b, stride: 1, padding: 0), [third + 1e-9])
        expect(image.transposeConvolved(w, b, stride: 1, padding: 0), [third + 1e-9])
      }
    }
  }

  @Test func wrongShapesAreRefused() {
    withPrecision(.bf16) {
      let x = Tensor.zeros([2, 3])
      for (w, b) in [([5, 4], [5]), ([5, 3], [4]), ([5, 3], [2, 5, 1])] {
        let message = failure { _ = x.dense(.zeros(w), .zeros(b)) }
        #expect(message?.hasPrefix("dense of [2, 3], \(w), \(b): ") == true)
      }
      #expect(failure { _ = x.dense(.zeros([5, 3]), .zeros([5], type: .float64)) } != nil)
      let image = Tensor.zeros([1, 2, 3, 3])
      #expect(
        failure { _ = image.convolved(.zeros([4, 2, 3, 3]), .zeros([5]), stride: 1, padding: 0) }
          != nil)
    }
  }
}

/// A product in bfloat16 against the product of numbers that are rounded here, bit by bit, in float64.
private struct ProductCheck {
  typealias Operation = @Sendable (_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor

  let name: Comment
  let shape: [Int]
  let weightShape: [Int]
  let outputs: Int
  /// Most numbers that any of the sums adds up.
  let terms: Int
  let operation: Operation

  static func all() throws {
    // The last ones are large enough for oneDNN, whatever libtorch thinks of small ones.
    for (rows, inputs, outputs) in [
      (1, 1, 1), (3, 4, 1), (2, 3, 2), (5, 17, 9), (64, 50, 31), (40, 128, 64),
    ] {
      try ProductCheck(
        name: "dense \(rows), \(inputs), \(outputs)", shape: [rows, inputs],
        weightShape: [outputs, inputs], outputs: outputs, terms: max(rows, inputs, outputs)
      ) { $0.dense($1, $2) }.run()
    }
    for (batch, inputs, outputs, size, kernel, stride, padding) in [
      (2, 1, 2, 5, 3, 1, 0), (1, 3, 2, 6, 4, 2, 1), (17, 16, 32, 4, 4, 2, 1),
      (2, 32, 32, 8, 3, 1, 1), (3, 2, 5, 4, 4, 1, 0), (3, 4, 5, 1, 1, 1, 0),
    ] {
      let name = "of \(inputs) to \(outputs) channels"
      let terms = max(batch * size * size * 4, max(inputs, outputs) * kernel * kernel)
      for isChannelsLast in [false, true] {
        try ProductCheck(
          name: "convolution \(name)", shape: [batch, inputs, size, size],
          weightShape: [outputs, inputs, kernel, kernel], outputs: outputs, terms: terms
        ) { x, w, b in
          (isChannelsLast ? x.channelsLast() : x)
            .convolved(w, b, stride: stride, padding: padding)
        }.run()
        try ProductCheck(
          name: "transposed convolution \(name)", shape: [batch, inputs, size, size],
          weightShape: [inputs, outputs, kernel, kernel], outputs: outputs, terms: terms
        ) { x, w, b in
          (isChannelsLast ? x.channelsLast() : x)
            .transposeConvolved(w, b, stride: stride, padding: padding)
        }.run()
      }
    }
    try rectified()
    try emptyBatches()
  }

  func run() throws {
    let x = floats(shape, 1)
    let w = floats(weightShape, 2)
    let b = floats([outputs], 3)
    let (value, biased, gradients, gy) = try checked("bfloat16") {
      let (x, w, b) = (
        tensor(x, shape).leaf(), tensor(w, weightShape).leaf(), tensor(b, [outputs]).leaf()
      )
      let (value, y) = withPrecision(.bf16) {
        (operation(x, w, .zeros([outputs])), operation(x, w, b))
      }
      let gy = floats(y.shape, 4)
      // Outside of the scope: what was computed in it has gradients of its kind.
      let gradients = (y * tensor(gy, y.shape)).sum().gradients([x, w, b])
      return (value.floats(), y, gradients.map { $0.floats() }, gy)
    }
    let (exact, size) = try checked("float64") {
      (
        products(x.map(rounded), w.map(rounded), gy.map(rounded), biased.shape),
        products(x.map(abs), w.map(abs), gy.map(abs), biased.shape)
      )
    }
    for (found, (exact, size)) in zip([value] + gradients.prefix(2), zip(exact, size)) {
      #expect(found.count == exact.count, name)
      #expect(found.allSatisfy { $0.bitPattern & 0xffff == 0 }, name)
      // The nearest such number, but for the rounding of the sum in float32.
      let isNearest = zip(found, zip(exact, size)).allSatisfy { found, sum in
        let half = sum.0 == 0 ? 0 : scalbn(1, Int(ilogb(sum.0)) - 8)
        return abs(Double(found) - sum.0) <= half + Double(terms) * 0x1p-24 * sum.1
      }
      #expect(isNearest, name)
    }
    // The bias is added in float32, and its gradient is a sum in float32.
    let pixels = biased.shape.dropFirst(2).reduce(1, *)
    let channel = value.indices.map { $0 / pixels % outputs }
    #expect(zip(value, channel).map { $0 + b[$1] } == biased.floats(), name)
    for c in 0..<outputs {
      let own = zip(gy, channel).filter { $0.1 == c }.map { Double($0.0) }
      let tolerance = Double(own.count) * 0x1p-24 * own.map(abs).reduce(0, +)
      #expect(abs(Double(gradients[2][c]) - own.reduce(0, +)) <= tolerance, name)
    }
  }

  /// The operation without a bias in float64, and its gradients for input and weight.
  private func products(
    _ x: [Float], _ w: [Float], _ gy: [Float], _ outputShape: [Int]
  ) -> [[Double]] {
    let x = Tensor(x.map(Double.init), shape: shape).leaf()
    let w = Tensor(w.map(Double.init), shape: weightShape).leaf()
    let y = operation(x, w, .zeros([outputs], type: .float64))
    let loss = (y * Tensor(gy.map(Double.init), shape: outputShape)).sum()
    return ([y] + loss.gradients([x, w])).map { $0.doubles() }
  }

  private func floats(_ shape: [Int], _ phase: Double) -> [Float] {
    scattered(shape.reduce(1, *), phase).map { Float($0) }
  }

  private func tensor(_ values: [Float], _ shape: [Int]) -> Tensor {
    Tensor(values, shape: shape)
  }

  /// The nearest number of 8 significant binary digits, ties to even.
  private func rounded(_ x: Float) -> Float {
    let bits = x.bitPattern
    return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
  }

  /// ReLU cuts values and gradients.
  private static func rectified() throws {
    try checked("relu") {
      let x = Tensor([1, -2] as [Float], shape: [2, 1]).leaf()
      let (w, b) = (Tensor.full(3, [1, 1]).leaf(), Tensor.full(1, [1]).leaf())
      let y = withPrecision(.bf16) { x.dense(w, b, relu: true) }
      expect(y, [4, 0])
      #expect(y.sum().gradients([x, w, b]).map { $0.doubles() } == [[3, 0], [1], [1]])
    }
  }

  private static func emptyBatches() throws {
    try checked("empty") {
      let (w, b) = (Tensor.full(1, [3, 2]).leaf(), Tensor.full(1, [3]).leaf())
      let y = withPrecision(.bf16) { Tensor.zeros([0, 2]).dense(w, b, relu: true) }
      #expect(y.shape == [0, 3])
      #expect(y.sum().gradients([w, b]).map { $0.doubles() } == [[0, 0, 0, 0, 0, 0], [0, 0, 0]])
    }
  }
}
