import Foundation
import Synchronization

/// Whether the user has asked to stop (Ctrl-C or a termination signal).
enum Interruption {
  private static let asked = Atomic<Bool>(false)

  /// From now on a first signal asks to stop at the next step; a second one ends the process at once.
  ///
  /// To be called on the main thread, which is the one that takes signals.
  static func watch() {
    // Kernels that are compiled at run time use the stack pointer as they like, and a handler that ran on
    // their stack would write over what is theirs: it gets a stack of its own.
    let size = 1 << 16
    var stack = stack_t()
    stack.ss_sp = .allocate(byteCount: size, alignment: 64)
    stack.ss_size = size
    sigaltstack(&stack, nil)
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in Interruption.signalled() }
      action.sa_flags = SA_ONSTACK | SA_RESTART
      sigaction(number, &action, nil)
      sigaddset(&signals, number)
    }
    // Whoever started this process may have had the signals blocked, which is inherited.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
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
