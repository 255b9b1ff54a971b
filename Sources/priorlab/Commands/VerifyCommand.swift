import ArgumentParser
import Files
import Foundation
import Lab
import OrderedCollections

/// Recomputes the verdicts of a stored result; trains a run again on request.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Recompute a result's verdicts from its stored runs; train one seed again on request.",
    discussion: """
      Example: priorlab verify results/vhp/table-1/paper
      With --rerun N, the first cell's run (or that of --cell) with seed N is trained from the start in \
      a temporary place, and its measures are compared with the recorded ones: equal to the last bit \
      on the machine, build and threads that made them.
      """)

  @Argument(help: "The directory of a result: results/<id>/<profile>.")
  var directory: String

  @Option(help: ArgumentHelp("Train this seed again and compare.", valueName: "seed"))
  var rerun: Int?

  @Option(help: "The cell to train again: axis=value, joined by commas.")
  var cell: String?

  @Option(help: "The study of that cell, where several have such a one.")
  var study: String?

  @OptionGroup var engine: EngineOptions
  @OptionGroup var output: FormatOptions
  @OptionGroup var project: ProjectOptions

  private struct Answer: Encodable {
    var verification: Verification
    var rerun: [Rerun]
  }

  private struct Rerun: Encodable {
    var measure: String
    var recorded: Double?
    var again: Double?

    var isEqual: Bool { recorded == again }
  }

  func validate() throws {
    if rerun == nil && (cell != nil || study != nil) {
      throw ValidationError(
        "--cell and --study are of the run that --rerun trains again: say its seed, or leave them out"
      )
    }
  }

  func run() throws {
    let stored = try Comparison(reading: directory + "/comparison.json")
    let cells = try cells(of: stored)
    let opened = try project.open()
    let verification = try Verification(
      stored, library: opened.library, kinds: opened.kinds, store: opened.store)
    if verification.runs > 0 && verification.missing.count == verification.runs {
      throw ValidationError(
        "\(project.results) has no record of any of the \(verification.runs) runs of \(directory): is "
          + "--results right?")
    }
    let reruns = try rerun.map { try again($0, stored, cells, opened) } ?? []
    if output.format == .json {
      print(try jsonText(Answer(verification: verification, rerun: reruns)), terminator: "")
    } else {
      show(verification, reruns)
    }
    if !verification.discrepancies.isEmpty || !verification.missing.isEmpty
      || !reruns.allSatisfy(\.isEqual)
    {
      throw Ending(code: .runs, message: nil)
    }
  }

  private func show(_ verification: Verification, _ reruns: [Rerun]) {
    for identity in verification.missing { print("no record of run \(identity)") }
    for part in verification.discrepancies {
      print("\(part.part):\n  stored      \(part.stored)\n  recomputed  \(part.recomputed)")
    }
    for row in reruns {
      let values = [row.recorded, row.again].map { $0.map { "\($0)" } ?? "none" }
      print(
        row.isEqual
          ? "again equal: \(row.measure) = \(values[0])"
          : "again different: \(row.measure): recorded \(values[0]), now \(values[1])")
    }
    print(summary(verification))
  }

  private func summary(_ verification: Verification) -> String {
    let rows = verification.rows
    if verification.discrepancies.isEmpty && verification.missing.isEmpty {
      return "all \(rows) rows follow from the \(verification.runs) recorded runs"
    }
    let others = verification.discrepancies.filter { !$0.isRow }.map(\.part)
    let wrong = verification.discrepancies.count - others.count
    return "\(wrong) of \(rows) rows do not follow from the records"
      + (others.isEmpty ? "" : ", nor do: \(others.joined(separator: ", "))")
  }

  /// The cells that are meant: one, or all where none is named.
  private func cells(of stored: Comparison) throws -> OrderedSet<CellName> {
    let cells = OrderedSet(
      stored.rows.filter { study == nil || $0.study == study }.map { CellName($0) })
    if let study, cells.isEmpty {
      let studies = OrderedSet(stored.rows.map(\.study)).joined(separator: ", ")
      throw ValidationError("the result has no study '\(study)': it has \(studies)")
    }
    let meant = cells.filter { cell == nil || $0.label == cell }
    if let cell, meant.isEmpty {
      throw ValidationError(
        "the result has no cell '\(cell)': its cells are "
          + OrderedSet(cells.map(\.label)).joined(separator: "; "))
    }
    if let cell, meant.count > 1 {
      throw ValidationError(
        "several studies have the cell '\(cell)': name one by --study, "
          + meant.map(\.study).joined(separator: ", "))
    }
    return meant
  }

  private struct CellName: Hashable {
    let study: String
    let label: String

    init(_ row: Comparison.Row) {
      study = row.study
      label = row.cell.label
    }
  }

  /// Trains one run in a temporary place.
  private func again(
    _ seed: Int, _ stored: Comparison, _ cells: OrderedSet<CellName>, _ project: Project
  ) throws -> [Rerun] {
    let rows = stored.rows.lazy.filter { cells.contains(CellName($0)) }
    let found = rows.compactMap { row in
      row.runs.first { $0.seed == seed }.map { (row: row, run: $0) }
    }.first
    guard let (row, recordedRun) = found else {
      throw ValidationError("the result has no run with seed \(seed) of that cell")
    }
    let resolved = try project.library.study(row.study, stored.profile, kinds: project.kinds)
    guard let template = resolved.templates.first(where: { $0.cell == row.cell }),
      let record = try project.store.records(of: row.study)[recordedRun.identity]
    else {
      throw ValidationError(
        "there is no record of a run with seed \(seed) as the manifest has it now: reproduce \(stored.artefact) "
          + "again")
    }
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("priorlab-verify-\(UUID().uuidString)").path
    defer { try? Disk.remove(scratch) }
    Interruption.watch()
    let (device, environment) = try engine.start()
    let run = try RunSpecification(template, seed: seed, profile: stored.profile)
    let executor = RunExecutor(
      run, kinds: project.kinds, store: RunStore(root: scratch), device: device,
      environment: environment,
      checkpointSeconds: engine.checkpointSeconds)
    let board = ProgressBoard(workers: 1, runs: 1)
    let outcome = try executor.execute(
      shouldStop: { Interruption.isAsked },
      report: { board.happened($0, run, worker: 0) })
    board.finish()
    switch outcome {
    case .finished, .alreadyFinished: break
    case .failed(let reason):
      throw Ending(code: .runs, message: "training again failed: \(reason)")
    case .interrupted(let step):
      throw Ending(code: .interrupted, message: "training again was stopped at step \(step)")
    }
    let fresh = try RunStore(root: scratch).records(of: row.study)[run.identity]
    // A measure that came into the manifest later has nothing to be compared with.
    return template.measures.filter(record.measures.keys.contains).map {
      Rerun(
        measure: $0, recorded: record.measures[$0] ?? nil, again: fresh?.measures[$0] ?? nil)
    }
  }
}
