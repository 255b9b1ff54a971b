@testable import Lab

extension Measure {
  /// Mean distance of the posterior means from the origin.
  public static let codeNorm = Measure(
    id: "code-norm/mean", summary: "mean distance of the posterior means from the origin",
    unit: "", direction: .neither, abilities: [.code]
  ) { run in
    let codes = try PosteriorCodes.shared(run, for: "code-norm/mean")
    let norms = (0..<codes.count).map { row in
      codes.means[row * codes.dimensions..<(row + 1) * codes.dimensions]
        .reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    return norms.reduce(0, +) / Double(codes.count)
  }
}
