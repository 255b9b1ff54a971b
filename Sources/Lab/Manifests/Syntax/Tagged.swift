/// One name out of an open set and what is written under it: `{vhp: {latent: 4}}`, or `vhp`.
///
/// For kinds that are registered elsewhere: whoever knows the kind decodes the body.
public struct Tagged: Equatable, Sendable {
  /// The name.
  public let tag: String
  /// What stands under it; an empty mapping when nothing does.
  public let body: ConfigNode
  /// Where the name was written.
  public let origin: Origin
  /// The key path of the body.
  public let path: String

  /// Decodes the body.
  ///
  /// - Throws: `ManifestError`.
  public func decode<Value: Decodable>(
    _ type: Value.Type, with decoder: StrictDecoder = StrictDecoder()
  ) throws -> Value {
    try decoder.decode(type, from: body, path: path)
  }

  /// Where an error about the body as a whole points.
  var originOfBlame: Origin {
    let place = body.originOfBlame
    if case .commandLine = place { return place }
    return origin
  }

  /// The error to throw when the name is none of those that are registered.
  public func unknownName(among valid: [String]) -> ManifestError {
    ManifestError(
      origin: origin, path: String(path.dropLast(tag.count + 1)),
      .unknownName(name: tag, valid: valid))
  }
}

extension Tagged: Codable {
  /// Takes a mapping with one key, or a bare name; works with `StrictDecoder` only.
  public init(from decoder: any Decoder) throws {
    let node = try ConfigNode(from: decoder)
    let parent = (decoder as? NodeDecoder)?.path ?? ""
    switch node.content {
    case .scalar(let text, _) where !node.isNull:
      tag = text
      origin = node.origin
      body = ConfigNode(.mapping([]), origin: node.origin)
    case .mapping(let entries) where entries.count == 1:
      tag = entries[0].key
      origin = entries[0].keyOrigin
      let value = entries[0].value
      body = value.isNull ? ConfigNode(.mapping([]), origin: value.origin) : value
    default:
      let found = node.entries.map { $0.map(\.key).joined(separator: ", ") } ?? ""
      throw ManifestError(
        origin: node.origin, path: parent,
        .notExactlyOne(valid: [], found: found.isEmpty ? node.found : found))
    }
    path = ConfigPath.joined(parent, tag)
  }

  /// Writes a mapping with one key.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ItemKey.self)
    try container.encode(body, forKey: ItemKey(tag))
  }
}
