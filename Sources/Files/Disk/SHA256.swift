import CCrypto
import Foundation

/// SHA-256 checksums, as 64 lower-case hexadecimal digits.
public enum SHA256 {
  /// The checksum of `data`.
  public static func hex(of data: Data) -> String {
    var digest = Digest()
    data.withUnsafeBytes { digest.add($0) }
    return digest.finish()
  }

  /// The checksum of the UTF-8 bytes of `text`.
  public static func hex(of text: String) -> String { hex(of: Data(text.utf8)) }

  /// The checksum of a file of any size, read piece by piece.
  ///
  /// Throws `FileError`.
  public static func hex(ofFile path: String) throws -> String {
    let file = try OpenFile(path, O_RDONLY, to: "open")
    var digest = Digest()
    var offset = 0
    while true {
      let piece = try file.read(1 << 20, at: offset)
      if piece.isEmpty { return digest.finish() }
      piece.withUnsafeBytes { digest.add($0) }
      offset += piece.count
    }
  }
}

/// A checksum in the making.
private struct Digest: ~Copyable {
  private let context = EVP_MD_CTX_new()

  init() { succeed(EVP_DigestInit_ex(context, EVP_sha256(), nil)) }

  deinit { EVP_MD_CTX_free(context) }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    succeed(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
  }

  mutating func finish() -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    succeed(EVP_DigestFinal_ex(context, &bytes, nil))
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// No input can make these calls fail: only a libcrypto without SHA-256, or no memory at all.
  private func succeed(_ status: Int32) {
    precondition(status == 1, "libcrypto cannot compute SHA-256; reinstall OpenSSL")
  }
}
