import Files
import Foundation
import Modelling
import Training

/// The files of one run.
public struct RunDirectory: Sendable {
  public let path: String

  var claim: String { path + "/claim" }
  var weights: String { path + "/weights.h5" }
  var curves: String { path + "/curves.h5" }
  var resolved: String { path + "/run.yaml" }

  func snapshot(_ step: Int) -> String { "\(path)/snapshot-\(step).h5" }

  /// The run's identity.
  public var identity: String { URL(fileURLWithPath: path).lastPathComponent }

  var isDirectory: Bool {
    get throws { try RunDirectoryError.reading { try Disk.isFolder(path) } }
  }

  /// Removes the directory, unless a process is at the run.
  ///
  /// - Returns: the bytes that were in it, or nil where it is in use.
  public func remove(dryRun: Bool) throws -> Int? {
    guard let lock = try FileLock(tryLocking: claim) else { return nil }
    defer { lock.release() }
    let bytes = try bytes
    if !dryRun {
      // The claim last, so that nobody begins to work in a directory that is going.
      for name in try names where "\(path)/\(name)" != claim { try Disk.remove("\(path)/\(name)") }
      try Disk.remove(path)
    }
    return bytes
  }

  /// Bytes of the files.
  var bytes: Int {
    get throws {
      try names.reduce(0) { sum, name in
        let file = "\(path)/\(name)"
        return try sum + RunDirectoryError.reading { try Disk.size(of: file) }
      }
    }
  }

  /// The names of the files, sorted; none where the directory is not there.
  public var names: [String] {
    get throws { try RunDirectoryError.reading { try Disk.names(in: path) } }
  }

  /// Whether a process is at the run.
  public var isInUse: Bool {
    // Only asked of a claim that is there: nothing is made by looking.
    guard FileManager.default.fileExists(atPath: claim) else { return false }
    guard let lock = try? FileLock(tryLocking: claim) else { return true }
    lock.release()
    return false
  }

  /// Whether there are checkpoints, or files half written.
  var hasScraps: Bool {
    get throws {
      let checkpoints = try RunDirectoryError.reading { try CheckpointStore.files(in: path) }
      return try !checkpoints.isEmpty || names.contains { $0.hasSuffix(".tmp") }
    }
  }

  /// Removes checkpoints and files half written.
  func removeScraps() throws {
    for file in try CheckpointStore.files(in: path) { try Disk.remove(file) }
    try AtomicFile.removeLeftovers(in: path)
  }

  /// Whether the final weights are here.
  public var hasWeights: Bool {
    get throws { try exists(weights) }
  }

  /// How they stand to a record. Reads the curves, which say what training they are of.
  func weights(of record: RunRecord) throws -> KeptWeights {
    guard try hasWeights else { return .missing }
    do {
      guard let curves = try storedCurves(), !record.isOf(curves) else { return .here }
    } catch let error as RunFileError {
      return .doubtful(error.description)
    }
    return .doubtful(
      "the weights in \(path) count as missing, because they are of another training of the run than "
        + "its record: remove that directory, or the record")
  }

  /// Whether all of these snapshots are here.
  func hasSnapshots(_ steps: [Int]) throws -> Bool {
    try steps.allSatisfy { try exists(snapshot($0)) }
  }

  /// Whether the parameters that a figure needs of a recorded run are here.
  ///
  /// - Parameter weights: how the final ones stand to the record.
  func has(
    _ needed: ParametersNeeded, of run: RunSpecification, _ record: RunRecord,
    weights: KeptWeights
  ) throws -> Bool {
    switch needed {
    case .none: true
    case .final: weights == .here
    case .snapshots:
      try weights == .here && hasSnapshots(run.snapshots(upTo: record.steps))
    }
  }

  /// The step of the newest checkpoint, whether usable or not.
  public var checkpointStep: Int? {
    get throws { try RunDirectoryError.reading { try CheckpointStore.newestStep(in: path) } }
  }

  /// Whether a checkpoint is here from which training may go on; a run that failed would fail again.
  public func canGoOn(_ record: RunRecord?) throws -> Bool {
    guard try checkpointStep != nil else { return false }
    guard let record else { return true }
    return try record.failure == nil && weights(of: record) != .here
  }

  /// The curves at full resolution, where they are here.
  ///
  /// - Throws: `RunFileError` where they are damaged.
  func storedCurves() throws -> Curves? {
    guard try exists(curves) else { return nil }
    return try undamaged(curves) { try CurvesFile.read(from: HDF5File(reading: curves)) }
  }

  /// Overwrites the parameters of a model with the final weights or a snapshot.
  ///
  /// - Throws: `RunFileError` where the file is damaged.
  func read(_ file: String, into parameters: ParameterStore) throws {
    try undamaged(file) { try ParameterFile.read(file, into: parameters) }
  }

  private func undamaged<Value>(_ file: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as HDF5Error where error.isOfContents {
      throw RunFileError.damaged(file, directory: path)
    }
  }

  func create() throws {
    do {
      try Disk.makeDirectory(path)
    } catch {
      throw RunDirectoryError.cannotCreate(path)
    }
  }

  private func exists(_ file: String) throws -> Bool {
    try RunDirectoryError.reading { try Disk.exists(file) }
  }
}

/// How the final weights in a run's directory stand to a record of the run.
enum KeptWeights: Equatable {
  case missing
  /// They are those of the recorded training.
  case here
  /// They count as missing; `why` is for a warning.
  case doubtful(_ why: String)

  /// Why weights that are here count as missing.
  var doubt: String? {
    if case .doubtful(let why) = self { why } else { nil }
  }
}

/// What is wrong with a file of a run.
enum RunFileError: Error, CustomStringConvertible {
  case damaged(String, directory: String)

  var description: String {
    switch self {
    case .damaged(let file, let directory):
      "\(file) is damaged: remove the directory \(directory), so that the run is trained again where "
        + "its weights are needed"
    }
  }
}

/// What is wrong with the place of results.
public enum RunDirectoryError: Error, CustomStringConvertible {
  case cannotCreate(String)
  case cannotWrite(String)
  case cannotRead(String, reason: String)

  public var description: String {
    switch self {
    case .cannotCreate(let path):
      "the directory \(path) cannot be made: check that its parent exists, is writable, and has space, "
        + "or name another place with --results"
    case .cannotWrite(let path):
      "the directory \(path) cannot be written to: change its permissions, or name another place with "
        + "--results"
    case .cannotRead(let path, let reason):
      "\(path) cannot be read (\(reason)): change its permissions, or move it away to begin without "
        + "what it holds"
    }
  }

  /// What `body` reads of the results, which are not taken for missing where they may not be read.
  static func reading<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch FileError.system(_, let path, let code) {
      throw RunDirectoryError.cannotRead(path, reason: String(cString: strerror(code)))
    }
  }
}
