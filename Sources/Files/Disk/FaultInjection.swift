import Foundation
import Synchronization

/// A test's hand on the disk: lets one operation fail, or lets the process die there.
///
/// Every call of `Disk` and of `OpenFile` that changes the disk asks here first. Outside of tests
/// `current` is nil. The operations of a test's undisturbed run are counted, and then each of them
/// gets its turn to fail.
package final class FaultInjection: Sendable {
  /// In force for what the task does meanwhile.
  @TaskLocal package static var current: FaultInjection?

  /// A call that changes the disk.
  package enum Operation: String, Sendable {
    case create, write, synchronise, rename, truncate, makeDirectory, remove
  }

  /// What happens at the chosen operation.
  package enum Fault: CaseIterable, Sendable {
    /// It alone fails, as on a full disk; what follows works, cleaning up for example.
    case error
    /// Nothing that follows reaches the disk, as if the process had been killed.
    case death
  }

  private let fault: Fault
  private let chosen: Int
  private let log = Mutex<[Operation]>([])

  /// - Parameters:
  ///   - fault: what happens.
  ///   - operation: at which operation, counted from 0; without it, operations are only counted.
  package init(_ fault: Fault = .error, at operation: Int = .max) {
    self.fault = fault
    chosen = operation
  }

  /// The operations so far, those that failed included.
  package var operations: [Operation] { log.withLock { $0 } }

  enum Answer { case goOn, fail, failHalfway }

  /// What is to become of the next operation.
  func ask(_ operation: Operation) -> Answer {
    let index = log.withLock { log in
      log.append(operation)
      return log.count - 1
    }
    if index < chosen || (index > chosen && fault == .error) { return .goOn }
    return index == chosen ? .failHalfway : .fail
  }
}
