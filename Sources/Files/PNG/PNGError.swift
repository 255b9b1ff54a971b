/// Why a picture could not be made, read or written.
public enum PNGError: Error, Equatable {
  /// The file is not a PNG picture, or a damaged one.
  case damaged(path: String, reason: String)
  /// libpng refused to encode the picture.
  case notEncodable(path: String, reason: String)
  /// Width, height, channels and number of pixel values do not fit together.
  case wrongSize(width: Int, height: Int, channels: Int, values: Int)
  /// A tile of a grid differs from the first in size or channels (`[height, width, channels]`).
  case unequalTile(row: Int, column: Int, expected: [Int], found: [Int])
  /// A grid was asked for without a single tile.
  case noTiles
  /// A scale factor or a padding is too small.
  case tooSmall(what: String, value: Int, least: Int)
}

extension PNGError: CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .damaged(let path, let reason):
      "\(path) is not a readable PNG picture (\(reason)). Make or fetch the file again."
    case .notEncodable(let path, let reason):
      "The picture for \(path) cannot be encoded as PNG (\(reason)). Make it smaller."
    case .wrongSize(let width, let height, let channels, let values):
      "\(values) values do not make a picture of \(width) × \(height) pixels with \(channels) "
        + "channels. Give width × height × channels values, with 1 (grey) or 3 (RGB) channels."
    case .unequalTile(let row, let column, let expected, let found):
      "The tile in row \(row), column \(column) has the shape \(found), others \(expected) "
        + "(height, width, channels). Make all tiles of a grid alike."
    case .noTiles:
      "A grid of pictures has no tile. Give it at least one."
    case .tooSmall(let what, let value, let least):
      "The \(what) of a picture is \(value). Set it to \(least) or more."
    }
  }
}
