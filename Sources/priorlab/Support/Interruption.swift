import Foundation
import Synchronization

/// Whether the user has asked to stop (Ctrl-C or a termination signal).
enum Interruption {
  private static let asked = Atomic<Bool>(false)

  /// From now on a first signal asks to stop at the next step; a second one ends the process at once.
  ///
  /// To be called before anything is computed: threads that are started later take no signals either.
  static func watch() {
    // Kernels that are compiled at run time use the stack pointer as they like, and a handler that ran on
    // their stack would write over what is theirs. So a thread of its own waits for the signals, and
    // no thread that computes takes them.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      // For threads that were there before.
      signal(number) { _ in Interruption.signalled() }
    }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let awaited = signals
    Thread.detachNewThread {
      var (awaited, number) = (awaited, Int32(0))
      while true {
        if sigwait(&awaited, &number) == 0 { signalled() }
      }
    }
    // A reader that has gone away must not end a run without a checkpoint.
    signal(SIGPIPE, SIG_IGN)
    // A limit on the size of files is then an error of the write, with its sentence.
    signal(SIGXFSZ, SIG_IGN)
  }

  private static func signalled() {
    if asked.exchange(true, ordering: .relaxed) { _exit(130) }
  }

  static var isAsked: Bool { asked.load(ordering: .relaxed) }

  static func ask() { asked.store(true, ordering: .relaxed) }
}
