/// NPY files: one array, as `numpy.save` writes it.
public enum NPYFile {
  /// Reads the array of a file, plain or compressed with gzip.
  ///
  /// Booleans become 0 and 1 of `uint8`. Throws `FileError` or `ArrayFileError`.
  public static func read(_ path: String) throws -> NumericArray {
    try read(from: plainOrGzip(path))
  }

  static func read(from source: any ByteSource) throws -> NumericArray {
    let header = try NPYHeader(from: source)
    let array = try header.layout(path: source.path).read(from: source)
    try source.end()
    return array
  }

  static func isNPY(_ start: [UInt8]) -> Bool { start.starts(with: [0x93] + "NUMPY".utf8) }
}

/// NPZ files: a zip archive of arrays, as `numpy.savez` writes it.
public struct NPZFile: Sendable {
  /// The names of the arrays, in the order of the archive; also of those that are not numbers.
  public let names: [String]

  private let archive: ZipArchive

  /// Opens a file, reading no more than its table of contents.
  ///
  /// Throws `FileError` or `ArrayFileError`.
  public init(_ path: String) throws {
    archive = try ZipArchive(path)
    names = archive.members.map(\.name).filter { $0.hasSuffix(Self.suffix) }
      .map { String($0.dropLast(Self.suffix.count)) }
  }

  /// Reads the array of the given name, and checks its checksum.
  ///
  /// Throws `FileError` or `ArrayFileError`.
  public func read(_ name: String) throws -> NumericArray {
    guard let member = archive.members.first(where: { $0.name == name + Self.suffix }) else {
      throw ArrayFileError.missing(path: archive.path, key: name, available: names)
    }
    return try NPYFile.read(from: archive.contents(of: member))
  }

  private static let suffix = ".npy"
}
