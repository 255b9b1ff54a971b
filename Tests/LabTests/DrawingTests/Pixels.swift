import Foundation
import Testing

@testable import Lab

/// Draws figures into a directory of its own and reads the pixels back.
///
/// gnuplot is the PNG decoder as well, which keeps these tests free of other targets.
final class Canvas {
  let directory: URL
  let gnuplot: Gnuplot

  init() throws {
    gnuplot = try Gnuplot.find()
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("drawing-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  var file: URL { directory.appendingPathComponent("figure.png") }

  func draw(_ figure: Figure) throws -> Pixels {
    try gnuplot.draw(figure, to: file)
    return try Pixels(file, gnuplot)
  }
}

/// The pixels of a PNG file.
struct Pixels {
  struct Pixel: Hashable { var red: Int, green: Int, blue: Int }

  let width: Int
  let height: Int
  private var values: [Pixel] = []

  init(_ file: URL, _ gnuplot: Gnuplot) throws {
    (width, height) = try Self.size(of: file)
    let table = file.deletingPathExtension().appendingPathExtension("txt")
    let process = Process()
    process.executableURL = gnuplot.executable
    process.arguments = [
      "-e",
      "set table '\(table.path)'; plot '\(file.path)' binary filetype=png with rgbimage",
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    values.reserveCapacity(width * height)
    try Data(contentsOf: table).withUnsafeBytes { parse($0) }
    try #require(values.count == width * height)
  }

  /// Reads lines of column, row, red, green, blue and more, byte by byte, as strings would be slow.
  private mutating func parse(_ text: UnsafeRawBufferPointer) {
    var numbers = (count: 0, red: 0, green: 0, blue: 0)
    var number: Int?
    var isComment = false
    for byte in text {
      if byte == UInt8(ascii: "#") { isComment = true }
      if byte >= 48, byte <= 57 {
        number = (number ?? 0) * 10 + Int(byte) - 48
        continue
      }
      if let value = number, !isComment {
        numbers = (numbers.count + 1, numbers.green, numbers.blue, numbers.count < 5 ? value : 0)
        if numbers.count == 5 {
          values.append(Pixel(red: numbers.red, green: numbers.green, blue: numbers.blue))
        }
      }
      number = nil
      if byte == UInt8(ascii: "\n") {
        numbers.count = 0
        isComment = false
      }
    }
  }

  /// Width and height from the header of a PNG file.
  static func size(of file: URL) throws -> (Int, Int) {
    let bytes = [UInt8](try Data(contentsOf: file))
    try #require(bytes.count > 24 && bytes[0..<8] == [137, 80, 78, 71, 13, 10, 26, 10])
    let number = { (start: Int) in bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
  }

  /// Number of pixels that differ from a colour by at most `tolerance` in each component.
  func count(_ colour: Colour, tolerance: Int = 3) -> Int {
    values.count { pixel in
      abs(pixel.red - Int(colour.red)) <= tolerance
        && abs(pixel.green - Int(colour.green)) <= tolerance
        && abs(pixel.blue - Int(colour.blue)) <= tolerance
    }
  }

  /// Number of pixels that are not white.
  var inked: Int { values.count - count(.white) }

  /// The pixel at a place from the upper left corner.
  func at(_ x: Int, _ y: Int) -> Pixel { values[y * width + x] }
}
