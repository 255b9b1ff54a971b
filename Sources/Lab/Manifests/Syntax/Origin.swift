/// Where a piece of configuration was written.
public enum Origin: Equatable, Hashable, Sendable {
  /// A place in a file; line and column count from 1.
  case file(path: String, line: Int, column: Int)
  /// An argument, as it was typed: `--set model.vhp.latent=4`.
  case commandLine(String)
  /// A configuration that the program wrote itself, with defaults filled in.
  case resolved
}

extension Origin: CustomStringConvertible {
  /// The place as it stands in front of an error: `experiments/vhp/x.yaml:12:5`.
  public var description: String {
    switch self {
    case .file(let path, let line, let column): "\(path):\(line):\(column)"
    case .commandLine(let argument): argument
    case .resolved: "resolved configuration"
    }
  }
}
