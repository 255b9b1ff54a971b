/// What is not to be found among the manifests.
public enum LibraryError: Error, CustomStringConvertible {
  case noStudy(String, near: String?)
  case noArtefact(String, near: String?)
  /// Neither a study nor an artefact.
  case noManifest(String, near: String?)
  case isStudy(String, artefacts: [String])
  case isArtefact(String, studies: [String])
  case unreadable(String, Obstacle)
  case planned(String)
  case noDataset(String, near: String?, root: String)
  case noTable(Int, known: [Int])

  /// Why a file or a directory is not read.
  public enum Obstacle: Equatable, Sendable {
    case missing
    /// A link whose file is not there.
    case danglingLink
    case directory
    /// A pipe, a socket, a device.
    case noFile
    /// What the system says.
    case system(reason: String)

    fileprivate var words: String {
      switch self {
      case .missing: "is not there: restore it, or name the directory that has it"
      case .danglingLink: "is a link to a file that is not there: mend the link, or remove it"
      case .directory: "is a directory, and by its name should be a manifest: rename or remove it"
      case .noFile: "is neither a file nor a directory: remove it, or put a manifest in its place"
      case .system(let reason):
        "cannot be read (\(reason)): correct its permissions, or put a copy that can be read in its place"
      }
    }
  }

  public var description: String {
    switch self {
    case .noStudy(let id, let near):
      "there is no study '\(id)'" + Self.hint(near) + " (see 'priorlab list --studies')"
    case .noArtefact(let id, let near):
      "there is no table or figure '\(id)'" + Self.hint(near) + " (see 'priorlab list')"
    case .noManifest(let id, let near):
      "there is no study, table or figure '\(id)'" + Self.hint(near)
        + " (see 'priorlab list' and 'priorlab list --studies')"
    case .isStudy(let id, let artefacts):
      "'\(id)' is a study, not a table or figure"
        + (artefacts.isEmpty
          ? ", and none is made of its runs yet: train one with 'priorlab run \(id)'"
          : ": name what is made of its runs, \(artefacts.joined(separator: ", "))")
    case .isArtefact(let id, let studies):
      "'\(id)' is a table or figure, not a study"
        + (studies.isEmpty ? "" : ": name the study, \(studies.joined(separator: ", "))")
    case .unreadable(let path, let obstacle): "\(path) \(obstacle.words)"
    case .planned(let id):
      "\(id) is planned: it has no manifest yet (see 'priorlab list' for what can be reproduced)"
    case .noDataset(let name, let near, let root):
      "there is no data set '\(name)' in \(root)\(Self.hint(near)) (see 'priorlab data list')"
    case .noTable(let number, let known):
      "there is no table \(number): the tables are "
        + known.map(String.init).joined(separator: ", ")
    }
  }

  private static func hint(_ near: String?) -> String {
    near.map { "; did you mean '\($0)'?" } ?? ""
  }
}
