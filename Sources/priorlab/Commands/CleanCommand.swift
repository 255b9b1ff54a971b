import ArgumentParser
import Datasets
import Foundation
import Lab

/// Frees disk space.
struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Remove the weights, checkpoints and snapshots of runs. Records and results stay.",
    discussion: """
      A figure has what it shows already; a new one that needs weights trains their runs again. A run \
      that is going on is left alone, and so is one that can go on from a checkpoint, unless \
      --unfinished is given.
      """)

  @Argument(help: "Ids of studies.")
  var studies: [String] = []

  @Flag(help: "The runs of all studies.")
  var all = false

  @Flag(help: "Only what is no run of the manifests any more, of whatever profile, seed and --set.")
  var stale = false

  @Flag(help: "Also the checkpoints of runs that are not finished.")
  var unfinished = false

  @Flag(name: .shortAndLong, help: "Show what would be removed.")
  var dryRun = false

  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if studies.isEmpty && !all && !stale {
      throw ValidationError("name the studies whose runs are to go, or say --all")
    }
    if !studies.isEmpty && all {
      throw ValidationError("name studies, or say --all, but not both")
    }
  }

  func run() throws {
    let store = project.store
    let known = try store.studies()
    for study in studies where !known.contains(study) {
      throw ValidationError("there are no runs of '\(study)' in \(project.results)")
    }
    let asked = studies.isEmpty ? known : known.filter { studies.contains($0) }
    // Any study's manifest may name a run that is in the directory of another.
    let records = Dictionary(
      uniqueKeysWithValues: try (stale ? known : asked).map { ($0, try store.records(of: $0)) })
    let kept = stale ? try current(project.open(), records) : Current()
    var bytes = 0
    var count = 0
    var left = 0
    for study in asked {
      for directory in try store.runDirectories(of: [study])
      where !kept.identities.contains(directory.identity) && !kept.unclear.contains(study) {
        if try !unfinished && directory.canGoOn(records[study]?[directory.identity]) {
          left += 1
          continue
        }
        guard let freed = try directory.remove(dryRun: dryRun) else {
          print("in use, left alone: \(directory.path)")
          continue
        }
        bytes += freed
        count += 1
        if dryRun { print("\(directory.path)  \(sizeText(freed))") }
      }
    }
    for study in kept.unclear.sorted() where studies.isEmpty || studies.contains(study) {
      print("left alone, because its data are not here to tell its runs by: \(study)")
    }
    print("\(dryRun ? "would remove" : "removed") \(count) run directories, \(sizeText(bytes))")
    if left > 0 { print("left \(left) unfinished, which go on from a checkpoint (--unfinished)") }
  }

  /// What is to stay.
  private struct Current {
    /// Identities of the runs that the manifests name.
    var identities: Set<String> = []
    /// Studies whose runs' identities are not known without their data.
    var unclear: Set<String> = []
  }

  private func current(
    _ project: Project, _ records: [String: [String: RunRecord]]
  ) throws -> Current {
    // A manifest that cannot be read may be that of any of the runs.
    try project.library.checkAllWereRead()
    var current = Current()
    for id in project.library.studies.keys {
      do {
        for run in try project.library.allRuns(of: id, kinds: project.kinds) {
          current.identities.insert(run.identity)
          if !run.template.dataset.isIdentified { current.unclear.insert(id) }
        }
        // Other seeds than the declared ones, and settings that a command replaced.
        current.identities.formUnion(
          project.library.identities(
            of: id, recorded: (records[id] ?? [:]).values, kinds: project.kinds))
      } catch is DataError {
        current.unclear.insert(id)
      }
    }
    return current
  }
}
