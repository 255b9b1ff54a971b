import Files
import Foundation
import Synchronization
import Training

@testable import Lab

/// Manifests and results in a temporary directory of their own.
struct Workplace {
  let root: String

  var store: RunStore { RunStore(root: root + "/results") }

  /// Calls `body` with a new workplace that holds these manifests, and removes it afterwards.
  static func with<Result>(
    _ manifests: [String] = [Tiny.study, Tiny.artefact], _ body: (Workplace) throws -> Result
  ) throws -> Result {
    let root = NSTemporaryDirectory() + "priorlab-lab-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let place = Workplace(root: root)
    for (index, text) in manifests.enumerated() {
      try place.write(text, to: "experiments/\(index).yaml")
    }
    return try body(place)
  }

  func library() throws -> ManifestLibrary {
    let library = ManifestLibrary(root: root + "/experiments")
    try library.checkAllWereRead()
    return library
  }

  /// The runs of an artefact.
  func artefact(
    _ id: String = "test/table", _ profile: ProfileName = ProfileName(name: "paper"),
    seeds: SeedList? = nil, only: CellFilter = .all
  ) throws -> ArtefactRuns {
    try ArtefactRuns(
      id, profile, seeds: seeds, only: only, library: try library(), kinds: Tiny.kinds)
  }

  /// Writes a file, making its directories.
  func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

  func write(_ data: Data, to name: String) throws {
    let url = URL(fileURLWithPath: "\(root)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
  }

  /// Puts empty files where a run keeps its own.
  func leave(_ files: [String], of run: RunSpecification) throws {
    for file in files {
      try write("", to: "results/\(run.template.study)/runs/\(run.identity)/\(file)")
    }
  }

  /// Records runs as if they had been trained.
  func record(_ records: [RunRecord]) throws {
    for record in records {
      try FileManager.default.createDirectory(
        atPath: "\(root)/results/\(record.study)/runs", withIntermediateDirectories: true)
      try store.append(record)
    }
  }

  /// Trains a run in this process.
  @discardableResult
  func train(
    _ run: RunSpecification, stopAfter: Int? = nil, needsSnapshots: Bool = false,
    checkpointSeconds: Double = 60, freeBytes: Int = .max,
    needed: ParametersNeeded = .none,
    report: @escaping (RunExecutor.Event) -> Void = { _ in }
  ) throws -> RunExecutor.Outcome {
    var asked = 0
    return try RunExecutor(
      run, kinds: Tiny.kinds, store: store, device: .cpu, environment: Tiny.environment,
      checkpointSeconds: checkpointSeconds, needed: needsSnapshots ? .snapshots : needed,
      freeBytes: { _ in freeBytes }
    ).execute(
      shouldStop: {
        asked += 1
        return stopAfter.map { asked >= $0 } ?? false
      }, report: report)
  }

  /// The record of a run.
  func record(of run: RunSpecification) -> RunRecord? {
    try? store.records(of: run.template.study)[run.identity]
  }

  /// The records of the tiny study, and what is said of lines that are none.
  func records() throws -> (records: [String: RunRecord], warnings: [String]) {
    let warnings = Mutex<[String]>([])
    let store = RunStore(root: store.root) { text in warnings.withLock { $0.append(text) } }
    let records = try store.records(of: "test/tiny")
    return (records, warnings.withLock { $0 })
  }
}

extension RunRecord {
  /// As another machine might have it, which came to other numbers.
  var ofAnotherTraining: RunRecord {
    var other = self
    other.curves = Curves(
      steps: curves.steps, values: curves.values.mapValues { $0.map { $0 + 1 } })
    return other
  }
}

/// A record of a finished or failed run.
func recorded(
  _ run: RunSpecification, _ measures: [String: Double?] = [:], failure: String? = nil,
  curves: Curves = Curves(), steps: Int = 6, seconds: Double = 3, standIn: String? = nil,
  examples: [String: [Double]]? = nil
) -> RunRecord {
  RunRecord(
    format: RunRecord.format, identity: run.identity, study: run.template.study,
    cell: run.template.cell, seed: run.seed, profile: run.profile, failure: failure,
    measures: measures, examples: examples, events: [:], curves: curves, steps: steps,
    seconds: seconds,
    environment: Tiny.environment, finished: Date(timeIntervalSince1970: 1_000_000),
    standIn: standIn)
}
