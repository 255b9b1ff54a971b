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

  private var shape: [Int] { [height, width, channels] }
}
