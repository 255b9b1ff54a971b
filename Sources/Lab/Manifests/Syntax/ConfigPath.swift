/// The way to a node: `phases.train.until.steps`.
///
/// An element selects a key of a mapping. In a list it selects the item whose `id` it is, or,
/// failing that, the item at that index. Elements joined by dots select a key that itself contains
/// dots, such as those of an axis value.
public struct ConfigPath: Equatable, Sendable {
  /// The names, outermost first; never empty.
  public let elements: [String]
  /// Where the path was written; errors about it point there.
  public let origin: Origin

  /// Reads dotted text.
  ///
  /// - Throws: `ManifestError` when the text, or an element of it, is empty.
  public init(_ text: String, origin: Origin) throws {
    elements = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    self.origin = origin
    guard elements.allSatisfy({ !$0.isEmpty }) else {
      throw ManifestError(origin: origin, .malformedPath(text))
    }
  }
}

extension ConfigPath: CustomStringConvertible {
  /// The path as dotted text.
  public var description: String { elements.joined(separator: ".") }

  /// The text of a path with one more element; `path` may be empty.
  static func joined(_ path: String, _ element: String) -> String {
    path.isEmpty ? element : "\(path).\(element)"
  }
}

extension ConfigNode {
  /// The node at a path, or nil when there is none.
  public subscript(path: ConfigPath) -> ConfigNode? {
    var node = self
    var rest = path.elements[...]
    while !rest.isEmpty {
      guard let step = node.step(along: rest) else { return nil }
      node = step.child
      rest = rest.dropFirst(step.used)
    }
    return node
  }

  /// This tree with `node` in place of what stands at `path`; nothing is merged.
  ///
  /// The parent must exist. The last element may be new in a mapping.
  /// - Throws: `ManifestError` at the path's origin when the path leads nowhere.
  public func replacing(_ path: ConfigPath, with node: ConfigNode) throws -> ConfigNode {
    try replacing(path.elements[...], of: path, with: node)
  }

  private func replacing(
    _ rest: ArraySlice<String>, of path: ConfigPath, with node: ConfigNode
  ) throws -> ConfigNode {
    if rest.isEmpty { return node }
    guard let step = step(along: rest) else {
      if case .mapping(let entries) = content, rest.count == 1, let name = rest.first {
        let new = Entry(key: name, keyOrigin: path.origin, value: node)
        return ConfigNode(.mapping(entries + [new]), origin: origin)
      }
      throw deadEnd(rest, of: path)
    }
    let child = try step.child.replacing(rest.dropFirst(step.used), of: path, with: node)
    return replacingChild(at: step.index, with: child)
  }

  private func replacingChild(at index: Int, with child: ConfigNode) -> ConfigNode {
    switch content {
    case .scalar: return self
    case .sequence(var items):
      items[index] = child
      return ConfigNode(.sequence(items), origin: origin)
    case .mapping(var entries):
      let old = entries[index]
      entries[index] = Entry(key: old.key, keyOrigin: old.keyOrigin, value: child)
      return ConfigNode(.mapping(entries), origin: origin)
    }
  }

  /// The child that a path goes to, its index, and how many elements of the path name it.
  private func step(
    along rest: ArraySlice<String>
  ) -> (child: ConfigNode, index: Int, used: Int)? {
    switch content {
    case .scalar:
      return nil
    case .sequence(let items):
      guard let name = rest.first else { return nil }
      let index = items.firstIndex { $0["id"]?.text == name } ?? Int(name)
      guard let index, items.indices.contains(index) else { return nil }
      return (items[index], index, 1)
    case .mapping(let entries):
      for used in 1...rest.count {
        let name = rest.prefix(used).joined(separator: ".")
        if let index = entries.firstIndex(where: { $0.key == name }) {
          return (entries[index].value, index, used)
        }
      }
      return nil
    }
  }

  private func deadEnd(_ rest: ArraySlice<String>, of path: ConfigPath) -> ManifestError {
    let name = rest.first ?? ""
    let parent = path.elements.dropLast(rest.count).joined(separator: ".")
    let problem: ManifestError.Problem =
      switch content {
      case .scalar:
        .parentIsValue(name: name, parent: parent)
      case .sequence(let items):
        .nothingThere(
          name: name, parent: parent,
          available: items.enumerated().map { Self.pathElement(of: $1, at: $0) })
      case .mapping(let entries):
        .nothingThere(name: name, parent: parent, available: entries.map(\.key))
      }
    return ManifestError(origin: path.origin, path: path.description, problem)
  }
}
