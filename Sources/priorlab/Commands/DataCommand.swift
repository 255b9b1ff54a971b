import ArgumentParser
import Datasets
import Lab
import Registry

/// The files of stored data sets.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "List, fetch and verify the files of data sets.",
    discussion: """
      Files are looked for in each directory of the variable PRIORLAB_DATA (joined by colons), as \
      <dir>/<data set>/<file> or <dir>/<file>, then among those that 'fetch' has got.
      """,
    subcommands: [DataListCommand.self, DataFetchCommand.self, DataVerifyCommand.self])
}

/// What data sets there are.
struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show every stored data set: licence, size, and whether it is here.")

  @OptionGroup var output: FormatOptions
  @OptionGroup var project: ProjectOptions

  private struct Line: Encodable {
    var name: String
    var title: String
    var licence: String?
    /// Of the files that studies use by default; absent where some sizes are not known.
    var bytes: Int?
    /// `here`, `partly`, `missing`; `wrong` where its manifest is.
    var state: String
    var directories: [String]
    var missing: [String]
    /// Whether `fetch` can get it.
    var canBeFetched: Bool
    /// Why no study can use it yet.
    var notYet: String?
    var howToGet: String?
    /// Whether it is generated where its files are not here.
    var isGenerated: Bool
    /// What is wrong with its manifest.
    var problem: String?
  }

  func run() throws {
    let library = try project.openDatasets()
    let lines = library.names.map { name in
      do {
        return try line(name, library)
      } catch {
        return Line(
          name: name, title: "", state: "wrong", directories: [], missing: [],
          canBeFetched: false, isGenerated: registeredKinds.isGenerated(name), problem: "\(error)")
      }
    }
    if output.format == .json {
      print(try jsonText(lines), terminator: "")
      return
    }
    if lines.isEmpty { print("there are no data sets in '\(project.datasets)'") }
    for line in lines { show(line) }
  }

  private func line(_ name: String, _ library: DatasetLibrary) throws -> Line {
    let manifest = try library.manifest(name)
    let state = manifest.state(in: library.places, beside: library.root)
    let sizes = state.items.compactMap(\.file.bytes)
    return Line(
      name: name, title: manifest.title, licence: manifest.licence,
      bytes: sizes.isEmpty || sizes.count < state.items.count ? nil : sizes.reduce(0, +),
      state: state.isHere ? "here" : state.isAbsent ? "missing" : "partly",
      directories: state.directories, missing: state.missing,
      canBeFetched: !manifest.isByHand, notYet: manifest.notYet, howToGet: manifest.howToGet,
      isGenerated: registeredKinds.isGenerated(name))
  }

  private func show(_ line: Line) {
    let name = line.name.padding(
      toLength: max(17, line.name.count), withPad: " ", startingAt: 0)
    if let problem = line.problem {
      print("\(name) error: \(problem)")
      return
    }
    print("\(name) \(line.title)")
    let size = line.bytes.map(sizeText) ?? "size unknown"
    let place =
      switch line.state {
      case "here": "here, in " + line.directories.joined(separator: ", ")
      case "partly": "partly here; missing: " + line.missing.joined(separator: ", ")
      default:
        (line.isGenerated ? "not here, and generated instead; " : "missing; ")
          + (line.canBeFetched ? "'priorlab data fetch \(line.name)'" : "by hand")
      }
    print("    licence: \(line.licence ?? "not stated"); \(size); \(place)")
    if line.state != "here" && !line.canBeFetched, let words = line.howToGet {
      print("    \(words)")
    }
    if let why = line.notYet { print("    not to be used yet: \(why)") }
  }
}

/// Gets files.
struct DataFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch the files of data sets that are not here. An interrupted fetch goes on.",
    discussion: "Example: priorlab data fetch mnist fashion-mnist")

  @Argument(help: "Names of data sets (see 'priorlab data list').")
  var names: [String]

  @Flag(help: "Also files that studies use only on request, such as SVHN's extra images.")
  var all = false

  @Option(
    help: ArgumentHelp(
      "Seconds without a byte after which a connection is given up.", valueName: "seconds"))
  var patience = 30

  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if patience < 1 { throw ValidationError("--patience must be at least 1") }
  }

  func run() throws {
    let library = try project.openDatasets()
    let manifests = try names.map { try library.known($0) }
    Interruption.watch()
    let board = FetchBoard()
    let fetcher = Fetcher(
      places: library.places, root: library.root, patience: patience,
      shouldStop: { Interruption.isAsked }, report: board.show)
    for manifest in manifests {
      defer { board.finish() }
      do {
        // Of several forms, one that is here is enough.
        let state = manifest.state(in: library.places, beside: library.root)
        let isEnough = state.isHere && !all
        let files = isEnough ? state.items.map(\.file) : manifest.filesToFetch(all: all)
        if files.isEmpty {
          throw FetchError.noFiles(dataset: manifest.name, howToGet: manifest.howToGet)
        }
        if let why = manifest.notYet, files.contains(where: { !$0.mirrors.isEmpty }) {
          Log.warning("no study can use \(manifest.name) yet: \(why)")
        }
        try fetcher.fetch(files, of: manifest)
      } catch FetchError.stopped(let file) {
        board.finish()
        throw Ending(code: .interrupted, message: "\(FetchError.stopped(file: file))")
      }
    }
  }
}

/// Checks files.
struct DataVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the sizes and checksums of files that are here.",
    discussion: "With names, a file that is missing counts as wrong, too.")

  @Argument(help: "Names of data sets; all that are here by default.")
  var names: [String] = []

  @OptionGroup var output: FormatOptions
  @OptionGroup var project: ProjectOptions

  private struct Line: Encodable {
    var dataset: String
    var file: String
    var path: String?
    /// `right`, `wrong`, `missing`, or `unknown` where nothing says what it should be.
    var state: String
    var sha256: String?
    var problem: String?
  }

  func run() throws {
    let library = try project.openDatasets()
    let lines = try (names.isEmpty ? library.names : names).flatMap { name -> [Line] in
      let manifest: DatasetManifest
      do {
        manifest = try library.known(name)
      } catch  where names.isEmpty {
        return [Line(dataset: name, file: "", state: "wrong", problem: "\(error)")]
      }
      let state = manifest.state(in: library.places, beside: library.root)
      if names.isEmpty && state.isAbsent { return [] }
      if state.items.isEmpty {
        throw FetchError.noFiles(dataset: manifest.name, howToGet: manifest.howToGet)
      }
      return try state.items.map { try line($0, manifest) }
    }
    if output.format == .json {
      print(try jsonText(lines), terminator: "")
    } else {
      if lines.isEmpty { print("no files of data sets are here") }
      for line in lines { print(words(line)) }
    }
    let wrong = lines.filter { $0.state == "wrong" || ($0.state == "missing" && !names.isEmpty) }
    if !wrong.isEmpty {
      throw Ending(code: .data, message: "\(wrong.count) of \(lines.count) files are not right")
    }
  }

  private func line(_ item: DatasetState.Item, _ manifest: DatasetManifest) throws -> Line {
    var line = Line(
      dataset: manifest.name, file: item.file.name, path: item.path, state: "missing")
    guard let path = item.path else { return line }
    do {
      try item.file.check(at: path, of: manifest.name)
      line.sha256 = try Checksums.sha256(of: path, in: manifest.name)
      line.state = item.file.sha256 == nil ? "unknown" : "right"
    } catch let error as DataError {
      line.state = "wrong"
      line.problem = error.description
    }
    return line
  }

  private func words(_ line: Line) -> String {
    let name = line.file.isEmpty ? line.dataset : "\(line.dataset)/\(line.file)"
    return switch line.state {
    case "right": "right    \(name)  (\(line.path ?? ""))"
    case "missing": "missing  \(name)"
    case "unknown": "unknown  \(name)  (no checksum is declared; it has \(line.sha256 ?? ""))"
    default: "wrong    \(name): \(line.problem ?? "")"
    }
  }
}
