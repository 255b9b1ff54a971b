import Files
import Foundation

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
          try directory.has(.snapshots, of: run, record, weights: directory.weights(of: record)),
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
