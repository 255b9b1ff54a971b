/// Measures of a code in the plane against the angle of what it encodes (Klushyn et al. 2019, section 4.1).
extension Measure {
  private static let angles = [DataNeed(split: "train", tensor: "angle", shape: [])]

  /// Mean absolute error of the joint angle regressed on the code (Klushyn et al. 2019, table 1).
  public static func angleError(_ radius: AngleRegression.Radius) -> Measure {
    let id = "angle-error/" + radius.rawValue
    let words = radius == .global ? "one radius for all codes" : "each code's own radius"
    return Measure(
      id: id, summary: "mean |residual| of the angle regressed on the code, with \(words)",
      unit: "rad", direction: .lessIsBetter, abilities: [.code], needs: angles
    ) { try AngleRegression($0, radius, for: id).meanAbsoluteError }
  }

  /// Mean distance of the joint angle from the code's own, on the circle: table 1's question without its
  /// regression.
  public static let unfoldedAngleError = Measure(
    id: "angle-error/unfolded",
    summary: "mean distance on the circle between the code's angle and the aligned true one",
    unit: "rad", direction: .lessIsBetter, abilities: [.code], needs: angles
  ) { try AngleRegression($0, .global, for: "angle-error/unfolded").unfoldedError }

  /// Spread of the codes' distances from their centre over their mean: 0 for a circle.
  public static let radiusVariation = Measure(
    id: "code-radius/variation", summary: "std of the codes' radii over their mean: 0 for a circle",
    unit: "", direction: .lessIsBetter, abilities: [.code], needs: angles
  ) { try AngleRegression($0, .global, for: "code-radius/variation").radiusVariation }

  /// How often the ring of codes, in the order of the angle, crosses itself.
  public static let ringCrossings = Measure(
    id: "code-ring/crossings",
    summary: "how often the codes, in the order of the angle, cross their own way", unit: "",
    direction: .lessIsBetter, abilities: [.code], needs: angles
  ) { Double(try CodeRing($0, for: "code-ring/crossings").crossings) }

  /// How much longer the longest step along the ring of codes is than the median one.
  public static let ringGap = Measure(
    id: "code-ring/largest-gap",
    summary: "longest over median step between the mean codes of neighbouring degrees", unit: "",
    direction: .lessIsBetter, abilities: [.code], needs: angles
  ) { try CodeRing($0, for: "code-ring/largest-gap").largestGap }
}

extension AngleRegression {
  /// The regression on a run's posterior means and the data's `angle`.
  init(_ run: MeasuredRun, _ radius: Radius, for purpose: String) throws {
    let (codes, angles) = try run.codesAndAngles(for: purpose)
    try self.init(codes: codes, angles: angles, radius: radius)
  }
}

extension CodeRing {
  /// The ring of a run's posterior means in the order of the data's `angle`.
  fileprivate init(_ run: MeasuredRun, for purpose: String) throws {
    let (codes, angles) = try run.codesAndAngles(for: purpose)
    try self.init(codes: codes, angles: angles)
  }
}

extension MeasuredRun {
  fileprivate func codesAndAngles(
    for purpose: String
  ) throws -> (codes: [SIMD2<Double>], angles: [Double]) {
    guard let angles = try dataset.train["angle"] else {
      throw MeasureError.needsTensor(purpose, name: "angle")
    }
    return (try PosteriorCodes.shared(self, for: purpose).plane(for: purpose), angles.doubles())
  }
}
