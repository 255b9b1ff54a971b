import Files
import Foundation
import Testing

@Suite struct SHA256Tests {
  /// The vectors of FIPS 180-2, appendix B, and NIST's for the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func publishedVectors(text: String, expected: String) throws {
    #expect(SHA256.hex(of: text) == expected)
    #expect(SHA256.hex(of: Data(text.utf8)) == expected)
    try withTemporaryDirectory { directory in
      let path = directory + "/a"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try SHA256.hex(ofFile: path) == expected)
    }
  }

  @Test func filesLongerThanAPieceAreReadWhole() throws {
    try withTemporaryDirectory { directory in
      let data = Data((0..<2_500_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
      let path = directory + "/a"
      try data.write(to: URL(fileURLWithPath: path))
      #expect(try SHA256.hex(ofFile: path) == SHA256.hex(of: data))
      #expect(SHA256.hex(of: data) != SHA256.hex(of: data.dropLast()))
    }
  }

  @Test func missingFilesAndDirectoriesAreErrors() throws {
    try withTemporaryDirectory { directory in
      #expect(throws: FileError.system(operation: "open", path: directory + "/no", code: ENOENT)) {
        try SHA256.hex(ofFile: directory + "/no")
      }
      #expect(throws: FileError.system(operation: "read", path: directory, code: EISDIR)) {
        try SHA256.hex(ofFile: directory)
      }
    }
  }
}
