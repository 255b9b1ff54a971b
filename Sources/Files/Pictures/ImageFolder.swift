import Foundation
import Synchronization

/// PNG pictures of one size in a folder or an archive, or in folders there that are named by their labels.
public struct ImageFolder: Sendable {
  /// The folder or archive.
  public var path: String { tree.path }
  /// The pictures' paths below the folder, label after label, in natural order (2 before 10).
  public let pictures: [String]
  /// For each picture the index of its label; empty when the pictures lie in the folder itself.
  public let labels: [Int]
  /// The names of the labels: of the folders directly below that hold pictures, in natural order.
  public let labelNames: [String]
  /// For each picture its place among those of its label, from 0.
  public let positions: [Int]

  private let tree: FileTree

  /// Lists the pictures. Hidden files and files of other kinds are passed over.
  ///
  /// Throws `FileError` or `ArrayFileError`.
  public init(_ path: String) throws {
    tree = try FileTree(path)
    pictures = try tree.names().filter { $0.lowercased().hasSuffix(".png") }
      .sorted(by: naturallyPrecedes)
    guard !pictures.isEmpty else { throw ArrayFileError.noPictures(path: path) }
    // Names that look alike are equal, whatever their bytes.
    for (one, next) in zip(pictures, pictures.dropFirst()) where one == next {
      throw ArrayFileError.damaged(path: path, reason: "'\(one)' is in it twice")
    }
    let folders = pictures.map { $0.split(separator: "/").dropLast().first.map(String.init) }
    labelNames = Set(folders.compactMap(\.self)).sorted(by: naturallyPrecedes)
    var counts: [Int: Int] = [:]
    if labelNames.isEmpty {
      labels = []
      positions = Array(pictures.indices)
    } else {
      let indices = Dictionary(
        uniqueKeysWithValues: labelNames.enumerated().map { ($0.element, $0.offset) })
      let (pictures, tree) = (pictures, tree)
      labels = try folders.enumerated().map { index, folder in
        guard let folder, let label = indices[folder] else {
          throw ArrayFileError.unlabelledPicture(path: tree.place(of: pictures[index]))
        }
        return label
      }
      positions = labels.map { label in
        defer { counts[label, default: 0] += 1 }
        return counts[label] ?? 0
      }
    }
  }

  /// Reads all pictures as `uint8`, `[pictures, channels, height, width]`.
  ///
  /// No more than a few of them are in memory as they are stored. Throws `FileError`, `PNGError` or
  /// `ArrayFileError`.
  ///
  /// - Parameter preparation: what becomes of each; values are rounded, halves upwards.
  public func read(_ preparation: PicturePreparation = PicturePreparation()) throws -> NumericArray
  {
    var bytes: [UInt8] = []
    var stored: [Int] = []
    var shape: [Int] = []
    func add(_ encoded: [EncodedPicture]) throws {
      for (picture, prepared) in zip(encoded, Self.decoded(encoded, preparation)) {
        let (values, found) = try prepared.get()
        if shape.isEmpty {
          (stored, shape) = (found.stored, found.prepared)
          try reserve(values.count, in: &bytes)
        }
        guard found.stored.dropFirst() == stored.dropFirst(), found.prepared == shape else {
          throw ArrayFileError.unequalPicture(
            path: picture.place, expected: stored, found: found.stored)
        }
        // An archive's order is its own.
        let start = picture.index * values.count
        bytes.replaceSubrange(start..<start + values.count, with: values)
      }
    }
    let indices = Dictionary(
      pictures.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first }
    )
    let limit = ArrayMemory.limit(at: path)
    var waiting: [EncodedPicture] = []
    var seen = 0
    try tree.read(pictures) { name, source in
      guard let index = indices[name] else { return }
      try ArrayMemory.check(source.atMost, within: limit, at: path)
      waiting.append(
        EncodedPicture(
          index: index, place: tree.place(of: name), bytes: try source.bytes(source.atMost)))
      seen += 1
      if waiting.count == Self.together {
        try add(waiting)
        waiting = []
      }
    }
    try add(waiting)
    guard seen == pictures.count else {
      throw ArrayFileError.damaged(path: path, reason: "it changed while it was read")
    }
    return try NumericArray(bytes, shape: [pictures.count] + shape)
  }

  /// Pictures that are decoded at a time, on all processors.
  private static let together = 64

  private struct EncodedPicture: Sendable {
    let index: Int
    let place: String
    let bytes: [UInt8]
  }

  private typealias Prepared = (values: [UInt8], shapes: (stored: [Int], prepared: [Int]))

  private static func decoded(
    _ pictures: [EncodedPicture], _ preparation: PicturePreparation
  ) -> [Result<Prepared, any Error>] {
    let results = Mutex<[Int: Result<Prepared, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: pictures.count) { index in
      let picture = pictures[index]
      let result = Result { try prepared(picture, preparation) }
      results.withLock { $0[index] = result }
    }
    return results.withLock { found in pictures.indices.compactMap { found[$0] } }
  }

  private static func prepared(
    _ picture: EncodedPicture, _ preparation: PicturePreparation
  ) throws -> Prepared {
    let image = try PNGImage(decoding: picture.bytes, from: picture.place)
    let stored = [image.channels, image.height, image.width]
    let shape: [Int]
    do {
      shape = try preparation.shape(of: stored)
    } catch {
      throw ArrayFileError.unpreparedPicture(path: picture.place, reason: "\(error)")
    }
    let steps = [1, image.width * image.channels, image.channels]
    let values = image.pixels.withUnsafeBufferPointer {
      preparation.apply(to: $0, shape: stored, steps: steps)
    }
    return (values.map { UInt8(min(max($0 + 0.5, 0), 255)) }, (stored, shape))
  }

  private func reserve(_ size: Int, in bytes: inout [UInt8]) throws {
    let (all, overflow) = size.multipliedReportingOverflow(by: pictures.count)
    try ArrayMemory.check(overflow ? .max : all, at: path)
    bytes = [UInt8](repeating: 0, count: all)
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
