import Foundation
import Synchronization
import Testing

@testable import Lab

/// Processes of runs: their order, and how their ends are told.
@Suite struct RunnerTests {
  private final class Witness: Runner.Observer {
    let started = Mutex<[Int]>([])

    func started(_ run: RunSpecification, worker: Int) { started.withLock { $0.append(run.seed) } }
    func happened(_ event: RunExecutor.Event, _ run: RunSpecification, worker: Int) {}
    func ended(_ run: RunSpecification, _ result: Runner.Result, worker: Int) {}
  }

  private func run(
    seeds: Range<Int>, script: String, isTaken: @escaping @Sendable (RunSpecification) -> Bool
  ) throws -> (order: [Int], results: [Int: Runner.Result]) {
    let runs = try seeds.map { try Tiny.run(seed: $0) }
    let witness = Witness()
    let runner = Runner(
      runs, observer: witness,
      command: { ("/bin/sh", ["-c", script, "sh", "\($0.seed)"]) }, isTaken: isTaken,
      shouldStop: { false })
    let results = runner.run(jobs: 1)
    return (
      witness.started.withLock { $0 },
      Dictionary(uniqueKeysWithValues: runs.map { ($0.seed, results[$0.identity] ?? .interrupted) })
    )
  }

  /// Two commands share a sweep: runs that the other is at come last, and none is left out.
  @Test func freeRunsComeFirst() throws {
    let (order, results) = try run(seeds: 0..<5, script: "exit 0") { [0, 1, 3].contains($0.seed) }
    #expect(order == [2, 4, 0, 1, 3])
    #expect(results.values.allSatisfy { $0 == .finished })
  }

  @Test func everyEndIsTold() throws {
    let script = """
      case $1 in
        0) exit 0 ;;
        1) echo 'error: it diverged' >&2; exit 1 ;;
        2) kill -9 $$ ;;
        3) exit 130 ;;
      esac
      """
    let (order, results) = try run(seeds: 0..<4, script: script) { _ in false }
    #expect(order == [0, 1, 2, 3])
    #expect(
      results == [
        0: .finished, 1: .failed("it diverged"),
        2: .failed("its process was ended by signal 9; the same command tries it again"),
        3: .interrupted,
      ])
  }
}
