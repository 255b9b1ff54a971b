import CZlib

/// What was compressed with DEFLATE.
final class InflatingSource: ByteSource {
  /// What is around the compressed bytes, as zlib numbers it.
  enum Wrapping: Int32 {
    /// Nothing, as in a zip archive.
    case none = -15
    /// A zlib header and an Adler-32 checksum.
    case zlib = 15
    /// Gzip headers and CRC-32 checksums, of one member or several.
    case gzip = 31
  }

  /// A match of 258 bytes takes two bits at least.
  static let mostPerByte = 1032

  var path: String { source.path }
  private let source: any ByteSource
  private let wrapping: Wrapping
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var hasEnded = false

  init(_ source: any ByteSource, _ wrapping: Wrapping) throws {
    self.source = source
    self.wrapping = wrapping
    stream.initialize(to: z_stream())
    // Cannot fail but for a lack of memory.
    guard zlib_shim_begin(stream, wrapping.rawValue) == Z_OK else {
      throw damaged("zlib has no memory")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  var atMost: Int {
    if hasEnded { return 0 }
    let left = source.atMost + Int(stream.pointee.avail_in) + 1
    let (most, overflow) = left.multipliedReportingOverflow(by: Self.mostPerByte)
    return overflow ? .max : most
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count, !hasEnded {
      try refill()
      let room = UInt32(clamping: buffer.count - filled)
      stream.pointee.next_out = buffer.baseAddress.map {
        ($0 + filled).assumingMemoryBound(to: UInt8.self)
      }
      stream.pointee.avail_out = room
      let status = inflate(stream, Z_NO_FLUSH)
      filled += Int(room - stream.pointee.avail_out)
      switch status {
      case Z_OK: continue
      case Z_STREAM_END: try beginNextMember()
      case Z_BUF_ERROR: throw damaged("its compressed part ends too early")
      default:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
        throw damaged("its compressed part is wrong: \(reason)")
      }
    }
    return filled
  }

  private func refill() throws {
    guard stream.pointee.avail_in == 0 else { return }
    stream.pointee.avail_in = UInt32(try source.read(into: input))
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
  }

  private func beginNextMember() throws {
    if wrapping == .gzip {
      try refill()
      if stream.pointee.avail_in > 0 {
        inflateReset(stream)
        return
      }
    }
    hasEnded = true
  }
}

/// Gzip files (`.gz`).
enum Gzip {
  static func isGzip(_ start: some Collection<UInt8>) -> Bool { start.starts(with: [0x1F, 0x8B]) }
}
