import Foundation
import Testing
import Torch

@testable import Datasets
@testable import Files

@Suite struct DSpritesTests {
  /// Index, number of pixels that are on, and the start of the SHA-256 of the bytes, printed by
  /// Scripts/reference/dsprites.py.
  private static let reference: [(index: Int, on: Int, checksum: String)] = [
    (0, 100, "ff85428fd96c1c34"),
    (737279, 222, "fd7f57c8a27b9ba8"),
    (17, 90, "9f6fb1b9086ac28f"),
    (30744, 92, "4f199c339f2d8eb0"),
    (61471, 132, "1affdb435b00a862"),
    (92198, 187, "5c78b085829a3f05"),
    (122925, 240, "a7db585e55741e3f"),
    (153652, 235, "7bb38a8d20cf0ed7"),
    (184379, 298, "d2bc7ab2f678acc1"),
    (215106, 370, "86b23e242cbc961c"),
    (245833, 71, "c014c42ccb140437"),
    (276560, 77, "28fc3d0abf385080"),
    (307287, 104, "452cbe43ea419967"),
    (338014, 143, "e925c54127c4e57e"),
    (368741, 186, "bd988081e9773ed4"),
    (399468, 186, "d915d55df90ed310"),
    (430195, 236, "3afd69011b376dc0"),
    (460922, 288, "8bb9d5f9db9ab5be"),
    (491649, 59, "a7c62bd223972daf"),
    (522376, 56, "6d2e38b5a29e35fe"),
    (553103, 78, "00d9100f89684533"),
    (583830, 111, "13585bbe300bbe07"),
    (614557, 142, "b683de07795ea4d3"),
    (645284, 141, "0832959ecd731b57"),
    (676011, 181, "65718030d028d283"),
    (706738, 225, "c11197ff214dc827"),
    (185, 100, "fbc9ee47309f6f64"),
    (30912, 91, "91ca5abeea550fb1"),
    (61639, 133, "c62d985fc276c9eb"),
    (92366, 177, "901584e396a1903e"),
    (123093, 225, "1aa288893853e2f0"),
    (153820, 235, "0ecfb881a77a25a5"),
    (184547, 296, "1ab15934931cd0bf"),
    (215274, 369, "8dae9cc1d4ab03eb"),
    (246001, 72, "b513e0473c471c0e"),
    (276728, 71, "901b88b009ff4521"),
    (307455, 102, "31f0957951aa7081"),
    (338182, 140, "e95adf13ad9572d0"),
    (368909, 183, "a9d74b9f85cbf02e"),
    (399636, 185, "aa5f14bfbc979f2b"),
    (430363, 234, "1a878bea6592d2c9"),
    (461090, 290, "2a8a9a3475ff107a"),
    (491817, 55, "5980c87089f40356"),
    (522544, 56, "0aa2c2e7a3da72d2"),
    (553271, 78, "777202e0e6e455ba"),
    (583998, 111, "e2486d2dbf7a6c8e"),
    (614725, 144, "c93ed35b8bf60b38"),
    (645452, 142, "eb89edbeaf360578"),
  ]

  private let renderer = DSpritesRenderer()

  @Test func imagesAreTheReferences() {
    for expected in Self.reference {
      let image = renderer.render(expected.index..<expected.index + 1)
      #expect(image.count == 64 * 64)
      #expect(image.reduce(0) { $0 + Int($1) } == expected.on, "image \(expected.index)")
      #expect(
        SHA256.hex(of: Data(image)).hasPrefix(expected.checksum), "image \(expected.index)")
    }
  }

  @Test func aRangeIsItsImagesOneAfterTheOther() {
    // Across the border between two orientations.
    let range = 245_757..<245_764
    let images = renderer.render(range)
    #expect(images == range.flatMap { renderer.render($0..<$0 + 1) })
    #expect(images.count == 7 * DSpritesRenderer.imageSize)
    #expect(Set(images) == [0, 1])
    #expect(renderer.render(5..<5).isEmpty)
    #expect(renderer.render(DSpritesFactors.count - 1..<DSpritesFactors.count).count == 4096)
  }

  @Test func factorsAreCountedInTheOfficialOrder() {
    #expect(DSpritesFactors.sizes.reduce(1, *) == DSpritesFactors.count)
    #expect(DSpritesFactors.values.map(\.count) == DSpritesFactors.sizes)
    #expect(DSpritesFactors.classes(of: 0) == [0, 0, 0, 0, 0, 0])
    #expect(DSpritesFactors.classes(of: DSpritesFactors.count - 1) == [0, 2, 5, 39, 31, 31])
    #expect(DSpritesFactors.classes(of: 1) == [0, 0, 0, 0, 0, 1])
    #expect(DSpritesFactors.values(of: 32) == [1, 1, 0.5, 0, 1.0 / 31, 0])
  }

  @Test func theLastOrientationIsTheFirst() {
    let first = ((2 * 6 + 3) * 40 * 32 + 7) * 32 + 9
    let last = first + 39 * 32 * 32
    #expect(DSpritesFactors.classes(of: first) == [0, 2, 3, 0, 7, 9])
    #expect(DSpritesFactors.classes(of: last) == [0, 2, 3, 39, 7, 9])
    #expect(renderer.render(first..<first + 1) == renderer.render(last..<last + 1))
  }
}

/// The images and factors of files, where they are at hand.
@Suite struct DSpritesFileTests {
  private static let root =
    ProcessInfo.processInfo.environment["PRIORLAB_DATA"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../shared/datasets").standardizedFileURL.path
  private static let frames = root + "/dsprites/dsprites_official_gif_frames.npz"
  private static let all = root + "/dsprites/dsprites_rebuilt_co1sh3sc6or40x32y32_64x64.npz"

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: frames),
      "frames of dSprites are neither in PRIORLAB_DATA nor beside the project"))
  func imagesAreTheOfficialFrames() throws {
    let file = try NPZFile(Self.frames)
    let images = try file.read("imgs")
    let classes = try file.read("latents_classes")
    for (row, index) in try file.read("index").integers().enumerated() {
      let frame = try images.rows(row..<row + 1)
      #expect(
        NumericValues.uint8(DSpritesRenderer().render(index..<index + 1)) == frame.values,
        "frame \(row), image \(index)")
      #expect(try classes.rows(row..<row + 1).integers() == DSpritesFactors.classes(of: index))
    }
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: all),
      "the whole of dSprites is neither in PRIORLAB_DATA nor beside the project"))
  func theWholeSetIsTheFile() throws {
    // Outline by outline, because the images have 3 GB. Drawing them all takes a minute without
    // optimisation, so that every eleventh is enough where nobody asks for all.
    let isWhole = ProcessInfo.processInfo.environment["PRIORLAB_WHOLE_DATA"] != nil
    let archive = try ZipArchive(Self.all)
    let member = try #require(archive.members.first { $0.name == "imgs.npy" })
    let source = try archive.contents(of: member)
    #expect(try NPYHeader(from: source).shape == [DSpritesFactors.count, 64, 64])
    let images = 32 * 32
    var different: [Int] = []
    for outline in 0..<DSpritesFactors.count / images {
      let expected = try source.bytes(images * DSpritesRenderer.imageSize)
      guard isWhole || outline % 11 == 0 else { continue }
      let range = outline * images..<(outline + 1) * images
      if DSpritesRenderer().render(range) != expected { different.append(outline) }
    }
    try source.end()
    #expect(different.isEmpty)
    let file = try NPZFile(Self.all)
    let classes = try file.read("latents_classes").integers()
    let values = try file.read("latents_values").doubles()
    for index in stride(from: 0, to: DSpritesFactors.count, by: 97) {
      let row = 6 * index..<6 * index + 6
      #expect(Array(classes[row]) == DSpritesFactors.classes(of: index))
      #expect(Array(values[row]) == DSpritesFactors.values(of: index))
    }
  }
}

/// dSprites as a data set.
@Suite struct DSpritesConfigurationTests {
  @Test func imagesAndFactors() throws {
    let configuration = DSpritesConfiguration()
    #expect(configuration.exampleShapes == ["image": [1, 64, 64], "factors": [6]])
    #expect(configuration.trainingExamples == 737_280)
    let data = try configuration.load(245_758..<245_762).train
    #expect(data.count == 4)
    try checked("rows") {
      let batch = data.rows(0..<4)
      #expect(batch["image"]?.type == .float32)
      #expect(batch["image"]?.shape == [4, 1, 64, 64])
      let pixels = batch["image"]?.floats() ?? []
      #expect(Set(pixels) == [0, 1])
      // The last square at the lower right, then the first ellipse at the upper left.
      #expect(
        batch["factors"]?.integers() == [
          0, 0, 5, 39, 31, 30, 0, 0, 5, 39, 31, 31, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1,
        ])
      let first = pixels[4096..<8192].enumerated().filter { $0.element == 1 }.map(\.offset)
      let second = pixels[8192..<12288].enumerated().filter { $0.element == 1 }.map(\.offset)
      #expect(first.allSatisfy { $0 / 64 > 32 && $0 % 64 > 32 })
      #expect(second.allSatisfy { $0 / 64 < 32 && $0 % 64 < 32 })
    }
  }
}
