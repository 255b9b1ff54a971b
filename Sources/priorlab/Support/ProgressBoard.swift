import Foundation
import Lab
import Logging
import Synchronization

/// The command's log: plain lines on standard error.
enum Log {
  private static let logger: Logger = {
    var logger = Logger(label: "priorlab") { _ in PlainLines() }
    logger.logLevel = .info
    return logger
  }()

  static func info(_ text: String) { logger.info("\(text)") }
  static func warning(_ text: String) { logger.warning("\(text)") }

  private static let said = Mutex<Set<String>>([])

  /// A warning of something that a command may come across again and again.
  static func warningOnce(_ text: String) {
    if said.withLock({ $0.insert(text).inserted }) { warning(text) }
  }
}

private struct PlainLines: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix = event.level >= .warning ? "warning: " : ""
    StandardError.write("\(prefix)\(event.message)\n")
  }
}

/// Shows how runs get on: on a terminal a line for each worker, otherwise lines of a log.
final class ProgressBoard: Runner.Observer {
  private struct Shared {
    var lines: [String]
    var shown = 0
    var done = 0
    var logged: [String: ContinuousClock.Instant] = [:]
  }

  private let shared: Mutex<Shared>
  private let runs: Int
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init(workers: Int, runs: Int) {
    shared = Mutex(Shared(lines: Array(repeating: "", count: workers)))
    self.runs = runs
  }

  func started(_ run: RunSpecification, worker: Int) {
    shared.withLock { shared in
      if isTerminal {
        shared.lines[worker] = "\(name(run))  starting"
        draw(&shared)
      }
    }
  }

  func happened(_ event: RunExecutor.Event, _ run: RunSpecification, worker: Int) {
    shared.withLock { shared in
      switch event {
      case .warning(let text): say("warning: \(name(run)): \(text)", &shared)
      case .waiting: say("\(name(run)): another process is at it; waiting", &shared)
      case .progress(let step, let total, let rate, let best):
        show(progressLine(run, step, total, rate, best), run, worker, &shared)
      case .measuring(let id, let number, let total):
        show("\(name(run))  measuring \(id), \(number) of \(total)", run, worker, &shared)
      }
    }
  }

  private func show(
    _ line: String, _ run: RunSpecification, _ worker: Int, _ shared: inout Shared
  ) {
    if isTerminal {
      shared.lines[worker] = line
      draw(&shared)
    } else {
      log(line, run, &shared)
    }
  }

  func ended(_ run: RunSpecification, _ result: Runner.Result, worker: Int) {
    shared.withLock { shared in
      shared.done += 1
      shared.lines[worker] = ""
      let words =
        switch result {
        case .finished: "finished"
        case .failed(let reason): "failed: \(reason)"
        case .withoutData: "has no data"
        case .interrupted: "stopped; it goes on from there the next time"
        }
      say("[\(shared.done)/\(runs)] \(name(run)) \(words)", &shared)
    }
  }

  /// Leaves the terminal as it should be.
  func finish() {
    shared.withLock { clear(&$0) }
  }

  private func name(_ run: RunSpecification) -> String {
    let cell = run.template.cell.values.isEmpty ? "" : " \(run.template.cell.label)"
    return "\(run.template.study)\(cell) seed \(run.seed)"
  }

  private func progressLine(
    _ run: RunSpecification, _ step: Int, _ total: Int, _ rate: Double, _ best: Int?
  ) -> String {
    let percent = total > 0 ? 100 * step / total : 100
    let left = rate > 0 ? ", \(timeText(Double(total - step) / rate)) left" : ""
    let speed = String(format: "%.1f", rate)
    let found = best.map { ", best at step \($0)" } ?? ""
    return "\(name(run))  \(percent) %, step \(step) of \(total), \(speed) steps/s\(left)\(found)"
  }

  /// A line in a log at most every half minute for each run.
  private func log(_ line: String, _ run: RunSpecification, _ shared: inout Shared) {
    let now = ContinuousClock.now
    if let last = shared.logged[run.identity], now - last < .seconds(30) { return }
    let isFirst = shared.logged[run.identity] == nil
    shared.logged[run.identity] = now
    if !isFirst { say(line, &shared) }
  }

  private func say(_ text: String, _ shared: inout Shared) {
    clear(&shared)
    StandardError.write(text + "\n")
    if isTerminal { draw(&shared) }
  }

  private func draw(_ shared: inout Shared) {
    clear(&shared)
    let width = terminalWidth
    let lines = shared.lines.filter { !$0.isEmpty }.map { $0.prefix(width) + "\n" }
    StandardError.write(lines.joined())
    shared.shown = lines.count
  }

  private func clear(_ shared: inout Shared) {
    guard isTerminal, shared.shown > 0 else { return }
    let up = String(repeating: "\u{1B}[1A\u{1B}[2K", count: shared.shown)
    StandardError.write(up)
    shared.shown = 0
  }

  /// Columns of the terminal; a longer line would wrap, and could then not be cleared.
  private var terminalWidth: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col) - 1
  }
}
