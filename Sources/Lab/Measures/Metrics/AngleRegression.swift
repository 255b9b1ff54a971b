import Foundation

/// How well an angle can be read off a two-dimensional code by ordinary least squares (Klushyn et al.
/// 2019, section 4.1 and appendix B.3).
///
/// Codes are centred and turned into polar coordinates; their angle is aligned with plus or minus the
/// true angle by a constant shift; then arcsin(sin(aligned true angle)) is regressed on
/// arcsin(z₂ / r). The paper does not say whether it folds the angle in this way.
public struct AngleRegression: Sendable {
  /// The radius that z₂ is divided by: one for all codes (their mean distance from the centre), or
  /// each code's own.
  public enum Radius: String, Codable, CaseIterable, Sendable {
    case global = "global-radius"
    case perPoint = "per-point-radius"
  }

  /// arcsin(z₂/r) of each code, in radians.
  public let regressor: [Double]
  /// Folded, aligned true angle of each code, in radians.
  public let response: [Double]
  /// The line that fits the response best: intercept (in radians) + slope · regressor.
  public let slope: Double
  public let intercept: Double
  /// Mean distance of the codes from their centre, and its standard deviation over the mean.
  public let meanRadius: Double
  public let radiusVariation: Double
  /// Mean distance on the circle between each code's angle and the aligned true angle, in radians: without
  /// a radius, a fold or a fit. A code that knows nothing gives π/2.
  public let unfoldedError: Double

  /// Mean |response − fit|, in radians; a code that knows nothing gives π/4.
  public var meanAbsoluteError: Double {
    zip(regressor, response).reduce(0) { $0 + abs($1.1 - (intercept + slope * $1.0)) }
      / Double(response.count)
  }

  /// - Throws: `MeasureError` for fewer than two points.
  public init(codes: [SIMD2<Double>], angles: [Double], radius: Radius) throws {
    guard codes.count == angles.count, codes.count >= 2 else {
      throw MeasureError.tooFewPoints("the regression of angles", needed: 2)
    }
    let count = Double(codes.count)
    let centre = codes.reduce(SIMD2(0, 0), +) / count
    let centred = codes.map { $0 - centre }
    let radii = centred.map { hypot($0.x, $0.y) }
    let mean = radii.reduce(0, +) / count
    let codeAngles = centred.map { atan2($0.y, $0.x) }
    let shift = Self.alignment(codeAngles, angles)
    let distances = zip(codeAngles, angles).map { code, angle in
      abs((code - shift.sign * angle - shift.offset).remainder(dividingBy: 2 * .pi))
    }
    unfoldedError = distances.reduce(0, +) / count
    regressor = zip(centred, radii).map { code, own in
      let divisor = radius == .global ? mean : own
      return divisor > 0 ? asin(min(max(code.y / divisor, -1), 1)) : 0
    }
    response = angles.map { asin(sin(shift.sign * $0 + shift.offset)) }
    (slope, intercept) = Self.leastSquares(regressor, response)
    meanRadius = mean
    let spread = radii.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    radiusVariation = mean > 0 ? spread.squareRoot() / mean : 0
  }

  /// The sign and offset for which sign·angle + offset lies closest to the code's angle on the circle:
  /// the direction of the mean of exp(i(code − sign·angle)), for the sign with the longer mean.
  static func alignment(
    _ codeAngles: [Double], _ angles: [Double]
  ) -> (sign: Double, offset: Double) {
    func resultant(_ sign: Double) -> SIMD2<Double> {
      zip(codeAngles, angles).reduce(SIMD2(0, 0)) { sum, pair in
        let difference = pair.0 - sign * pair.1
        return sum + SIMD2(cos(difference), sin(difference))
      }
    }
    let same = resultant(1)
    let mirrored = resultant(-1)
    return hypot(same.x, same.y) >= hypot(mirrored.x, mirrored.y)
      ? (1, atan2(same.y, same.x)) : (-1, atan2(mirrored.y, mirrored.x))
  }

  private static func leastSquares(
    _ x: [Double], _ y: [Double]
  ) -> (slope: Double, intercept: Double) {
    let count = Double(x.count)
    let meanX = x.reduce(0, +) / count
    let meanY = y.reduce(0, +) / count
    var products = 0.0
    var squares = 0.0
    for (x, y) in zip(x, y) {
      products += (x - meanX) * (y - meanY)
      squares += (x - meanX) * (x - meanX)
    }
    let slope = squares > 0 ? products / squares : 0
    return (slope, meanY - slope * meanX)
  }
}
