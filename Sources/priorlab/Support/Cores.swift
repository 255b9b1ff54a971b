import Foundation

/// The processor's cores.
enum Cores {
  /// How many this process may use: `taskset`, a container or a cluster may leave it less than there are.
  static var usable: Int {
    // The system call is none of those that Swift imports. This is its mask, in hexadecimal digits.
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let mask = status.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
    let count = mask.dropFirst(field.count).reduce(0) {
      $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0)
    }
    return count > 0 ? count : ProcessInfo.processInfo.activeProcessorCount
  }

  private static let field = "Cpus_allowed:"
}
