import Foundation
import Testing

@testable import Files

@Suite struct PNGTests {
  private func picture(_ width: Int, _ height: Int, _ channels: Int) throws -> PNGImage {
    let pixels = (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 * 37) }
    return try PNGImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  @Test(arguments: [(1, 1, 1), (1, 1, 3), (7, 5, 1), (5, 7, 3), (300, 200, 3)])
  func picturesComeBackAndOthersReadThemToo(width: Int, height: Int, channels: Int) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.png"
      let image = try picture(width, height, channels)
      try image.write(to: path)
      #expect(try PNGImage(reading: path) == image)
      #expect(try names(directory) == ["a.png"])
      try image.write(to: directory + "/b.png")
      #expect(try contents(path) == contents(directory + "/b.png"))
      if installed("python3") {
        let decoded = try run(["python3", "-c", Self.decoder, path])
        let hex = image.pixels.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(decoded.output == "\(width) \(height) 8 \(channels == 1 ? 0 : 2) \(hex)\n")
      } else {
        print("python3 is not installed: the pictures were read by libpng only")
      }
    }
  }

  @Test(.enabled(if: installed("python3"), "python3 is not installed"))
  func palettesAndTransparencyAreRead() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.png"
      // Two pixels: opaque red, and fully transparent black, which is laid on white.
      try encode(path, "6", "00ff0000ff00000000")
      #expect(try PNGImage(reading: path).pixels == [255, 0, 0, 255, 255, 255])
      // Palette of green and blue, one bit a pixel: blue, green.
      try encode(path, "3", "0080")
      #expect(try PNGImage(reading: path).pixels == [0, 0, 255, 0, 255, 0])
    }
  }

  /// Values are data, whatever a file says of how they are shown: no gamma, no profile, no linear light.
  @Test(.enabled(if: installed("python3"), "python3 is not installed"))
  func valuesAreThoseOfTheFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.png"
      let gamma = "67414d41:000186a0"  // gAMA: 1.0
      let profile = "73524742:00"  // sRGB
      for extra in ["", gamma, profile] {
        try encode(path, "0", "00" + "80ff", "2x1", "8", extra)
        #expect(try PNGImage(reading: path).pixels == [128, 255], "8 bits, \(extra)")
        try encode(path, "0", "00" + "80801234", "2x1", "16", extra)
        // 0x1234 / 257 = 18.1.
        #expect(try PNGImage(reading: path).pixels == [128, 18], "16 bits, \(extra)")
        try encode(path, "2", "00" + "8080ffff0000" + "010000ff7fff", "2x1", "16", extra)
        #expect(
          try PNGImage(reading: path).pixels == [128, 255, 0, 1, 1, 127], "colour, \(extra)")
      }
    }
  }

  @Test func damagedFilesAreRefusedWhereverTheyEnd() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.png"
      try picture(40, 30, 3).write(to: path)
      let whole = try contents(path)
      let refuses = {
        do {
          _ = try PNGImage(reading: path)
          return false
        } catch PNGError.damaged(path, let reason) {
          return !reason.isEmpty
        }
      }
      // The last twelve bytes are the end mark, without which all pixels are there.
      for length in stride(from: 0, to: whole.count - 12, by: 53) {
        try whole.prefix(length).write(to: URL(fileURLWithPath: path))
        #expect(try refuses(), "\(length) of \(whole.count) bytes")
      }
      for position in [0, 20, whole.count / 2] {
        var altered = whole
        altered[position] ^= 0x10
        try altered.write(to: URL(fileURLWithPath: path))
        #expect(try refuses(), "byte \(position)")
      }
      try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
      #expect(try refuses())
      #expect(throws: FileError.system(operation: "open", path: directory + "/no", code: ENOENT)) {
        try PNGImage(reading: directory + "/no")
      }
      #expect(throws: FileError.self) { try PNGImage(reading: directory) }
    }
  }

  @Test(.enabled(if: installed("python3"), "python3 is not installed"))
  func aHeaderThatPromisesTooMuchIsRefusedWithoutTheMemory() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.png"
      try encode(path, "2", "00", "900000")
      do {
        _ = try PNGImage(reading: path)
        Issue.record("a picture of 810 gigapixels was read")
      } catch PNGError.damaged(path, let reason) {
        #expect(reason.contains("too short"))
      }
    }
  }

  @Test func sizesMustFit() {
    for (width, height, channels, count) in [
      (2, 2, 1, 3), (2, 2, 2, 8), (0, 2, 1, 0), (2, 0, 3, 0), (-1, -1, 1, 1), (2, 2, 1, 5),
      (.max, .max, 3, 3),
    ] {
      let error = PNGError.wrongSize(
        width: width, height: height, channels: channels, values: count)
      #expect(throws: error) {
        try PNGImage(
          width: width, height: height, channels: channels,
          pixels: [UInt8](repeating: 0, count: count))
      }
    }
  }

  @Test func writingNowhereIsAnError() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/no/a.png"
      #expect(throws: FileError.system(operation: "write", path: path, code: ENOENT)) {
        try picture(2, 2, 1).write(to: path)
      }
    }
  }

  @Test func gridsPlaceTiles() throws {
    let a = try PNGImage(width: 2, height: 1, channels: 1, pixels: [1, 2])
    let b = try PNGImage(width: 2, height: 1, channels: 1, pixels: [3, 4])
    let grid = try PNGImage.grid(tiles: [[a, b], [nil, a], [b]], padding: 1, background: 9)
    #expect(grid.width == 5 && grid.height == 5 && grid.channels == 1)
    #expect(
      grid.pixels == [
        1, 2, 9, 3, 4,
        9, 9, 9, 9, 9,
        9, 9, 9, 1, 2,
        9, 9, 9, 9, 9,
        3, 4, 9, 9, 9,
      ])
    let red = try PNGImage(width: 1, height: 1, channels: 3, pixels: [255, 0, 0])
    let pair = try PNGImage.grid(tiles: [[red, nil]], padding: 0, background: 7)
    #expect(pair.pixels == [255, 0, 0, 7, 7, 7])
    #expect(
      throws: PNGError.unequalTile(row: 0, column: 1, expected: [1, 2, 1], found: [1, 1, 3])
    ) { try PNGImage.grid(tiles: [[a, red]]) }
    #expect(throws: PNGError.noTiles) { try PNGImage.grid(tiles: [[nil], []]) }
    #expect(throws: PNGError.tooSmall(what: "padding", value: -1, least: 0)) {
      try PNGImage.grid(tiles: [[a]], padding: -1)
    }
  }

  @Test func scalingRepeatsPixels() throws {
    let image = try PNGImage(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    let scaled = try image.scaled(by: 2)
    #expect(scaled.width == 4 && scaled.height == 2)
    let line: [UInt8] = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]
    #expect(scaled.pixels == line + line)
    #expect(try image.scaled(by: 1) == image)
    #expect(throws: PNGError.tooSmall(what: "scale", value: 0, least: 1)) {
      try image.scaled(by: 0)
    }
  }

  private func encode(_ path: String, _ colour: String, _ lines: String, _ side: String...) throws {
    let arguments = ["python3", "-c", Self.encoder, path, colour, lines] + side
    try #require(try run(arguments).status == 0)
  }

  /// Decodes 8-bit grey and RGB by the PNG specification, with nothing but Python's zlib.
  private static let decoder = """
    import struct, sys, zlib
    data = open(sys.argv[1], 'rb').read()
    assert data[:8] == b'\\x89PNG\\r\\n\\x1a\\n'
    at, idat = 8, b''
    while at < len(data):
        n, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + n]
        assert zlib.crc32(kind + body) == struct.unpack('>I', data[at + 8 + n:at + 12 + n])[0]
        if kind == b'IHDR': width, height, depth, colour = struct.unpack('>IIBB', body[:10])
        if kind == b'IDAT': idat += body
        at += 12 + n
    step = 3 if colour == 2 else 1
    size, raw, out = width * step, zlib.decompress(idat), []
    last = [0] * size
    for y in range(height):
        f, line = raw[y * (size + 1)], list(raw[y * (size + 1) + 1:(y + 1) * (size + 1)])
        for x in range(size):
            a = line[x - step] if x >= step else 0
            b, c = last[x], last[x - step] if x >= step else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[x] = (line[x] + [0, a, b, (a + b) // 2, paeth][f]) % 256
        out += line
        last = line
    print(width, height, depth, colour, bytes(out).hex())
    """

  /// Makes a file from the path, the colour type, raw scan lines in hexadecimal, and where they are
  /// given a side length or width x height (by default two pixels in one line), the bits of a value,
  /// and another chunk as name:contents in hexadecimal.
  private static let encoder = """
    import struct, sys, zlib
    colour, raw = int(sys.argv[2]), bytes.fromhex(sys.argv[3])
    sides = [int(side) for side in (sys.argv[4] if len(sys.argv) > 4 else '2x1').split('x')]
    width, height = sides[0], sides[-1]
    depth = int(sys.argv[5]) if len(sys.argv) > 5 else 1 if colour == 3 else 8
    extra = bytes.fromhex(sys.argv[6].replace(':', '')) if len(sys.argv) > 6 else b''
    def chunk(kind, body):
        return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
    header = struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, 0)
    out = b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', header)
    if colour == 3: out += chunk(b'PLTE', bytes([0, 255, 0, 0, 0, 255]))
    if extra: out += chunk(extra[:4], extra[4:])
    out += chunk(b'IDAT', zlib.compress(raw)) + chunk(b'IEND', b'')
    open(sys.argv[1], 'wb').write(out)
    """

  /// What is laid beyond an edge is cut off; grey on colour becomes RGB.
  @Test func onePictureOnAnother() throws {
    let base = try PNGImage(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
    let tile = try PNGImage(width: 2, height: 2, channels: 1, pixels: [10, 20, 30, 40])
    #expect(try base.with(tile, at: (1, 0)).pixels == [1, 10, 20, 4, 30, 40])
    #expect(try base.with(tile, at: (2, 1)).pixels == [1, 2, 3, 4, 5, 10])
    #expect(try base.with(tile, at: (-1, -1)).pixels == [40, 2, 3, 4, 5, 6])
    #expect(try base.with(tile, at: (3, 0)) == base)
    #expect(try base.with(tile, at: (-2, 0)) == base)
    #expect(try base.with(tile, at: (0, 9)) == base)
    let colour = try PNGImage(width: 1, height: 1, channels: 3, pixels: [7, 8, 9])
    #expect(
      try base.with(colour, at: (0, 0)).pixels
        == [7, 8, 9, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6])
  }
}
