import Foundation
import Testing

@testable import Files

@Suite struct IDXTests {
  @Test(arguments: ["u1", "i1", "i2", "i4", "f4", "f8"])
  func everyTypeIsRead(kind: String) throws {
    let expected = try referenceArray(kind)
    #expect(try withFixture("\(kind).idx") { try IDXFile.read($0) } == expected)
  }

  @Test(arguments: ["one.idx.gz", "two.idx.gz"])
  func compressedFilesAreRead(name: String) throws {
    #expect(try withFixture(name) { try IDXFile.read($0) } == referenceArray("i2"))
  }

  @Test func declaredAndFoundMustAgree() throws {
    let whole = try fixture("i2.idx")
    func message(_ data: Data) throws -> String {
      try withFile("a.idx", data) { path in arrayMessage { try IDXFile.read(path) } }
    }
    for length in 4..<whole.count {
      #expect(try message(whole.prefix(length)).contains("is damaged"), "\(length) bytes")
    }
    #expect(try message(whole + [0]).contains("there is more in it than it declares"))
    var altered = whole
    altered.replaceSubrange(4..<12, with: [UInt8](repeating: 0xFF, count: 8))
    #expect(try message(altered).contains("the impossible shape [4294967295, 4294967295]"))
    altered.replaceSubrange(8..<12, with: [0, 0, 0, 1])
    #expect(try message(altered).contains("too short for the shape [4294967295, 1]"))
    altered[3] = 255
    #expect(try message(altered).contains("is damaged"))
    for (position, byte) in [(0, 1), (2, 0x0A), (2, 7)] {
      altered = whole
      altered[position] = UInt8(byte)
      #expect(try message(altered).contains("is not an IDX file"))
    }
  }
}
