import Foundation
import Testing

@testable import Files

@Suite struct ImageFolderTests {
  private func add(_ path: String, _ pixels: [UInt8], channels: Int = 1) throws {
    try FileManager.default.createDirectory(
      atPath: AtomicFile.split(path).directory, withIntermediateDirectories: true)
    let height = pixels.count / channels / 2
    try PNGImage(width: 2, height: height, channels: channels, pixels: pixels).write(to: path)
  }

  @Test func picturesAreInNaturalOrder() throws {
    try withTemporaryDirectory { directory in
      for number in [10, 2, 1] { try add("\(directory)/a\(number).png", [UInt8(number), 0]) }
      try Data("x".utf8).write(to: URL(fileURLWithPath: directory + "/notes.txt"))
      try Data("x".utf8).write(to: URL(fileURLWithPath: directory + "/.hidden.png"))
      let folder = try ImageFolder(directory)
      #expect(folder.pictures == ["a1.png", "a2.png", "a10.png"])
      #expect(folder.labels.isEmpty && folder.labelNames.isEmpty)
      #expect(
        try folder.read() == NumericArray([UInt8]([1, 0, 2, 0, 10, 0]), shape: [3, 1, 1, 2]))
    }
  }

  @Test func foldersAreLabelsAndChannelsComeFirst() throws {
    try withTemporaryDirectory { directory in
      try add(directory + "/10/a.PNG", [1, 2, 3, 4, 5, 6], channels: 3)
      try add(directory + "/9/deep/b.png", [7, 8, 9, 10, 11, 12], channels: 3)
      let folder = try ImageFolder(directory)
      #expect(folder.pictures == ["9/deep/b.png", "10/a.PNG"])
      #expect(folder.labelNames == ["9", "10"] && folder.labels == [0, 1])
      let planes: [UInt8] = [7, 10, 8, 11, 9, 12, 1, 4, 2, 5, 3, 6]
      #expect(try folder.read() == NumericArray(planes, shape: [2, 3, 1, 2]))
      #expect(try ArrayFile.read(directory) == folder.read())
      #expect(try ArrayFile.names(in: directory) == ["images", "labels", "positions"])
      #expect(
        try ArrayFile.read(directory, key: "labels") == NumericArray([Int64(0), 1], shape: [2]))
    }
  }

  @Test func picturesMustGoTogether() throws {
    try withTemporaryDirectory { directory in
      #expect(throws: ArrayFileError.noPictures(path: directory)) { try ImageFolder(directory) }
      try add(directory + "/x/1.png", [1, 2])
      try add(directory + "/x/2.png", [1, 2, 3, 4])
      #expect(
        throws: ArrayFileError.unequalPicture(
          path: directory + "/x/2.png", expected: [1, 1, 2], found: [1, 2, 2])
      ) { try ImageFolder(directory).read() }
      try add(directory + "/1.png", [1, 2])
      #expect(throws: ArrayFileError.unlabelledPicture(path: directory + "/1.png")) {
        try ImageFolder(directory)
      }
      #expect(throws: FileError.self) { try ImageFolder(directory + "/no") }
    }
  }

  @Test func digitsCountAsNumbers() {
    let sorted = ["", "1", "01", "2", "2a", "10", "a", "a/2", "a/10", "a1", "a1b", "a02b", "b"]
    for (i, a) in sorted.enumerated() {
      for (j, b) in sorted.enumerated() where a != "01" && b != "01" {
        #expect(naturallyPrecedes(a, b) == (i < j), "\(a) \(b)")
      }
    }
    #expect(naturallyPrecedes("01", "1") && !naturallyPrecedes("1", "01"))
  }
}
