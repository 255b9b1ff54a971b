import Foundation
import Testing
import Torch

/// Log-densities under mixtures of Gaussians against sums of densities, one number at a time.
@Suite struct MixtureTests {
  private func plain(
    _ z: [Double], _ mean: [Double], _ logVariance: [Double], dimensions: Int,
    logWeights: [Double]? = nil
  ) -> [Double] {
    let components = mean.count / dimensions
    return (0..<z.count / dimensions).flatMap { row in
      let densities = (0..<components).map { k in
        (0..<dimensions).map { j in
          let variance = exp(logVariance[k * dimensions + j])
          let difference = z[row * dimensions + j] - mean[k * dimensions + j]
          return exp(-difference * difference / (2 * variance))
            / (2 * Double.pi * variance).squareRoot()
        }
      }
      let weights = (0..<components).map { exp(logWeights?[row * components + $0] ?? 0) }
      let marginals = (0..<dimensions).map { j in
        log(zip(weights, densities).reduce(0) { $0 + $1.0 * $1.1[j] })
      }
      return marginals + [log(zip(weights, densities).reduce(0) { $0 + $1.0 * $1.1.reduce(1, *) })]
    }
  }

  @Test(arguments: [[1, 1, 1], [5, 7, 3], [4, 1, 6], [1, 9, 2]])
  func densities(_ n: [Int]) throws {
    try tensors {
      let (rows, components, dimensions) = (n[0], n[1], n[2])
      let z = scattered(rows * dimensions)
      let mean = scattered(components * dimensions, 1)
      let logVariance = scattered(components * dimensions, 2)
      let logWeights = scattered(rows * components, 3)
      func found(_ type: ElementType, _ weights: Tensor?) -> Tensor {
        Tensor(z, shape: [rows, dimensions]).to(type).mixtureLogDensities(
          mean: Tensor(mean, shape: [components, dimensions]).to(type),
          logVariance: Tensor(logVariance, shape: [components, dimensions]).to(type),
          logWeights: weights?.to(type))
      }
      let weights = Tensor(logWeights, shape: [rows, components])
      for weights in [nil, weights] {
        let wanted = plain(
          z, mean, logVariance, dimensions: dimensions,
          logWeights: weights == nil ? nil : logWeights)
        #expect(found(.float64, weights).shape == [rows, dimensions + 1])
        #expect(distance(found(.float64, weights).doubles(), wanted) < 1e-12)
        #expect(distance(found(.float32, weights).doubles(), wanted) < 2e-5)
      }
    }
  }

  /// More rows than a block has, with narrow components far from 0: values and gradients in float are
  /// those in double.
  @Test func manyRowsInFloat() throws {
    try tensors {
      let (count, dimensions) = (603, 3)
      // As codes are: the mean of the same row and some of its deviations. Numbers that a float can hold,
      // so that what is measured is the rounding of the operation alone.
      func rounded(_ x: Double) -> Double { Double(Float(x)) }
      let mean = scattered(count * dimensions).map { rounded(2 * $0) }
      let logVariance = scattered(count * dimensions, 1).map { rounded(-5 + 2 * $0) }
      let z = mean.indices.map {
        rounded(mean[$0] + exp(logVariance[$0] / 2) * scattered(1, Double($0))[0])
      }
      func evaluate(_ type: ElementType) -> [[Double]] {
        let inputs = [z, mean, logVariance].map {
          Tensor($0, shape: [count, dimensions]).to(type).leaf()
        }
        let out = inputs[0].mixtureLogDensities(mean: inputs[1], logVariance: inputs[2])
        let weights = Tensor(scattered(out.count, 4), shape: out.shape).to(type)
        return [out.doubles()] + (out * weights).sum().gradients(inputs).map { $0.doubles() }
      }
      let (float, double) = (evaluate(.float32), evaluate(.float64))
      let wanted = plain(z, mean, logVariance, dimensions: dimensions)
      #expect(distance(double[0], wanted) < 1e-11)
      for (float, double) in zip(float, double) {
        let size = double.map(abs).max() ?? 0
        #expect(distance(float, double) < 3e-6 * max(size, 10))
      }
    }
  }

  @Test func shapesMustFit() throws {
    let z = try tensors { float64(scattered(6), 3, 2) }
    for (mean, weights) in [([4, 3], nil), ([0, 2], nil), ([4, 2], [3, 3])] as [([Int], [Int]?)] {
      let message = failure {
        let parameter = Tensor.zeros(mean, type: .float64)
        _ = z.mixtureLogDensities(
          mean: parameter, logVariance: parameter,
          logWeights: weights.map { .zeros($0, type: .float64) })
      }
      #expect(message?.contains("needed") == true)
    }
  }
}
