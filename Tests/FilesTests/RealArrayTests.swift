import Foundation
import Testing

@testable import Files

/// Public data sets, where they are at hand: in `PRIORLAB_DATA`, or beside the project.
enum RealData {
  private static let root =
    ProcessInfo.processInfo.environment["PRIORLAB_DATA"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../shared/datasets").standardizedFileURL.path

  static func path(_ name: String) -> String { root + "/" + name }

  static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}

@Suite struct RealArrayTests {
  @Test(
    .enabled(
      if: RealData.has("mnist/train-images-idx3-ubyte.gz"),
      "MNIST is neither in PRIORLAB_DATA nor beside the project"))
  func mnistIsRead() throws {
    let images = try ArrayFile.read(RealData.path("mnist/train-images-idx3-ubyte.gz"))
    #expect(images.shape == [60_000, 28, 28] && images.type == .uint8)
    let sum = try images.withUnsafeBytes { $0.reduce(0) { $0 + Int($1) } }
    #expect(Double(sum) / Double(images.count) / 255 == 0.1306604762738429)
    let labels = try ArrayFile.read(RealData.path("mnist/train-labels-idx1-ubyte.gz"))
    var counts = [Int](repeating: 0, count: 10)
    for label in try labels.integers() { counts[label] += 1 }
    #expect(counts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
  }

  @Test(
    .enabled(
      if: RealData.has("dsprites/dsprites_official_gif_frames.npz"),
      "frames of dSprites are neither in PRIORLAB_DATA nor beside the project"))
  func framesOfDSpritesAreRead() throws {
    let path = RealData.path("dsprites/dsprites_official_gif_frames.npz")
    #expect(try ArrayFile.names(in: path) == ["imgs", "latents_classes", "index"])
    let images = try ArrayFile.read(path, key: "imgs")
    #expect(images.shape == [320, 64, 64] && images.type == .uint8)
    #expect(try Set(images.integers()) == [0, 1])
    let classes = try ArrayFile.read(path, key: "latents_classes")
    #expect(classes.shape == [320, 6] && classes.type == .int64)
    // The index counts the classes in the order colour, shape, scale, orientation, x, y.
    let index = try ArrayFile.read(path, key: "index").integers()
    let sizes = [1, 3, 6, 40, 32, 32]
    for row in 0..<320 {
      let counted = try zip(classes.rows(row..<row + 1).integers(), sizes).reduce(0) {
        $0 * $1.1 + $1.0
      }
      #expect(counted == index[row])
    }
  }

  @Test(
    .enabled(
      if: RealData.has("omniglot/images_evaluation.npz"),
      "Omniglot is neither in PRIORLAB_DATA nor beside the project"))
  func omniglotIsRead() throws {
    let path = RealData.path("omniglot/images_evaluation.npz")
    let images = try ArrayFile.read(path, key: "images")
    #expect(images.shape == [659, 20, 105, 105] && images.type == .uint8)
    // Ink is 0, on white paper, which is 1.
    let white = try images.withUnsafeBytes { $0.reduce(0) { $0 + Int($1) } }
    #expect(white == 133_062_239)
    #expect(try ArrayFile.read(path, key: "labels").shape == [659, 20])
  }
}
