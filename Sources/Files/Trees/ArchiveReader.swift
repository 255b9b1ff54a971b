import CArchive
import Foundation

/// The files of a tar archive, one after the other.
final class ArchiveReader {
  let path: String
  fileprivate let archive: OpaquePointer

  /// Throws `FileError` or `ArrayFileError`.
  init(_ path: String) throws {
    self.path = path
    // libarchive does not say why a file cannot be opened.
    _ = try OpenFile(path, O_RDONLY, to: "open")
    guard let archive = archive_read_new() else {
      throw ArrayFileError.damaged(path: path, reason: "libarchive has no memory")
    }
    self.archive = archive
    // Only these: others would start programs.
    archive_read_support_filter_gzip(archive)
    archive_read_support_filter_bzip2(archive)
    archive_read_support_filter_xz(archive)
    archive_read_support_filter_zstd(archive)
    archive_read_support_format_tar(archive)
    guard archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else {
      throw damaged(archive)
    }
  }

  deinit { archive_read_free(archive) }

  /// The next file, or nil at the end. What was not read of the one before is passed over.
  func next() throws -> ArchiveMember? {
    var entry: OpaquePointer?
    while true {
      let status = archive_read_next_header(archive, &entry)
      if status == ARCHIVE_EOF { return nil }
      guard status >= ARCHIVE_WARN, let entry else { throw damaged(archive) }
      guard archive_shim_is_file(entry) != 0 else { continue }
      guard let name = archive_shim_name(entry) else {
        throw ArrayFileError.damaged(path: path, reason: "a file in it has no name")
      }
      return ArchiveMember(
        self, name: String(cString: name), size: Int(archive_entry_size(entry)))
    }
  }

  fileprivate func damaged(_ archive: OpaquePointer) -> ArrayFileError {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "no tar archive"
    return .damaged(path: path, reason: reason)
  }
}

/// The bytes of a file of an archive, until the next one is asked for.
final class ArchiveMember: ByteSource {
  let name: String
  private let reader: ArchiveReader
  private var left: Int

  fileprivate init(_ reader: ArchiveReader, name: String, size: Int) {
    self.reader = reader
    self.name = name
    left = size
  }

  var path: String { "\(name) in \(reader.path)" }

  var atMost: Int { left }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = archive_read_data(
        reader.archive, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      if count == 0 { break }
      guard count > 0 else { throw reader.damaged(reader.archive) }
      filled += count
    }
    left -= min(filled, left)
    return filled
  }
}
