import Foundation

/// Draws the images of dSprites, 64 × 64 pixels of 0 and 1.
///
/// The outlines and their transformation are round constants that were fitted to published images
/// of the set, since the original was drawn by a program that was not published. Vertices lie on a
/// grid of 1/256 pixel, and a pixel is on when its centre is inside the outline, by whole numbers
/// alone: the images are the same everywhere.
public struct DSpritesRenderer: Sendable {
  /// Width and height of an image.
  public static let side = 64

  /// Bytes of an image.
  public static let imageSize = side * side

  public init() {}

  /// The images of that range of indices, one after the other, row by row from the top.
  ///
  /// All processors take part. The whole set has 3 GB. The range must be within
  /// `0..<DSpritesFactors.count`.
  public func render(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= DSpritesFactors.count)
    if range.isEmpty { return [] }
    // Images that differ in position alone share an outline.
    let first = range.lowerBound / Outline.positions
    let last = (range.upperBound - 1) / Outline.positions
    let size = range.count * Self.imageSize
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      nonisolated(unsafe) let images = buffer
      DispatchQueue.concurrentPerform(iterations: last - first + 1) { number in
        let start = (first + number) * Outline.positions
        let outline = Outline(of: start)
        for index in range.clamped(to: start..<start + Outline.positions) {
          let at = (index - range.lowerBound) * Self.imageSize
          let image = UnsafeMutableBufferPointer(rebasing: images[at..<at + Self.imageSize])
          image.initialize(repeating: 0)
          outline.draw(position: index - start, into: image)
        }
      }
      initialized = size
    }
  }
}

/// The outline of a sprite at each of its positions, in units of 1/256 pixel, y downward.
private struct Outline {
  /// How many images share a shape, scale and orientation.
  static let positions = 32 * 32

  private static let unitsPerPixel = 256

  /// The vertices' coordinates for each position along an axis; the first vertex again at the end.
  private let x: [[Int]]
  private let y: [[Int]]

  /// The outline in the image of that index and in those after it that differ in position alone.
  init(of index: Int) {
    let factors = DSpritesFactors.values(of: index)
    let vertices = Self.vertices(shape: Int(factors[1]))
    let scale = factors[2]
    let (sine, cosine) = (sin(factors[3]), cos(factors[3]))
    let turned = (vertices + vertices.prefix(1)).map { vertex in
      (
        x: scale * (vertex.x * cosine + vertex.y * sine),
        y: scale * (vertex.y * cosine - vertex.x * sine)
      )
    }
    func placed(_ offsets: [Double], at positions: [Double]) -> [[Int]] {
      positions.map { position in
        offsets.map { offset in
          Int(((offset + 16 + 32 * position) * Double(Self.unitsPerPixel)).rounded())
        }
      }
    }
    x = placed(turned.map(\.x), at: DSpritesFactors.values[4])
    y = placed(turned.map(\.y), at: DSpritesFactors.values[5])
  }

  /// Switches the pixels of an empty image on whose centres are inside.
  func draw(position: Int, into image: UnsafeMutableBufferPointer<UInt8>) {
    // Each row is a number whose lowest bit is the leftmost pixel.
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: DSpritesRenderer.side) { rows in
      rows.initialize(repeating: 0)
      x[position / 32].withUnsafeBufferPointer { x in
        y[position % 32].withUnsafeBufferPointer { y in fill(rows, x, y) }
      }
      for row in 0..<DSpritesRenderer.side {
        var pixels = rows[row]
        while pixels != 0 {
          image[row * DSpritesRenderer.side + pixels.trailingZeroBitCount] = 1
          pixels &= pixels &- 1
        }
      }
    }
  }

  /// Flips, for every edge, the pixels to the right of it: inside is what an odd number flipped.
  ///
  /// A centre on an edge is inside on the left and at the bottom, and outside on the other sides.
  private func fill(
    _ rows: UnsafeMutableBufferPointer<UInt64>, _ x: UnsafeBufferPointer<Int>,
    _ y: UnsafeBufferPointer<Int>
  ) {
    let unit = Self.unitsPerPixel
    let half = unit / 2
    for vertex in 0..<x.count - 1 {
      let isDownward = y[vertex] < y[vertex + 1]
      let upper = isDownward ? vertex : vertex + 1
      let lower = isDownward ? vertex + 1 : vertex
      let height = y[lower] - y[upper]
      let width = x[lower] - x[upper]
      // Rows whose centre is below the upper end, and not below the lower one; shifts round down.
      var row = (y[upper] + half) >> 8
      let lastRow = (y[lower] - half) >> 8
      while row <= lastRow {
        let depth = row * unit + half - y[upper]
        // Where the edge passes the row, times its height; then the first centre not left of that.
        let passing = (x[upper] - half) * height + depth * width
        let column = (passing + unit * height - 1) / (unit * height)
        rows[row] ^= column < 64 ? ~0 << UInt64(column) : 0
        row += 1
      }
    }
  }

  /// The vertices of a shape of scale 1 around its origin, in pixels.
  private static func vertices(shape: Int) -> [(x: Double, y: Double)] {
    let radius = 9.6
    switch shape {
    case 1:
      return [(-radius, -radius), (radius, -radius), (radius, radius), (-radius, radius)]
    case 2:
      return (0..<100).map { k in
        let angle = 2 * Double.pi * Double(k) / 100
        return (radius * cos(angle) * 1.33, radius * sin(angle) / 1.33)
      }
    default:
      return (0..<150).map { k in
        let t = 2 * Double.pi * Double(k) / 150
        let curve = 13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)
        return (radius * sin(t) * sin(t) * sin(t), -radius * (curve / 14.5 + 0.15))
      }
    }
  }
}
