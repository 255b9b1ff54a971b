import ArgumentParser
import Foundation
import Lab

/// Times training steps, alone or in turn with another program (`make bench`).
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time the training step of a run. Nothing is recorded.",
    discussion: """
      Example: priorlab bench vhp/pendulum --cell method=rewo --steps 50

      'make bench' compares with PyTorch.
      """)

  @OptionGroup var selection: RunOptions

  @Option(
    parsing: .unconditional, help: "Steps to time, after as many again, at most ten, that are not.")
  var steps = 20

  @Option(
    help: ArgumentHelp(
      "Write the first step (parameters, batch, noise, losses) as HDF5 for another program.",
      valueName: "file", visibility: .hidden))
  var export: String?

  @Option(
    help: ArgumentHelp(
      "Noise to write along: purpose=shape, such as z=128x2; several draws are joined by commas.",
      valueName: "purpose=shape", visibility: .hidden))
  var noise: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Read numbers of steps from standard input, and answer each with seconds a step; and 'products', with GFLOP/s.",
      visibility: .hidden))
  var serve = false

  @OptionGroup var engine: EngineOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if steps < 1 { throw ValidationError("--steps must be at least 1") }
  }

  func run() throws {
    let noise = try noise.map(parse)
    let run = try selection.run(project.open())
    if let missing = run.template.dataset.missing { throw missing }
    let (device, environment) = try engine.start()
    let timer = try StepTimer(run, device: device)
    if let export { try timer.export(to: export, noise: noise) }
    if serve {
      while let line = readLine() {
        let numbers =
          line == "products"
          ? [try timer.forwardProducts()].compactMap { $0 }
          : try timer.time(max(Int(line) ?? 1, 1))
        let answer = numbers.map { "\($0)" }.joined(separator: " ")
        try FileHandle.standardOutput.write(contentsOf: Data((answer + "\n").utf8))
      }
      return
    }
    let untimed = try timer.time(min(steps, 10)).count
    let times = try timer.time(steps).sorted().map { $0 * 1e3 }
    if times.isEmpty {
      throw ValidationError(
        "the run ends after \(untimed) steps, and as many as --steps, at most ten, are not timed: "
          + "ask for fewer, or for a longer run with --profile or --set")
    }
    let text = times.map { String(format: "%.3g", $0) }
    print(
      "\(text[text.count / 2]) ms a step (median of \(times.count), from \(text[0]) to "
        + "\(text[text.count - 1])), \(environment.device), dense \(environment.dense), "
        + "\(run.template.precision.rawValue), "
        + "\(engine.threads) thread" + (engine.threads == 1 ? "" : "s"))
  }

  private func parse(_ text: String) throws -> (purpose: String, shapes: [[Int]]) {
    let parts = text.split(separator: "=", maxSplits: 1)
    let shapes = (parts.last ?? "").split(separator: ",").map {
      $0.split(separator: "x").map { Int($0) ?? -1 }
    }
    guard parts.count == 2, shapes.allSatisfy({ $0.allSatisfy { $0 > 0 } }) else {
      throw ValidationError("'\(text)' is not of the form purpose=shape, such as z=128x2")
    }
    return (String(parts[0]), shapes)
  }
}
