import Foundation

/// Messages for people.
enum StandardError {
  /// Writes what can be written: that a log's disk is full, or that its reader has gone, ends no run.
  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
