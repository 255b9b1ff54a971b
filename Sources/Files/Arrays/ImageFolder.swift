import Foundation

/// PNG pictures of one size in a folder, or in folders named by their labels.
public struct ImageFolder: Sendable {
  /// The folder.
  public let path: String
  /// The pictures' paths below the folder, label after label, in natural order (2 before 10).
  public let pictures: [String]
  /// For each picture the index of its label; empty when the pictures lie in the folder itself.
  public let labels: [Int]
  /// The names of the labels: of the folders directly below that hold pictures, in natural order.
  public let labelNames: [String]

  /// Lists the pictures. Hidden files and files of other kinds are passed over.
  ///
  /// Throws `FileError` or `ArrayFileError`.
  public init(_ path: String) throws {
    self.path = path
    // Opened first for an error that says why it cannot be listed.
    _ = try OpenFile(path, O_RDONLY | O_DIRECTORY, to: "open the folder")
    let below = try FileManager.default.subpathsOfDirectory(
      atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    pictures = below.filter { Self.isPicture($0) }.sorted(by: naturallyPrecedes)
    guard !pictures.isEmpty else { throw ArrayFileError.noPictures(path: path) }
    let folders = pictures.map { $0.split(separator: "/").dropLast().first.map(String.init) }
    labelNames = Set(folders.compactMap(\.self)).sorted(by: naturallyPrecedes)
    if labelNames.isEmpty {
      labels = []
    } else {
      let indices = Dictionary(
        uniqueKeysWithValues: labelNames.enumerated().map { ($0.element, $0.offset) })
      let pictures = pictures
      labels = try folders.enumerated().map { index, folder in
        guard let folder, let label = indices[folder] else {
          throw ArrayFileError.unlabelledPicture(path: "\(path)/\(pictures[index])")
        }
        return label
      }
    }
  }

  /// Reads all pictures as `uint8`, `[pictures, channels, height, width]`.
  ///
  /// Throws `FileError`, `PNGError` or `ArrayFileError`.
  public func read() throws -> NumericArray {
    var bytes: [UInt8] = []
    var shape: [Int] = []
    for name in pictures {
      let image = try PNGImage(reading: "\(path)/\(name)")
      let found = [image.channels, image.height, image.width]
      if shape.isEmpty {
        shape = found
        try reserve(image.pixels.count, in: &bytes)
      }
      guard found == shape else {
        throw ArrayFileError.unequalPicture(
          path: "\(path)/\(name)", expected: shape, found: found)
      }
      for channel in 0..<image.channels {
        for index in stride(from: channel, to: image.pixels.count, by: image.channels) {
          bytes.append(image.pixels[index])
        }
      }
    }
    return try NumericArray(bytes, shape: [pictures.count] + shape)
  }

  private func reserve(_ size: Int, in bytes: inout [UInt8]) throws {
    let (all, overflow) = size.multipliedReportingOverflow(by: pictures.count)
    try ArrayMemory.check(overflow ? .max : all, at: path)
    bytes.reserveCapacity(all)
  }

  private static func isPicture(_ path: String) -> Bool {
    path.lowercased().hasSuffix(".png")
      && !path.split(separator: "/").contains { $0.hasPrefix(".") }
  }
}

/// Whether `a` comes before `b` when runs of digits count as numbers.
func naturallyPrecedes(_ a: String, _ b: String) -> Bool {
  var (x, y) = (Array(a.utf8)[...], Array(b.utf8)[...])
  while let first = x.first, let second = y.first {
    if isDigit(first), isDigit(second) {
      let (number, other) = (takeNumber(&x), takeNumber(&y))
      if number.count != other.count { return number.count < other.count }
      if number != other { return number.lexicographicallyPrecedes(other) }
    } else {
      // A folder's pictures stay together, whatever else its name begins.
      if first != second {
        return (first == UInt8(ascii: "/") ? 0 : first) < (second == UInt8(ascii: "/") ? 0 : second)
      }
      x = x.dropFirst()
      y = y.dropFirst()
    }
  }
  if x.isEmpty != y.isEmpty { return x.isEmpty }
  // Names such as 2 and 02 still need an order.
  return a.utf8.lexicographicallyPrecedes(b.utf8)
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

/// The digits that come next, without leading zeros.
private func takeNumber(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  let digits = text.prefix(while: isDigit)
  text = text.dropFirst(digits.count)
  return digits.drop { $0 == UInt8(ascii: "0") }
}
