import Files
import Foundation
import Modelling
import Training

/// Finished runs on disk: `results/<study>/runs.jsonl`, which is committed, and the run directories
/// under `results/<study>/runs/`, which are not.
public struct RunStore: Sendable {
  /// The results directory.
  public let root: String
  private let warn: @Sendable (String) -> Void

  /// - Parameter warn: is told of each line that is no record, every time that its study's are read.
  public init(root: String, warn: @escaping @Sendable (String) -> Void = { _ in }) {
    self.root = root
    self.warn = warn
  }

  /// Makes the results directory where it is missing, so that a wrong place is said once and not by
  /// every run.
  public func prepare() throws {
    try RunDirectory(path: root).create()
    guard FileManager.default.isWritableFile(atPath: root) else {
      throw RunDirectoryError.cannotWrite(root)
    }
  }

  /// The directory of one run: checkpoints, weights, snapshots, curves.
  public func directory(_ run: RunSpecification) -> RunDirectory {
    directory(run.template.study, run.identity)
  }

  /// The directory of the run that a record is of.
  public func directory(_ record: RunRecord) -> RunDirectory {
    directory(record.study, record.identity)
  }

  private func directory(_ study: String, _ identity: String) -> RunDirectory {
    RunDirectory(path: "\(root)/\(study)/runs/\(identity)")
  }

  /// Appends a record. Runs of the manifest's declared budgets go to the committed file, passing ones
  /// (quick, smoke, overrides) beside the run directories.
  func append(_ record: RunRecord) throws {
    try AtomicFile.append(
      line: try record.json(), to: file(record.study, committed: record.profile.isCommitted))
  }

  /// Copies records of runs that were first made under an override, or in a passing profile, to the
  /// committed file, where a committed profile uses them.
  public func adopt(_ runs: [RunSpecification]) throws {
    for (study, runs) in Dictionary(grouping: runs, by: \.template.study) {
      let known = try records(of: study)
      for run in runs where run.profile.isCommitted {
        guard var record = known[run.identity], !record.profile.isCommitted else { continue }
        record.profile = run.profile
        record.cell = run.template.cell
        try append(record)
      }
    }
  }

  /// The records of a study by identity, the latest of each.
  ///
  /// - Throws: `RunDirectoryError` where a file of records is there and cannot be read: without it all
  ///   would have to be trained again.
  public func records(of study: String) throws -> [String: RunRecord] {
    try records(of: study, holding: Data(), warn: warn)
  }

  /// The record of one run, without reading the others', and so without a word on their lines.
  func record(of run: RunSpecification) throws -> RunRecord? {
    let identity = Data(run.identity.utf8)
    return try records(of: run.template.study, holding: identity, warn: { _ in })[run.identity]
  }

  /// - Parameter text: what a line must hold to be read.
  private func records(
    of study: String, holding text: Data, warn: (String) -> Void
  ) throws -> [String: RunRecord] {
    var records: [String: RunRecord] = [:]
    for file in [file(study, committed: false), file(study, committed: true)] {
      guard let data = try RunDirectoryError.reading({ try Disk.read(file) }) else { continue }
      // Split before it is read as text, so that a bad byte costs one line.
      let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for (index, bytes) in lines.enumerated()
      where !bytes.isEmpty && (text.isEmpty || bytes.range(of: text) != nil) {
        do {
          guard let line = String(data: bytes, encoding: .utf8) else { throw RecordError.torn }
          // The format first: what else another version writes is not known here.
          let format = try RunRecord.format(ofLine: line)
          guard format == RunRecord.format else { throw RecordError.format(format) }
          let record = try RunRecord(line: line)
          // The committed file is read last and wins, but a failure never hides a finished run.
          if record.failure != nil, records[record.identity]?.failure == nil,
            records[record.identity] != nil
          {
            continue
          }
          records[record.identity] = record
        } catch {
          let reason = error as? RecordError ?? .torn
          warn("\(file):\(index + 1): the record is passed over: \(reason)")
        }
      }
    }
    return records
  }

  /// Removes what killed processes left of runs that are finished: checkpoints, files half written.
  public func tidy(_ runs: [RunSpecification]) throws {
    for (study, runs) in Dictionary(grouping: runs, by: \.template.study) {
      let known = try records(of: study)
      for run in runs {
        let directory = directory(run)
        // Where something is missing, the checkpoints may be of a training that is to go on.
        guard try directory.hasScraps, let record = known[run.identity], record.failure == nil,
          try directory.has(.snapshots, of: run, record),
          let lock = try FileLock(tryLocking: directory.claim)
        else { continue }
        defer { lock.release() }
        try directory.removeScraps()
      }
    }
  }

  /// All studies that have records or run directories, by id.
  ///
  /// - Throws: `RunDirectoryError` where a directory of the results cannot be read.
  public func studies() throws -> [String] {
    var studies: [String] = []
    func look(in directory: String, _ prefix: String) throws {
      // The directories of runs hold no studies.
      for name in try Disk.folders(in: directory) where prefix.isEmpty || name != "runs" {
        let (folder, study) = ("\(directory)/\(name)", prefix + name)
        let names = try Disk.names(in: folder)
        if names.contains("runs") || names.contains("runs.jsonl") { studies.append(study) }
        try look(in: folder, study + "/")
      }
    }
    try RunDirectoryError.reading { try look(in: root, "") }
    return studies.sorted()
  }

  /// The profiles of which an artefact has results, by the names of their directories.
  ///
  /// - Throws: `RunDirectoryError` where the artefact's directory cannot be read.
  public func profiles(of artefact: String) throws -> [String] {
    let names = try RunDirectoryError.reading { try Disk.names(in: "\(root)/\(artefact)") }
    // What is hidden is being written.
    return names.filter { !$0.hasPrefix(".") }
  }

  /// The run directories of studies.
  ///
  /// - Throws: `RunDirectoryError` where the directory that they are in cannot be read.
  public func runDirectories(of studies: [String]) throws -> [RunDirectory] {
    try studies.flatMap { study -> [RunDirectory] in
      let path = "\(root)/\(study)/runs"
      let names = try RunDirectoryError.reading { try Disk.names(in: path) }
      return try names.map { RunDirectory(path: "\(path)/\($0)") }.filter { try $0.isDirectory }
    }
  }

  private func file(_ study: String, committed: Bool) -> String {
    committed ? "\(root)/\(study)/runs.jsonl" : "\(root)/\(study)/runs/runs.jsonl"
  }

  private enum RecordError: Error, CustomStringConvertible {
    case torn
    case format(Int)

    var description: String {
      switch self {
      case .torn: "it is torn or altered"
      case .format(let found): "it has format \(found), this version reads \(RunRecord.format)"
      }
    }
  }
}

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

  /// Whether they are here and those of a record.
  func hasWeights(of record: RunRecord) throws -> Bool {
    try hasWeights && doubt(about: record) == nil
  }

  /// Why the weights that are here count as missing for a record, in words; nil where they do not, or none
  /// are here.
  func doubt(about record: RunRecord) throws -> String? {
    do {
      guard try hasWeights, let curves = try storedCurves(), !record.isOf(curves) else {
        return nil
      }
    } catch let error as RunFileError {
      return error.description
    }
    return
      "the weights in \(path) count as missing, because they are of another training of the run than "
      + "its record: remove that directory, or the record"
  }

  /// Whether all of these snapshots are here.
  func hasSnapshots(_ steps: [Int]) throws -> Bool {
    try steps.allSatisfy { try exists(snapshot($0)) }
  }

  /// Whether the parameters that a figure needs of a recorded run are here.
  func has(
    _ needed: ParametersNeeded, of run: RunSpecification, _ record: RunRecord
  ) throws -> Bool {
    switch needed {
    case .none: true
    case .final: try hasWeights(of: record)
    case .snapshots:
      try hasWeights(of: record) && hasSnapshots(run.snapshots(upTo: record.steps))
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
    return try record.failure == nil && !hasWeights(of: record)
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
    } catch let error as HDF5Error {
      if case .cannotOpen = error { throw error }
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
