/// Recordings with their skeletons in a folder or an archive, named as the Carnegie Mellon database names
/// them: `35/35_01.amc` is of the person of `35/35.asf`.
public enum MotionFiles {
  /// A recording with its skeleton and the names of its channels, such as `rfemur.rx`.
  public struct Named: Equatable, Sendable {
    public let recording: MotionRecording
    public let skeleton: MotionSkeleton
    public let channels: [String]
  }

  /// Reads some recordings by their paths below the folder.
  ///
  /// Throws `FileError`, or `ArrayFileError` for what is damaged or missing.
  public static func read(_ names: some Collection<String>, in path: String) throws
    -> [String: Named]
  {
    let tree = try FileTree(path)
    let limit = ArrayMemory.limit(at: path)
    var recordings: [String: MotionRecording] = [:]
    var skeletons: [String: MotionSkeleton] = [:]
    let wanted = Set(names)
    var bytes = 0
    // One pass, because an archive is slow to read and its order is its own.
    try tree.read(wanted.union(names.map(skeleton))) { name, source in
      if wanted.contains(name) {
        let recording = try MotionRecording(source, mostBytes: limit - bytes)
        bytes += recording.values.count * 8
        recordings[name] = recording
      } else {
        skeletons[name] = try MotionSkeleton(source)
      }
    }
    var named: [String: Named] = [:]
    for name in wanted {
      guard let recording = recordings[name], let skeleton = skeletons[skeleton(name)] else {
        let missing = recordings[name] == nil ? name : skeleton(name)
        throw ArrayFileError.missingFile(path: tree.path, name: missing)
      }
      named[name] = Named(
        recording: recording, skeleton: skeleton, channels: try recording.channelNames(of: skeleton)
      )
    }
    return named
  }

  /// The skeleton's name for a recording's.
  public static func skeleton(_ recording: String) -> String {
    let (folder, name) = AtomicFile.split(recording)
    let stem = name.split(separator: ".").first ?? ""
    let person = stem.split(separator: "_").first ?? ""
    return recording.contains("/") ? "\(folder)/\(person).asf" : "\(person).asf"
  }
}
