import Foundation

/// How much memory an array of a file may take.
///
/// A few compressed bytes can stand for a thousand times as many. Real data are far from that (of the
/// data sets here, dSprites comes nearest, with 110 bytes of pixels for each byte of its file), so that
/// more is refused before memory is taken for it. A file below 1 MiB may hold 256 MiB, which leaves room
/// below 1 GiB for the copies that are made on the way to a tensor.
public enum ArrayMemory {
  private static let perByte = 256
  private static let smallestFile = 1 << 20

  /// Bytes that an array may take in memory, where its file has so many.
  static func limit(forFileOf size: Int) -> Int {
    let (bytes, overflow) = max(size, smallestFile).multipliedReportingOverflow(by: perByte)
    return min(overflow ? .max : bytes, Int(clamping: ProcessInfo.processInfo.physicalMemory))
  }

  /// Bytes that an array of a file, or of all files of a folder, may take in memory.
  static func limit(at path: String) -> Int { limit(forFileOf: size(of: path)) }

  /// Throws `ArrayFileError.tooLarge` where an array of so many bytes is more than its file may hold.
  public static func check(_ bytes: Int, at path: String) throws {
    // A folder is only measured where it matters.
    if bytes <= limit(forFileOf: 0) { return }
    try check(bytes, within: limit(at: path), at: path)
  }

  /// The same, where the limit is known.
  static func check(_ bytes: Int, within limit: Int, at path: String) throws {
    guard bytes <= limit else {
      throw ArrayFileError.tooLarge(path: path, bytes: bytes, limit: limit)
    }
  }

  private static func size(of path: String) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    guard status.st_mode & S_IFMT == S_IFDIR else { return Int(status.st_size) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.reduce(0) { sum, name in
      // Hidden files are nobody's data, and '.' must not be followed.
      name.hasPrefix(".") ? sum : sum + size(of: "\(path)/\(name)")
    }
  }
}
