import CHDF5
import Foundation

/// The one door to the HDF5 C library, which not every build lets two threads enter at once.
enum HDF5Library {
  // Recursive, because a file may be closed by its `deinit` inside another call.
  private static let lock = NSRecursiveLock()

  /// A damaged file can leave the library with objects that it cannot close, and at the exit of the
  /// process it would say so on standard error. Every file is closed by then, so that nothing is
  /// left for it to do. Must come before the library's first call.
  private static let leavesTheExitAlone: Void = { _ = H5dont_atexit() }()

  /// Runs `body` alone, with the library's own printing of errors off.
  static func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    leavesTheExitAlone
    // The setting belongs to the thread, so that once for all is not enough.
    H5Eset_auto2(hdf5_current_errors(), nil, nil)
    return try body()
  }

  /// What the library says about its latest failure on this thread: the call's own words and the
  /// innermost ones, which hold the cause.
  static func latestFailure() -> String {
    var messages: [String] = []
    withUnsafeMutablePointer(to: &messages) { messages in
      _ = H5Ewalk2(
        hdf5_current_errors(), H5E_WALK_DOWNWARD,
        { _, failure, messages in
          if let text = failure?.pointee.desc {
            messages?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: text))
          }
          return 0
        }, messages)
    }
    guard let outer = messages.first, let inner = messages.last else { return "no reason given" }
    // The innermost words of a failed system call are many; the useful ones are quoted.
    let cause = inner.firstMatch(of: /error message = '(.*?)'/).map { String($0.1) } ?? inner
    return messages.count == 1 ? cause : "\(outer): \(cause)"
  }

  /// Passes on the result of a call that is negative on failure.
  @discardableResult
  static func check<Result: SignedInteger>(
    _ result: Result, _ operation: String, in path: String
  ) throws -> Result {
    guard result >= 0 else {
      throw HDF5Error.system(path: path, operation: operation, detail: latestFailure())
    }
    return result
  }
}
