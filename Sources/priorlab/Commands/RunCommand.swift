import ArgumentParser
import Foundation
import Lab

/// Trains one run; `reproduce` starts one of these for each run, and so does a cluster's job file.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train one run of a study: what 'reproduce' starts for each, and a cluster's job.",
    discussion: """
      The run goes on from its last checkpoint, and is recorded when it is finished. Ctrl-C stops it \
      at the next step with a checkpoint, or after the measure that is being taken. A recorded run is not trained again, unless its weights are \
      asked for and are not here.

      Example: priorlab run vhp/pendulum --cell method=rewo --seed 3
      """)

  @OptionGroup var selection: RunOptions
  @OptionGroup var engine: EngineOptions
  @OptionGroup var project: ProjectOptions

  @Option(help: ArgumentHelp("Refuse a run of another identity.", visibility: .hidden))
  var identity: String?

  @Flag(help: "Train a finished run again whose weights are missing.")
  var weights = false

  @Flag(help: "Train a finished run again whose weights or snapshots are missing.")
  var snapshots = false

  @Flag(help: ArgumentHelp("Write events as lines of JSON.", visibility: .hidden))
  var events = false

  func run() throws {
    // The command that starts this one has said it already.
    let project = try self.project.open(warns: !events)
    let run = try selection.run(project)
    if let identity, identity != run.identity {
      throw Ending(
        code: .usage,
        message: "the manifest of \(selection.study) has changed meanwhile: start the command again"
      )
    }
    if let missing = run.template.dataset.missing { throw missing }
    if !events {
      for measure in run.template.measures {
        guard let missing = run.template.missingWeights(of: measure) else { continue }
        Log.warning("no value of \(measure): \(missing)")
      }
    }
    Interruption.watch()
    let (device, environment) = try engine.start()
    let executor = RunExecutor(
      run, kinds: project.kinds, store: project.store, device: device, environment: environment,
      checkpointSeconds: engine.checkpointSeconds,
      needed: snapshots ? .snapshots : weights ? .final : .none)
    let report = EventWriter(json: events)
    switch try executor.execute(shouldStop: { Interruption.isAsked }, report: report.write) {
    case .finished: break
    case .alreadyFinished: if !events { print("already finished: run \(run.identity)") }
    case .failed(let reason): throw Ending(code: .runs, message: reason)
    case .interrupted(let step):
      throw Ending(code: .interrupted, message: events ? nil : "stopped at step \(step)")
    }
  }
}

/// Writes the events of a run for a program or for a person.
private struct EventWriter {
  let json: Bool

  func write(_ event: RunExecutor.Event) {
    if json {
      guard let line = try? JSONEncoder().encode(event) else { return }
      emit(line + Data("\n".utf8))
    } else {
      switch event {
      case .progress(let step, let total, let rate, let best):
        let speed = String(format: "%.1f", rate)
        let found = best.map { ", best at step \($0)" } ?? ""
        emit(Data("step \(step) of \(total), \(speed) steps/s\(found)\n".utf8))
      case .measuring(let id, let number, let total):
        emit(Data("measuring \(id), \(number) of \(total)\n".utf8))
      case .warning(let text): StandardError.write("warning: \(text)\n")
      case .waiting: emit(Data("another process is at this run: waiting for it\n".utf8))
      }
    }
  }

  private func emit(_ data: Data) {
    // When nobody reads any more, the run stops as if asked to.
    do { try FileHandle.standardOutput.write(contentsOf: data) } catch { Interruption.ask() }
  }
}
