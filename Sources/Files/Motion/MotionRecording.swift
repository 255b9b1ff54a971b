/// A recording of motion as an AMC file (Acclaim motion capture) holds it: for each frame the values of each
/// bone's degrees of freedom.
public struct MotionRecording: Equatable, Sendable {
  /// A bone that has values.
  struct Bone: Equatable, Sendable {
    let name: String
    let values: Int
    /// Where it stands in the first frame.
    let line: Int
  }

  let bones: [Bone]
  /// Number of frames.
  public let frames: Int
  /// Values `[frames, channels]`, bone after bone in the first frame's order; angles in degrees.
  public let values: [Double]

  private let path: String

  /// Number of values of a frame.
  public var channels: Int { bones.reduce(0) { $0 + $1.values } }

  /// Reads an AMC file.
  ///
  /// Frames follow each other without a gap, from any number on. Each has the bones of the first, in any
  /// order. Throws `FileError` or `ArrayFileError`.
  ///
  /// - Parameter mostBytes: that the values may take.
  init(_ source: any ByteSource, mostBytes: Int) throws {
    var frames = FrameTable(mostBytes: mostBytes, path: source.path)
    var lines = TextLines(source)
    try lines.read { line, words in try frames.add(words, line) }
    try frames.end(lines)
    guard frames.count > 0 else {
      throw ArrayFileError.notRecognised(
        path: source.path, expected: "an AMC recording of motion: it has no frame")
    }
    path = source.path
    bones = frames.bones.map { Bone(name: $0.name, values: $0.places.count, line: $0.line) }
    self.frames = frames.count
    values = frames.values
  }

  /// The name of each channel, such as `rfemur.rx`, after a check that bones and numbers of values are the
  /// skeleton's.
  ///
  /// Throws `ArrayFileError`.
  public func channelNames(of skeleton: MotionSkeleton) throws -> [String] {
    let named = Dictionary(
      skeleton.bones.map { ($0.name, $0.freedoms) }, uniquingKeysWith: { first, _ in first })
    func wrong(_ reason: String, at line: Int) -> ArrayFileError {
      .line(path: path, line: line, reason: reason)
    }
    let names = try bones.flatMap { bone in
      guard let freedoms = named[bone.name] else {
        throw wrong("the skeleton has no bone '\(bone.name)' that moves", at: bone.line)
      }
      guard freedoms.count == bone.values else {
        throw wrong(
          "'\(bone.name)' has \(bone.values) values, and \(freedoms.count) degrees of freedom in the "
            + "skeleton", at: bone.line)
      }
      return freedoms.map { "\(bone.name).\($0)" }
    }
    let found = Set(bones.map(\.name))
    if let bone = skeleton.bones.first(where: { !found.contains($0.name) }) {
      throw wrong(
        "the first frame has no values of '\(bone.name)'", at: bones.last?.line ?? 1)
    }
    return names
  }
}

/// Frames in the making.
private struct FrameTable {
  struct Bone {
    let name: String
    let bytes: [UInt8]
    let line: Int
    /// Where its values are among those of a frame.
    let places: Range<Int>
    /// The last frame that has it.
    var frame: Int
  }

  let mostBytes: Int
  let path: String
  private(set) var bones: [Bone] = []
  private(set) var values: [Double] = []
  private(set) var count = 0
  /// What the file calls the present frame.
  private var number = 0
  /// Bones that the present frame has.
  private var found = 0
  private var width: Int { bones.last?.places.upperBound ?? 0 }

  init(mostBytes: Int, path: String) {
    self.mostBytes = mostBytes
    self.path = path
  }

  mutating func add(_ words: [TextLines.Word], _ line: borrowing TextLines) throws {
    switch words[0][0] {
    case UInt8(ascii: "#"): return
    case UInt8(ascii: ":"):
      if words[0].text == ":RADIANS" {
        throw line.wrong("angles are in radians, where degrees are expected")
      }
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"):
      try begin(words, line)
    default: try addBone(words, line)
    }
  }

  private mutating func begin(_ words: [TextLines.Word], _ line: borrowing TextLines) throws {
    guard words.count == 1, let next = words[0].wholeNumber, next >= 0 else {
      throw line.wrong("'\(words[0].text)' is neither the number of a frame nor a bone's name")
    }
    try end(line)
    guard count == 0 || next == number + 1 else {
      throw line.wrong("frame \(next) follows frame \(number)")
    }
    number = next
    count += 1
    found = 0
    guard (values.count + width) * 8 <= mostBytes else {
      throw ArrayFileError.tooLarge(
        path: path, bytes: (values.count + width) * 8, limit: mostBytes)
    }
    values += [Double](repeating: 0, count: width)
  }

  /// Ends the present frame, if any.
  func end(_ line: borrowing TextLines) throws {
    guard count > 0 else { return }
    if let bone = bones.first(where: { $0.frame != count }) {
      throw line.wrong("frame \(number) ends without values of '\(bone.name)'")
    }
    if bones.isEmpty { throw line.wrong("frame \(number) has no values") }
  }

  private mutating func addBone(_ words: [TextLines.Word], _ line: borrowing TextLines) throws {
    guard count > 0 else {
      throw line.wrong("'\(words[0].text)' comes before the number of the first frame")
    }
    let place = try place(of: words, line)
    let bone = bones[place]
    guard words.count - 1 == bone.places.count else {
      throw line.wrong(
        "'\(bone.name)' has \(words.count - 1) values, where the first frame has "
          + "\(bone.places.count)")
    }
    let start = (count - 1) * width + bone.places.lowerBound
    for (index, word) in words.dropFirst().enumerated() {
      guard let value = DecimalNumber.parse(word), value.isFinite else {
        throw line.wrong("'\(word.text)' is not a finite number")
      }
      values[start + index] = value
    }
    bones[place].frame = count
    found += 1
  }

  /// The place of a line's bone, which the first frame may make.
  private mutating func place(
    of words: [TextLines.Word], _ line: borrowing TextLines
  ) throws -> Int {
    // Nearly always the next one.
    if found < bones.count, bones[found].frame < count, words[0].equals(bones[found].bytes) {
      return found
    }
    if let place = bones.firstIndex(where: { words[0].equals($0.bytes) }) {
      guard bones[place].frame < count else {
        throw line.wrong("frame \(number) has '\(bones[place].name)' twice")
      }
      return place
    }
    guard count == 1 else {
      throw line.wrong("'\(words[0].text)' is no bone of the first frame")
    }
    guard words.count > 1 else { throw line.wrong("'\(words[0].text)' has no values") }
    let places = width..<width + words.count - 1
    guard bones.count < 1024, places.upperBound <= 1 << 16 else {
      throw line.wrong("the frame has more bones than any skeleton")
    }
    bones.append(
      Bone(name: words[0].text, bytes: Array(words[0]), line: line.number, places: places, frame: 0)
    )
    values += [Double](repeating: 0, count: places.count)
    return bones.count - 1
  }
}
