/// IDX files, the format of MNIST: a header of the type and the shape, then the numbers.
public enum IDXFile {
  /// Reads the array of a file, plain or compressed with gzip.
  ///
  /// Throws `FileError` or `ArrayFileError`; also when the file is shorter or longer than declared.
  public static func read(_ path: String) throws -> NumericArray {
    let source = try plainOrGzip(path)
    let start = try source.prefix(4)
    guard start.count == 4, isIDX(start), let type = types[start[2]] else {
      throw ArrayFileError.notRecognised(path: path, expected: "an IDX file")
    }
    let lengths = try source.bytes(4 * Int(start[3]))
    let shape = (0..<Int(start[3])).map {
      Int(lengths[4 * $0..<4 * $0 + 4].unsigned(bigEndian: true))
    }
    let array = try ArrayLayout(type: type, shape: shape, isBigEndian: true).read(from: source)
    try source.end()
    return array
  }

  static func isIDX(_ start: [UInt8]) -> Bool {
    start.count >= 4 && start[0] == 0 && start[1] == 0 && types[start[2]] != nil && start[3] > 0
  }

  private static let types: [UInt8: NumericType] = [
    0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
  ]
}

/// The contents of a file, which may be compressed with gzip.
func plainOrGzip(_ path: String) throws -> any ByteSource {
  let start = try FileSource(path).prefix(2)
  let source = try FileSource(path)
  return Gzip.isGzip(start) ? try InflatingSource(source, .gzip) : source
}
