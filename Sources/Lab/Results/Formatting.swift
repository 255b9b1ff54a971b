import Foundation

/// A number with four significant digits.
func short(_ value: Double) -> String { String(format: "%.4g", value) }

/// So many of something: `1 run`, `2 runs`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A time as people say it: `45 s`, `12 min`, `2 h 5 min`.
public func timeText(_ seconds: Double) -> String {
  // Whole numbers hold neither more nor what is no number.
  let seconds = seconds.isNaN ? 0 : min(max(seconds, 0), 1e15)
  let minutes = Int((seconds / 60).rounded())
  if seconds < 90 { return "\(Int(seconds.rounded())) s" }
  if minutes < 90 { return "\(minutes) min" }
  return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
}

/// A size as people say it: `12 MB`.
public func sizeText(_ bytes: Int) -> String {
  let units = ["bytes", "kB", "MB", "GB", "TB"]
  var value = Double(bytes)
  var unit = 0
  while value >= 1000 && unit < units.count - 1 {
    value /= 1000
    unit += 1
  }
  return String(format: unit == 0 || value >= 10 ? "%.0f" : "%.1f", value) + " " + units[unit]
}

/// JSON for programs: indented, keys sorted, with a line break at its end.
public func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}

/// JSON for comparisons: one line, keys sorted.
func lineOfJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
