import ArgumentParser
import Datasets
import Lab

/// Checks manifests.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check every manifest, or the named ones, in all their profiles. Nothing is run.",
    discussion: "Without ids, the manifests of data sets are checked, too.")

  @Argument(help: "Ids of studies, tables and figures; all by default.")
  var ids: [String] = []

  @OptionGroup var output: FormatOptions
  @OptionGroup var project: ProjectOptions

  private struct Line: Encodable {
    var id: String
    var file: String
    var problem: String?
  }

  func run() throws {
    let project = try self.project.open()
    let (library, catalogue) = (project.library, try project.catalogue)
    let manifests = (Array(library.studies.values) + Array(library.artefacts.values))
      .sorted { $0.file < $1.file }
    for id in ids where !manifests.contains(where: { $0.id == id }) {
      try library.checkAllWereRead()
      if catalogue.entries.contains(where: { $0.id == id }) {
        throw LibraryError.planned(id)
      }
      throw LibraryError.noManifest(id, near: nearest(id, among: manifests.map(\.id)))
    }
    var lines = manifests.filter { ids.isEmpty || ids.contains($0.id) }.map { manifest in
      Line(
        id: manifest.id, file: manifest.file,
        problem: library.problem(of: manifest, catalogue: catalogue, kinds: project.kinds))
    }
    if ids.isEmpty {
      let said = Set(lines.compactMap(\.problem))
      lines += library.problems.map { Line(id: "", file: $0.file, problem: "\($0.error)") }
        .filter { !said.contains($0.problem ?? "") }
      lines += dataLines(project.datasets)
    }
    if output.format == .json {
      print(try jsonText(lines), terminator: "")
    } else {
      show(lines)
    }
    let problems = lines.compactMap(\.problem)
    // What is wrong with a study is wrong for all that use it.
    let wrong = Set(problems).count
    if wrong > 0 {
      let others = problems.count - wrong
      throw Ending(
        code: .usage,
        message: "\(wrong) of \(lines.count) manifests \(wrong == 1 ? "is" : "are") wrong"
          + (others == 0 ? "" : ", and \(others) more cannot be used for that reason"))
    }
  }

  /// A line for each manifest that can be used, and for each thing that is wrong.
  private func show(_ lines: [Line]) {
    var said: Set<String> = []
    for line in lines {
      if let problem = line.problem {
        if said.insert(problem).inserted { print("error: \(problem)") }
      } else {
        print("ok  \(line.id)")
      }
    }
  }

  private func dataLines(_ datasets: DatasetLibrary) -> [Line] {
    datasets.names.map { name in
      var line = Line(id: name, file: "\(datasets.root)/\(name).yaml")
      do { _ = try datasets.manifest(name) } catch { line.problem = "\(error)" }
      return line
    }
  }
}
