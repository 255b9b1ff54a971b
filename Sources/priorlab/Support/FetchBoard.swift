import Datasets
import Foundation
import Lab

/// Shows how a fetch gets on: on a terminal a line that changes, otherwise a line for each file.
final class FetchBoard {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var isLineOpen = false

  func show(_ event: Fetcher.Event) {
    switch event {
    case .found(let file, let path): say("\(file) is here already: \(path)")
    case .progress(let file, let received, let total):
      guard isTerminal else { return }
      let share = total.map { " of \(sizeText($0)), \(100 * received / max($0, 1)) %" } ?? ""
      StandardError.write("\r\u{1B}[2K\(file)  \(sizeText(received))\(share)")
      isLineOpen = true
    case .refused(let reason): say("warning: \(reason)")
    case .fetched(let file, let path, let sha256, let isVerified):
      let doubt = isVerified ? "" : "; not verified: no checksum is known"
      say("\(file) is here: \(path) (SHA-256 \(sha256))\(doubt)")
    }
  }

  /// Leaves the terminal as it should be.
  func finish() {
    if isLineOpen { StandardError.write("\r\u{1B}[2K") }
    isLineOpen = false
  }

  private func say(_ text: String) {
    finish()
    StandardError.write(text + "\n")
  }
}
