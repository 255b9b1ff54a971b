import Foundation
import Testing
import Torch

@testable import Modelling

/// Runs `body` on one thread with ATen's products and throws the first tensor operation that failed.
func tensors<Result>(_ body: () throws -> Result) throws -> Result {
  _ = Engine.configure(threads: 1, dense: .aten)
  return try checked("test", body)
}

/// Numbers between −1 and 1 without a pattern that an error in an index could hide in.
func scattered(_ count: Int, _ phase: Double = 0) -> [Double] {
  (0..<count).map { sin(Double($0) * 2.399 + 1.7 * phase + 0.3) }
}

/// The largest difference between two arrays; infinite where their counts differ.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { $0 == $1 ? 0 : abs($0 - $1) }.reduce(0) { $0 < $1 || $1.isNaN ? $1 : $0 }
}

/// Mean, standard error of the mean and sample variance.
func moments(_ x: [Double]) -> (mean: Double, error: Double, variance: Double) {
  let n = Double(x.count)
  let mean = x.reduce(0, +) / n
  let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / (n - 1)
  return (mean, (variance / n).squareRoot(), variance)
}

extension ParameterStore {
  /// Overwrites one parameter, row by row.
  func set(_ path: String, _ values: [Double]) throws {
    let parameter = try #require(self[path], "no parameter at \(path)")
    parameter.value.assign(Tensor(values, shape: parameter.value.shape))
  }

  /// The numbers of one parameter.
  func numbers(_ path: String) -> [Double] { self[path]?.value.doubles() ?? [] }
}
