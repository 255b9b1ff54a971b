/// What is wrong with a manifest or an override, and where.
public struct ManifestError: Error, Equatable, Sendable {
  /// Where the offending text stands.
  public let origin: Origin
  /// The dotted key path, as `--set` would take it; empty at the top level.
  public let path: String
  /// What is wrong there.
  public let problem: Problem

  /// Creates an error at a place.
  public init(origin: Origin, path: String = "", _ problem: Problem) {
    self.origin = origin
    self.path = path
    self.problem = problem
  }

  /// The ways in which a manifest can be wrong.
  public enum Problem: Equatable, Sendable {
    /// Text that is not YAML, with the parser's reason.
    case malformedYAML(String)
    /// A file, or the right side of an override, without a value.
    case emptyDocument
    /// The start of a second document.
    case severalDocuments
    /// A key that its mapping has already.
    case duplicateKey(String)
    /// A list or a mapping in place of a key.
    case keyIsNotText
    /// YAML's `<<`.
    case mergeKey
    /// A tag of YAML's own, such as `!ruby/object`.
    case unsupportedTag(String)
    /// More values than any manifest needs, as nested aliases can stand for.
    case tooManyValues(limit: Int)

    /// A dotted path with an empty element.
    case malformedPath(String)
    /// An override without an equals sign.
    case malformedOverride(String)
    /// A path to a name that its parent (empty at the top level) does not hold.
    case nothingThere(name: String, parent: String, available: [String])
    /// A path that leads below a single value.
    case parentIsValue(name: String, parent: String)
    /// A `{name}` that nothing is known for.
    case unknownPlaceholder(name: String, known: [String])

    /// A key that nothing reads; `valid` is nil when not all that could be are known.
    case unknownKey(name: String, suggestion: String?, valid: [String]?)
    /// A required key that is absent.
    case missingKey(name: String, expected: String)
    /// A value of another type.
    case wrongType(expected: String, found: String)
    /// A choice among tags that names none or several; `valid` is empty when tags are open.
    case notExactlyOne(valid: [String], found: String)
    /// A tag or a value that is none of a set.
    case unknownName(name: String, valid: [String])
    /// A list that is too short or too long.
    case wrongCount(expected: Int, found: Int)
    /// A value that has the right type and is refused by the type that reads it.
    case impossible(String)
  }
}

/// A value of the right type that makes no sense; thrown by a type's `init(from:)`.
///
/// `StrictDecoder` adds the place: that of `key` when one is given, else of the whole value.
public struct ConfigValueError: Error, Equatable, Sendable {
  /// What is wrong, in words that follow the key path: `must be positive`.
  public let message: String
  /// The key, within the value being decoded, that holds the offending value.
  public let key: String?

  /// Creates an error about the value being decoded, or about one of its keys.
  public init(_ message: String, at key: (any CodingKey)? = nil) {
    self.message = message
    self.key = key?.stringValue
  }
}
