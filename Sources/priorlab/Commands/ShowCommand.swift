import ArgumentParser
import Foundation
import Lab

/// One run.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a run: what it is, how it was made, what it found.",
    discussion: """
      Examples (the start of an identity is enough):
        priorlab show 28c28d93
        priorlab show 28c28d93 --format csv > curves.csv
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, csv
  }

  @Argument(help: ArgumentHelp("A run's identity, or the start of it.", valueName: "run"))
  var identity: String

  @Option(help: "text; json, the whole record; or csv, its curves, a line for each step.")
  var format = Format.text

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let store = project.store
    let records = try store.studies().flatMap { try store.records(of: $0).values }
      .filter { $0.identity.hasPrefix(identity) }
    guard let record = records.first else {
      throw ValidationError(
        "no recorded run has an identity that starts with '\(identity)' (see 'priorlab plan')")
    }
    guard records.count == 1 else {
      throw ValidationError(
        "'\(identity)' fits \(records.count) runs: "
          + records.map(\.identity).sorted().joined(separator: ", "))
    }
    switch format {
    case .text: show(record, store)
    case .json: print(try record.json(isIndented: true))
    case .csv: print(record.curves.csv, terminator: "")
    }
  }

  private func show(_ record: RunRecord, _ store: RunStore) {
    let environment = record.environment
    print("run \(record.identity)")
    print("  \(record.study), \(record.cell.label), seed \(record.seed)")
    print("  profile \(record.profile.directory)")
    if let standIn = record.standIn { print("  stand-in data: \(standIn)") }
    if let failure = record.failure { print("  failed: \(failure)") }
    print("  \(record.steps) steps in \(timeText(record.seconds)), finished \(record.finished)")
    print(
      "  made on \(environment.processor) (\(environment.instructions)), \(environment.device), "
        + "\(environment.threads) thread(s), \(environment.precision), dense layers by "
        + "\(environment.dense), libtorch \(environment.libtorch), commit \(environment.commit)")
    print("  measures")
    for (name, value) in record.measures.sorted(by: { $0.key < $1.key }) {
      print("    \(name) = \(value.map { "\($0)" } ?? "none")")
    }
    if !record.events.isEmpty {
      print("  events")
      for (name, step) in record.events.sorted(by: { $0.key < $1.key }) {
        print("    \(name) at step \(step)")
      }
    }
    let directory = "\(store.root)/\(record.study)/runs/\(record.identity)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    print(
      names.isEmpty
        ? "  weights are not here"
        : "  files in \(directory): "
          + names.sorted().joined(separator: ", "))
  }
}
