import Foundation
import Testing

@testable import Files

@Suite struct GzipTests {
  /// `printf 'hello' | gzip -n`, twice the same member below.
  private let hello: [UInt8] = [
    0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0x86, 0xA6, 0x10, 0x36,
    5, 0, 0, 0,
  ]

  private func contents(_ bytes: [UInt8]) throws -> String {
    try withFile("a.gz", bytes) { String(decoding: try decompressed($0), as: UTF8.self) }
  }

  @Test func membersFollowOneAnother() throws {
    #expect(try contents(hello) == "hello")
    #expect(try contents(hello + hello) == "hellohello")
  }

  @Test func whatIsWrongIsRefused() {
    for length in 0..<hello.count {
      #expect(arrayMessage { try contents(Array(hello.prefix(length))) }.contains("is damaged"))
    }
    for position in [0, 2, 12, 17, 21] {
      var altered = hello
      altered[position] ^= 0x10
      #expect(arrayMessage { try contents(altered) }.contains("is damaged"), "byte \(position)")
    }
    #expect(arrayMessage { try contents(hello + [1, 2, 3]) }.contains("is damaged"))
  }

  @Test(.enabled(if: installed("python3"), "python3 is not installed"))
  func aBombEndsAtItsDeclaredShape() throws {
    try withTemporaryDirectory { directory in
      // 64 MiB of zeros in 64 KiB: as an IDX file that declares four bytes of them, and as one that
      // declares more than so short a file can hold.
      let script = """
        import gzip, struct, sys
        zeros = bytes(1 << 26)
        for name, start in [("four", struct.pack(">BBBBI", 0, 0, 8, 1, 4)),
                            ("huge", struct.pack(">BBBBII", 0, 0, 8, 2, 1 << 31, 1 << 10))]:
            open(sys.argv[1] + "/" + name + ".gz", "wb").write(gzip.compress(start + zeros))
        """
      try #require(try run(["python3", "-c", script, directory]).status == 0)
      #expect(arrayMessage { try IDXFile.read(directory + "/four.gz") }.contains("there is more"))
      #expect(arrayMessage { try IDXFile.read(directory + "/huge.gz") }.contains("too short for"))
    }
  }
}
