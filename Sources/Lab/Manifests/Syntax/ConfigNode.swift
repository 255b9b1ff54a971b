/// A piece of a manifest: a scalar, a list or a mapping, and where it was written.
public struct ConfigNode: Equatable, Sendable {
  /// What the node holds.
  public let content: Content
  /// Where it was written; for an alias, where its anchor stands.
  public let origin: Origin

  /// Creates a node from its parts.
  public init(_ content: Content, origin: Origin) {
    self.content = content
    self.origin = origin
  }

  /// The three forms of a node.
  public enum Content: Equatable, Sendable {
    /// Text; plain when it was written without quotes, so that it may mean a number or null.
    case scalar(String, isPlain: Bool)
    case sequence([ConfigNode])
    case mapping([Entry])
  }

  /// A key of a mapping and its value.
  public struct Entry: Equatable, Sendable {
    /// The key's text.
    public let key: String
    /// Where the key was written.
    public let keyOrigin: Origin
    /// What stands under the key.
    public let value: ConfigNode

    /// Creates an entry.
    public init(key: String, keyOrigin: Origin, value: ConfigNode) {
      self.key = key
      self.keyOrigin = keyOrigin
      self.value = value
    }
  }
}

extension ConfigNode {
  /// The text of a scalar, quoted or not; nil for lists and mappings.
  public var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// The items of a list; nil for anything else.
  public var items: [ConfigNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  /// The entries of a mapping in written order; nil for anything else.
  public var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// Whether the node is an empty value, `null` or `~`.
  public var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The value under a key of a mapping.
  public subscript(key: String) -> ConfigNode? {
    entries?.first { $0.key == key }?.value
  }

  /// An empty value written at a place.
  static func null(_ origin: Origin) -> ConfigNode {
    ConfigNode(.scalar("", isPlain: true), origin: origin)
  }

  /// The path element of the item at `index` of a list: its `id` where it has one.
  static func pathElement(of item: ConfigNode, at index: Int) -> String {
    item["id"]?.text ?? String(index)
  }

  /// Where an error about the node as a whole points: the one override in it, as the manifest was
  /// right without; else the node.
  var originOfBlame: Origin {
    let overrides = Set(overrideOrigins)
    return overrides.count == 1 ? overrides.first ?? origin : origin
  }

  private var overrideOrigins: [Origin] {
    let below =
      (entries ?? []).flatMap { [$0.keyOrigin] + $0.value.overrideOrigins }
      + (items ?? []).flatMap(\.overrideOrigins)
    return ([origin] + below).filter { if case .commandLine = $0 { true } else { false } }
  }

  /// The node in the words of an error message: `'abc'`, `a list`.
  var found: String {
    switch content {
    case _ where isNull: "nothing"
    case .scalar(let text, let isPlain):
      (isPlain ? "'" : "quoted '") + text.prefix(60) + (text.count > 60 ? "…'" : "'")
    case .sequence: "a list"
    // What YAML makes of a placeholder without quotes.
    case .mapping(let entries) where entries.count == 1 && entries[0].value.isNull:
      "a mapping; a placeholder is written in quotes, \"{\(entries[0].key)}\""
    case .mapping(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
    }
  }
}
