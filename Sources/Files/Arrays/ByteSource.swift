import CZlib
import Foundation

/// Bytes that come one after the other: of a file, a part of it, or what was compressed there.
protocol ByteSource: AnyObject {
  /// Where the bytes are from, for messages.
  var path: String { get }
  /// An upper bound of the bytes still to come, so that a declared size can be doubted before
  /// memory is taken for it.
  var atMost: Int { get }
  /// Reads until the buffer is full or the bytes end; returns how many were read.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
  /// Throws unless all bytes were read and their checksum is right.
  func end() throws
}

extension ByteSource {
  func damaged(_ reason: String) -> ArrayFileError { .damaged(path: path, reason: reason) }

  func end() throws {
    var byte: UInt8 = 0
    let isMore = try withUnsafeMutableBytes(of: &byte) { try read(into: $0) } > 0
    if isMore { throw damaged("there is more in it than it declares") }
  }

  /// Fills the buffer, or throws when the bytes end early.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws {
    let count = try read(into: buffer)
    guard count == buffer.count else {
      throw damaged("it ends where \(buffer.count - count) more bytes should follow")
    }
  }

  /// The next `count` bytes.
  func bytes(_ count: Int) throws -> [UInt8] {
    try require(count)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try fill(UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }

  /// The next bytes, fewer than `count` at the end.
  func prefix(_ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = try read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// Throws when `count` bytes cannot follow.
  func require(_ count: Int) throws {
    guard count >= 0, count <= atMost else {
      throw damaged("it declares \(count) bytes, more than can be in it")
    }
  }
}

/// The bytes of a file, or a part of them.
final class FileSource: ByteSource {
  var path: String { file.path }
  private let file: OpenFile
  private var position: Int
  private let limit: Int

  /// All of a file.
  init(_ path: String) throws {
    file = try OpenFile(path, O_RDONLY, to: "open")
    position = 0
    limit = Int(try file.status().st_size)
  }

  /// The bytes of a file in `range`, which must lie within it.
  init(_ file: OpenFile, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    limit = range.upperBound
  }

  var atMost: Int { limit - position }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    let wanted = min(buffer.count, atMost)
    while filled < wanted {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<wanted])
      let count = try file.read(into: part, at: position)
      if count == 0 { break }
      filled += count
      position += count
    }
    return filled
  }
}

/// The bytes of a member of an archive, whose number and CRC-32 are known.
final class CheckedSource: ByteSource {
  var path: String { source.path }
  private let source: any ByteSource
  private var left: Int
  private let expected: UInt32
  private var checksum: UInt = 0

  init(_ source: any ByteSource, count: Int, checksum: UInt32) {
    self.source = source
    left = count
    expected = checksum
  }

  var atMost: Int { min(left, source.atMost) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(left))
    let count = try source.read(into: part)
    left -= count
    var rest = part.prefix(count)
    while !rest.isEmpty {
      let piece = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(1 << 30))
      checksum = crc32(checksum, piece.baseAddress, UInt32(piece.count))
      rest = rest.dropFirst(piece.count)
    }
    return count
  }

  func end() throws {
    guard left == 0 else { throw damaged("there is more in it than it declares") }
    try source.end()
    guard checksum == UInt(expected) else { throw damaged("its checksum is wrong") }
  }
}
