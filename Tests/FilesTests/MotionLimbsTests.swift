import Foundation
import Testing

@testable import Files

/// Bones in space, turned by right angles, whose places are seen without arithmetic.
@Suite struct MotionLimbsTests {
  /// A leg that hangs down and bends forwards, and an arm that points sideways.
  private static func skeleton(
    thigh: String = "direction 0 -1 0\nlength 4\naxis 0 0 0 XYZ",
    hierarchy: String = "root thigh arm\nthigh shin"
  ) -> String {
    """
    :version 1.10
    :units
      angle deg
    :root
      order TX TY TZ RX RY RZ
    :bonedata
      begin
        name shin
        direction 0 -1 0
        length 3
        axis 0 0 0 XYZ
        dof rx
      end
      begin
        name thigh
        \(thigh)
        dof rx ry rz
      end
      begin
        name arm
        direction 1 0 0
        length 2
        axis 0 0 90 XYZ
        dof rx ry
      end
    :hierarchy
      begin
        \(hierarchy)
      end

    """
  }

  private func read(_ text: String) throws -> MotionSkeleton {
    try withFile("a.asf", text.utf8) { try MotionSkeleton(reading: $0) }
  }

  /// The ends of the thigh, the arm and the shin.
  private func ends(_ angles: [String: Double], _ text: String = skeleton()) throws
    -> [SIMD3<Double>]
  {
    let strokes = try read(text).strokes(at: angles)
    #expect(strokes.count == 4)
    #expect(strokes[0].from == .zero && strokes[0].to == .zero)
    #expect(strokes[1].from == .zero && strokes[2].from == .zero)
    #expect(strokes[3].from == strokes[1].to)
    // The tests compare to the nearest of few digits.
    return strokes.dropFirst().map { stroke in
      ((stroke.to * 1e9).rounded(.toNearestOrAwayFromZero)) / 1e9 + 0
    }
  }

  @Test func nothingIsTurned() throws {
    #expect(try ends([:]) == [SIMD3(0, -4, 0), SIMD3(2, 0, 0), SIMD3(0, -7, 0)])
  }

  @Test func aTurnCarriesWhatHangsOnIt() throws {
    // About x, from y to z: what points down points backwards.
    #expect(
      try ends(["thigh.rx": 90]) == [SIMD3(0, 0, -4), SIMD3(2, 0, 0), SIMD3(0, 0, -7)])
    #expect(
      try ends(["shin.rx": 90]) == [SIMD3(0, -4, 0), SIMD3(2, 0, 0), SIMD3(0, -4, -3)])
    #expect(
      try ends(["thigh.rx": 90, "shin.rx": 90])
        == [SIMD3(0, 0, -4), SIMD3(2, 0, 0), SIMD3(0, 3, -4)])
    #expect(try ends(["thigh.rz": 90])[2] == SIMD3(7, 0, 0))
  }

  @Test func aboutXFirst() throws {
    // Down becomes backwards about x, and that leftwards about y; about y first, down stays.
    #expect(try ends(["thigh.rx": 90, "thigh.ry": 90])[0] == SIMD3(-4, 0, 0))
  }

  @Test func aboutTheBonesOwnAxes() throws {
    // The arm's own x is the room's y, and its own y the room's −x, along which it lies.
    #expect(try ends(["arm.rx": 90])[1] == SIMD3(0, 0, -2))
    #expect(try ends(["arm.ry": 90])[1] == SIMD3(2, 0, 0))
  }

  @Test(arguments: [
    ("length 4", "root thigh arm\nthigh shin"),
    ("direction 0 -1 0\nlength 4", "root thigh\nthigh shin"),
    ("direction 0 -1 0\nlength 4", "root arm\nthigh shin\nshin thigh"),
    ("direction 0 -1 0\nlength 4", "root thigh arm shin\nthigh shin"),
  ])
  func bonesWithoutAPlace(_ thigh: String, _ hierarchy: String) throws {
    let skeleton = try read(Self.skeleton(thigh: thigh, hierarchy: hierarchy))
    #expect(skeleton.strokes(at: [:]).isEmpty)
    #expect(skeleton.bones.map(\.name) == ["root", "shin", "thigh", "arm"])
  }

  @Test(arguments: ["length long", "direction 0 1", "length 4\naxis 0 0 0 ZYX", "axis 0 0 nan XYZ"])
  func impossibleBones(_ thigh: String) {
    #expect(throws: ArrayFileError.self) { try read(Self.skeleton(thigh: thigh)) }
  }

  @Test func bonesOfRealPersonsKeepTheirLengths() throws {
    let root = ProcessInfo.processInfo.environment["PRIORLAB_DATA"] ?? "../shared/datasets"
    let archive = root + "/cmu_mocap/cmu_mocap_asf_amc.tar.xz"
    guard FileManager.default.fileExists(atPath: archive) else {
      print("skipped: \(archive) is not here")
      return
    }
    let name = "02/02_01.amc"
    let walk = try #require(try MotionFiles.read([name], in: archive)[name])
    let resting = walk.skeleton.strokes(at: [:])
    #expect(resting.count == 31)
    func length(_ stroke: MotionSkeleton.Stroke) -> Double {
      let d = stroke.to - stroke.from
      return (d * d).sum().squareRoot()
    }
    for frame in stride(from: 0, to: walk.recording.frames, by: 50) {
      let start = frame * walk.channels.count
      let values = walk.recording.values[start..<start + walk.channels.count]
      let angles = Dictionary(uniqueKeysWithValues: zip(walk.channels, values))
      let strokes = walk.skeleton.strokes(at: angles)
      for (a, b) in zip(strokes, resting) { #expect(abs(length(a) - length(b)) < 1e-9) }
      // A walking person's head is above the hips, and the feet below.
      #expect((strokes.map(\.to.y).max() ?? 0) > 5 && (strokes.map(\.to.y).min() ?? 0) < -10)
    }
  }
}
