/// Reads the values of a mapping.
///
/// Whether the node is a mapping is judged on the first request, not before: an enum also takes a
/// bare name.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  /// The decoder of the mapping.
  let decoder: NodeDecoder
  /// Where requests are noted.
  let record: KeyRecord

  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] { record.list(Key.self, in: decoder.node) }

  func contains(_ key: Key) -> Bool {
    if isUnlabelled(key) { return true }
    record.request(key.stringValue)
    return decoder.node[key.stringValue] != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    try child(for: key)?.node.isNull ?? true
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    guard let child = try child(for: key) else { throw missing(key, type) }
    return try child.decode(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    // An enum sees only the tags that it knows, so it may not have noticed another beside it.
    if record.isChoice, let entries = decoder.node.entries, entries.count > 1 {
      throw decoder.choiceError()
    }
    return try nestedDecoder(for: key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try nestedDecoder(for: key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    let key = ItemKey("super")
    guard let node = try value(for: key) else {
      throw decoder.error(.missingKey(name: key.stringValue, expected: "a mapping"))
    }
    return decoder.keep(decoder.below(node, key: key, element: key.stringValue))
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { try nestedDecoder(for: key) }

  private func nestedDecoder(for key: Key) throws -> NodeDecoder {
    guard let child = try child(for: key) else {
      throw decoder.error(.missingKey(name: key.stringValue, expected: "a value"))
    }
    return decoder.keep(child)
  }

  private func child(for key: Key) throws -> NodeDecoder? {
    if isUnlabelled(key) {
      record.isBody = true
      return decoder.again()
    }
    return try value(for: key).map { decoder.below($0, key: key, element: key.stringValue) }
  }

  /// Whether a key is Swift's name for the unlabelled value of an enum case, written without it.
  private func isUnlabelled(_ key: Key) -> Bool { key.stringValue == "_0" }

  private func value(for key: any CodingKey) throws -> ConfigNode? {
    record.request(key.stringValue)
    if record.bareName == key.stringValue { return .null(decoder.node.origin) }
    guard decoder.node.entries != nil || decoder.node.isNull else {
      throw decoder.error(.wrongType(expected: "a mapping", found: decoder.node.found))
    }
    return decoder.node[key.stringValue]
  }

  private func missing<Value: Decodable>(_ key: Key, _ type: Value.Type) -> ManifestError {
    record.missing(key, expected: decoder.expectation(of: type), in: decoder)
  }
}

/// Reads the items of a list.
struct ListReader: UnkeyedDecodingContainer {
  /// The decoder of the list.
  let decoder: NodeDecoder
  /// What is in the list.
  let items: [ConfigNode]
  private(set) var currentIndex = 0

  /// Starts at the first item.
  init(decoder: NodeDecoder, items: [ConfigNode]) {
    self.decoder = decoder
    self.items = items
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  mutating func decodeNil() throws -> Bool {
    guard items.indices.contains(currentIndex), items[currentIndex].isNull else { return false }
    advance()
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try next().decode(type)
    advance()
    return value
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let child = decoder.keep(try next())
    advance()
    return child.container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let child = decoder.keep(try next())
    advance()
    return try child.unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder {
    let child = decoder.keep(try next())
    advance()
    return child
  }

  private func next() throws -> NodeDecoder {
    guard items.indices.contains(currentIndex) else {
      throw decoder.error(.wrongCount(expected: currentIndex + 1, found: items.count))
    }
    let item = items[currentIndex]
    let element = ConfigNode.pathElement(of: item, at: currentIndex)
    return decoder.below(item, key: ItemKey(currentIndex), element: element)
  }

  private mutating func advance() {
    currentIndex += 1
    decoder.itemsRead = max(decoder.itemsRead ?? 0, currentIndex)
  }
}

/// Reads a node as one value.
struct SingleReader: SingleValueDecodingContainer {
  /// The decoder of the node.
  let decoder: NodeDecoder

  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.node.isNull }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try decoder.again().decode(type)
  }
}
