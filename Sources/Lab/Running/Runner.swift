import Foundation
import Synchronization

/// Starts a process for each run, a number of them at a time; one failure does not stop the rest.
public final class Runner: Sendable {
  /// How one run ended.
  public enum Result: Equatable, Sendable {
    case finished
    case failed(String)
    /// Its data cannot be used: no fault of the run's.
    case withoutData(String)
    case interrupted
  }

  /// Told of what happens; called from several threads at once, so that it guards its own state.
  public protocol Observer: Sendable {
    /// A process was started for the run; `worker` counts the places for processes from 0.
    func started(_ run: RunSpecification, worker: Int)
    /// The process told of an event.
    func happened(_ event: RunExecutor.Event, _ run: RunSpecification, worker: Int)
    /// The process has ended.
    func ended(_ run: RunSpecification, _ result: Result, worker: Int)
  }

  private struct Shared {
    var waiting: [RunSpecification]
    var results: [String: Result] = [:]
    var processes: [Int32: Process] = [:]
    /// Whether the processes were asked to stop; each is asked once, as a second time would end it
    /// without a checkpoint.
    var isStopping = false
  }

  private let shared: Mutex<Shared>
  private let observer: any Observer
  private let command: @Sendable (RunSpecification) -> (executable: String, arguments: [String])
  private let isTaken: @Sendable (RunSpecification) -> Bool
  private let shouldStop: @Sendable () -> Bool

  /// - Parameters:
  ///   - command: the command line that trains a run and writes its events as lines of JSON.
  ///   - isTaken: whether another command is at a run; those that are free come first.
  ///   - shouldStop: asked several times a second; once true, no run is started and those that are
  ///     going on are asked to stop.
  public init(
    _ runs: [RunSpecification], observer: any Observer,
    command: @escaping @Sendable (RunSpecification) -> (executable: String, arguments: [String]),
    isTaken: @escaping @Sendable (RunSpecification) -> Bool = { _ in false },
    shouldStop: @escaping @Sendable () -> Bool
  ) {
    shared = Mutex(Shared(waiting: runs.reversed()))
    self.observer = observer
    self.command = command
    self.isTaken = isTaken
    self.shouldStop = shouldStop
  }

  /// Runs everything; returns the result of each run by identity.
  public func run(jobs: Int) -> [String: Result] {
    let group = DispatchGroup()
    for worker in 0..<jobs {
      group.enter()
      Thread.detachNewThread {
        while let run = self.next() { self.perform(run, worker: worker) }
        group.leave()
      }
    }
    // Children are in process groups of their own, so a Ctrl-C must be passed on to them.
    while group.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
      guard shouldStop() else { continue }
      shared.withLock { shared in
        if shared.isStopping { return }
        shared.isStopping = true
        for process in shared.processes.values { process.terminate() }
      }
    }
    return shared.withLock { $0.results }
  }

  private func next() -> RunSpecification? {
    if shouldStop() { return nil }
    return shared.withLock { shared in
      let free = shared.waiting.lastIndex { !isTaken($0) }
      return free.map { shared.waiting.remove(at: $0) } ?? shared.waiting.popLast()
    }
  }

  private func perform(_ run: RunSpecification, worker: Int) {
    observer.started(run, worker: worker)
    let result: Result
    do {
      result = try train(run, worker: worker)
    } catch {
      result = .failed("the run's process cannot be started: \(error.localizedDescription)")
    }
    shared.withLock { $0.results[run.identity] = result }
    observer.ended(run, result, worker: worker)
  }

  private func train(_ run: RunSpecification, worker: Int) throws -> Result {
    let command = command(run)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command.executable)
    process.arguments = command.arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let id = process.processIdentifier
    shared.withLock { shared in
      shared.processes[id] = process
      // It was started while the others were asked to stop.
      if shared.isStopping { process.terminate() }
    }
    let complaints = Mutex(Data())
    let reader = DispatchGroup()
    reader.enter()
    Thread.detachNewThread {
      // A pipe that nobody empties would stop the run once it is full.
      let data = errors.fileHandleForReading.readDataToEndOfFile()
      complaints.withLock { $0 = data }
      reader.leave()
    }
    for event in LineReader(output.fileHandleForReading) {
      observer.happened(event, run, worker: worker)
    }
    reader.wait()
    process.waitUntilExit()
    shared.withLock { $0.processes[id] = nil }
    let message = complaints.withLock { String(decoding: $0, as: UTF8.self) }
      .trimmingCharacters(in: .whitespacesAndNewlines)
    if process.terminationReason == .uncaughtSignal {
      return .failed(
        "its process was ended by signal \(process.terminationStatus); the same command tries it again"
      )
    }
    switch process.terminationStatus {
    case 0: return .finished
    case 130: return .interrupted
    default:
      let prefix = "error: "
      let reason = message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
      return process.terminationStatus == 3 ? .withoutData(reason) : .failed(reason)
    }
  }
}

/// The events that a run's process writes, one JSON object a line.
private struct LineReader: Sequence, IteratorProtocol {
  private let handle: FileHandle
  private var buffer = Data()

  init(_ handle: FileHandle) {
    self.handle = handle
  }

  mutating func next() -> RunExecutor.Event? {
    while true {
      while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = buffer[..<end]
        buffer = Data(buffer[(end + 1)...])
        if let event = try? JSONDecoder().decode(RunExecutor.Event.self, from: line) {
          return event
        }
      }
      let more = handle.availableData
      if more.isEmpty { return nil }
      buffer += more
    }
  }
}
