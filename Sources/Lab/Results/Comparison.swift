import Foundation
import Torch

/// An artefact's numbers beside the paper's: what `comparison.json` holds.
public struct Comparison: Codable, Sendable {
  /// Goes up when the file's meaning changes.
  public static let format = 2

  public var format = Comparison.format
  /// The artefact's id, `vhp/table-1`, and its title.
  public var artefact: String
  public var title: String
  /// The budget of the runs, and the settings that were overridden.
  public var profile: ProfileName
  /// Why the budget is not the paper's; nil for the paper's own.
  public var because: String?
  /// Why the data of some of the runs are not the real ones; nil where all are.
  public var standIn: String?
  /// Precision of the products in some of the runs; nil where it is fp32 in all.
  public var precision: Precision?
  /// In the order of the artefact's measures, and of the cells of its studies.
  public var rows: [Row]
  /// Numbers of other people's methods that stand in the paper's table.
  public var quoted: [QuotedNumber]
  /// What the paper says in words.
  public var claims: [ClaimResult]
  /// Rows that may be called better or worse by chance alone: an upper bound of the expected number, if
  /// the paper's numbers are exact where it gives no spread.
  public var expectedFalseAlarms: Double

  /// One measure of one cell, and the statistic of it that the paper gives.
  public struct Row: Codable, Sendable {
    /// The study of the runs, and the axis values that they share.
    public var study: String
    public var cell: Cell
    /// Id of the measure, the unit of its values (empty for plain numbers), and which of them are good.
    public var measure: String
    public var unit: String
    public var direction: Direction
    /// What is compared: the mean of the runs, or the best of them.
    public var statistic: ReportedStatistic
    /// Value of each finished run that has one.
    public var runs: [RunValue]
    /// All finished runs, also those without a value.
    public var finished: [RunReference]
    /// Finished runs that have no value: an event that never came.
    public var withoutValue: Int
    /// The stored set of weights that the measure reads, where they were missing in all of these.
    public var weightsMissing: String?
    /// Runs that broke down; they have no value, and are never replaced.
    public var failed: [RunReference]
    /// Why the data of these runs are not the real ones; nil where they are.
    public var standIn: String?
    /// Of the values; nil where there are none.
    public var summary: Summary?
    /// The paper's number; nil where it gives none.
    public var reported: ReportedCell?
    /// What follows from the two, and why.
    public var judgement: Judgement
  }

  /// A run by its seed and identity.
  public struct RunReference: Codable, Hashable, Sendable {
    public var seed: Int
    public var identity: String
  }

  /// A run's value of a measure.
  public struct RunValue: Codable, Sendable {
    public var seed: Int
    public var identity: String
    public var value: Double
  }

  /// A claim of the paper's and what our runs say of it.
  public struct ClaimResult: Codable, Sendable {
    public var claim: Claim
    public var outcome: Outcome
    /// The numbers, in one sentence.
    public var explanation: String
  }

  /// What our runs say of a claim.
  public enum Outcome: String, Codable, Sendable {
    case holds
    case contradicted
    case inconclusive
    case notTested = "not tested"
  }

  /// Whether a row is worse than reported.
  public var hasWorse: Bool { rows.contains { $0.judgement.verdict == .worse } }
}

extension Comparison {
  /// Reads the `comparison.json` of a result.
  ///
  /// - Throws: ``ComparisonError`` where it is none.
  public init(reading path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ComparisonError.missing(path)
    }
    // The format first: what else another version writes is not known here.
    let found = try? JSONDecoder().decode(Format.self, from: data).format
    if let found, found != Self.format { throw ComparisonError.format(path, found: found) }
    do {
      self = try JSONDecoder().decode(Comparison.self, from: data)
    } catch {
      throw ComparisonError.unreadable(path)
    }
  }
}

private struct Format: Decodable {
  let format: Int
}

/// What is wrong with a stored comparison.
public enum ComparisonError: Error, CustomStringConvertible {
  case missing(String)
  case unreadable(String)
  case format(String, found: Int)

  public var description: String {
    switch self {
    case .missing(let path): "\(path) is not there: reproduce the table or figure first"
    case .unreadable(let path):
      "\(path) is torn or altered: reproduce the table or figure again to replace it"
    case .format(let path, let found):
      "\(path) has format \(found), and this version reads \(Comparison.format): reproduce the table "
        + "or figure again to replace it"
    }
  }
}
