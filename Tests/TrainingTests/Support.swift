import Foundation
import Modelling
import Testing
import Torch

@testable import Training

/// Runs `body` on one thread with ATen's products and throws the first tensor operation that failed.
func tensors<Result>(_ body: () throws -> Result) throws -> Result {
  _ = Engine.configure(threads: 1, dense: .aten)
  return try checked("test", body)
}

/// Runs `body` with the path of a new empty directory and removes it afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = NSTemporaryDirectory() + "priorlab-training-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

/// A value from JSON, as a manifest would say it.
func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
  try JSONDecoder().decode(type, from: Data(json.utf8))
}

/// JSON with sorted keys.
func encode(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// What a decoder says of a value that it refuses.
func refusal<Value: Decodable>(_ type: Value.Type, _ json: String) -> String? {
  do {
    _ = try decode(type, json)
    return nil
  } catch DecodingError.dataCorrupted(let context) {
    return context.debugDescription
  } catch {
    return "\(error)"
  }
}

/// The largest difference between two arrays; infinite where their counts differ.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { $0 == $1 ? 0 : abs($0 - $1) }.reduce(0) { $0 < $1 || $1.isNaN ? $1 : $0 }
}

/// A plan of one phase.
func plan(
  weights: String = "{}", batch: Int = 4, updates: String, until: String = #"{"steps": 100}"#
) throws -> TrainingPlan {
  try decode(
    TrainingPlan.self,
    """
    {"weights": \(weights),
     "phases": [{"id": "train", "batch": \(batch), "updates": \(updates), "until": \(until)}]}
    """)
}
