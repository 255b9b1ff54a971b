import Foundation
import Testing
import Torch

/// Runs `body` on one thread with ATen's products, which no test but those in processes of their own
/// changes, and throws the first tensor operation that failed.
func tensors<Result>(_ body: () throws -> Result) throws -> Result {
  _ = Engine.configure(threads: 1, dense: .aten)
  return try checked("test", body)
}

/// A float64 tensor.
func float64(_ values: [Double], _ shape: Int...) -> Tensor { Tensor(values, shape: shape) }

/// Expects a tensor's elements, row by row, to be exactly these.
func expect(
  _ tensor: Tensor?, _ values: [Double], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(tensor?.doubles() == values, sourceLocation: sourceLocation)
}

/// The message of the tensor failure in `body`, or nil where there is none.
func failure(_ body: () throws -> Void) -> String? {
  do {
    try checked("test", body)
    return nil
  } catch {
    return (error as? TensorError)?.message
  }
}

/// Numbers between −1.5 and 1.5 without a pattern that an error in an index could hide in.
func scattered(_ count: Int, _ phase: Double = 0) -> [Double] {
  (0..<count).map { 1.5 * sin(Double($0) * 2.399 + 1.7 * phase + 0.3) }
}

/// The largest difference between two arrays; infinite where their counts differ.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { $0 == $1 ? 0 : abs($0 - $1) }.reduce(0) { $0 < $1 || $1.isNaN ? $1 : $0 }
}

/// Gradients of Σ weight·f(inputs) in float64: by libtorch, and by central differences.
struct GradientCheck {
  let automatic: [[Double]]
  let numeric: [[Double]]

  init(_ inputs: [(values: [Double], shape: [Int])], _ f: ([Tensor]) -> Tensor) throws {
    (automatic, numeric) = try tensors {
      let leaves = inputs.map { Tensor($0.values, shape: $0.shape).leaf() }
      let output = f(leaves)
      let weights = scattered(output.count, 5)
      let loss = (output * Tensor(weights, shape: output.shape)).sum()
      func value(_ moved: Int, _ element: Int, _ step: Double) -> Double {
        let tensors = inputs.enumerated().map { index, input in
          var values = input.values
          if index == moved { values[element] += step }
          return Tensor(values, shape: input.shape)
        }
        return zip(f(tensors).doubles(), weights).map(*).reduce(0, +)
      }
      let numeric = inputs.indices.map { index in
        inputs[index].values.indices.map {
          (value(index, $0, 1e-5) - value(index, $0, -1e-5)) / 2e-5
        }
      }
      return (loss.gradients(leaves).map { $0.doubles() }, numeric)
    }
  }

  /// The largest difference between the two.
  var error: Double { zip(automatic, numeric).map(distance).max() ?? .infinity }

  /// Whether some gradient is not zero, without which the check says nothing.
  var says: Bool { automatic.joined().contains { $0 != 0 } }
}
