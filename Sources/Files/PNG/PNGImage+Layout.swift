extension PNGImage {
  /// One picture of tiles in rows and columns, `padding` pixels apart, with no border around.
  ///
  /// Tiles must be alike in size and channels. Where a tile is nil, or a row is shorter than
  /// others, and between the tiles, every value is `background`. Throws `PNGError`.
  public static func grid(
    tiles: [[PNGImage?]], padding: Int = 2, background: UInt8 = 255
  ) throws -> PNGImage {
    guard padding >= 0 else {
      throw PNGError.tooSmall(what: "padding", value: padding, least: 0)
    }
    guard let first = tiles.joined().lazy.compactMap(\.self).first else { throw PNGError.noTiles }
    let columns = tiles.map(\.count).max() ?? 0
    let width = columns * (first.width + padding) - padding
    let height = tiles.count * (first.height + padding) - padding
    let channels = first.channels
    var pixels = [UInt8](repeating: background, count: width * height * channels)
    for (row, tiles) in tiles.enumerated() {
      for (column, tile) in tiles.enumerated() {
        guard let tile else { continue }
        guard tile.shape == first.shape else {
          throw PNGError.unequalTile(
            row: row, column: column, expected: first.shape, found: tile.shape)
        }
        let top = row * (first.height + padding)
        let left = column * (first.width + padding)
        let bytes = tile.width * channels
        for y in 0..<tile.height {
          let start = ((top + y) * width + left) * channels
          let line = tile.pixels[y * bytes..<(y + 1) * bytes]
          pixels.replaceSubrange(start..<start + bytes, with: line)
        }
      }
    }
    return try PNGImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// The picture with each pixel as a square of `factor` × `factor`.
  ///
  /// Throws `PNGError.tooSmall` for a factor below 1.
  public func scaled(by factor: Int) throws -> PNGImage {
    guard factor >= 1 else { throw PNGError.tooSmall(what: "scale", value: factor, least: 1) }
    var scaled: [UInt8] = []
    scaled.reserveCapacity(pixels.count * factor * factor)
    for y in 0..<height {
      var line: [UInt8] = []
      for x in 0..<width {
        let start = (y * width + x) * channels
        for _ in 0..<factor { line += pixels[start..<start + channels] }
      }
      for _ in 0..<factor { scaled += line }
    }
    return try PNGImage(
      width: width * factor, height: height * factor, channels: channels, pixels: scaled)
  }

  /// The picture with another one laid on it, whose upper left corner is at column `x` and row `y`; what
  /// lies outside is cut off. Of different channels, both become RGB.
  public func with(_ other: PNGImage, at place: (x: Int, y: Int)) throws -> PNGImage {
    guard channels == other.channels else {
      return try inColour().with(try other.inColour(), at: place)
    }
    let columns = max(place.x, 0)..<max(min(place.x + other.width, width), max(place.x, 0))
    let rows = max(place.y, 0)..<max(min(place.y + other.height, height), max(place.y, 0))
    var pixels = pixels
    for y in rows where !columns.isEmpty {
      let start = (y * width + columns.lowerBound) * channels
      let source = ((y - place.y) * other.width + columns.lowerBound - place.x) * channels
      let count = columns.count * channels
      pixels.replaceSubrange(start..<start + count, with: other.pixels[source..<source + count])
    }
    return try PNGImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// The same picture in RGB.
  public func inColour() throws -> PNGImage {
    channels == 3
      ? self
      : try PNGImage(
        width: width, height: height, channels: 3,
        pixels: pixels.flatMap { [$0, $0, $0] })
  }

  private var shape: [Int] { [height, width, channels] }
}
