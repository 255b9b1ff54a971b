import Files

/// How recordings of motion become the split `train` of a data set: frames of several motions, each frame
/// the angles of the joints.
///
/// Its tensors are `image` `[features]`, the angles from 0 to 1 (``Scale``); `label`, the motion's place in the
/// list; `recording`, the place of the recording among all; and `frame`, the place among the frames that are
/// kept of that recording. All count from 0.
public struct MotionRecipe: Codable, Equatable, Sendable {
  /// The folder or archive in which recordings are that name no other file.
  public var file: String
  /// Names of bones whose channels are left out.
  public var leaveOut: [String]?
  /// How many channels are kept, those of the largest variance over all frames.
  public var features: Int
  /// What becomes 1; `each` by default.
  public var scale: Scale?
  public var motions: [Motion]

  enum CodingKeys: String, CodingKey, CaseIterable {
    case file, features, scale, motions
    case leaveOut = "leave-out"
  }

  /// How degrees become numbers from 0 to 1. The least value of a channel is its 0 in any case.
  public enum Scale: String, Codable, CaseIterable, Sendable {
    /// The largest value of each channel is 1.
    case each
    /// One number of degrees for all channels, the range of the widest: channels keep their proportion.
    case widest
  }

  /// A motion with its recordings, written `{walking: […]}`.
  public struct Motion: Codable, Equatable, Sendable {
    public let name: String
    public var recordings: [Recording]

    public init(from decoder: any Decoder) throws {
      let pairs = try [String: [Recording]](from: decoder)
      guard let pair = pairs.first, pairs.count == 1 else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "a motion is its name and recordings, such as {walking: […]}"))
      }
      (name, recordings) = pair
    }

    public func encode(to encoder: any Encoder) throws {
      try [name: recordings].encode(to: encoder)
    }
  }

  /// Frames of an AMC file in the folder or archive, or rows of an array in a file of arrays, whose columns are
  /// the channels of the first recording.
  public struct Recording: Codable, Equatable, Sendable {
    /// The file, where it is not the recipe's.
    public var file: String?
    /// The path below the folder, such as `35/35_01.amc`, or the array's name.
    public var key: String
    /// Which frames, counted from 0; all by default.
    public var rows: StoredTensor.Rows?
    /// That every so many of these frames is kept, the first one first; 1 by default.
    public var every: Int?

    enum CodingKeys: String, CodingKey, CaseIterable { case file, key, rows, every }

    /// Places of the frames that are kept among those of a recording of so many.
    func places(of frames: Int) -> StrideTo<Int> {
      let range = rows?.range ?? 0..<frames
      return stride(from: range.lowerBound, to: range.upperBound, by: every ?? 1)
    }

    /// How many frames are kept, where that is known before the file is here.
    var count: Int? { rows.map { ($0.range.count - 1) / max(every ?? 1, 1) + 1 } }
  }

  /// Shapes of an example's tensors.
  var shapes: [String: [Int]] { ["image": [features], "label": [], "recording": [], "frame": []] }

  /// Number of examples where that is known before the files are here.
  var examples: Int? {
    motions.flatMap(\.recordings).reduce(0) { sum, recording in
      guard let sum, let count = recording.count else { return nil }
      return sum + count
    }
  }

  /// Names of the files.
  var files: [String] {
    Set(motions.flatMap(\.recordings).map { $0.file ?? file }).sorted()
  }

  /// Paths of the recordings in a folder, and of their skeletons.
  func paths(in folder: String) -> [String] {
    let keys = motions.flatMap(\.recordings).filter { ($0.file ?? file) == folder }.map(\.key)
    return Set(keys + keys.map(MotionFiles.skeleton)).sorted()
  }

  /// The recipe with other names of files.
  func renaming(_ name: (String) -> String) -> MotionRecipe {
    var recipe = self
    recipe.file = files.contains(file) ? name(file) : ""
    for motion in motions.indices {
      for place in motions[motion].recordings.indices {
        let own = motions[motion].recordings[place].file
        recipe.motions[motion].recordings[place].file = own.map(name)
      }
    }
    return recipe
  }

  /// The key that makes no sense, and why; nil where all do.
  var problem: (key: String, message: String)? {
    if file.isEmpty { return ("file", "it must not be empty") }
    if !(1...Self.most ~= features) { return ("features", "it must be from 1 to \(Self.most)") }
    if motions.isEmpty { return ("motions", "at least one motion is needed") }
    if Set(motions.map(\.name)).count < motions.count {
      return ("motions", "a motion is named twice")
    }
    for motion in motions {
      if motion.recordings.isEmpty {
        return ("motions", "'\(motion.name)' has no recordings")
      }
      for recording in motion.recordings {
        if recording.key.isEmpty || recording.file?.isEmpty == true {
          return ("motions", "a recording of '\(motion.name)' has an empty name")
        }
        if let every = recording.every, !(1...Self.most ~= every) {
          return ("motions", "'\(recording.key)': every must be from 1 to \(Self.most)")
        }
        if let rows = recording.rows, rows.range.upperBound > Self.mostFrames {
          return ("motions", "'\(recording.key)' has at most \(Self.mostFrames) frames")
        }
      }
    }
    return nil
  }

  private static let most = 1 << 16
  private static let mostFrames = 1 << 31
}
