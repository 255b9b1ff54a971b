import Files
import Foundation

/// One request for a file, or for the rest of it, by the program `curl`.
struct Download {
  /// How a request ended.
  enum Outcome: Equatable {
    case complete
    /// It may be worth another try.
    case cutOff(String)
    /// The server does not give the rest of a file.
    case cannotResume(String)
    case refused(String)
    case cannotWrite(String)
    case stopped
    case noProgram
  }

  let address: String
  /// Where the bytes go, after those that are there.
  let part: String
  /// The size of the whole file, where it is known.
  let limit: Int?
  let patience: Int

  /// - Parameter progress: told how many bytes are there, several times a second.
  func run(shouldStop: () -> Bool, progress: (Int) -> Void) throws -> Outcome {
    guard let program = Self.program else { return .noProgram }
    let start = DataPlaces.size(of: part) ?? 0
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments =
      [
        // First, so that nobody's ~/.curlrc has a say.
        "--disable", "--silent", "--show-error", "--location", "--fail", "--proto", "=http,https",
        "--max-redirs", "10", "--connect-timeout", "\(patience)", "--speed-limit", "1",
        "--speed-time", "\(patience)", "--write-out", "%{http_code}", "--output", part,
      ] + (start > 0 ? ["--continue-at", "\(start)"] : []) + ["--url", address]
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      return .noProgram
    }
    while process.isRunning {
      Thread.sleep(forTimeInterval: 0.05)
      let size = DataPlaces.size(of: part) ?? 0
      progress(size)
      if shouldStop() {
        process.terminate()
        process.waitUntilExit()
        return .stopped
      }
      if let limit, size > limit {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: part)
        return .refused("it gave more than the \(limit) bytes that are expected")
      }
    }
    process.waitUntilExit()
    progress(DataPlaces.size(of: part) ?? 0)
    let status = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let message = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return Self.outcome(process, status: status, message: message, isResumed: start > 0)
  }

  private static func outcome(
    _ process: Process, status: String, message: String, isResumed: Bool
  ) -> Outcome {
    if process.terminationReason == .uncaughtSignal { return .stopped }
    let words =
      message.split(separator: "\n").last.map(String.init)?
      .replacing(#/^curl: \(\d+\) /#, with: "") ?? "no reason is given"
    switch process.terminationStatus {
    case 0: return .complete
    case 22 where status == "416" && isResumed: return .cannotResume("HTTP status 416")
    case 22 where status.hasPrefix("5") || status == "429": return .cutOff("HTTP status \(status)")
    case 22: return .refused("HTTP status \(status)")
    case 23: return .cannotWrite(words)
    case 33: return .cannotResume(words)
    // Closed too early, too slow, nothing received, a broken connection.
    case 18, 28, 52, 55, 56, 92: return .cutOff(words)
    default: return .refused(words)
    }
  }

  /// The path of `curl`.
  private static let program = Executable.find("curl")
}
