import Files
import Foundation
import Testing
import Torch

@testable import Datasets

/// From recordings to frames, on files of a few numbers.
@Suite struct MotionRecipeTests {
  private let folder: StoredFolder

  private static let skeleton = """
    :root
       order TX RX
    :bonedata
      begin
         name knee
         dof rx ry
      end
      begin
         name toe
         dof rx
      end
      begin
         name jaw
         dof rx
      end
    :hierarchy
      begin
        root knee toe jaw
      end

    """

  /// - Parameter frames: the values of a knee's two angles and of a toe's.
  private static func recording(_ frames: [(Double, Double, Double)], jaw: Bool = true) -> String {
    frames.enumerated().map { index, frame in
      "\(index + 1)\nroot \(index) 2\nknee \(frame.0) \(frame.1)\ntoe \(frame.2)\n"
        + (jaw ? "jaw 3.5\n" : "")
    }.joined()
  }

  private func manifest(_ motions: String, features: Int = 2, leaveOut: String = "[\"root\"]")
    -> String
  {
    """
    {"dataset": "moves", "title": "Moves", "layouts": [{"recordings": {
      "file": "subjects", "leave-out": \(leaveOut), "features": \(features), "motions": \(motions)}}]}
    """
  }

  init() throws {
    folder = try StoredFolder()
    try folder.write(Self.skeleton.utf8, to: "moves/subjects/1/1.asf")
    let first = Self.recording([(9, 9, 9), (10, 1, 0), (9, 9, 9), (20, 2, 0), (9, 9, 9)])
    try folder.write(first.utf8, to: "moves/subjects/1/1_1.amc")
    try folder.write(
      Self.recording([(390, 0, 5), (-350, 4, 0)]).utf8, to: "moves/subjects/1/1_2.amc")
  }

  private let walking = """
    [{"walking": [{"key": "1/1_1.amc", "rows": [1, 5], "every": 2}]},
     {"kicking": [{"key": "1/1_2.amc"}]}]
    """

  @Test func framesAreScaledAndLabelled() throws {
    let dataset = try folder.dataset(manifest(walking))
    #expect(
      dataset.splitShapes == ["train": ["image": [2], "label": [], "recording": [], "frame": []]])
    // How many frames the second has is not known before it is read.
    #expect(dataset.trainingExamples == nil)
    #expect(dataset.problem == nil && dataset.missing == nil && dataset.isIdentified)
    let data = try dataset.load()
    // Knees of 10 and 20 degrees, of 390 − 360 and of −350 + 360, and of 1, 2, 0 and 4; the toe varies less
    // than these, and the jaw never moves.
    #expect(data.featureNames == ["knee.rx", "toe.rx"])
    #expect(data.train["image"]?.floats() == [0, 0, 0.5, 0, 1, 1, 0, 0])
    #expect(data.train["label"]?.integers() == [0, 0, 1, 1])
    #expect(data.train["recording"]?.integers() == [0, 0, 1, 1])
    #expect(data.train["frame"]?.integers() == [0, 1, 0, 1])
    #expect(data.others.isEmpty && data.standIn == nil)
  }

  /// Of the widest channel's range, the knee's 20 degrees, the toe's 5 are a quarter.
  @Test func channelsMayKeepTheirProportion() throws {
    func images(_ scale: String) throws -> [Float]? {
      let text = manifest(walking).replacing("\"features\": 2", with: "\"features\": 2, \(scale)")
      return try folder.dataset(text).load().train["image"]?.floats()
    }
    #expect(try images(#""scale": "each""#) == [0, 0, 0.5, 0, 1, 1, 0, 0])
    #expect(try images(#""scale": "widest""#) == [0, 0, 0.5, 0, 1, 0.25, 0, 0])
    #expect(
      words { try images(#""scale": "all""#) }.contains("scale"),
      "\(words { try images(#""scale": "all""#) })")
    let identities = try ["each", "widest"].map {
      try folder.dataset(
        manifest(walking).replacing(
          "\"features\": 2", with: "\"features\": 2, \"scale\": \"\($0)\"")
      ).contentIdentity
    }
    #expect(identities[0] != identities[1])
  }

  @Test func oneFeatureAndAllThatVary() throws {
    #expect(try folder.dataset(manifest(walking, features: 1)).load().featureNames == ["knee.rx"])
    let all = try folder.dataset(manifest(walking, features: 3)).load()
    #expect(all.featureNames == ["knee.rx", "knee.ry", "toe.rx"])
    #expect(all.train["image"]?.floats()[1] == 0.25)
    #expect(
      words { try folder.dataset(manifest(walking, features: 4)).load() }
        == "the data set moves cannot be used: 3 channels of its recordings vary, where features asks "
        + "for 4")
    let whole = try folder.dataset(manifest(walking, features: 4, leaveOut: "[]")).load()
    #expect(whole.featureNames == ["root.tx", "knee.rx", "knee.ry", "toe.rx"])
  }

  /// A table's columns are the channels of the first recording.
  @Test func tablesOfFramesHaveNoNames() throws {
    func table(_ values: [Double], columns: Int) throws {
      let file = try HDF5File(creating: folder.root + "/moves/table.h5")
      try file.write(values, shape: [values.count / columns, columns], at: "table")
      try file.close()
    }
    func load(_ motions: String) throws -> Dataset { try folder.dataset(manifest(motions)).load() }
    let motions = walking.replacing(
      "{\"key\": \"1/1_2.amc\"}",
      with: "{\"file\": \"table.h5\", \"key\": \"table\", \"rows\": [1, 3]}")
    try table([0, 2, 9, 9, 9, 3.5, 1, 2, 30, 1, 0, 3.5, 2, 2, 10, 2, 2, 3.5], columns: 6)
    let data = try load(motions)
    #expect(data.featureNames == ["knee.rx", "toe.rx"])
    #expect(data.train["image"]?.floats() == [0, 0, 0.5, 0, 1, 0, 0, 1])
    #expect(data.train["label"]?.integers() == [0, 0, 1, 1])
    try table([0, 1, 2, 3, 4, 5], columns: 2)
    #expect(words { try load(motions) }.contains("has 2 channels, where other recordings have 6"))
    try table([0, .nan, 2, 3, 4, 5], columns: 6)
    #expect(words { try load(motions) }.contains("holds values that are not finite"))
    try table([0, 1, 2, 3, 4, 5], columns: 6)
    #expect(words { try load(motions) }.contains("has 1 frames, where rows names 3"))
    let alone = """
      [{"walking": [{"file": "table.h5", "key": "table"}]}]
      """
    #expect(words { try load(alone) }.contains("has no names of channels"))
  }

  @Test(arguments: [
    ("\"rows\": [1, 5]", "\"rows\": [1, 6]", "has 5 frames, where rows names 6"),
    ("1/1_2.amc", "1/1_3.amc", "is not here (missing: subjects/1/1_3.amc): "),
    ("1/1_2.amc", "2/2_1.amc", "is not here (missing: subjects/2/2.asf, subjects/2/2_1.amc): "),
  ])
  func recordingsThatAreNotThere(old: String, new: String, end: String) throws {
    let message = words {
      try folder.dataset(manifest(walking.replacing(old, with: new))).load()
    }
    #expect(message.contains(end), "\(message)")
  }

  @Test(arguments: [
    ("\"rows\": [1, 5], \"every\": 2", "\"every\": 0", "every must be from 1 to 65536"),
    ("\"kicking\"", "\"walking\"", "a motion is named twice"),
    ("[{\"key\": \"1/1_2.amc\"}]", "[]", "has no recordings"),
    ("1/1_2.amc", "", "has an empty name"),
    ("\"rows\": [1, 5]", "\"rows\": [1, 9000000000]", "has at most 2147483648 frames"),
  ])
  func recipesThatMakeNoSense(old: String, new: String, end: String) throws {
    let message = words { try folder.dataset(manifest(walking.replacing(old, with: new))) }
    #expect(message.contains(end), "\(message)")
  }

  @Test func otherSettingsAreRefused() throws {
    #expect(words { try folder.dataset(manifest("[]")) }.contains("at least one motion"))
    #expect(words { try folder.dataset(manifest(walking, features: 0)) }.contains("from 1 to"))
    let unknown = words {
      try folder.dataset(manifest(walking, leaveOut: "[\"hat\"]")).load()
    }
    #expect(unknown.contains("no recording has the bone 'hat'"), "\(unknown)")
    let binary = try folder.dataset(
      manifest(walking), StoredOptions(binarise: .once(seed: 1)))
    #expect(binary.problem == "binarise: the data set has no tensor 'image'")
  }

  /// Bones of other recordings may be missing, and are of other skeletons then.
  @Test func recordingsMustHaveTheSameChannels() throws {
    try folder.write(
      Self.skeleton.replacing("toe", with: "tail").utf8, to: "moves/subjects/2/2.asf")
    try folder.write(
      Self.recording([(1, 2, 3)]).replacing("toe", with: "tail").utf8,
      to: "moves/subjects/2/2_1.amc")
    let message = words {
      try folder.dataset(manifest(walking.replacing("1/1_2", with: "2/2_1"))).load()
    }
    #expect(message.contains("has no channel 'toe.rx', which other recordings have"), "\(message)")
  }

  @Test func identityIsOfTheRecordingsInUse() throws {
    let first = try folder.dataset(manifest(walking)).contentIdentity
    // The folder may hold a thousand others.
    try folder.write([1], to: "moves/subjects/1/1_9.amc")
    #expect(try folder.dataset(manifest(walking)).contentIdentity == first)
    let other = walking.replacing("\"every\": 2", with: "\"every\": 1")
    #expect(try folder.dataset(manifest(other)).contentIdentity != first)
    #expect(try folder.dataset(manifest(walking, features: 1)).contentIdentity != first)
    try folder.write(
      Self.recording([(390, 0, 5), (-350, 4, 1)]).utf8, to: "moves/subjects/1/1_2.amc")
    #expect(try folder.dataset(manifest(walking)).contentIdentity != first)
  }

  @Test func missingFilesAreSaid() throws {
    let text = manifest(walking).replacing("subjects", with: "elsewhere")
    let dataset = try folder.dataset(text)
    #expect(dataset.exampleShapes["image"] == [2] && !dataset.isIdentified)
    #expect(
      words { try dataset.load() }.hasPrefix("the data set moves is not here (missing: elsewhere)"))
  }

  /// A part of the frames can be held out, as of any set.
  @Test func framesAreHeldOut() throws {
    let data = try folder.dataset(manifest(walking), StoredOptions(test: .last(1))).load()
    #expect(data.train["frame"]?.integers() == [0, 1, 0])
    #expect(data.others["test"]?["frame"]?.integers() == [1])
  }

  /// A thigh of two units hangs down, a foot of one points forwards from its end, and a jaw has no length.
  @Test func framesAreDrawnAsBones() throws {
    func bone(_ name: String, _ direction: String, _ length: Int, _ dof: String) -> String {
      "begin\n name \(name)\n direction \(direction)\n length \(length)\n axis 0 0 0 XYZ\n dof \(dof)\n end\n"
    }
    let skeleton =
      ":root\n order TX RX\n:bonedata\n" + bone("knee", "0 -1 0", 2, "rx ry")
      + bone("toe", "0 0 1", 1, "rx") + bone("jaw", "0 1 0", 0, "rx")
      + ":hierarchy\n begin\n root knee jaw\n knee toe\n end\n"
    try folder.write(skeleton.utf8, to: "moves/subjects/2/2.asf")
    // The knee's second angle never changes, and is kept as it is.
    let recording = Self.recording([(0, 90, 0), (90, 90, -90)])
    try folder.write(recording.utf8, to: "moves/subjects/2/2_1.amc")
    let data = try folder.dataset(manifest(#"[{"walking": [{"key": "2/2_1.amc"}]}]"#)).load()
    #expect(data.featureNames == ["knee.rx", "toe.rx"])
    let figure = try #require(data.figure)
    func ends(_ features: [Double]) -> [SIMD3<Double>] {
      figure.bones(of: features).map { ($0.to * 1e9).rounded(.toNearestOrAwayFromZero) / 1e9 + 0 }
    }
    // The knee at 0 or 90 degrees about x, then 90 about y; the toe at −90 or 0.
    #expect(ends([0, 1]) == [SIMD3(0, -2, 0), SIMD3(1, -2, 0)])
    #expect(ends([1, 1]) == [SIMD3(-2, 0, 0), SIMD3(-2, -1, 0)])
    #expect(ends([0, 0]) == [SIMD3(0, -2, 0), SIMD3(0, -1, 0)])
    #expect(figure.bones(of: [.nan, .nan]).count == 2)
    // With one scale for both, the knee's 45 degrees are half of what the toe's 90 are.
    try folder.write(
      Self.recording([(0, 90, 0), (45, 90, -90)]).utf8, to: "moves/subjects/2/2_2.amc")
    let text = manifest(#"[{"walking": [{"key": "2/2_2.amc"}]}]"#)
      .replacing("\"features\": 2", with: #""features": 2, "scale": "widest""#)
    let widest = try folder.dataset(text).load()
    #expect(widest.train["image"]?.floats() == [0, 1, 0.5, 0])
    let small = try #require(widest.figure).bones(of: [0.5, 0])
    let each = try #require(
      folder.dataset(manifest(#"[{"walking": [{"key": "2/2_2.amc"}]}]"#)).load().figure)
    #expect(zip(small, each.bones(of: [1, 0])).allSatisfy { $0.to == $1.to && $0.from == $1.from })
  }

  @Test func valuesTooFarApart() throws {
    let recording = Self.recording([(0, 0, 0), (0, 0, 1)])
      .replacing("root 0 2", with: "root 1e308 2").replacing("root 1 2", with: "root -1e308 2")
    try folder.write(recording.utf8, to: "moves/subjects/1/1_3.amc")
    let dataset = try folder.dataset(
      manifest(#"[{"walking": [{"key": "1/1_3.amc"}]}]"#, leaveOut: "[]"))
    let error = #expect(throws: DataError.self) { try dataset.load() }
    #expect(error?.description.contains("root.tx") == true)
  }
}
