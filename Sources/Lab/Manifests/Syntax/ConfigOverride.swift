/// One `--set path=value` of the command line.
public struct ConfigOverride: Equatable, Sendable {
  /// The key path on the left side.
  public let path: ConfigPath
  /// The value on the right side, read as YAML.
  public let value: ConfigNode

  /// An override from its parts.
  init(path: ConfigPath, value: ConfigNode) {
    self.path = path
    self.value = value
  }

  /// Reads `model.vhp.latent=4`, the argument that follows `--set`.
  ///
  /// - Throws: `ManifestError` when either side cannot be read.
  public init(_ argument: String) throws {
    let origin = Origin.commandLine("--set \(argument)")
    guard let equals = argument.firstIndex(of: "=") else {
      throw ManifestError(origin: origin, .malformedOverride(argument))
    }
    path = try ConfigPath(String(argument[..<equals]), origin: origin)
    value = try ConfigNode(value: String(argument[equals...].dropFirst()), origin: origin)
  }
}

extension ConfigNode {
  /// This tree with overrides applied one after another.
  ///
  /// - Throws: `ManifestError` for a path that leads nowhere.
  public func applying(_ overrides: [ConfigOverride]) throws -> ConfigNode {
    try overrides.reduce(self) { try $0.replacing($1.path, with: $1.value) }
  }
}
