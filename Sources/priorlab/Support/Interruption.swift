import Foundation
import Synchronization

/// Whether the user has asked to stop (Ctrl-C or a termination signal).
enum Interruption {
  private static let asked = Atomic<Bool>(false)

  /// From now on a first signal asks to stop at the next step; a second one ends the process at once.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Interruption.asked.exchange(true, ordering: .relaxed) { _exit(130) }
      }
    }
    // Whoever started this process may have had the signals blocked, which is inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // A reader that has gone away must not end a run without a checkpoint.
    signal(SIGPIPE, SIG_IGN)
    // A limit on the size of files is then an error of the write, with its sentence.
    signal(SIGXFSZ, SIG_IGN)
  }

  static var isAsked: Bool { asked.load(ordering: .relaxed) }

  static func ask() { asked.store(true, ordering: .relaxed) }
}
