import Yams

extension ConfigNode {
  /// Reads the single document of a YAML file; `file` is the path that errors show.
  ///
  /// - Throws: `ManifestError` for text that is not one YAML document with unique keys.
  public init(yaml: String, file: String) throws {
    self = try YAMLReader { .file(path: file, line: $0, column: $1) }.read(yaml)
  }

  /// Reads the right side of an override, such as `4` or `{normal: {}}`, as YAML.
  ///
  /// - Throws: `ManifestError` as for a file.
  public init(value text: String, origin: Origin) throws {
    self = try YAMLReader { _, _ in origin }.read(text)
  }
}

/// Turns the nodes of Yams into ours.
private struct YAMLReader {
  /// The most values a manifest may hold: nested aliases can stand for billions.
  static let limit = 100_000
  /// What `!!` stands for.
  static let yamlTags = "tag:yaml.org,2002:"

  let origin: (_ line: Int, _ column: Int) -> Origin

  func read(_ text: String) throws -> ConfigNode {
    do {
      // The encoding is named because the default can be changed by an environment variable.
      guard let root = try compose(yaml: text, .default, .default, .utf8) else {
        throw error(.emptyDocument, at: nil)
      }
      var count = 0
      let node = try convert(root, count: &count)
      if node.text == "", node.isNull { throw error(.emptyDocument, at: root.mark) }
      return node
    } catch let yamlError as YamlError {
      throw manifestError(for: yamlError)
    }
  }

  private func convert(_ node: Node, count: inout Int) throws -> ConfigNode {
    count += 1
    guard count <= Self.limit else { throw error(.tooManyValues(limit: Self.limit), at: node.mark) }
    let place = origin(node.mark?.line ?? 1, node.mark?.column ?? 1)
    switch node {
    case .scalar(let scalar):
      // Yams gives text in quotes this tag, too.
      if scalar.style == .plain || scalar.tag.description != Self.yamlTags + "str" {
        try checkTag(scalar.tag, of: node)
      }
      return ConfigNode(.scalar(scalar.string, isPlain: scalar.style == .plain), origin: place)
    case .sequence(let sequence):
      try checkTag(sequence.tag, of: node)
      return ConfigNode(
        .sequence(try sequence.map { try convert($0, count: &count) }), origin: place)
    case .mapping(let mapping):
      try checkTag(mapping.tag, of: node)
      return ConfigNode(.mapping(try entries(mapping, count: &count)), origin: place)
    case .alias:
      throw error(.malformedYAML("an alias has no anchor"), at: node.mark)
    }
  }

  private func entries(_ mapping: Node.Mapping, count: inout Int) throws -> [ConfigNode.Entry] {
    var entries: [ConfigNode.Entry] = []
    var keys: Set<String> = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else { throw error(.keyIsNotText, at: key.mark) }
      let name = scalar.string
      if name == "<<", scalar.style == .plain { throw error(.mergeKey, at: key.mark) }
      // Yams tells 1 from "1"; as names they are the same.
      guard keys.insert(name).inserted else { throw error(.duplicateKey(name), at: key.mark) }
      entries.append(
        ConfigNode.Entry(
          key: name, keyOrigin: origin(key.mark?.line ?? 1, key.mark?.column ?? 1),
          value: try convert(value, count: &count)))
    }
    return entries
  }

  private func checkTag(_ tag: Tag, of node: Node) throws {
    let name = tag.description
    if name.isEmpty { return }
    throw error(.unsupportedTag(name.replacing(Self.yamlTags, with: "!!")), at: node.mark)
  }

  private func manifestError(for yamlError: YamlError) -> ManifestError {
    switch yamlError {
    case .composer(_, "but found another document", let mark, _):
      return error(.severalDocuments, at: mark)
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let start = context.map { " \($0.text), which starts at \($0.mark.line):\($0.mark.column)" }
      return error(.malformedYAML(problem + (start ?? "")), at: mark)
    case .duplicatedKeysInMapping(let names, let context):
      return error(.duplicateKey(names.first ?? ""), at: context.mark)
    case .reader(let problem, let offset, _, let text):
      let before = text.prefix(offset ?? 0).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      let column = (before.last?.unicodeScalars.count ?? 0) + 1
      return ManifestError(origin: origin(max(before.count, 1), column), .malformedYAML(problem))
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return error(.malformedYAML("\(yamlError)"), at: nil)
    }
  }

  private func error(_ problem: ManifestError.Problem, at mark: Yams.Mark?) -> ManifestError {
    ManifestError(origin: origin(mark?.line ?? 1, mark?.column ?? 1), problem)
  }
}
