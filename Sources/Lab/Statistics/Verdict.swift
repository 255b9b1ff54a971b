/// How our number compares with the reported one.
public enum Verdict: Equatable, Sendable {
  /// Equivalent within the declared margin.
  case matches
  /// Beyond the margin on the good side.
  case better
  /// Beyond the margin on the bad side, or on either side where neither is good.
  case worse
  /// The runs cannot tell.
  case inconclusive
  /// The setting is not the paper's, for this reason.
  case notComparable(String)
  /// The paper gives no number.
  case notReported
  /// Nothing has been trained yet.
  case noRun
  /// No run finished, for this reason.
  case failed(String)

  /// The verdict as a table prints it.
  public var label: String {
    switch self {
    case .matches: "matches"
    case .better: "better"
    case .worse: "worse"
    case .inconclusive: "inconclusive"
    case .notComparable(let reason): "not comparable (\(reason))"
    case .notReported: "not reported"
    case .noRun: "no run"
    case .failed: "failed"
    }
  }
}

extension Verdict {
  /// The label without a reason.
  public var shortLabel: String {
    if case .notComparable = self { "not comparable" } else { label }
  }
}

extension Verdict: Codable {
  private enum Key: String, CodingKey { case verdict, reason }

  private var reason: String? {
    switch self {
    case .notComparable(let reason), .failed(let reason): reason
    default: nil
    }
  }

  /// Writes `{"verdict": "not comparable", "reason": "…"}`, a form that other languages read well.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    var name = label
    if case .notComparable = self { name = "not comparable" }
    try container.encode(name, forKey: .verdict)
    try container.encodeIfPresent(reason, forKey: .reason)
  }

  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let name = try container.decode(String.self, forKey: .verdict)
    let reason = try container.decodeIfPresent(String.self, forKey: .reason) ?? ""
    switch name {
    case "matches": self = .matches
    case "better": self = .better
    case "worse": self = .worse
    case "inconclusive": self = .inconclusive
    case "not comparable": self = .notComparable(reason)
    case "not reported": self = .notReported
    case "no run": self = .noRun
    case "failed": self = .failed(reason)
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .verdict, in: container, debugDescription: "no verdict is called '\(name)'")
    }
  }
}

/// Which values of a measure are good.
public enum Direction: String, Codable, Sendable {
  /// A loss, an error.
  case lessIsBetter
  /// An accuracy, a bound.
  case moreIsBetter
  /// A parameter count, a β: only the paper's own value is right.
  case neither

  /// The best of some values; nil where there are none, or no value is better than another.
  func best(of values: [Double]) -> Double? {
    switch self {
    case .lessIsBetter: values.min()
    case .moreIsBetter: values.max()
    case .neither: nil
    }
  }
}

/// A verdict and what led to it.
public struct Judgement: Codable, Equatable, Sendable {
  /// The verdict.
  public let verdict: Verdict
  /// Difference from the reported value; nil where there is nothing to compare.
  public let difference: Difference?
  /// Why it is this verdict, in a few words, such as `interval crosses the margin`.
  public let reason: String
  /// The reason with the numbers, as one line.
  public let explanation: String
}
