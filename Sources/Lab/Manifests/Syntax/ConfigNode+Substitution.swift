extension ConfigNode {
  /// This tree with every scalar whose whole text is `{name}` replaced by the node of that name.
  ///
  /// Keys, and what is put in, are left as they are.
  /// - Throws: `ManifestError` for a name that is not in the table.
  public func substituting(_ table: [String: ConfigNode]) throws -> ConfigNode {
    try substituting(table, path: "")
  }

  private func substituting(_ table: [String: ConfigNode], path: String) throws -> ConfigNode {
    switch content {
    case .scalar(let text, _):
      guard let name = Self.placeholder(text) else { return self }
      guard let node = table[name] else {
        throw ManifestError(
          origin: origin, path: path,
          .unknownPlaceholder(name: name, known: table.keys.sorted()))
      }
      return node
    case .sequence(let items):
      let items = try items.enumerated().map { index, item in
        let element = Self.pathElement(of: item, at: index)
        return try item.substituting(table, path: ConfigPath.joined(path, element))
      }
      return ConfigNode(.sequence(items), origin: origin)
    case .mapping(let entries):
      let entries = try entries.map { entry in
        let value = try entry.value.substituting(table, path: ConfigPath.joined(path, entry.key))
        return Entry(key: entry.key, keyOrigin: entry.keyOrigin, value: value)
      }
      return ConfigNode(.mapping(entries), origin: origin)
    }
  }

  /// The name inside `{name}`, when the text is nothing else: a letter, then letters, digits, `_`
  /// and `-`. Every scalar of every manifest comes by here, so that no regular expression is used.
  private static func placeholder(_ text: String) -> String? {
    guard text.utf8.first == UInt8(ascii: "{"), text.utf8.last == UInt8(ascii: "}"),
      text.utf8.count > 2
    else { return nil }
    let name = text.dropFirst().dropLast()
    let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
    return isName && name.first?.isLetter == true ? String(name) : nil
  }
}
