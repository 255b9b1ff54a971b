@preconcurrency import Glibc

/// What a command is asked for: tables, curves, help.
enum StandardOutput {
  /// Writes what `print` has kept back, so that a command does not end well with its output lost.
  ///
  /// - Throws: ``StandardOutputError`` where this or an earlier write failed. A reader that has left, such as
  ///   `head`, has what it wanted.
  static func flush() throws(StandardOutputError) {
    errno = 0
    guard fflush(stdout) == 0, ferror(stdout) == 0 else {
      let code = errno
      if hasLostItsReader { return }
      throw StandardOutputError(code: code)
    }
  }

  private static var hasLostItsReader: Bool {
    var place = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&place, 1, 0) > 0 && place.revents & Int16(POLLERR) != 0
  }
}

/// Output that did not reach its file.
struct StandardOutputError: Error, CustomStringConvertible {
  /// The system's error number; 0 where an earlier write met it.
  let code: Int32

  var description: String {
    let reason = code == 0 ? "" : ": \(String(cString: strerror(code)))"
    return "the output could not be written in full\(reason); write it to another place"
  }
}
