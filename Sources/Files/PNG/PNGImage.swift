import CPNG
import Foundation

/// A picture of 8-bit grey or RGB pixels that can be kept as a PNG file.
public struct PNGImage: Equatable, Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 for grey, 3 for RGB.
  public let channels: Int
  /// Values `[height, width, channels]` from 0 to 255, row by row from the top.
  public let pixels: [UInt8]

  /// A picture of the given values `[height, width, channels]`.
  ///
  /// Throws `PNGError.wrongSize`.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) throws {
    // A PNG file has at least one pixel and at most 2³¹ − 1 a side, so that no product overflows.
    let sides = 1...Int(Int32.max)
    guard channels == 1 || channels == 3, sides.contains(width), sides.contains(height),
      pixels.count / channels / width == height, pixels.count % (channels * width) == 0
    else {
      throw PNGError.wrongSize(
        width: width, height: height, channels: channels, values: pixels.count)
    }
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Writes the picture at `path`, whole or not at all.
  ///
  /// Throws `FileError` or `PNGError`.
  public func write(to path: String) throws {
    var image = png_shim_new()
    defer { png_image_free(&image) }
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = png_shim_format(Int32(channels))
    var size = png_shim_encoded_bound(&image)
    var encoded = Data(count: Int(size))
    let status = encoded.withUnsafeMutableBytes {
      png_image_write_to_memory(&image, $0.baseAddress, &size, 0, pixels, 0, nil)
    }
    guard status != 0 else {
      throw PNGError.notEncodable(path: path, reason: String(cString: png_shim_message(&image)))
    }
    try AtomicFile.write(encoded.prefix(Int(size)), to: path)
  }

  /// Reads a PNG file of any kind as 8-bit grey or RGB; transparency is laid on white.
  ///
  /// Values are those of the file, whatever it says of gamma and colour; of 16 bits, the nearest of 8
  /// (v / 257, rounded).
  ///
  /// Throws `FileError`, or `PNGError.damaged` when the file is not a whole PNG picture.
  public init(reading path: String) throws {
    let file = try OpenFile(path, O_RDONLY, to: "open")
    try self.init(decoding: file.read(Int(file.status().st_size), at: 0), from: path)
  }

  /// The same of a file's bytes.
  ///
  /// - Parameter path: where they are from, for messages.
  init(decoding encoded: [UInt8], from path: String) throws {
    // libpng keeps the address of the file's bytes from its first call to its second.
    self = try Self.withoutColourSpace(encoded).withUnsafeBytes {
      try PNGImage(decoding: $0, from: path)
    }
  }

  /// The file without what says how its values are to be shown: libpng would convert them to sRGB,
  /// and data are what is stored.
  private static func withoutColourSpace(_ encoded: [UInt8]) -> [UInt8] {
    let unwanted: Set = ["gAMA", "cHRM", "sRGB", "iCCP"]
    var kept = Array(encoded.prefix(8))
    var rest = encoded.dropFirst(8)
    // A chunk is its length, its name, its contents and a checksum.
    while rest.count >= 12 {
      let size = Int(rest.prefix(4).unsigned(bigEndian: true)) + 12
      let name = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
      if !unwanted.contains(name) { kept += rest.prefix(size) }
      rest = rest.dropFirst(size)
    }
    return kept + rest
  }

  private init(decoding encoded: UnsafeRawBufferPointer, from path: String) throws {
    var image = png_shim_new()
    defer { png_image_free(&image) }
    func damaged() -> PNGError {
      .damaged(path: path, reason: String(cString: png_shim_message(&image)))
    }
    guard png_image_begin_read_from_memory(&image, encoded.baseAddress, encoded.count) != 0 else {
      throw damaged()
    }
    channels = png_shim_has_color(&image) != 0 ? 3 : 1
    width = Int(image.width)
    height = Int(image.height)
    image.format = png_shim_format(Int32(channels))
    // Else 16-bit values are taken for linear light, where 8-bit ones are not.
    image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
    // A byte of a PNG file cannot become more than about 1032 · 24 bytes of pixels; a header that
    // says otherwise is damaged, and believing it could ask for more memory than there is.
    let count = width * height * channels
    guard count / (1032 * 24) <= encoded.count else {
      throw PNGError.damaged(path: path, reason: "too short for \(width) × \(height) pixels")
    }
    guard count <= ArrayMemory.limit(forFileOf: encoded.count) else {
      throw PNGError.damaged(
        path: path, reason: "\(width) × \(height) pixels are too many for a file of its size")
    }
    var values = [UInt8](repeating: 255, count: count)
    var white = png_color(red: 255, green: 255, blue: 255)
    guard png_image_finish_read(&image, &white, &values, 0, nil) != 0 else { throw damaged() }
    pixels = values
  }
}
