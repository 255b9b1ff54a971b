import Modelling
import Torch

/// Means and standard deviations of q(z|x) over the training data, row by row.
struct PosteriorCodes {
  let count: Int
  let dimensions: Int
  /// `[count, dimensions]`.
  let means: [Double]
  let deviations: [Double]

  init(_ run: MeasuredRun, for purpose: String) throws {
    let model: any LatentVariableModel = try run.model(.code, for: purpose)
    let data = try run.dataset.train
    var means: [Double] = []
    var deviations: [Double] = []
    try MeasuredRun.evaluate(data, for: purpose) { batch, _ in
      let posterior = model.encode(batch)
      means += posterior.mean.doubles()
      deviations += posterior.standardDeviation.doubles()
    }
    count = data.count
    dimensions = count == 0 ? 0 : means.count / count
    self.means = means
    self.deviations = deviations
  }

  /// The codes of a finished run, computed once for all its measures.
  static func shared(_ run: MeasuredRun, for purpose: String) throws -> PosteriorCodes {
    try run.shared("posteriors of the training data") { try PosteriorCodes(run, for: purpose) }
  }

  /// The codes as points of the plane.
  func plane(for purpose: String) throws -> [SIMD2<Double>] {
    guard dimensions == 2 else {
      throw MeasureError.needsTwoDimensions(purpose, found: dimensions)
    }
    return (0..<count).map { SIMD2(means[2 * $0], means[2 * $0 + 1]) }
  }
}
