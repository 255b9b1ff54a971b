extension ConfigNode {
  /// The tree as YAML that reads back as the same tree: one key a line, lists of scalars on one.
  public func yaml(indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: max(indent, 0))
    return lines.map { margin + $0 + "\n" }.joined()
  }

  private var lines: [String] {
    if let inline { return [inline] }
    switch content {
    case .scalar:
      return []
    case .sequence(let items):
      return items.flatMap { item in
        item.lines.enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }
      }
    case .mapping(let entries):
      return entries.flatMap { entry in
        let key = written(entry.key, isPlain: false)
        if let inline = entry.value.inline { return ["\(key): \(inline)"] }
        return ["\(key):"] + entry.value.lines.map { "  " + $0 }
      }
    }
  }

  /// The node on one line, where that reads well.
  private var inline: String? {
    switch content {
    case .scalar(let text, let isPlain):
      return isNull ? "null" : written(text, isPlain: isPlain)
    case .mapping(let entries):
      return entries.isEmpty ? "{}" : nil
    case .sequence(let items):
      let scalars = items.compactMap { $0.text == nil ? nil : $0.inline }
      guard scalars.count == items.count, !scalars.contains(where: { $0.contains(",") }) else {
        return nil
      }
      let line = "[\(scalars.joined(separator: ", "))]"
      return line.count <= 80 ? line : nil
    }
  }
}

/// A scalar's text, in quotes where it would otherwise be read as something else.
private func written(_ text: String, isPlain: Bool) -> String {
  if isPlain && (Double(configText: text) != nil || Bool(text) != nil) { return text }
  if canStandBare(text) && (isPlain || !isReserved(text)) { return text }
  return "\"" + text.unicodeScalars.map(\.escapedForYAML).joined() + "\""
}

/// Whether text without quotes is text to every reader of YAML: a cautious choice of characters.
private func canStandBare(_ text: String) -> Bool {
  guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else {
    return false
  }
  let startsWell = first.properties.isAlphabetic || "_/(".unicodeScalars.contains(first)
  return startsWell && last != " "
    && text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || "0123456789_-./+*()<>=~^%$, ".unicodeScalars.contains($0)
    }
}

/// Words that some readers of YAML take for null or a truth value.
private func isReserved(_ text: String) -> Bool {
  ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
}

extension Unicode.Scalar {
  /// The character as it is written between double quotes.
  var escapedForYAML: String {
    switch self {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\t": return "\\t"
    case _ where mustBeEscapedInYAML:
      let digits = String(value, radix: 16, uppercase: true)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return String(self)
    }
  }

  /// Whether YAML refuses the character as it is, or may take it for a line end.
  var mustBeEscapedInYAML: Bool {
    switch value {
    case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: false
    case 0x10000...: false
    default: true
    }
  }
}
