/// How pictures become smaller ones: grey, cut out, and reduced, in this order, and rounded once at the end.
public struct PicturePreparation: Codable, Hashable, Sendable {
  /// Whether colours become one channel, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601); grey stays grey.
  public var isGrey: Bool
  /// The part that is kept: its first row and column, height and width.
  public var crop: [Int]?
  /// Pixels a side of the square picture that it becomes. Each is the mean of the area that it covers, of
  /// pixels that lie in it in part by that part.
  public var side: Int?

  public init(isGrey: Bool = false, crop: [Int]? = nil, side: Int? = nil) {
    self.isGrey = isGrey
    self.crop = crop
    self.side = side
  }

  /// Whether nothing is changed.
  public var isNone: Bool { self == PicturePreparation() }

  /// What no picture can be prepared by, or nil.
  public var problem: String? {
    if let crop {
      guard crop.count == 4, crop[0] >= 0, crop[1] >= 0, crop[2] > 0, crop[3] > 0,
        crop.allSatisfy({ $0 <= 1 << 20 })
      else { return "the part that is cut out is [first row, first column, height, width]" }
    }
    if let side, !(1...1 << 16 ~= side) {
      return "a picture must have from 1 to 65536 pixels a side"
    }
    return nil
  }

  /// The shape that a picture of shape `[channels, height, width]` gets.
  ///
  /// Throws `PicturePreparationError`.
  public func shape(of picture: [Int]) throws(PicturePreparationError) -> [Int] {
    guard picture.count == 3 else { throw .noPicture(shape: picture) }
    var (channels, height, width) = (picture[0], picture[1], picture[2])
    if isGrey {
      guard channels == 1 || channels == 3 else { throw .noColours(channels: channels) }
      channels = 1
    }
    if let crop {
      guard crop[0] + crop[2] <= height, crop[1] + crop[3] <= width else {
        throw .outside(crop: crop, height: height, width: width)
      }
      (height, width) = (crop[2], crop[3])
    }
    if let side {
      guard height == width else { throw .notSquare(height: height, width: width) }
      guard side <= height else { throw .tooSmall(side: height, wanted: side) }
      (height, width) = (side, side)
    }
    return [channels, height, width]
  }

  /// The picture, `[channels, height, width]`, with values of the stored ones' range.
  ///
  /// - Parameters:
  ///   - picture: its values, in any order that is a sum of steps.
  ///   - shape: `[channels, height, width]`, which `shape(of:)` has checked.
  ///   - steps: how far apart neighbours along each of these axes are.
  public func apply<Value: PictureValue>(
    to picture: UnsafeBufferPointer<Value>, shape: [Int], steps: [Int]
  ) -> [Double] {
    let top = crop?[0] ?? 0
    let left = crop?[1] ?? 0
    let height = crop?[2] ?? shape[1]
    let width = crop?[3] ?? shape[2]
    let weights = isGrey && shape[0] == 3 ? [0.299, 0.587, 0.114] : [1]
    let planes = isGrey ? 1 : shape[0]
    let rows = AreaWeights(from: height, to: side ?? height)
    let columns = AreaWeights(from: width, to: side ?? width)
    var reduced = [Double](repeating: 0, count: planes * rows.count * columns.count)
    var line = [Double](repeating: 0, count: width)
    var sums = [Double](repeating: 0, count: columns.count)
    for plane in 0..<planes {
      for row in 0..<height {
        for column in 0..<width {
          var value = 0.0
          for (channel, weight) in weights.enumerated() {
            let place =
              (plane + channel) * steps[0] + (top + row) * steps[1] + (left + column) * steps[2]
            value += weight * picture[place].number
          }
          line[column] = value
        }
        columns.reduce(line, into: &sums)
        rows.spread(row) { target, weight in
          let start = (plane * rows.count + target) * columns.count
          for column in 0..<columns.count { reduced[start + column] += weight * sums[column] }
        }
      }
    }
    return reduced
  }
}

/// A value of a picture.
public protocol PictureValue {
  var number: Double { get }
}

extension UInt8: PictureValue {
  public var number: Double { Double(self) }
}

extension Float: PictureValue {
  public var number: Double { Double(self) }
}

/// What the pixels of a line contribute to each of fewer that cover it in equal parts.
private struct AreaWeights {
  /// Number of pixels that the line becomes.
  let count: Int
  /// For each pixel of the line, the first of those that it contributes to.
  private let targets: [Int]
  /// What it contributes to that one, and to the next.
  private let shares: [(Double, Double)]

  init(from length: Int, to count: Int) {
    self.count = count
    // In units of 1 / (length · count) of the line, where all ends are whole.
    let places = (0..<length).map { pixel in
      let (begin, end) = (pixel * count, (pixel + 1) * count)
      let target = begin / length
      let border = (target + 1) * length
      return (target, min(end, border) - begin, max(end - border, 0))
    }
    targets = places.map(\.0)
    shares = places.map { (Double($0.1) / Double(length), Double($0.2) / Double(length)) }
  }

  func reduce(_ line: [Double], into sums: inout [Double]) {
    for index in sums.indices { sums[index] = 0 }
    for (pixel, value) in line.enumerated() {
      let target = targets[pixel]
      sums[target] += shares[pixel].0 * value
      if shares[pixel].1 > 0 { sums[target + 1] += shares[pixel].1 * value }
    }
  }

  func spread(_ pixel: Int, _ body: (Int, Double) -> Void) {
    body(targets[pixel], shares[pixel].0)
    if shares[pixel].1 > 0 { body(targets[pixel] + 1, shares[pixel].1) }
  }
}

/// Why a picture cannot be prepared; a part of a sentence.
public enum PicturePreparationError: Error, Equatable {
  case noPicture(shape: [Int])
  case noColours(channels: Int)
  case outside(crop: [Int], height: Int, width: Int)
  case notSquare(height: Int, width: Int)
  case tooSmall(side: Int, wanted: Int)
}

extension PicturePreparationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noPicture(let shape): "the shape \(shape) is not [channels, height, width]"
    case .noColours(let channels): "it has \(channels) channels, where 1 or 3 can become grey"
    case .outside(let crop, let height, let width):
      "the part \(crop) (first row, first column, height, width) lies outside its \(height) × \(width) "
        + "pixels"
    case .notSquare(let height, let width):
      "\(height) × \(width) pixels are no square: cut one out"
    case .tooSmall(let side, let wanted):
      "\(side) pixels a side cannot be reduced to \(wanted)"
    }
  }
}
