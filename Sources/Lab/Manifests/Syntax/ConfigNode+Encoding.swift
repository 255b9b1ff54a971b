import Foundation

extension ConfigNode {
  /// The tree of a value, as a manifest would spell it out, with keys sorted.
  ///
  /// Numbers are in their shortest exact form, whole ones without a fraction. Optionals that are
  /// nil are left out.
  /// - Throws: `ManifestError` when the value refuses to be encoded.
  public init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    do {
      // JSON is YAML but for a few characters that YAML takes for line ends or refuses.
      let json = String(decoding: try encoder.encode(value), as: UTF8.self)
      let yaml = json.unicodeScalars
        .map { $0.mustBeEscapedInYAML ? $0.escapedForYAML : String($0) }.joined()
      self = try ConfigNode(value: yaml, origin: .resolved).inManifestForm()
    } catch EncodingError.invalidValue(_, let context) {
      let reason = context.debugDescription
      throw ManifestError(origin: .resolved, .impossible("cannot be written out: \(reason)"))
    }
  }

  /// Sorts keys, and takes unlabelled enum values out of their `_0`.
  private func inManifestForm() -> ConfigNode {
    switch content {
    case .scalar:
      return self
    case .sequence(let items):
      return ConfigNode(.sequence(items.map { $0.inManifestForm() }), origin: origin)
    case .mapping(let entries):
      if entries.count == 1, entries[0].key == "_0" { return entries[0].value.inManifestForm() }
      let sorted = entries.sorted { $0.key < $1.key }.map {
        Entry(key: $0.key, keyOrigin: $0.keyOrigin, value: $0.value.inManifestForm())
      }
      return ConfigNode(.mapping(sorted), origin: origin)
    }
  }
}

extension ConfigNode: Encodable {
  /// Writes the node as what its plain scalars mean: null, true, false, numbers, else text.
  public func encode(to encoder: any Encoder) throws {
    switch content {
    case .mapping(let entries):
      var container = encoder.container(keyedBy: ItemKey.self)
      for entry in entries { try container.encode(entry.value, forKey: ItemKey(entry.key)) }
    case .sequence(let items):
      var container = encoder.unkeyedContainer()
      for item in items { try container.encode(item) }
    case .scalar(let text, let isPlain):
      var container = encoder.singleValueContainer()
      if isNull {
        try container.encodeNil()
      } else if let value = Bool(text, isPlain: isPlain) {
        try container.encode(value)
      } else if let value = Int(text, isPlain: isPlain) {
        try container.encode(value)
      } else if let value = UInt64(text, isPlain: isPlain) {
        try container.encode(value)
      } else if let value = Double(text, isPlain: isPlain) {
        try container.encode(value)
      } else {
        try container.encode(text)
      }
    }
  }
}
