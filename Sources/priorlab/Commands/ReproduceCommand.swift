import ArgumentParser
import Foundation
import Lab

/// Runs what is missing of tables and figures, draws, and compares.
struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Run what is missing of a table or figure, draw it, and compare it with the paper.",
    discussion: """
      Runs that are finished are not trained again; runs that were stopped go on from their last \
      checkpoint. 'priorlab plan' shows beforehand what would be done. The results are in \
      results/<id>/<profile>/.

      Examples:
        priorlab reproduce --table 1 --profile quick
        priorlab reproduce vhp/table-1 vhp/figure-2 --seeds 10 --jobs 4
        priorlab reproduce vhp/table-1 --only 'method in rewo, geco' --set phases.train.batch=64
      """)

  @Argument(help: "Ids of tables and figures (see 'priorlab list').")
  var ids: [String] = []

  @Option(help: ArgumentHelp("A table by its number.", valueName: "N"))
  var table: Int?

  @Flag(help: "Every table and figure that has a manifest.")
  var all = false

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var engine: EngineOptions

  @Option(help: "Runs at a time; by default one for each processor core.")
  var jobs: Int?

  @Flag(help: "Train nothing: draw and compare what is there, as after a change of the manifest.")
  var noTraining = false

  @Flag(help: "Let a result be replaced by one that lacks numbers or arrays which it has.")
  var replace = false

  @Flag(help: "Train runs again that failed before.")
  var retryFailed = false

  @Flag(help: "End with code 1 when a number is worse than the paper's.")
  var failOnWorse = false

  @OptionGroup var output: FormatOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
    if noTraining && retryFailed {
      throw ValidationError("say --no-training or --retry-failed, but not both")
    }
    if all, !ids.isEmpty || table != nil {
      throw ValidationError("say --all, or name tables and figures, but not both")
    }
  }

  func run() throws {
    let project = try self.project.open()
    let catalogue = try project.catalogue
    let ids =
      all
      ? catalogue.entries.map(\.id).filter { project.library.artefacts[$0] != nil }
      : try catalogue.ids(ids, table: table)
    let artefacts = try ids.map { try selection.artefact($0, profile.name, of: project) }
    if !artefacts.allSatisfy({ $0.drawsNothing }) { _ = try Gnuplot.find() }
    Interruption.watch()
    _ = try engine.start()
    try project.store.prepare()
    let failures = noTraining ? [] : try train(artefacts, project.kinds)

    var comparisons: [Comparison] = []
    for artefact in artefacts {
      try project.store.adopt(artefact.runs)
      let comparison = try Comparison(
        artefact, kinds: project.kinds, store: project.store, failures: failures)
      let files = try ResultWriter(artefact, comparison, kinds: project.kinds, store: project.store)
        .write(mayLose: replace, warn: Log.warning)
      comparisons.append(comparison)
      if output.format == .text {
        print(try comparison.text(.text))
        for file in files { print("  " + file) }
        print()
      }
    }
    if output.format == .json { print(try jsonText(comparisons), terminator: "") }
    if try artefacts.contains(where: { try $0.hasFailures(failures, store: project.store) }) {
      throw Ending(code: .runs, message: nil)
    }
    if failOnWorse && comparisons.contains(where: \.hasWorse) {
      throw Ending(code: .runs, message: "a number is worse than the paper's")
    }
  }

  /// Trains what is missing; returns the identities of the runs that failed.
  private func train(_ artefacts: [ArtefactRuns], _ kinds: Kinds) throws -> Set<String> {
    var failures: Set<String> = []
    var tried: Set<[String]> = []
    // A run that is trained again elsewhere may come to other numbers, and then another one is selected.
    while true {
      let before = tried
      // Artefacts share runs: the second one finds most of its runs finished by the first.
      for artefact in artefacts {
        let failed = try train(artefact, kinds, &tried, warns: before.isEmpty)
        failures.formUnion(failed)
      }
      if tried == before { return failures }
    }
  }

  /// Trains what is missing of an artefact, but for the runs that were tried before.
  private func train(
    _ artefact: ArtefactRuns, _ kinds: Kinds, _ tried: inout Set<[String]>, warns: Bool
  ) throws -> Set<String> {
    let needed = try artefact.weightsNeeded(store: project.store, kinds: kinds)
    let plan = try Plan(
      artefact.wanted, needed: needed, shown: artefact.measures, store: project.store,
      retryFailed: retryFailed)
    if warns {
      for warning in plan.warnings { Log.warningOnce(warning) }
      for case .failedBefore(let reason) in plan.items.map(\.action) {
        Log.warning("a run failed before and is not tried again (--retry-failed): \(reason)")
      }
    }
    try project.store.tidy(artefact.wanted)
    let pending = plan.pending.map(\.run).filter {
      !tried.contains([artefact.artefact.id, $0.identity])
    }
    try checkData(of: pending)
    if pending.isEmpty { return [] }
    tried.formUnion(pending.map { [artefact.artefact.id, $0.identity] })
    let jobs = min(jobs ?? Cores.usable, pending.count)
    try plan.checkSpace(jobs: jobs, at: project.results)
    let time = plan.seconds.map { ", about \(timeText($0 / Double(jobs)))" } ?? ""
    Log.info("\(artefact.artefact.id): \(pending.count) runs, \(jobs) at a time\(time)")
    let board = ProgressBoard(workers: jobs, runs: pending.count)
    let store = project.store
    let runner = Runner(
      pending, observer: board, command: childCommand(needed),
      isTaken: { store.directory($0).isInUse }, shouldStop: { Interruption.isAsked })
    let results = runner.run(jobs: jobs)
    board.finish()
    if Interruption.isAsked {
      throw Ending(
        code: .interrupted,
        message: "stopped; the same command goes on from the checkpoints")
    }
    // A result without them would take the place of an older one that has them.
    for case .withoutData(let reason) in results.values {
      throw Ending(code: .data, message: reason)
    }
    return Set(
      results.compactMap { identity, result in
        if case .failed = result { identity } else { nil }
      })
  }

  /// Finds out what is wrong with data before anything is trained on them.
  private func checkData(of runs: [RunSpecification]) throws {
    var checked: Set<String> = []
    for dataset in runs.map(\.template.dataset)
    where checked.insert("\(dataset.name) \(dataset.contentIdentity)").inserted {
      try dataset.check()
    }
    for weights in runs.flatMap(\.template.pretrained.values)
    where checked.insert(weights.name).inserted {
      try weights.check()
    }
  }

  /// The command line that trains one run in a process of its own.
  private func childCommand(_ needed: [String: ParametersNeeded])
    -> @Sendable (RunSpecification) -> (
      executable: String, arguments: [String]
    )
  {
    let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let parameters: [ParametersNeeded: String] = [.final: "--weights", .snapshots: "--snapshots"]
    let shared =
      engine.arguments + ["--experiments", project.experiments, "--results", project.results]
      + ["--datasets", project.datasets]
    return { run in
      var arguments = ["run", run.template.study, "--seed", "\(run.seed)", "--events"]
      if !run.template.cell.values.isEmpty { arguments += ["--cell", run.template.cell.label] }
      arguments += ["--profile", run.profile.name, "--identity", run.identity]
      arguments += run.profile.overrides.flatMap { ["--set", $0] }
      arguments += [needed[run.identity].flatMap { parameters[$0] }].compactMap(\.self)
      return (executable, arguments + shared)
    }
  }
}
