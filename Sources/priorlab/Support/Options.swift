import ArgumentParser
import Lab
import Torch

/// Which budget, and what to change in it.
struct ProfileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The budget: paper, or a smaller one that the manifest declares (short, quick, smoke).",
      valueName: "name"))
  var profile = "paper"

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Replace a setting by its dotted path; repeatable. The result is kept apart.",
      valueName: "path=value"))
  var overrides: [String] = []

  var name: ProfileName { ProfileName(name: profile, overrides: overrides) }
}

/// How runs are computed.
struct EngineOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Threads of a run.")
  var threads = 1

  @Option(help: "Dense layers on a CPU: auto, onednn or aten.")
  var dense = DenseBackend.auto

  @Option(help: "Where to compute: cpu, cuda or cuda:N.")
  var device = "cpu"

  @Option(help: ArgumentHelp("Seconds between checkpoints.", visibility: .hidden))
  var checkpointSeconds = 60.0

  func validate() throws {
    if !(1...1024 ~= threads) { throw ValidationError("--threads must be from 1 to 1024") }
    if checkpointSeconds < 0 { throw ValidationError("--checkpoint-seconds must not be negative") }
  }

  /// The same options for another process.
  var arguments: [String] {
    [
      "--threads", "\(threads)", "--dense", dense.rawValue, "--device", device,
      "--checkpoint-seconds", "\(checkpointSeconds)",
    ]
  }

  /// Sets up the tensor library of this process.
  func start() throws -> (device: Device, environment: RunEnvironment) {
    guard Engine.version.hasPrefix(Engine.requiredVersion) else {
      throw EngineError.wrongVersion(found: Engine.version)
    }
    let device = try Engine.device(named: device)
    let backend = Engine.configure(threads: threads, dense: dense)
    return (device, RunEnvironment(device: device, dense: backend, threads: threads, root: "."))
  }
}

extension DenseBackend: ExpressibleByArgument {}
