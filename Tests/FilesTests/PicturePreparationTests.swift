import Foundation
import Testing

@testable import Files

/// Pictures that are made grey, cut and reduced. Numbers are those of `Scripts/reference/picture_files.py`.
@Suite struct PicturePreparationTests {
  /// Values `[channels, height, width]`, and how they are stored.
  private struct Pattern {
    let shape: [Int]
    let values: [UInt8]

    init(_ channels: Int, _ height: Int, _ width: Int) {
      shape = [channels, height, width]
      var values: [UInt8] = []
      for c in 0..<channels {
        for h in 0..<height {
          for w in 0..<width { values.append(UInt8((70 * c + 3 * h * h + 29 * w) % 256)) }
        }
      }
      self.values = values
    }

    var steps: [Int] { [shape[1] * shape[2], shape[2], 1] }

    func prepared(_ preparation: PicturePreparation) -> [Int] {
      values.withUnsafeBufferPointer {
        preparation.apply(to: $0, shape: shape, steps: steps).map { Int($0 + 0.5) }
      }
    }

    /// As a PNG picture has them, pixel by pixel.
    var picture: PNGImage {
      get throws {
        let size = shape[1] * shape[2]
        let pixels = (0..<size).flatMap { pixel in
          (0..<shape[0]).map { values[$0 * size + pixel] }
        }
        return try PNGImage(
          width: shape[2], height: shape[1], channels: shape[0], pixels: pixels)
      }
    }
  }

  @Test func meansOfAreas() {
    #expect(
      Pattern(1, 7, 7).prepared(PicturePreparation(side: 3))
        == [24, 90, 156, 49, 116, 182, 106, 172, 192])
    let grey = Pattern(3, 9, 11).prepared(PicturePreparation(isGrey: true))
    #expect(grey.count == 99)
    #expect(Array(grey[44..<55]) == [105, 134, 163, 163, 192, 71, 100, 129, 81, 110, 139])
    #expect(
      Pattern(3, 9, 11).prepared(
        PicturePreparation(isGrey: true, crop: [1, 2, 7, 7], side: 3))
        == [142, 159, 104, 163, 121, 96, 118, 100, 129])
  }

  /// Every side of every length: the sum of what lies in an area, pixels in part by that part.
  @Test func linesOfAllLengths() {
    for length in 1...13 {
      for side in 1...length {
        let line = (0..<length).map { Float(($0 * $0 * 7 + 3) % 11) }
        let picture = (0..<length).flatMap { _ in line }
        let reduced = picture.withUnsafeBufferPointer {
          PicturePreparation(side: side).apply(
            to: $0, shape: [1, length, length], steps: [length * length, length, 1])
        }
        let width = Double(length) / Double(side)
        for place in 0..<side {
          var expected = 0.0
          for (pixel, value) in line.enumerated() {
            let begin = max(Double(pixel), Double(place) * width)
            let end = min(Double(pixel + 1), Double(place + 1) * width)
            expected += max(end - begin, 0) / width * Double(value)
          }
          #expect(abs(reduced[place] - expected) < 1e-12)
          #expect(abs(reduced[(side - 1) * side + place] - expected) < 1e-12)
        }
      }
    }
  }

  @Test func shapesAndWhatIsImpossible() throws {
    let whole = PicturePreparation()
    #expect(whole.isNone && whole.problem == nil)
    #expect(try whole.shape(of: [3, 9, 11]) == [3, 9, 11])
    let all = PicturePreparation(isGrey: true, crop: [1, 2, 7, 7], side: 3)
    #expect(!all.isNone && all.problem == nil)
    #expect(try all.shape(of: [3, 9, 11]) == [1, 3, 3])
    #expect(throws: PicturePreparationError.noPicture(shape: [9, 11])) {
      try whole.shape(of: [9, 11])
    }
    #expect(throws: PicturePreparationError.noColours(channels: 2)) {
      try all.shape(of: [2, 9, 11])
    }
    #expect(
      throws: PicturePreparationError.outside(crop: [1, 2, 7, 7], height: 7, width: 11)
    ) { try all.shape(of: [1, 7, 11]) }
    #expect(throws: PicturePreparationError.notSquare(height: 9, width: 11)) {
      try PicturePreparation(side: 3).shape(of: [1, 9, 11])
    }
    #expect(throws: PicturePreparationError.tooSmall(side: 2, wanted: 3)) {
      try PicturePreparation(side: 3).shape(of: [1, 2, 2])
    }
    for crop in [[1, 2, 3], [-1, 0, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1 << 40]] {
      #expect(PicturePreparation(crop: crop).problem != nil)
    }
    #expect(PicturePreparation(side: 0).problem != nil)
    #expect(PicturePreparation(side: 1 << 20).problem != nil)
  }

  /// Renders in the layout of 3D Chairs, in a folder and in archives: a folder a model, its views in the order of
  /// their names, and files of other kinds beside them.
  @Test(arguments: ["", ".tar", ".tar.gz"])
  func rendersOfModels(suffix: String) throws {
    try withTemporaryDirectory { directory in
      let root = directory + "/rendered_chairs"
      // Not in the order of their names.
      let models = ["b7f3", "1a6f", "9c10"]
      for model in models {
        let folder = "\(root)/\(model)/renders"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (view, turn) in ["t011", "t023", "t104"].enumerated() {
          try Pattern(3, 9, model == "9c10" ? 11 : 10).picture.write(
            to: "\(folder)/image_00\(view)_p020_\(turn)_r096.png")
        }
      }
      try Data("x".utf8).write(to: URL(fileURLWithPath: root + "/all_chair_names.mat"))
      let path = root + suffix
      if !suffix.isEmpty {
        let members = models + ["all_chair_names.mat"]
        #expect(
          try run(
            ["tar", "-caf", path, "-C", directory] + members.map { "rendered_chairs/\($0)" }
          ).status == 0)
      }
      #expect(try ArrayFile.names(in: path) == ["images", "labels", "positions"])
      #expect(
        try ArrayFile.read(path, key: "labels").integers() == [0, 0, 0, 1, 1, 1, 2, 2, 2])
      #expect(
        try ArrayFile.read(path, key: "positions").integers() == [0, 1, 2, 0, 1, 2, 0, 1, 2])
      #expect(try ImageFolder(path).labelNames == ["1a6f", "9c10", "b7f3"])
      #expect(throws: ArrayFileError.self) {
        try ArrayFile.read(path, rows: [8..<10], pictures: PicturePreparation(crop: [0, 0, 9, 9]))
      }
      // One model's pictures are wider than the others'.
      let message = arrayMessage {
        try ArrayFile.read(path, pictures: PicturePreparation(crop: [0, 0, 9, 9]))
      }
      #expect(message.contains("has the shape [3, 9, 1"), "\(message)")
      #expect(message.hasSuffix("Make all pictures of a folder alike."), "\(message)")
    }
  }

  @Test(arguments: ["", ".tar"])
  func picturesAreReducedAsTheyAreRead(suffix: String) throws {
    try withTemporaryDirectory { directory in
      let root = directory + "/renders"
      for (face, view) in [(10, 0), (2, 1), (2, 0)] {
        let folder = "\(root)/\(face)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // The grey one has no colours to weigh.
        let pattern = Pattern(view == 1 ? 1 : 3, 9, 11)
        try pattern.picture.write(to: "\(folder)/yaw-\(view).png")
      }
      let path = root + suffix
      if !suffix.isEmpty {
        #expect(try run(["tar", "-cf", path, "-C", root, "10", "2"]).status == 0)
      }
      let preparation = PicturePreparation(isGrey: true, crop: [1, 2, 7, 7], side: 3)
      let images = try ArrayFile.read(path, key: "images", pictures: preparation)
      let coloured = [142, 159, 104, 163, 121, 96, 118, 100, 129]
      let grey = Pattern(1, 9, 11).prepared(preparation)
      #expect(images.shape == [3, 1, 3, 3] && images.type == .uint8)
      #expect(try images.integers() == coloured + grey + coloured)
      #expect(try ImageFolder(path).labels == [0, 0, 1])

      // One that is damaged, one that is too small, and one that is no picture.
      let bad = "\(root)/2/yaw-1.png"
      for (bytes, words) in [
        (try contents(bad).prefix(60), "is not a readable PNG picture"),
        (Data("x".utf8), "is not a readable PNG picture"),
        (Data(), "is not a readable PNG picture"),
      ] {
        try bytes.write(to: URL(fileURLWithPath: bad))
        if !suffix.isEmpty {
          #expect(try run(["tar", "-cf", path, "-C", root, "10", "2"]).status == 0)
        }
        #expect(throws: PNGError.self) { try ArrayFile.read(path, pictures: preparation) }
        do {
          _ = try ArrayFile.read(path, pictures: preparation)
        } catch {
          #expect("\(error)".contains(words) && "\(error)".contains("2/yaw-1.png"), "\(error)")
        }
      }
      try FileManager.default.removeItem(atPath: bad)
      if !suffix.isEmpty {
        #expect(try run(["tar", "-cf", path, "-C", root, "10", "2"]).status == 0)
      }
      let wide = PicturePreparation(side: 4)
      #expect(
        arrayMessage { try ArrayFile.read(path, pictures: wide) }
          .contains("does not fit what is asked of it: 9 × 11 pixels are no square: cut one out."))
    }
  }
}
