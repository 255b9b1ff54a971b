import Foundation

/// The closed curve of two-dimensional codes in the order of an angle: a ring, where a model has learned that
/// the angle turns (Klushyn et al. 2019, Figure 2, shows such rings and says nothing of their order).
///
/// Each corner is the mean code of one degree of the angle, so that how examples are spread over the
/// angles plays no part.
public struct CodeRing: Sendable {
  /// Corners, in the order of their angles; degrees without a code are passed over.
  let corners: [SIMD2<Double>]

  private static let degrees = 360

  /// - Throws: `MeasureError` where fewer than three degrees have a code.
  public init(codes: [SIMD2<Double>], angles: [Double]) throws {
    var sums = [SIMD2<Double>](repeating: .zero, count: Self.degrees)
    var counts = [Double](repeating: 0, count: Self.degrees)
    for (code, angle) in zip(codes, angles) {
      let turn = angle / (2 * .pi)
      let degree = Int((turn - turn.rounded(.down)) * Double(Self.degrees)) % Self.degrees
      sums[degree] += code
      counts[degree] += 1
    }
    corners = zip(sums, counts).compactMap { $1 > 0 ? $0 / $1 : nil }
    if corners.count < 3 { throw MeasureError.tooFewPoints("a ring of codes", needed: 3) }
  }

  /// How often the curve crosses itself: 0 for a ring, 1 for a figure of eight.
  public var crossings: Int {
    let sides = corners.indices.map(side)
    return sides.indices.reduce(0) { count, first in
      count
        + sides.indices.dropFirst(first + 2).count { second in
          // Neighbours meet at their common corner, and so do the first and the last.
          let areNeighbours = first == 0 && second == sides.count - 1
          return !areNeighbours && intersect(sides[first], sides[second])
        }
    }
  }

  /// The longest side over the median one: near 1 for an even ring, large where it is cut.
  public var largestGap: Double {
    let lengths = corners.indices.map { side($0) }.map { hypot($0.1.x - $0.0.x, $0.1.y - $0.0.y) }
      .sorted()
    let median = (lengths[(lengths.count - 1) / 2] + lengths[lengths.count / 2]) / 2
    return (lengths.last ?? .nan) / median
  }

  private func side(_ index: Int) -> (SIMD2<Double>, SIMD2<Double>) {
    (corners[index], corners[(index + 1) % corners.count])
  }

  /// Whether the ends of each lie on different sides of the other.
  private func intersect(
    _ first: (SIMD2<Double>, SIMD2<Double>), _ second: (SIMD2<Double>, SIMD2<Double>)
  ) -> Bool {
    func turn(_ line: (SIMD2<Double>, SIMD2<Double>), _ point: SIMD2<Double>) -> Double {
      let (along, to) = (line.1 - line.0, point - line.0)
      return along.x * to.y - along.y * to.x
    }
    return turn(first, second.0) * turn(first, second.1) < 0
      && turn(second, first.0) * turn(second, first.1) < 0
  }
}
