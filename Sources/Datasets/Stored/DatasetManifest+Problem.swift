import Files

extension DatasetManifest {
  /// What no type can say: the key path of what makes no sense, and why; nil where all does.
  public var problem: (path: [String], message: String)? {
    for (index, file) in files.enumerated() {
      func at(_ key: String, _ message: String) -> ([String], String) {
        (["files", "\(index)", key], message)
      }
      if file.name.isEmpty { return at("name", "it must not be empty") }
      if let bytes = file.bytes, bytes < 1 { return at("bytes", "it must be at least 1") }
      if let sum = file.sha256, !Self.isChecksum(sum) {
        return at("sha256", "it must be 64 hexadecimal digits, in lower case")
      }
      if let mirror = file.mirrors.first(where: { !Self.isAddress($0) }) {
        return at("mirrors", "'\(mirror)' is no address that starts with https:// or http://")
      }
    }
    for (index, layout) in layouts.enumerated() {
      for (split, tensors) in layout.splits.sorted(by: { $0.key < $1.key }) {
        let path =
          layouts.count > 1 ? ["layouts", "\(index)", "splits", split] : ["splits", split]
        if tensors.isEmpty { return (path, "it has no tensors") }
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
          if let (key, message) = tensor.problem { return (path + [name, key], message) }
        }
      }
    }
    if layouts.allSatisfy({ $0.splits.isEmpty }) && notYet == nil {
      return (["splits"], "at least one split is needed, or 'not-yet' with the reason")
    }
    return nil
  }

  private static func isChecksum(_ text: String) -> Bool {
    text.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase && $0.isASCII }
  }

  private static func isAddress(_ text: String) -> Bool {
    ["https://", "http://"].contains { text.hasPrefix($0) && text.count > $0.count }
  }
}

extension StoredTensor {
  /// The key that makes no sense, and why.
  fileprivate var problem: (key: String, message: String)? {
    if file.isEmpty { return ("file", "it must not be empty") }
    if let type, NumericType(rawValue: type) == nil {
      let types = NumericType.allCases.map(\.rawValue).joined(separator: ", ")
      return ("type", "unknown type '\(type)'. Expected one of \(types)")
    }
    if let view, view.filter({ $0 == -1 }).count > 1 || view.contains(where: { $0 < -1 }) {
      return ("view", "lengths must not be negative, but for one that may be -1")
    }
    if let axes, axes.sorted() != Array(0..<axes.count) || axes.isEmpty {
      return ("axes", "each axis must be named once, counting from 0")
    }
    if let bits, bits < 1 { return ("bits", "it must be at least 1") }
    if let shape, shape.contains(where: { $0 < 1 }) { return ("shape", "lengths must be positive") }
    if let scale, !(scale > 0 && scale.isFinite) { return ("scale", "it must be positive") }
    if meaning == .integers && (scale ?? 1) != 1 {
      return ("scale", "integers are not divided: leave it out")
    }
    if let relabel {
      if meaning != .integers {
        return ("relabel", "only integers have labels: write as: integers")
      }
      if let key = relabel.keys.first(where: { Int64($0) == nil }) {
        return ("relabel", "'\(key)' is no whole number")
      }
    }
    return nil
  }
}
