/// Decodes one value from one node, and remembers what was asked of the node.
final class NodeDecoder: Decoder {
  /// The node to decode from.
  let node: ConfigNode
  /// The node's key path in its manifest.
  let path: String
  /// The keys from where decoding started to the node.
  let codingPath: [any CodingKey]
  /// As `Decoder` wants it; every value came in as Sendable.
  let userInfo: [CodingUserInfoKey: Any]

  /// What was asked of the node as a mapping, once it was.
  private(set) var keys: KeyRecord?
  /// How many items were read from the node as a list, once it was asked for as one.
  var itemsRead: Int?
  /// Whether the node was taken whole, so that whoever took it judges what is in it.
  var isTaken = false
  /// Decoders of nested containers, which the same type reads.
  private var nested: [NodeDecoder] = []

  /// Creates a decoder for the value at a node.
  init(
    _ node: ConfigNode, path: String, codingPath: [any CodingKey],
    userInfo: [CodingUserInfoKey: Any]
  ) {
    self.node = node
    self.path = path
    self.codingPath = codingPath
    self.userInfo = userInfo
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    let record = keys ?? KeyRecord()
    keys = record
    record.add(type)
    return KeyedDecodingContainer(KeyedReader(decoder: self, record: record))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let items = node.items else {
      throw error(.wrongType(expected: "a list", found: node.found))
    }
    itemsRead = itemsRead ?? 0
    return ListReader(decoder: self, items: items)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    isTaken = true
    return SingleReader(decoder: self)
  }

  /// A decoder for the same node, to be read afresh.
  func again() -> NodeDecoder {
    NodeDecoder(node, path: path, codingPath: codingPath, userInfo: userInfo)
  }

  /// A decoder for a node below this one.
  func below(_ child: ConfigNode, key: any CodingKey, element: String) -> NodeDecoder {
    NodeDecoder(
      child, path: ConfigPath.joined(path, element), codingPath: codingPath + [key],
      userInfo: userInfo)
  }

  /// Keeps the decoder of a nested container, so that it is checked when the type is done.
  ///
  /// A container that is asked for twice is the same one.
  func keep(_ decoder: NodeDecoder) -> NodeDecoder {
    if let known = nested.first(where: { $0.path == decoder.path }) { return known }
    nested.append(decoder)
    return decoder
  }

  /// An error at this node.
  func error(_ problem: ManifestError.Problem) -> ManifestError {
    ManifestError(origin: node.origin, path: path, problem)
  }
}

extension NodeDecoder {
  /// Decodes a value and checks that it asked for all that is there.
  ///
  /// - Throws: `ManifestError`.
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let scalar = type as? any ScalarValue.Type, let value = try decode(scalar: scalar) as? Value
    {
      return value
    }
    try checkName(for: type)
    do {
      let value = try Value(from: self)
      try checkAllWasRead()
      return value
    } catch let error as ManifestError {
      throw error
    } catch let error as ConfigValueError {
      throw manifestError(error.message, at: error.key.map { [ItemKey($0)] } ?? [])
    } catch let error as DecodingError {
      throw manifestError(for: error)
    } catch {
      throw self.error(.impossible("\(error)"))
    }
  }

  /// What a value of this type is called in an error: `a whole number`, `one of adam, sgd`.
  ///
  /// Types do not say what they read, so one is let loose on an empty value to see what it wants.
  func expectation<Value: Decodable>(of type: Value.Type) -> String {
    let probe = NodeDecoder(.null(node.origin), path: "", codingPath: [], userInfo: userInfo)
    do {
      _ = try probe.decode(type)
    } catch let error as ManifestError where error.path.isEmpty {
      switch error.problem {
      case .wrongType(let expected, _): return expected
      case .notExactlyOne(let valid, _) where !valid.isEmpty:
        return "one of \(valid.joined(separator: ", "))"
      case .notExactlyOne: return "a name, as in {name: {}}"
      default: break
      }
    } catch {
      // What goes wrong further in says nothing about the value as a whole.
    }
    return probe.keys == nil ? "a value" : "a mapping"
  }

  private func decode<Scalar: ScalarValue>(scalar type: Scalar.Type) throws -> Scalar {
    if case .scalar(let text, let isPlain) = node.content, !node.isNull,
      let value = Scalar(text, isPlain: isPlain)
    {
      return value
    }
    throw error(.wrongType(expected: type.expectation, found: node.found))
  }

  /// Checks the names of a string enum here, where the valid ones can be listed.
  private func checkName<Value>(for type: Value.Type) throws {
    guard let names = Self.rawNames(of: type) else { return }
    guard let text = node.text, !node.isNull else {
      let expected = "one of \(names.joined(separator: ", "))"
      throw error(.wrongType(expected: expected, found: node.found))
    }
    guard names.contains(text) else { throw error(.unknownName(name: text, valid: names)) }
  }

  /// The raw values of a `CaseIterable` enum of strings; nil for any other type.
  private static func rawNames(of type: Any.Type) -> [String]? {
    func names<Value: CaseIterable & RawRepresentable>(_ type: Value.Type) -> [String]? {
      let names = type.allCases.compactMap { $0.rawValue as? String }
      return names.isEmpty ? nil : names
    }
    return (type as? any (CaseIterable & RawRepresentable).Type).flatMap { names($0) }
  }

  private func checkAllWasRead() throws {
    for decoder in nested { try decoder.checkAllWasRead() }
    if let keys {
      try keys.checkAllWereRead(in: self)
    } else if let itemsRead, let items = node.items {
      guard itemsRead == items.count else {
        throw error(.wrongCount(expected: itemsRead, found: items.count))
      }
    } else if !isTaken {
      // A type without stored values reads nothing, so nothing may stand there.
      try KeyRecord().checkAllWereRead(in: self)
    }
  }

  private func manifestError(for error: DecodingError) -> ManifestError {
    switch error {
    case .typeMismatch(_, let context) where keys?.isChoice == true:
      // What a synthesised enum throws when it does not find exactly one of its tags.
      return context.codingPath.count == codingPath.count
        ? choiceError() : manifestError(context.debugDescription, at: relative(context))
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      return manifestError(context.debugDescription, at: relative(context))
    @unknown default:
      return self.error(.impossible("\(error)"))
    }
  }

  private func relative(_ context: DecodingError.Context) -> ArraySlice<any CodingKey> {
    context.codingPath.dropFirst(codingPath.count)
  }

  /// An error about a value below this node, reached by the keys of a `DecodingError`.
  private func manifestError(_ message: String, at keys: ArraySlice<any CodingKey>) -> ManifestError
  {
    var place = node
    var path = path
    for key in keys {
      if let index = key.intValue, let items = place.items, items.indices.contains(index) {
        path = ConfigPath.joined(path, ConfigNode.pathElement(of: items[index], at: index))
        place = items[index]
      } else {
        path = ConfigPath.joined(path, key.stringValue)
        place = place[key.stringValue] ?? place
      }
    }
    return ManifestError(origin: place.origin, path: path, .impossible(message))
  }
}

extension NodeDecoder {
  /// An error about a node that should name exactly one of a choice of tags.
  func choiceError() -> ManifestError {
    let valid = keys?.names ?? []
    switch node.content {
    case .scalar(let text, _) where !node.isNull:
      return error(.unknownName(name: text, valid: valid))
    case .mapping(let entries) where entries.count == 1:
      return ManifestError(
        origin: entries[0].keyOrigin, path: path,
        .unknownName(name: entries[0].key, valid: valid))
    case .mapping(let entries) where entries.count > 1:
      let found = entries.map(\.key).joined(separator: ", ")
      return error(.notExactlyOne(valid: valid, found: found))
    default:
      return error(.notExactlyOne(valid: valid, found: node.found))
    }
  }
}

extension ConfigNode: Decodable {
  /// Takes the node as it stands, to be decoded later; works with `StrictDecoder` only.
  public init(from decoder: any Decoder) throws {
    guard let decoder = decoder as? NodeDecoder else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "only a manifest holds nodes"))
    }
    decoder.isTaken = true
    self = decoder.node
  }
}

/// A key made from any text or index.
struct ItemKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ name: String) {
    stringValue = name
    intValue = nil
  }

  init(_ index: Int) {
    stringValue = String(index)
    intValue = index
  }

  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { self.init(intValue) }
}
