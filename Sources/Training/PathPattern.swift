/// A pattern of parameter paths: `*` stands for one element, `**` for any number of them.
public struct PathPattern: Equatable, Sendable {
  private let elements: [Substring]

  public init(_ text: String) {
    elements = text.split(separator: "/")
  }

  /// Whether a path is of the pattern.
  public func matches(_ path: String) -> Bool {
    Self.matches(elements[...], path.split(separator: "/")[...])
  }

  private static func matches(
    _ pattern: ArraySlice<Substring>, _ path: ArraySlice<Substring>
  ) -> Bool {
    guard let first = pattern.first else { return path.isEmpty }
    if first == "**" {
      return matches(pattern.dropFirst(), path)
        || (!path.isEmpty && matches(pattern, path.dropFirst()))
    }
    guard let element = path.first, first == "*" || first == element else { return false }
    return matches(pattern.dropFirst(), path.dropFirst())
  }
}
