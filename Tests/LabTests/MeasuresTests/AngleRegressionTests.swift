import Foundation
import Testing

@testable import Lab

/// Literals from NumPy and SciPy (`Scripts/reference/angle_regression.py`).
@Suite struct AngleRegressionTests {
  struct Reference {
    let sign: Double
    let offset: Double
    let noise: Double
    /// What the alignment finds.
    let found: Double
    let meanRadius: Double
    let variation: Double
    let unfolded: Double
    let global: Line
    let perPoint: Line

    struct Line {
      let slope: Double
      let intercept: Double
      let error: Double
    }
  }

  static let references = [
    Reference(
      sign: 1, offset: 0.9, noise: 0.25, found: 0.9011106932010933,
      meanRadius: 1.99003870337904, variation: 0.17987439832482532,
      unfolded: 0.08085364597894534,
      global: .init(
        slope: 0.9606675919604309, intercept: 0.014006510746159126, error: 0.19550506729420647),
      perPoint: .init(
        slope: 0.9974738434596767, intercept: -0.06386052377719273, error: 0.05357195463465495)),
    Reference(
      sign: -1, offset: -2.2, noise: 0.25, found: -2.198917440898662,
      meanRadius: 1.9876792885452277, variation: 0.18246008454974394,
      unfolded: 0.07680094771822314,
      global: .init(
        slope: 0.956226648950829, intercept: -0.01376389263731956, error: 0.18047882552674124),
      perPoint: .init(
        slope: 0.9986152767041097, intercept: 0.022956542316358027, error: 0.07175827717059496)),
    Reference(
      sign: 1, offset: 2.9, noise: 1.1, found: 2.905333002431594,
      meanRadius: 1.647583590333571, variation: 0.45228659389247833,
      unfolded: 0.48906618547715197,
      global: .init(
        slope: 0.8335947105803331, intercept: 0.009687766267013224, error: 0.41019114004951135),
      perPoint: .init(
        slope: 0.9154960586374329, intercept: 0.2961966011495923, error: 0.30250396403995)),
  ]

  /// The same ring as in the script.
  static func ring(
    _ sign: Double, _ offset: Double, _ noise: Double
  ) -> (codes: [SIMD2<Double>], angles: [Double]) {
    let indices = (0..<60).map(Double.init)
    let angles = indices.map {
      2 * .pi * (0.6180339887 * $0 + 0.1).truncatingRemainder(dividingBy: 1)
    }
    let codes = zip(indices, angles).map { index, angle in
      let radius = 2 + 0.45 * sin(7.3 * index)
      let code = sign * angle + offset + noise * sin(2.399 * index + 0.7)
      return SIMD2(3 + radius * cos(code), -1 + radius * sin(code))
    }
    return (codes, angles)
  }

  @Test(arguments: references)
  func agreesWithNumPy(_ reference: Reference) throws {
    let (codes, angles) = Self.ring(reference.sign, reference.offset, reference.noise)
    for (radius, line) in [
      (AngleRegression.Radius.global, reference.global), (.perPoint, reference.perPoint),
    ] {
      let fit = try AngleRegression(codes: codes, angles: angles, radius: radius)
      #expect(abs(fit.meanRadius - reference.meanRadius) < 1e-12)
      #expect(abs(fit.radiusVariation - reference.variation) < 1e-12)
      #expect(abs(fit.unfoldedError - reference.unfolded) < 1e-12)
      #expect(abs(fit.slope - line.slope) < 1e-9)
      #expect(abs(fit.intercept - line.intercept) < 1e-9)
      #expect(abs(fit.meanAbsoluteError - line.error) < 1e-9)
    }
  }

  @Test(arguments: references)
  func alignsAsNumPyDoes(_ reference: Reference) {
    let (codes, angles) = Self.ring(reference.sign, reference.offset, reference.noise)
    let centre = codes.reduce(SIMD2(0, 0), +) / Double(codes.count)
    let (sign, offset) = AngleRegression.alignment(
      codes.map { atan2($0.y - centre.y, $0.x - centre.x) }, angles)
    #expect(sign == reference.sign)
    #expect(abs(offset - reference.found) < 1e-12)
  }

  /// No sign and offset of a fine grid lies closer on the circle.
  @Test(arguments: 0..<8)
  func noAlignmentIsCloser(_ phase: Int) {
    let angles = scattered(25, Double(phase)).map { 2 * $0 }
    let codes = scattered(25, Double(phase) + 0.37).map { 2 * $0 }
    func distance(_ sign: Double, _ offset: Double) -> Double {
      zip(codes, angles).reduce(0) { $0 + 1 - cos($1.0 - sign * $1.1 - offset) }
    }
    let (sign, offset) = AngleRegression.alignment(codes, angles)
    let found = distance(sign, offset)
    var best = (distance: Double.infinity, sign: 0.0, offset: 0.0)
    for step in 0..<7200 {
      for sign in [1.0, -1] {
        let offset = Double(step) * 2 * .pi / 7200
        let here = distance(sign, offset)
        if here < best.distance { best = (here, sign, offset) }
      }
    }
    #expect(found <= best.distance)
    #expect(best.sign == sign)
    #expect(cos(best.offset - offset) > cos(2 * .pi / 7200))
  }

  /// Codes on a circle around any centre, turned or mirrored: the angle can be read off exactly.
  @Test(arguments: [1.0, -1], [0.0, 0.4, 1.6, -2.7, 3.1])
  func exactRing(_ sign: Double, _ turn: Double) throws {
    let angles = (0..<48).map { Double($0) * 2 * .pi / 48 + 0.05 }
    let codes = angles.map {
      SIMD2(-7 + 0.3 * cos(sign * $0 + turn), 5 + 0.3 * sin(sign * $0 + turn))
    }
    for radius in AngleRegression.Radius.allCases {
      let fit = try AngleRegression(codes: codes, angles: angles, radius: radius)
      #expect(fit.meanAbsoluteError < 1e-6)
      #expect(fit.unfoldedError < 1e-12)
      #expect(abs(fit.slope - 1) < 1e-6)
      #expect(abs(fit.intercept) < 1e-6)
      #expect(abs(fit.meanRadius - 0.3) < 1e-12)
      #expect(fit.radiusVariation < 1e-12)
    }
  }

  /// Every code angle occurs with every true angle: the fit can only be the mean, and the mean
  /// distance of a triangle wave between ±π/2 from its mean is π/4.
  @Test func codesWithoutInformation() throws {
    let grid = (0..<40).map { Double($0) * 2 * .pi / 40 }
    let pairs = grid.flatMap { code in grid.map { (code, $0) } }
    for radius in AngleRegression.Radius.allCases {
      let fit = try AngleRegression(
        codes: pairs.map { SIMD2(cos($0.0), sin($0.0)) }, angles: pairs.map(\.1), radius: radius)
      #expect(abs(fit.slope) < 1e-9)
      #expect(abs(fit.meanAbsoluteError - .pi / 4) < 0.002)
      // The mean distance of two directions that have nothing to do with one another.
      #expect(abs(fit.unfoldedError - .pi / 2) < 1e-9)
    }
  }

  /// A code farther out than the common radius would have a sine above 1: it counts as 1.
  @Test func sinesAreClipped() throws {
    let codes: [SIMD2<Double>] = [[0, 4], [0, -4], [1, 0], [-1, 0], [0, 1], [0, -1]]
    let angles = [0.5, -0.5, 0, 3, 1.5, -1.5]
    let global = try AngleRegression(codes: codes, angles: angles, radius: .global)
    #expect(global.meanRadius == 2)
    #expect(global.regressor[0] == .pi / 2)
    #expect(global.regressor[1] == -.pi / 2)
    #expect(abs(global.regressor[4] - .pi / 6) < 1e-15)
    #expect(global.meanAbsoluteError.isFinite)
    let own = try AngleRegression(codes: codes, angles: angles, radius: .perPoint)
    #expect(own.regressor.map { $0 * 2 / .pi } == [1, -1, 0, 0, 1, -1])
  }

  @Test func equalCodesGiveTheMean() throws {
    let angles = [0.1, 0.2, 0.6]
    for radius in AngleRegression.Radius.allCases {
      let fit = try AngleRegression(
        codes: Array(repeating: SIMD2(2, 3), count: 3), angles: angles, radius: radius)
      #expect(fit.regressor == [0, 0, 0])
      #expect(fit.slope == 0)
      #expect(fit.radiusVariation == 0)
      let mean = fit.response.reduce(0, +) / 3
      let spread = fit.response.reduce(0) { $0 + abs($1 - mean) } / 3
      #expect(abs(fit.meanAbsoluteError - spread) < 1e-15)
    }
  }

  @Test func oneCodeAtTheCentre() throws {
    let codes: [SIMD2<Double>] = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]
    let fit = try AngleRegression(
      codes: codes, angles: [0, 0, .pi, .pi / 2, -.pi / 2], radius: .perPoint)
    #expect(fit.regressor[0] == 0)
    #expect(fit.meanAbsoluteError < 1e-9)
  }

  @Test(arguments: [0, 1])
  func fewerThanTwoPointsAreRefused(_ count: Int) {
    let codes = Array(repeating: SIMD2(1.0, 2.0), count: count)
    #expect(
      words {
        try AngleRegression(
          codes: codes, angles: Array(repeating: 0, count: count), radius: .global)
      } == "the regression of angles needs at least 2 points: give the data more examples")
    #expect(throws: MeasureError.self) {
      try AngleRegression(codes: [SIMD2(0, 1), SIMD2(1, 0)], angles: [0], radius: .global)
    }
  }
}
