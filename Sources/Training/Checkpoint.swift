import Files
import Foundation
import Modelling
import Torch

/// The checkpoints of one run: parameters, optimiser and controller state, curves and position.
///
/// A checkpoint is an HDF5 file and a note beside it, written last, with the file's checksum, the
/// format's version and the environment. The last two are kept; one that is torn, altered, of another
/// version or from another environment is passed over with a warning.
public struct CheckpointStore {
  /// Goes up when the layout changes: an older checkpoint is then not resumed from.
  static let format = 1

  private let directory: String
  private let environment: String

  /// - Parameter environment: what must agree for the same numbers to follow (device, threads, …).
  public init(in directory: String, environment: String) {
    self.directory = directory
    self.environment = environment
  }

  private struct Format: Decodable {
    var format: Int
  }

  private struct Note: Codable {
    var format: Int
    var step: Int
    var sha256: String
    var environment: String
  }

  /// Position and small state, kept as JSON in the file's root attribute `state`.
  private struct Position: Codable {
    var phase: Int
    var step: Int
    var totalSteps: Int
    var seconds: Double
    var events: [String: Int]
    var controllers: [String: WeightController.State]
    var updates: Int
    /// Absent where no phase stops early.
    var stopping: Stopping?

    struct Stopping: Codable {
      /// The smallest sum and its step; the parameters are datasets below `best`.
      var value: Double
      var step: Int
      var worse: Int
    }
  }

  /// Writes a checkpoint and removes all but the last two of this attempt.
  public func save(_ model: any Model, _ state: TrainingState) throws {
    let file = path(state.totalSteps, "h5")
    try write(model, state, to: file)
    let note = Note(
      format: Self.format, step: state.totalSteps, sha256: try SHA256.hex(ofFile: file),
      environment: environment)
    try AtomicFile.write(try JSONEncoder().encode(note), to: path(state.totalSteps, "json"))
    // Those of a later step belong to an attempt that could not be resumed and was started again.
    for step in try steps() where step > state.totalSteps { remove(step) }
    for step in try steps().dropLast(2) { remove(step) }
    let kept = try steps().map { "\(Self.prefix)\($0)." }
    for name in try Self.names(in: directory) where !kept.contains(where: name.hasPrefix) {
      try? Disk.remove("\(directory)/\(name)")
    }
  }

  /// Restores the newest usable checkpoint into the model.
  ///
  /// - Returns: its state, or nil where there is none; and a warning for each that was passed over.
  /// - Throws: `FileError` where the directory cannot be read.
  public func restore(
    into model: any Model
  ) throws -> (state: TrainingState?, warnings: [String]) {
    var warnings: [String] = []
    for step in try steps().reversed() {
      do {
        return (try read(step, into: model), warnings)
      } catch {
        warnings.append("checkpoint at step \(step) is passed over: \(error)")
      }
    }
    return (nil, warnings)
  }

  /// Removes all checkpoints, whole or not, as after the end of a run; what stays does no harm.
  public func removeAll() {
    for file in (try? Self.files(in: directory)) ?? [] { try? Disk.remove(file) }
  }

  // MARK: Files

  private func path(_ step: Int, _ suffix: String) -> String {
    "\(directory)/\(Self.prefix)\(step).\(suffix)"
  }

  /// Paths of the checkpoints' files in a directory, whole or not: a killed process may leave a part of one.
  ///
  /// - Throws: `FileError` where it cannot be read.
  public static func files(in directory: String) throws -> [String] {
    try names(in: directory).map { "\(directory)/\($0)" }
  }

  /// The step of the newest checkpoint in a directory, whether usable or not.
  ///
  /// - Throws: `FileError` where it cannot be read.
  public static func newestStep(in directory: String) throws -> Int? {
    try steps(in: directory).last
  }

  private static func names(in directory: String) throws -> [String] {
    try Disk.names(in: directory).filter { $0.hasPrefix(prefix) }
  }

  /// Steps that a note was written for, ascending.
  private static func steps(in directory: String) throws -> [Int] {
    try names(in: directory).compactMap { name in
      name.hasSuffix(".json") ? Int(name.dropFirst(prefix.count).dropLast(".json".count)) : nil
    }.sorted()
  }

  private func steps() throws -> [Int] { try Self.steps(in: directory) }

  private static let prefix = "checkpoint-"

  private func remove(_ step: Int) {
    // The note first: a file without a note does not count.
    for suffix in ["json", "h5"] { try? Disk.remove(path(step, suffix)) }
  }

  private func write(_ model: any Model, _ state: TrainingState, to path: String) throws {
    let file = try HDF5File(creating: path)
    try ParameterFile.write(model.parameters, into: file)
    for (index, states) in state.optimisers.enumerated() {
      for (name, adam) in states {
        for (part, tensor) in [("mean", adam.mean), ("square", adam.square), ("step", adam.step)] {
          try ParameterFile.write(tensor, at: "optimisers/\(index)/\(part)/\(name)", into: file)
        }
      }
    }
    try CurvesFile.write(state.curves, into: file)
    let best = state.stopping.best
    for (name, tensor) in (best?.parameters.tensors ?? [:]).sorted(by: { $0.key < $1.key }) {
      try ParameterFile.write(tensor, at: "best/" + name, into: file)
    }
    let position = Position(
      phase: state.phase, step: state.step, totalSteps: state.totalSteps, seconds: state.seconds,
      events: state.events, controllers: state.controllers, updates: state.optimisers.count,
      stopping: best.map {
        Position.Stopping(value: $0.value, step: $0.step, worse: state.stopping.worse)
      })
    let json = String(decoding: try JSONEncoder().encode(position), as: UTF8.self)
    try file.setAttribute("state", to: json)
    try file.close()
  }

  private func read(_ step: Int, into model: any Model) throws -> TrainingState {
    let note = try note(step)
    guard note.environment == environment else {
      throw CheckpointError.environment(saved: note.environment, now: environment)
    }
    guard try SHA256.hex(ofFile: path(step, "h5")) == note.sha256 else {
      throw CheckpointError.altered
    }
    let file = try HDF5File(reading: path(step, "h5"))
    let position = try JSONDecoder().decode(
      Position.self, from: Data(try file.attribute("state", as: String.self).utf8))
    var state = TrainingState()
    state.phase = position.phase
    state.step = position.step
    state.totalSteps = position.totalSteps
    state.seconds = position.seconds
    state.events = position.events
    state.controllers = position.controllers
    state.curves = try CurvesFile.read(from: file)
    for index in 0..<position.updates {
      state.optimisers.append(try readOptimiser(index, file, model.parameters))
    }
    if let stopping = position.stopping {
      let best = try readBest(file, model.parameters)
      state.stopping = StoppingState(
        best: StoppingState.Best(value: stopping.value, step: stopping.step, parameters: best),
        worse: stopping.worse)
    }
    // Last, so that a checkpoint that cannot be read leaves the model as it was.
    try ParameterFile.read(from: file, into: model.parameters)
    try file.close()
    return state
  }

  private func readBest(
    _ file: HDF5File, _ parameters: ParameterStore
  ) throws -> ParameterValues {
    ParameterValues(
      Dictionary(
        uniqueKeysWithValues: try ParameterFile.named(parameters).map { name, parameter in
          (name, try ParameterFile.tensor(at: "best/" + name, in: file, like: parameter.value))
        }))
  }

  private func note(_ step: Int) throws -> Note {
    let data = FileManager.default.contents(atPath: path(step, "json")) ?? Data()
    // The format first: what else another version writes is not known here.
    guard let format = try? JSONDecoder().decode(Format.self, from: data).format else {
      throw CheckpointError.note
    }
    guard format == Self.format else { throw CheckpointError.format(format) }
    guard let note = try? JSONDecoder().decode(Note.self, from: data) else {
      throw CheckpointError.note
    }
    return note
  }

  private func readOptimiser(
    _ index: Int, _ file: HDF5File, _ parameters: ParameterStore
  ) throws -> [String: AdamState] {
    var states: [String: AdamState] = [:]
    for parameter in parameters.all {
      func part(_ name: String) throws -> Tensor {
        let name = "optimisers/\(index)/\(name)/\(parameter.path)"
        return try ParameterFile.tensor(at: name, in: file, like: parameter.value)
      }
      guard try file.exists("optimisers/\(index)/mean/\(parameter.path)") else { continue }
      states[parameter.path] = AdamState(
        mean: try part("mean"), square: try part("square"), step: try part("step").to(.float32))
    }
    return states
  }
}

/// Why a checkpoint is not resumed from. One that is damaged cannot be mended: the one before is taken, or
/// the beginning.
enum CheckpointError: Error, CustomStringConvertible {
  case format(Int)
  case environment(saved: String, now: String)
  case altered
  case note

  var description: String {
    switch self {
    case .format(let found):
      "it has format \(found), this version reads \(CheckpointStore.format): the run begins "
        + "again, and its next checkpoint takes the place of this one"
    case .environment(let saved, let now):
      "it was made under other conditions (\(saved)) than now (\(now)): the run "
        + "begins again, and its next checkpoint takes the place of this one"
    case .altered: "its contents do not match its checksum"
    case .note: "its note is torn or altered"
    }
  }
}
