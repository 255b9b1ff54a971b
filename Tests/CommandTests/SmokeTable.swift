import Foundation
import Synchronization
import Testing

/// Table 1 of the VHP paper at its smallest budget, reproduced once for all tests.
enum SmokeTable {
  /// The project, which tests read and do not change; it is removed when the tests are over.
  static func project() throws -> Project { try shared.get().project }

  /// What the command that made it said.
  static func outcome() throws -> Outcome { try shared.get().outcome }

  /// Where the project is, for what is left to do at the end.
  private static let place = Mutex("")

  private static let shared = Result {
    let project = try Project()
    place.withLock { $0 = project.root }
    atexit {
      try? FileManager.default.removeItem(atPath: SmokeTable.place.withLock { $0 })
    }
    let outcome = try project.run(
      "reproduce", "--table", "1", "--profile", "smoke", "--jobs", "2")
    return (project: project, outcome: outcome)
  }
}

/// A value of JSON.
func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

/// An array of objects of JSON.
func objects(_ text: String) throws -> [[String: Any]] {
  try #require(try json(text) as? [[String: Any]])
}

/// Whether data are a PNG picture, and its width and height.
func pictureSize(_ data: Data) -> (width: Int, height: Int)? {
  let bytes = [UInt8](data.prefix(24))
  guard bytes.count == 24, bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
    bytes[12..<16] == [0x49, 0x48, 0x44, 0x52]
  else { return nil }
  func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 << 8 + Int($1) } }
  return (number(16..<20), number(20..<24))
}
