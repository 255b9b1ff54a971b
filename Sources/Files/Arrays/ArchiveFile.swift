import Foundation

/// Archives and compressed files: what tells them from other files.
public enum ArchiveFile {
  /// Whether a file begins as a tar archive, which has a mark in its first header.
  static func isTar(_ start: [UInt8]) -> Bool {
    start.count >= 262 && start[257..<262].elementsEqual("ustar".utf8)
  }

  /// Whether a file begins as one that was compressed with bzip2, xz or Zstandard, of which archives alone
  /// are read.
  static func isCompressed(_ start: [UInt8]) -> Bool {
    [Array("BZh".utf8), [0xFD] + "7zXZ\0".utf8, [0x28, 0xB5, 0x2F, 0xFD]].contains {
      start.starts(with: $0)
    }
  }

  /// Throws where a file is no whole archive of the kind that its name ends in; other names may be
  /// anything.
  ///
  /// - Parameter name: the name that counts, which a file in the making has not yet.
  /// - Throws: `FileError` or `ArrayFileError`.
  public static func check(_ path: String, named name: String) throws {
    let name = name.lowercased()
    if name.hasSuffix(".zip") {
      _ = try ZipArchive(path)
    } else if name.hasSuffix(".gz") || name.hasSuffix(".tgz") {
      try checkGzip(path)
    } else if name.hasSuffix(".tar") {
      try checkTar(path)
    }
  }

  private static func checkGzip(_ path: String) throws {
    let source = try FileSource(path)
    guard Gzip.isGzip(try FileSource(path).prefix(2)) else {
      throw ArrayFileError.notRecognised(path: path, expected: "a file compressed with gzip")
    }
    let inflated = try InflatingSource(source, .gzip)
    while try !inflated.prefix(1 << 20).isEmpty {}
  }

  /// The first header has a mark, and two empty blocks of 512 bytes follow the last file.
  private static func checkTar(_ path: String) throws {
    let file = try OpenFile(path, O_RDONLY, to: "open")
    let size = Int(try file.status().st_size)
    guard size >= 1536, try file.read(5, at: 257) == Array("ustar".utf8) else {
      throw ArrayFileError.notRecognised(path: path, expected: "a tar archive")
    }
    guard try file.read(1024, at: size - 1024).allSatisfy({ $0 == 0 }) else {
      throw ArrayFileError.damaged(path: path, reason: "its end is missing")
    }
  }
}
