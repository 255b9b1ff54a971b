import Testing
import Torch

/// Every differentiable operation against central differences in float64.
@Suite struct GradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shapes: [[Int]]
    let f: @Sendable ([Tensor]) -> Tensor

    init(_ name: String, _ shapes: [[Int]], _ f: @escaping @Sendable ([Tensor]) -> Tensor) {
      (testDescription, self.shapes, self.f) = (name, shapes, f)
    }
  }

  static let elementwise = [
    Case("negate", [[5]]) { -$0[0] },
    Case("add a number", [[5]]) { $0[0] + 1.5 },
    Case("subtract a number", [[5]]) { $0[0] - 1.5 },
    Case("multiply by a number", [[5]]) { $0[0] * -2.5 },
    Case("a number times", [[5]]) { -2.5 * $0[0] },
    Case("divide by a number", [[5]]) { $0[0] / -2.5 },
    Case("exp", [[5]]) { $0[0].exp() },
    Case("log", [[5]]) { ($0[0].square() + 0.1).log() },
    Case("logGamma", [[5]]) { ($0[0].square() + 0.1).logGamma() },
    Case("magnitude", [[5]]) { $0[0].magnitude() },
    Case("power of a number", [[5]]) { ($0[0].square() + 0.5).power(-1.7) },
    Case("power", [[2, 3], [3]]) { ($0[0].square() + 0.1).power($0[1]) },
    Case("square", [[5]]) { $0[0].square() },
    Case("square root", [[5]]) { ($0[0] + 2).squareRoot() },
    Case("relu", [[7]]) { $0[0].relu() },
    Case("elu", [[7]]) { $0[0].elu() },
    Case("tanh", [[7]]) { $0[0].tanh() },
    Case("sigmoid", [[7]]) { $0[0].sigmoid() },
    Case("softplus", [[7]]) { $0[0].softplus() },
    Case("clamp", [[9]]) { $0[0].clamped(to: -0.7...0.9) },
  ]

  static let binary: [Case] = [
    [[2, 3], [2, 3]], [[2, 3], [3]], [[2, 1], [3]], [[], [2, 3]], [[4, 2, 3], [2, 1]],
  ].flatMap { (shapes: [[Int]]) in
    [
      Case("add \(shapes)", shapes) { $0[0] + $0[1] },
      Case("subtract \(shapes)", shapes) { $0[0] - $0[1] },
      Case("multiply \(shapes)", shapes) { $0[0] * $0[1] },
      Case("divide \(shapes)", shapes) { $0[0] / ($0[1] + 2) },
    ]
  }

  static let reductionsAndShapes = [
    Case("sum", [[2, 3]]) { $0[0].sum() },
    Case("sum over axes", [[2, 3, 4]]) { $0[0].sum(0, -1) },
    Case("mean", [[2, 3]]) { $0[0].mean() },
    Case("mean over an axis", [[2, 3]]) { $0[0].mean(1) },
    Case("logSumExp over rows", [[4, 3]]) { $0[0].logSumExp(0) },
    Case("logSumExp over columns", [[4, 3]]) { $0[0].logSumExp(-1) },
    Case("logSoftmax over columns", [[4, 3]]) { $0[0].logSoftmax(-1) },
    Case("reshape", [[2, 6]]) { $0[0].reshaped(3, -1).square() },
    Case("narrow", [[3, 4]]) { $0[0].narrowed(1, 1..<3) },
    Case("rows, one twice", [[3, 2]]) {
      $0[0].rows(Tensor([2, 0, 2] as [Int64], shape: [3])).square()
    },
    Case("concatenate", [[2, 3], [2, 1]]) { Tensor.concatenated($0, 1).square() },
    Case("diagonal matrices", [[2, 3]]) { $0[0].diagonalMatrices().square() },
    Case("lower inverse", [[2, 3, 3]]) {
      ($0[0] + Tensor.full(3, [2, 3], type: .float64).diagonalMatrices()).lowerInverse().square()
    },
    Case("convert", [[3]]) { $0[0].to(.float64).square() },
  ]

  static let layers = [[4, 3, 2], [2, 1, 1], [1, 5, 4], [6, 1, 3]].flatMap { n in
    [false, true].map { relu in
      Case("dense \(n), relu \(relu)", [[n[0], n[1]], [n[2], n[1]], [n[2]]]) {
        $0[0].dense($0[1], $0[2], relu: relu)
      }
    }
  }

  static let images = [
    Case("convolution", [[2, 3, 5, 6], [4, 3, 3, 3], [4]]) {
      $0[0].convolved($0[1], $0[2], stride: 2, padding: 1)
    },
    Case("transposed convolution", [[2, 3, 3, 2], [3, 2, 4, 4], [2]]) {
      $0[0].transposeConvolved($0[1], $0[2], stride: 2, padding: 1)
    },
    Case("convolution by a kernel that covers the image", [[3, 2, 4, 4], [5, 2, 4, 4], [5]]) {
      $0[0].convolved($0[1], $0[2], stride: 1, padding: 0)
    },
    Case("transposed convolution from one pixel", [[3, 2, 1, 1], [2, 4, 3, 3], [4]]) {
      $0[0].transposeConvolved($0[1], $0[2], stride: 1, padding: 0)
    },
    Case("transposed convolution to one channel", [[2, 3, 4, 3], [3, 1, 4, 4], [1]]) {
      $0[0].transposeConvolved($0[1], $0[2], stride: 1, padding: 0)
    },
    Case("batch norm in training", [[4, 3, 2, 2], [3], [3]]) {
      $0[0].batchNormalised(
        $0[1], $0[2], mean: .zeros([3], type: .float64), variance: .zeros([3], type: .float64),
        training: true, momentum: 0.1, epsilon: 1e-5)
    },
    Case("batch norm in evaluation", [[4, 3], [3], [3]]) {
      $0[0].batchNormalised(
        $0[1], $0[2], mean: float64([0.1, -0.2, 0.5], 3), variance: float64([1, 0.3, 2], 3),
        training: false, momentum: 0.1, epsilon: 1e-5)
    },
  ]

  static let mixtures = [
    Case("mixture", [[5, 3], [4, 3], [4, 3]]) {
      $0[0].mixtureLogDensities(mean: $0[1], logVariance: $0[2])
    },
    Case("weighted mixture", [[4, 2], [3, 2], [3, 2]]) {
      let weights = float64(scattered(12, 3), 4, 3)
      return $0[0].mixtureLogDensities(mean: $0[1], logVariance: $0[2], logWeights: weights)
    },
  ]

  @Test(arguments: elementwise + binary + reductionsAndShapes + layers + images + mixtures)
  func gradientsAreThoseOfCentralDifferences(_ test: Case) throws {
    let inputs = test.shapes.enumerated().map { index, shape in
      (values: scattered(shape.reduce(1, *), Double(index)), shape: shape)
    }
    let check = try GradientCheck(inputs, test.f)
    #expect(check.says)
    #expect(check.error < 1e-8)
  }

  @Test func tensorsThatTheLossDoesNotDependOnHaveZeroGradients() throws {
    try tensors {
      let (x, y) = (float64([1, 2], 2).leaf(), float64([3, 4, 5], 3).leaf())
      let gradients = x.square().sum().gradients([y, x])
      #expect(gradients.map(\.shape) == [[3], [2]])
      #expect(gradients.map { $0.doubles() } == [[0, 0, 0], [2, 4]])
    }
  }

  @Test func detachedTensorsAreConstants() throws {
    try tensors {
      let x = float64([3], 1).leaf()
      #expect((x * x.detached()).sum().gradients([x])[0].item() == 3)
      let copy = x.leaf()
      x.assign(float64([5], 1))
      #expect(copy.item() == 3)
    }
  }

  @Test func nothingIsRecordedWithoutGradients() throws {
    struct Stop: Error {}
    let x = try tensors { float64([3], 1).leaf() }
    let message = failure { _ = withoutGradients { x.square() }.sum().gradients([x]) }
    #expect(message?.contains("does not require grad") == true)
    // Recording goes on afterwards, also where the body threw.
    #expect(throws: Stop.self) { try withoutGradients { throw Stop() } }
    try tensors { #expect(x.square().sum().gradients([x])[0].item() == 6) }
  }

  @Test func onlyScalarsHaveGradients() throws {
    let x = try tensors { float64([3, 4], 2).leaf() }
    let message = failure { _ = x.square().gradients([x]) }
    #expect(message?.hasPrefix("gradients of [2]: ") == true)
  }
}
