import Foundation
import Testing
import Torch

/// Layers on images against their sums, written out.
@Suite struct ConvolutionTests {
  struct Sizes: Sendable {
    let batch, inputs, height, width, outputs, kernel, stride, padding: Int
    /// Of the transposed convolution.
    var outputPadding = 0
  }

  static let sizes = [
    Sizes(
      batch: 2, inputs: 1, height: 4, width: 5, outputs: 2, kernel: 3, stride: 1, padding: 0),
    Sizes(
      batch: 1, inputs: 3, height: 6, width: 5, outputs: 2, kernel: 4, stride: 2, padding: 1),
    Sizes(
      batch: 2, inputs: 2, height: 3, width: 3, outputs: 4, kernel: 3, stride: 3, padding: 2),
    Sizes(
      batch: 2, inputs: 2, height: 4, width: 3, outputs: 2, kernel: 5, stride: 2, padding: 2,
      outputPadding: 1),
    // One kernel covers the image.
    Sizes(
      batch: 3, inputs: 2, height: 4, width: 4, outputs: 5, kernel: 4, stride: 2, padding: 0),
    // To fewer channels than oneDNN computes.
    Sizes(
      batch: 2, inputs: 16, height: 5, width: 5, outputs: 1, kernel: 4, stride: 1, padding: 0),
    Sizes(
      batch: 1, inputs: 2, height: 1, width: 1, outputs: 3, kernel: 2, stride: 1, padding: 0),
  ]

  /// By Winograd's tiles in float32: whole ones, and some that reach beyond the edge by 1 to 3 pixels.
  static let tiled = [
    Sizes(
      batch: 3, inputs: 32, height: 8, width: 12, outputs: 48, kernel: 3, stride: 1, padding: 1),
    Sizes(
      batch: 45, inputs: 32, height: 9, width: 11, outputs: 32, kernel: 3, stride: 1, padding: 1),
    Sizes(
      batch: 1, inputs: 48, height: 14, width: 10, outputs: 32, kernel: 3, stride: 1, padding: 1),
  ]

  @Test(arguments: sizes.dropLast()) func convolutions(_ n: Sizes) throws {
    let x = scattered(n.batch * n.inputs * n.height * n.width)
    let w = scattered(n.outputs * n.inputs * n.kernel * n.kernel, 1)
    let b = scattered(n.outputs, 2)
    let height = (n.height + 2 * n.padding - n.kernel) / n.stride + 1
    let width = (n.width + 2 * n.padding - n.kernel) / n.stride + 1
    var expected: [Double] = []
    for example in 0..<n.batch {
      for output in 0..<n.outputs {
        for row in 0..<height {
          for column in 0..<width {
            var sum = b[output]
            for input in 0..<n.inputs {
              for i in 0..<n.kernel {
                for j in 0..<n.kernel {
                  let y = row * n.stride + i - n.padding
                  let z = column * n.stride + j - n.padding
                  guard 0..<n.height ~= y, 0..<n.width ~= z else { continue }
                  let pixel = x[((example * n.inputs + input) * n.height + y) * n.width + z]
                  sum += pixel * w[((output * n.inputs + input) * n.kernel + i) * n.kernel + j]
                }
              }
            }
            expected.append(sum)
          }
        }
      }
    }
    try tensors {
      let y = Tensor(x, shape: [n.batch, n.inputs, n.height, n.width]).convolved(
        Tensor(w, shape: [n.outputs, n.inputs, n.kernel, n.kernel]), Tensor(b, shape: [n.outputs]),
        stride: n.stride, padding: n.padding)
      #expect(y.shape == [n.batch, n.outputs, height, width])
      #expect(distance(y.doubles(), expected) < 1e-12)
    }
  }

  /// The greatest number of each window, written out; what does not fill a window is left out.
  @Test(arguments: [(3, 2, 7, 6), (2, 2, 4, 5), (3, 1, 3, 4), (1, 3, 4, 4)])
  func maxPooling(_ kernel: Int, _ stride: Int, _ height: Int, _ width: Int) throws {
    let x = scattered(6 * height * width)
    let (rows, columns) = ((height - kernel) / stride + 1, (width - kernel) / stride + 1)
    var expected: [Double] = []
    for plane in 0..<6 {
      for row in 0..<rows {
        for column in 0..<columns {
          let window = (0..<kernel * kernel).map { place in
            let (y, z) = (row * stride + place / kernel, column * stride + place % kernel)
            return x[(plane * height + y) * width + z]
          }
          expected.append(try #require(window.max()))
        }
      }
    }
    try tensors {
      let pooled = Tensor(x, shape: [2, 3, height, width]).maxPooled(kernel, stride: stride)
      #expect(pooled.shape == [2, 3, rows, columns])
      expect(pooled, expected)
    }
    let message = failure { _ = Tensor.zeros([1, 1, 2, 2]).maxPooled(3, stride: 2) }
    #expect(message?.hasPrefix("max pool of [1, 1, 2, 2]: ") == true, "\(message ?? "none")")
  }

  /// Each input pixel adds its multiple of the kernel to the output.
  @Test(arguments: sizes) func transposedConvolutions(_ n: Sizes) throws {
    let x = scattered(n.batch * n.inputs * n.height * n.width)
    let w = scattered(n.inputs * n.outputs * n.kernel * n.kernel, 1)
    let b = scattered(n.outputs, 2)
    let height = (n.height - 1) * n.stride - 2 * n.padding + n.kernel + n.outputPadding
    let width = (n.width - 1) * n.stride - 2 * n.padding + n.kernel + n.outputPadding
    var expected = (0..<n.batch * n.outputs * height * width).map {
      b[$0 / (height * width) % n.outputs]
    }
    for example in 0..<n.batch {
      for input in 0..<n.inputs {
        for row in 0..<n.height {
          for column in 0..<n.width {
            let pixel = x[((example * n.inputs + input) * n.height + row) * n.width + column]
            for output in 0..<n.outputs {
              for i in 0..<n.kernel {
                for j in 0..<n.kernel {
                  let y = row * n.stride + i - n.padding
                  let z = column * n.stride + j - n.padding
                  guard 0..<height ~= y, 0..<width ~= z else { continue }
                  expected[((example * n.outputs + output) * height + y) * width + z] +=
                    pixel * w[((input * n.outputs + output) * n.kernel + i) * n.kernel + j]
                }
              }
            }
          }
        }
      }
    }
    try tensors {
      let y = Tensor(x, shape: [n.batch, n.inputs, n.height, n.width]).transposeConvolved(
        Tensor(w, shape: [n.inputs, n.outputs, n.kernel, n.kernel]), Tensor(b, shape: [n.outputs]),
        stride: n.stride, padding: n.padding, outputPadding: n.outputPadding)
      #expect(y.shape == [n.batch, n.outputs, height, width])
      #expect(distance(y.doubles(), expected) < 1e-12)
    }
  }

  /// In float32, which has ways of its own, values and gradients are float64's but for rounding.
  @Test(arguments: [DenseBackend.aten, .onednn]) func singlePrecision(_ backend: DenseBackend) async
  {
    await #expect(processExitsWith: .success) { [backend] in
      _ = Engine.configure(threads: 1, dense: backend)
      for n in Self.sizes + Self.tiled {
        for isTransposed in [false, true] where isTransposed || n.height >= n.kernel {
          let check = SinglePrecisionCheck(n: n, isTransposed: isTransposed)
          for isChannelsLast in [false, true] {
            for isWeighted in [false, true] {
              try check.run(isChannelsLast: isChannelsLast, isWeighted: isWeighted)
            }
          }
        }
      }
    }
  }

  /// In training by the batch's statistics, which move the running ones by a tenth (the variance by
  /// the unbiased one); in evaluation by the running ones, which stand still.
  @Test func batchNorm() throws {
    let (batch, channels, pixels) = (3, 2, 4)
    let x = scattered(batch * channels * pixels)
    let (weight, bias) = ([1.5, -0.5], [0.25, 2])
    func values(_ channel: Int) -> [Double] {
      (0..<batch).flatMap { example in
        (0..<pixels).map { x[(example * channels + channel) * pixels + $0] }
      }
    }
    let means = (0..<channels).map { values($0).reduce(0, +) / 12 }
    let squares = (0..<channels).map { channel in
      values(channel).reduce(0) { $0 + ($1 - means[channel]) * ($1 - means[channel]) }
    }
    func normalised(_ mean: [Double], _ variance: [Double]) -> [Double] {
      x.enumerated().map { index, value in
        let c = index / pixels % channels
        return (value - mean[c]) / (variance[c] + 1e-5).squareRoot() * weight[c] + bias[c]
      }
    }
    try tensors {
      let tensor = Tensor(x, shape: [batch, channels, 2, 2])
      let mean = float64([0.5, -1], 2)
      let variance = float64([2, 3], 2)
      func apply(training: Bool) -> [Double] {
        tensor.batchNormalised(
          float64(weight, 2), float64(bias, 2), mean: mean, variance: variance,
          training: training, momentum: 0.1, epsilon: 1e-5
        ).doubles()
      }
      #expect(distance(apply(training: false), normalised([0.5, -1], [2, 3])) < 1e-12)
      #expect(mean.doubles() == [0.5, -1])
      #expect(distance(apply(training: true), normalised(means, squares.map { $0 / 12 })) < 1e-12)
      #expect(
        distance(mean.doubles(), [0.45 + 0.1 * means[0], -0.9 + 0.1 * means[1]]) < 1e-12)
      #expect(
        distance(variance.doubles(), [1.8 + squares[0] / 110, 2.7 + squares[1] / 110]) < 1e-12)
    }
  }
}

/// A convolution in float32 against the same in float64.
private struct SinglePrecisionCheck {
  let n: ConvolutionTests.Sizes
  let isTransposed: Bool

  /// - Parameters:
  ///   - isChannelsLast: whether input and weight have their channels innermost in memory.
  ///   - isWeighted: whether the loss is a weighted sum of the outputs or the sum, whose gradient
  ///     repeats one number in memory.
  func run(isChannelsLast: Bool, isWeighted: Bool) throws {
    let single = try results(.float32, isChannelsLast, isWeighted) { $0 }
    let double = try results(.float64, false, isWeighted) { $0 }
    let sizes = try results(.float64, false, isWeighted) { abs($0) }
    for ((single, double), sizes) in zip(zip(single, double), sizes) {
      // Of the sum of the products' magnitudes. A sum of n products may be off by n 2^-24 of it, which is
      // 2.7e-4 for the longest here; but roundings cancel: the largest error seen is below 5e-6.
      let tolerance = 1e-5 * (sizes.max() ?? 0)
      #expect(distance(single, double) < tolerance, "\(n), transposed \(isTransposed)")
    }
  }

  /// The output, and the gradients of the loss for input, weight and bias.
  private func results(
    _ type: ElementType, _ isChannelsLast: Bool, _ isWeighted: Bool,
    of change: (Double) -> Double
  ) throws -> [[Double]] {
    func input(_ shape: [Int], _ seed: Double) -> Tensor {
      Tensor(scattered(shape.reduce(1, *), seed).map(change), shape: shape).to(type).leaf()
    }
    let channels = isTransposed ? [n.inputs, n.outputs] : [n.outputs, n.inputs]
    return try checked("convolution") {
      let x = input([n.batch, n.inputs, n.height, n.width], 0)
      let (w, b) = (input(channels + [n.kernel, n.kernel], 1), input([n.outputs], 2))
      let (image, kernels) = isChannelsLast ? (x.channelsLast(), w.channelsLast()) : (x, w)
      let y =
        isTransposed
        ? image.transposeConvolved(
          kernels, b, stride: n.stride, padding: n.padding, outputPadding: n.outputPadding)
        : image.convolved(kernels, b, stride: n.stride, padding: n.padding)
      let loss = isWeighted ? (y * input(y.shape, 3)).sum() : y.sum()
      return [y.doubles()] + loss.gradients([x, w, b]).map { $0.doubles() }
    }
  }
}
