/// The bones of a person as an ASF file (Acclaim skeleton) describes them.
public struct MotionSkeleton: Equatable, Sendable {
  /// A bone that can move.
  public struct Bone: Equatable, Sendable {
    public let name: String
    /// Its degrees of freedom in the order in which recordings give their values: `rx`, `ry`, `rz` for
    /// angles, and `tx`, `ty`, `tz` and `l` for lengths.
    public let freedoms: [String]
  }

  /// The root first, which stands for the whole body's place and turn.
  public let bones: [Bone]
  /// Where bones lie while nothing is turned, those that cannot move among them, each after the one that it
  /// hangs on; none where the file does not say it of all.
  let limbs: [Limb]

  /// Reads an ASF file.
  ///
  /// Throws `FileError` or `ArrayFileError`.
  init(_ source: any ByteSource) throws {
    var parser = Parser()
    var lines = TextLines(source)
    try lines.read { line, words in try parser.read(words, line) }
    guard let root = parser.root else {
      throw ArrayFileError.notRecognised(
        path: source.path, expected: "an ASF skeleton whose root has an order")
    }
    guard parser.hasEnded, parser.isWhole else {
      throw ArrayFileError.damaged(path: source.path, reason: "the end of its hierarchy is missing")
    }
    bones = [Bone(name: "root", freedoms: root)] + parser.bones
    limbs = parser.limbs.sorted
  }
}

/// Reads a skeleton line by line.
private struct Parser {
  /// The root's degrees of freedom, once its order was read.
  private(set) var root: [String]?
  /// The other bones that can move.
  private(set) var bones: [MotionSkeleton.Bone] = []
  private(set) var limbs = Limbs()
  /// Whether every `begin` has its `end`.
  private(set) var hasEnded = true
  /// Whether the hierarchy, the last section, has ended.
  private(set) var isWhole = false
  private var section = ""
  /// Of the bone that is being described.
  private var name: String?
  private var freedoms: [String] = []
  /// Names of all bones that were described, and the root's.
  private var known: Set = ["root"]

  /// More than any skeleton has.
  private static let mostBones = 1024
  private static let freedoms: Set = ["tx", "ty", "tz", "rx", "ry", "rz", "l"]

  mutating func read(_ words: [TextLines.Word], _ line: borrowing TextLines) throws {
    let key = words[0].text
    if key.hasPrefix("#") { return }
    if key.hasPrefix(":") {
      guard hasEnded else { throw line.wrong("'\(section)' has no 'end' before it") }
      section = key
      return
    }
    switch section {
    case ":units": try readUnit(key, words, line)
    case ":root": if key == "order" { root = try Self.freedoms(words, line) }
    case ":bonedata": try readBone(key, words, line)
    case ":hierarchy": try readHierarchy(key, words, line)
    default: return
    }
  }

  private func readUnit(
    _ key: String, _ words: [TextLines.Word], _ line: borrowing TextLines
  ) throws {
    guard key == "angle" else { return }
    guard words.count == 2, ["deg", "rad"].contains(words[1].text) else {
      throw line.wrong("the unit of angles must be deg or rad")
    }
    guard words[1].text == "deg" else {
      throw line.wrong("angles are in radians, where degrees are expected")
    }
  }

  private mutating func begin(_ line: borrowing TextLines) throws {
    guard hasEnded else { throw line.wrong("'begin' follows a 'begin' without 'end'") }
    hasEnded = false
    (name, freedoms) = (nil, [])
  }

  private mutating func readBone(
    _ key: String, _ words: [TextLines.Word], _ line: borrowing TextLines
  ) throws {
    switch key {
    case "begin": try begin(line)
    case "name":
      guard words.count == 2 else { throw line.wrong("a bone's name must be one word") }
      name = words[1].text
    case "dof": freedoms = try Self.freedoms(words, line)
    case "direction", "length", "axis": try limbs.add(key, words.dropFirst(), line)
    case "end":
      guard !hasEnded, let name else { throw line.wrong("a bone ends that has no name") }
      hasEnded = true
      guard known.insert(name).inserted else { throw line.wrong("a second bone '\(name)'") }
      guard known.count <= Self.mostBones else {
        throw line.wrong("more than \(Self.mostBones) bones")
      }
      if !freedoms.isEmpty {
        bones.append(MotionSkeleton.Bone(name: name, freedoms: freedoms))
      }
      limbs.end(name)
    default: return
    }
  }

  private mutating func readHierarchy(
    _ key: String, _ words: [TextLines.Word], _ line: borrowing TextLines
  ) throws {
    switch key {
    case "begin": try begin(line)
    case "end": (hasEnded, isWhole) = (true, true)
    default:
      if let bone = words.first(where: { !known.contains($0.text) }) {
        throw line.wrong("'\(bone.text)' is no bone of the skeleton")
      }
      limbs.hang(words.dropFirst().map(\.text), on: key)
    }
  }

  private static func freedoms(
    _ words: [TextLines.Word], _ line: borrowing TextLines
  ) throws -> [String] {
    let found = words.dropFirst().map { $0.text.lowercased() }
    if let word = found.first(where: { !freedoms.contains($0) }) {
      throw line.wrong("'\(word)' is no degree of freedom (tx, ty, tz, rx, ry, rz or l)")
    }
    guard !found.isEmpty, Set(found).count == found.count else {
      throw line.wrong("degrees of freedom must be given, each once")
    }
    return found
  }
}
