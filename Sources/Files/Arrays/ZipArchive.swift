import Foundation

/// The members of a zip archive, stored or deflated.
struct ZipArchive: Sendable {
  struct Member: Equatable, Sendable {
    let name: String
    let method: UInt64
    let isEncrypted: Bool
    let checksum: UInt32
    let compressedSize: Int
    let size: Int
    /// Where its local header begins.
    let offset: Int
  }

  let path: String
  let members: [Member]
  private let file: OpenFile

  /// Reads the table of contents.
  init(_ path: String) throws {
    self.path = path
    file = try OpenFile(path, O_RDONLY, to: "open")
    let reader = ZipDirectoryReader(file: file, size: Int(try file.status().st_size))
    members = try reader.members()
  }

  /// The bytes of a member, decompressed, with their number and checksum.
  func contents(of member: Member) throws -> any ByteSource {
    func damaged(_ reason: String) -> ArrayFileError {
      .damaged(path: path, reason: "\(member.name): \(reason)")
    }
    guard !member.isEncrypted else { throw unsupported("the encrypted member \(member.name)") }
    // The local header repeats the table; only its own length counts.
    let header = try file.read(ZipSignature.localSize, at: member.offset)
    guard header.count == ZipSignature.localSize, header.starts(with: ZipSignature.local) else {
      throw damaged("it is not where the table of contents says")
    }
    let names = Int(header[26..<28].unsigned() + header[28..<30].unsigned())
    let start = member.offset + ZipSignature.localSize + names
    let size = Int(try file.status().st_size)
    guard start <= size, member.compressedSize <= size - start else {
      throw damaged("it is cut off")
    }
    let stored = FileSource(file, start..<start + member.compressedSize)
    let source: any ByteSource
    switch member.method {
    case 0: source = stored
    case 8: source = try InflatingSource(stored, .none)
    default: throw unsupported("\(member.name) compressed by the zip method \(member.method)")
    }
    return CheckedSource(source, count: member.size, checksum: member.checksum)
  }

  private func unsupported(_ what: String) -> ArrayFileError {
    .unsupported(
      path: path, what: what, remedy: "Make the archive anew, stored or deflated, without password")
  }
}

/// How the parts of a zip archive begin, and how long they are without what varies.
private enum ZipSignature {
  static let local: [UInt8] = [0x50, 0x4B, 3, 4]
  static let localSize = 30
  static let entry: [UInt8] = [0x50, 0x4B, 1, 2]
  static let entrySize = 46
  static let end: [UInt8] = [0x50, 0x4B, 5, 6]
  static let endSize = 22
  static let locator64: [UInt8] = [0x50, 0x4B, 6, 7]
  static let locator64Size = 20
  static let end64: [UInt8] = [0x50, 0x4B, 6, 6]
  static let end64Size = 56
}

/// Reads the table of contents at the end of an archive.
private struct ZipDirectoryReader {
  let file: OpenFile
  let size: Int

  func members() throws -> [ZipArchive.Member] {
    let (range, count) = try directory()
    let table = try file.read(range.count, at: range.lowerBound)
    var members: [ZipArchive.Member] = []
    var names: Set<String> = []
    var rest = table[...]
    while members.count < count {
      let member = try takeMember(from: &rest)
      guard names.insert(member.name).inserted else {
        throw damaged("it has two members \(member.name)")
      }
      members.append(member)
    }
    return members
  }

  /// Where the table is, and how many members it has.
  private func directory() throws -> (range: Range<Int>, count: Int) {
    // A comment of up to 65,535 bytes may follow the end.
    let tailStart = max(0, size - ZipSignature.endSize - 0xFFFF)
    let tail = try file.read(size - tailStart, at: tailStart)
    guard
      let at = stride(from: tail.count - ZipSignature.endSize, through: 0, by: -1).first(
        where: { start in
          tail[start...].starts(with: ZipSignature.end)
            && start + ZipSignature.endSize + Int(tail[start + 20..<start + 22].unsigned())
              == tail.count
        })
    else {
      throw tail.starts(with: ZipSignature.local)
        ? damaged("its table of contents is missing, as when a download was cut off")
        : ArrayFileError.notRecognised(path: file.path, expected: "an NPZ file")
    }
    let end = tail[at..<at + ZipSignature.endSize]
    var count = end.number(10, 2)
    var length = end.number(12, 4)
    var offset = end.number(16, 4)
    var limit = tailStart + at
    if count == 0xFFFF || length == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      (count, length, offset, limit) = try directory64(before: limit)
    }
    guard let start = Int(exactly: offset), let bytes = Int(exactly: length), start <= limit,
      bytes <= limit - start, let count = Int(exactly: count),
      count <= bytes / ZipSignature.entrySize
    else { throw damaged("its table of contents does not fit in it") }
    return (start..<start + bytes, count)
  }

  /// The larger fields that archives above 4 GiB have before their end.
  private func directory64(
    before end: Int
  ) throws -> (count: UInt64, length: UInt64, offset: UInt64, limit: Int) {
    let wrong = damaged("its table of contents (zip64) is not where it says")
    guard end >= ZipSignature.locator64Size else { throw wrong }
    let locator = try file.read(
      ZipSignature.locator64Size, at: end - ZipSignature.locator64Size)[...]
    guard locator.starts(with: ZipSignature.locator64),
      let at = Int(exactly: locator.number(8, 8)), at <= end - ZipSignature.locator64Size
    else { throw wrong }
    let record = try file.read(ZipSignature.end64Size, at: at)[...]
    guard record.count == ZipSignature.end64Size, record.starts(with: ZipSignature.end64) else {
      throw wrong
    }
    return (record.number(32, 8), record.number(40, 8), record.number(48, 8), at)
  }

  private func takeMember(from rest: inout ArraySlice<UInt8>) throws -> ZipArchive.Member {
    let wrong = damaged("its table of contents is wrong")
    guard rest.count >= ZipSignature.entrySize, rest.starts(with: ZipSignature.entry) else {
      throw wrong
    }
    let entry = rest.prefix(ZipSignature.entrySize)
    let nameLength = Int(entry.number(28, 2))
    let extraLength = Int(entry.number(30, 2))
    let whole = ZipSignature.entrySize + nameLength + extraLength + Int(entry.number(32, 2))
    guard rest.count >= whole else { throw wrong }
    let name = rest.dropFirst(ZipSignature.entrySize).prefix(nameLength)
    let extra = rest.dropFirst(ZipSignature.entrySize + nameLength).prefix(extraLength)
    rest = rest.dropFirst(whole)

    // Fields that are too small for their value stand in the extra field instead, in this order.
    var wide = zip64Field(of: extra)
    func number(_ start: Int) throws -> Int {
      let narrow = entry.number(start, 4)
      if narrow < 0xFFFF_FFFF { return Int(narrow) }
      guard wide.count >= 8, let value = Int(exactly: wide.prefix(8).unsigned()) else {
        throw wrong
      }
      wide = wide.dropFirst(8)
      return value
    }
    let uncompressed = try number(24)
    let compressed = try number(20)
    let offset = try number(42)
    guard offset <= size, compressed <= size - offset else { throw wrong }
    return ZipArchive.Member(
      name: String(decoding: name, as: UTF8.self), method: entry.number(10, 2),
      isEncrypted: entry.number(8, 2) & 1 != 0,
      checksum: UInt32(truncatingIfNeeded: entry.number(16, 4)), compressedSize: compressed,
      size: uncompressed, offset: offset)
  }

  private func zip64Field(of extra: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = extra
    while rest.count >= 4 {
      let kind = rest.number(0, 2)
      let length = Int(rest.number(2, 2))
      if kind == 1 { return rest.dropFirst(4).prefix(length) }
      rest = rest.dropFirst(4 + length)
    }
    return []
  }

  private func damaged(_ reason: String) -> ArrayFileError {
    .damaged(path: file.path, reason: reason)
  }
}

extension ArraySlice<UInt8> {
  /// The little-endian number of `length` bytes, `start` bytes after the slice's first.
  fileprivate func number(_ start: Int, _ length: Int) -> UInt64 {
    dropFirst(start).prefix(length).unsigned()
  }
}
