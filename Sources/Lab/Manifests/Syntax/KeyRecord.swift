/// What a type asked of a mapping, so that keys which nothing asked for can be found.
final class KeyRecord {
  /// The key type's names in declared order, where it is `CaseIterable`.
  private var declared: [String] = []
  private var allKeysAreDeclared = true
  private var requested: [String] = []
  /// Whether the type listed the keys of a fixed set, as only a synthesised enum does.
  private(set) var isChoice = false
  /// The bare name that stands for `{name: {}}`.
  private(set) var bareName: String?
  /// Whether the node was read as the unlabelled value of an enum case.
  var isBody = false

  /// The names that are known to be valid so far.
  var names: [String] {
    declared + requested.filter { !declared.contains($0) }
  }

  /// Notes the names that a type of keys has.
  func add<Key: CodingKey>(_ type: Key.Type) {
    guard let all = (type as? any CaseIterable.Type).map({ allNames(of: $0) }) else {
      allKeysAreDeclared = false
      return
    }
    declared += all.filter { !declared.contains($0) }
  }

  /// Notes that a key was asked for.
  func request(_ name: String) {
    if !requested.contains(name) { requested.append(name) }
  }

  /// The keys of a node that a type of keys knows.
  func list<Key: CodingKey>(_ type: Key.Type, in node: ConfigNode) -> [Key] {
    let isFixed = Key(stringValue: "\u{0}") == nil
    if isFixed { isChoice = true }
    if let entries = node.entries { return entries.compactMap { Key(stringValue: $0.key) } }
    guard isFixed, !node.isNull, let text = node.text, let key = Key(stringValue: text) else {
      return []
    }
    bareName = text
    return [key]
  }

  /// Throws when the node is no mapping, or has a key that the type never asked for.
  func checkAllWereRead(in decoder: NodeDecoder) throws {
    if isBody || bareName != nil || decoder.node.isNull { return }
    guard let entries = decoder.node.entries else {
      throw decoder.error(.wrongType(expected: "a mapping", found: decoder.node.found))
    }
    guard let unknown = entries.first(where: { !requested.contains($0.key) }) else { return }
    throw unknownKey(unknown, valid: requested, in: decoder)
  }

  /// The error for a required key that is absent: one key misspelt rather than two errors, if so.
  func missing<Key: CodingKey>(
    _ key: Key, expected: String, in decoder: NodeDecoder
  ) -> ManifestError {
    let misspelt = decoder.node.entries?.first {
      Key(stringValue: $0.key) == nil && !requested.contains($0.key)
        && nearest($0.key, among: names) == key.stringValue
    }
    guard let misspelt else {
      return decoder.error(.missingKey(name: key.stringValue, expected: expected))
    }
    // The type stops here, so what else it would have asked for is only known from its keys.
    return unknownKey(misspelt, valid: names, isComplete: allKeysAreDeclared, in: decoder)
  }

  private func unknownKey(
    _ entry: ConfigNode.Entry, valid: [String], isComplete: Bool = true, in decoder: NodeDecoder
  ) -> ManifestError {
    ManifestError(
      origin: entry.keyOrigin, path: decoder.path,
      .unknownKey(
        name: entry.key, suggestion: nearest(entry.key, among: valid),
        valid: isComplete ? valid : nil))
  }
}

/// The names of all the cases of a type of keys.
private func allNames<Keys: CaseIterable>(of type: Keys.Type) -> [String] {
  type.allCases.compactMap { ($0 as? any CodingKey)?.stringValue }
}
