import Foundation
import Testing

@testable import Lab

/// Closed curves whose crossings are known.
@Suite struct CodeRingTests {
  /// Many more angles than degrees, unevenly spread and in no order.
  private static let angles = (0..<7200).map {
    let share = (0.6180339887 * Double($0)).truncatingRemainder(dividingBy: 1)
    return 2 * .pi * share * (0.7 + 0.3 * share)
  }

  private func ring(_ curve: (Double) -> SIMD2<Double>) throws -> CodeRing {
    try CodeRing(codes: Self.angles.map(curve), angles: Self.angles)
  }

  @Test func aCircle() throws {
    let circle = try ring { SIMD2(3 + 2 * cos($0), -1 + 2 * sin($0)) }
    #expect(circle.corners.count == 360)
    #expect(circle.crossings == 0)
    #expect(abs(circle.largestGap - 1) < 0.1)
    // Whole turns more make no difference.
    let turned = try CodeRing(
      codes: Self.angles.map { SIMD2(cos($0), sin($0)) }, angles: Self.angles.map { $0 - 4 * .pi })
    #expect(turned.corners.count == 360 && turned.crossings == 0)
  }

  /// Curves of textbooks: the lemniscate crosses itself once, the shadow of a trefoil three times, and a
  /// hypotrochoid with five loops five times.
  @Test func crossingsOfKnownCurves() throws {
    #expect(try ring { SIMD2(cos($0 + 0.3), sin(2 * $0 + 0.6)) }.crossings == 1)
    #expect(
      try ring {
        SIMD2(sin($0 + 0.1) + 2 * sin(2 * $0 + 0.2), cos($0 + 0.1) - 2 * cos(2 * $0 + 0.2))
      }.crossings == 3)
    #expect(
      try ring {
        SIMD2(2 * cos($0) + 0.6 * cos(4 * $0), 2 * sin($0) - 0.6 * sin(4 * $0))
      }.crossings == 5)
  }

  /// A circle of which a part is moved outwards by 3: two sides of that length among arcs of a degree.
  @Test func aCutCircle() throws {
    let cut = try ring { angle in
      let radius = (1.0..<2).contains(angle) ? 4.0 : 1.0
      return SIMD2(radius * cos(angle), radius * sin(angle))
    }
    let degree = 2 * sin(Double.pi / 360)
    #expect(cut.crossings == 0)
    // The corner of the degree in which the cut lies is somewhere between.
    #expect((1.5 / degree...3.1 / degree).contains(cut.largestGap))
  }

  @Test func fewCodes() throws {
    let triangle = try CodeRing(codes: [[0, 0], [3, 0], [0, 4]], angles: [0.1, 2, 4])
    #expect(triangle.crossings == 0)
    #expect(triangle.largestGap == 5.0 / 4)
    let bow = try CodeRing(codes: [[0, 0], [1, 1], [1, 0], [0, 1]], angles: [0.1, 2, 4, 6])
    #expect(bow.crossings == 1)
    #expect(
      words { try CodeRing(codes: [[0, 0], [1, 1]], angles: [0, 1]) }
        == "a ring of codes needs at least 3 points: give the data more examples")
  }
}
