import Foundation
import Synchronization
import Testing

@testable import Lab

/// Stopping processes at any moment.
@Suite struct RunnerStopTests {
  private final class Watcher: Runner.Observer {
    func started(_ run: RunSpecification, worker: Int) {}
    func happened(_ event: RunExecutor.Event, _ run: RunSpecification, worker: Int) {}
    func ended(_ run: RunSpecification, _ result: Runner.Result, worker: Int) {}
  }

  /// A process that starts while the others are asked to stop is asked as well, and once: a second
  /// time would end it without a checkpoint.
  // The limit counts the wait for other tests too.
  @Test(.timeLimit(.minutes(10))) func stopsWhatIsJustStarting() throws {
    let isStopping = Mutex(false)
    let run = try Tiny.run()
    let start = ContinuousClock.now
    let script =
      "n=0; trap 'n=$((n+1)); [ $n -gt 1 ] && exit 1' TERM; "
      + "i=0; while [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); "
      + "[ $n -gt 0 ] && [ $i -gt 8 ] && exit 130; done; exit 0"
    let results = Runner(
      [run], observer: Watcher(),
      command: { _ in
        // By now the run is taken; the round of asking is over before its process is there.
        isStopping.withLock { $0 = true }
        Thread.sleep(forTimeInterval: 0.5)
        return ("/bin/sh", ["-c", script])
      }, shouldStop: { isStopping.withLock { $0 } }
    ).run(jobs: 1)
    #expect(ContinuousClock.now - start < .seconds(25))
    // The signal may come before the shell has set its trap.
    #expect(
      [.interrupted, .failed("its process was ended by signal 15")].contains(results[run.identity]))
  }
}
