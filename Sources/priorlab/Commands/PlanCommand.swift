import ArgumentParser
import Foundation
import Lab

/// What reproduce would do.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what 'reproduce' would run, what it has already, and why. Nothing is run.")

  @Argument(help: "Ids of tables and figures.")
  var ids: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("A table by its number.", valueName: "N"))
  var table: Int?

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: FormatOptions
  @OptionGroup var project: ProjectOptions

  private struct Line: Encodable {
    var artefact: String
    var study: String
    var cell: String
    var seed: Int
    var identity: String
    var action: String
    var steps: Int?
    var seconds: Double?
    /// What of the data that it needs is missing; absent where nothing is.
    var missing: String?
    /// Bytes on disk that the run will keep, and those of its checkpoints while it trains.
    var keptBytes: Int?
    var checkpointBytes: Int?
  }

  func run() throws {
    let project = try self.project.open()
    var lines: [Line] = []
    for id in try project.catalogue.ids(ids, table: table) {
      let artefact = try selection.artefact(id, profile.name, of: project)
      let plan = try Plan(
        artefact.wanted,
        needed: artefact.weightsNeeded(store: project.store, kinds: project.kinds),
        shown: artefact.measures, store: project.store)
      for warning in plan.warnings { Log.warning(warning) }
      let own = plan.items.map { item in
        Line(
          artefact: id, study: item.run.template.study, cell: item.run.template.cell.label,
          seed: item.run.seed,
          identity: item.run.template.dataset.isIdentified ? item.run.identity : "unknown",
          action: item.action.words, steps: item.steps, seconds: item.seconds,
          missing: item.isPending ? item.run.template.dataset.missing?.description : nil,
          keptBytes: item.space?.kept, checkpointBytes: item.space?.checkpoints)
      }
      lines += own
      if output.format == .text { show(id, artefact, own, plan) }
    }
    if output.format == .json { print(try jsonText(lines), terminator: "") }
  }

  private func show(_ id: String, _ artefact: ArtefactRuns, _ lines: [Line], _ plan: Plan) {
    print("\(id), profile \(profile.name.directory)")
    if let because = artefact.studies.compactMap(\.because).first { print("  \(because)") }
    let isOneStudy = Set(lines.map(\.study)).count == 1
    for line in lines {
      let time = line.seconds.map { $0 > 0 ? ", about \(timeText($0))" : "" } ?? ", time unknown"
      let identity = line.identity.padding(toLength: 16, withPad: " ", startingAt: 0)
      let cell = isOneStudy ? line.cell : "\(line.study) \(line.cell)"
      print("  \(identity)  \(cell) seed \(line.seed): \(line.action)\(time)")
    }
    let count = plan.pending.count
    let time = plan.seconds.map { "about \(timeText($0)) of one core" } ?? "time unknown"
    for missing in Set(lines.compactMap(\.missing)).sorted() { print("  data missing: \(missing)") }
    let jobs = min(Cores.usable, count)
    let space =
      "\(sizeText(plan.bytes)) to keep on disk, up to \(sizeText(plan.peakBytes(jobs: jobs))) while "
      + "\(jobs) at a time train"
    print(count == 0 ? "  nothing to run" : "  \(count) to run: \(time), \(space)")
  }
}

extension Plan.Action {
  /// The action in words.
  var words: String {
    switch self {
    case .cached: "finished"
    case .failedBefore(let reason): "failed before (\(reason)); not tried again"
    case .measure(let names): "finished; to measure: \(names.joined(separator: ", "))"
    case .resume(let step): "goes on from step \(step)"
    case .train(let why): "to train (\(why))"
    }
  }
}
