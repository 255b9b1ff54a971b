import Foundation
import OrderedCollections

/// How a comparison is written.
public enum ComparisonFormat: String, CaseIterable, Sendable {
  case text, markdown, csv, json, latex
}

extension Comparison {
  /// The comparison in a format.
  public func text(_ format: ComparisonFormat) throws -> String {
    let table = TextTable(columns: Self.columns, rows: rows.map(cells))
    return switch format {
    case .text: heading + "\n" + (rows.isEmpty ? "" : "\n" + grouped) + remarks
    case .markdown:
      "# "
        + (rows.isEmpty
          ? heading.replacing("\n", with: "\n\n") + "\n"
          : table.text(.markdown, heading: heading)) + remarks.replacing("\n  ", with: "\n- ")
    case .csv: csv
    case .json: try json
    case .latex: table.text(.latex, heading: heading)
    }
  }

  private static let columns = ["cell", "measure", "ours", "95 % interval", "reported", "verdict"]

  private var heading: String {
    "\(artefact): \(title)\n\(budget)"
  }

  /// The budget in one sentence.
  private var budget: String {
    var text = "Profile \(profile.name)"
    text += because.map { ": \($0)." } ?? ": the paper's budget."
    if !profile.overrides.isEmpty {
      text += " Overridden: \(profile.overrides.joined(separator: ", "))."
    }
    if let words = standInWords { text += " \(words.prefix(1).uppercased())\(words.dropFirst())." }
    if let precision { text += " Not in fp32: \(Self.words(precision))." }
    return text
  }

  /// What is to be said of a result with stand-in data, and of which of its studies; nil where all data
  /// are real.
  public var standInWords: String? {
    let reasons = OrderedSet(rows.compactMap(\.standIn))
    let isMixed = rows.contains { $0.standIn == nil && !$0.finished.isEmpty }
    guard reasons.count > 1 || reasons.count == 1 && isMixed else {
      return standIn.map { "stand-in data: \($0)" }
    }
    return "stand-in data "
      + reasons.map { reason in
        let studies = OrderedSet(rows.filter { $0.standIn == reason }.map(\.study))
        return "in \(studies.joined(separator: ", ")): \(reason)"
      }.joined(separator: "; ")
  }

  private func cells(_ row: Row) -> [String] {
    [
      label(row), measure(row), ours(row),
      row.statistic == .best
        ? "–" : row.summary?.interval.map { "[\(short($0.low)), \(short($0.high))]" } ?? "–",
      row.reported.map { reported in
        short(reported.value) + (reported.std.map { " ± \(short($0))" } ?? "")
      } ?? "–",
      row.judgement.verdict.shortLabel,
    ]
  }

  /// The cell, with its study where there are several.
  private func label(_ row: Row) -> String {
    rows.contains { $0.study != row.study } ? "\(row.study) \(row.cell.label)" : row.cell.label
  }

  /// The rows for a terminal: a line for each measure, its cells below.
  private var grouped: String {
    var lines: [[String]] = []
    for (index, row) in rows.enumerated() {
      let texts = cells(row)
      if index == 0 || measure(rows[index - 1]) != measure(row) {
        lines.append([texts[1]] + Array(repeating: "", count: texts.count - 2))
      }
      lines.append(["  " + texts[0]] + texts.dropFirst(2))
    }
    return TextTable(columns: [""] + Self.columns.dropFirst(2), rows: lines).aligned
  }

  /// The measure with its unit, and what is compared where that is not the mean.
  private func measure(_ row: Row) -> String {
    (row.unit.isEmpty ? row.measure : "\(row.measure) [\(row.unit)]")
      + (row.statistic == .best ? ", best run" : "")
  }

  /// Mean ± sample standard deviation, or the best value; the number of runs, and what became of the others.
  private func ours(_ row: Row) -> String {
    var text = row.summary.map { summary in
      if row.statistic == .best {
        let best = row.direction.best(of: row.runs.map(\.value))
        return "\(short(best ?? .nan)) (best of \(summary.n))"
      }
      let spread = summary.standardDeviation.map { " ± \(short($0))" } ?? ""
      return "\(short(summary.mean))\(spread) (n = \(summary.n))"
    }
    if row.weightsMissing != nil {
      text = "weights missing"
    } else if row.withoutValue > 0 {
      text = (text.map { $0 + ", " } ?? "") + "none in \(row.withoutValue)"
    }
    if !row.failed.isEmpty {
      text = (text.map { $0 + ", " } ?? "") + "\(row.failed.count) failed"
    }
    return text ?? "no run"
  }

  /// Claims, and what to keep in mind.
  private var remarks: String {
    var lines: [String] = []
    for set in OrderedSet(rows.compactMap(\.weightsMissing)) {
      let measures = OrderedSet(rows.filter { $0.weightsMissing == set }.map(\.measure))
      lines += [
        "",
        "Weights missing: \(measures.joined(separator: ", ")) \(measures.count == 1 ? "has" : "have") "
          + "no value without the weights of \(set); run 'priorlab data fetch \(set)', or set "
          + "PRIORLAB_DATA to where they are, and reproduce again.",
      ]
    }
    if !quoted.isEmpty {
      lines += ["", "Quoted by the paper, not computed here:"]
      lines += quoted.map { number in
        "  \(number.method), \(number.measure)\(number.statistic == .best ? ", best run" : ""): "
          + short(number.value) + (number.std.map { " ± \(short($0))" } ?? "")
          + "  (\(number.source))"
      }
    }
    if !claims.isEmpty {
      lines += ["", "The paper's claims:"]
      lines += claims.map { claim in
        "  \(claim.outcome.rawValue): \(claim.claim.that)  ("
          + (claim.claim.measure.map { "\($0); " } ?? "")
          + "\(claim.claim.source); \(claim.explanation))"
      }
      // Where the difference is 0, either decision is wrong, and a 95 % interval leaves 0 out with probability
      // 0.05; where it is not, only the interval wholly on the other side is, with 0.025 at most.
      if claims.contains(where: { $0.outcome == .holds || $0.outcome == .contradicted }) {
        lines.append(
          "At most one in 20 of the claims that have an interval would be decided wrongly by chance "
            + "alone, in expectation.")
      }
    }
    let judged = rows.filter { $0.reported != nil && isJudged($0) }
    if !judged.isEmpty {
      lines.append("")
      lines += judged.map {
        "  \(label($0)), \(measure($0)): \($0.judgement.explanation)"
      }
      if expectedFalseAlarms > 0 {
        lines.append(
          "At most \(short(expectedFalseAlarms)) of these rows would be called better or worse by chance "
            + "alone, if the paper's numbers are exact where it gives no spread.")
      }
    }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }

  private func isJudged(_ row: Row) -> Bool {
    switch row.judgement.verdict {
    case .matches, .better, .worse, .inconclusive, .failed: true
    case .notComparable, .notReported, .noRun: false
    }
  }

  private var csv: String {
    let header = [
      "study", "cell", "measure", "statistic", "unit", "n", "mean", "std", "low95", "high95",
      "failed", "without_value", "reported", "reported_std", "margin", "verdict", "stand_in",
      "runs",
    ]
    let lines = rows.map { row in
      let summary = row.summary
      let numbers: [Double?] = [
        summary?.mean, summary?.standardDeviation, summary?.interval?.low, summary?.interval?.high,
      ]
      return [
        row.study, row.cell.label, row.measure, row.statistic.rawValue, row.unit,
        "\(row.runs.count)",
      ]
        + numbers.map { $0.map { "\($0)" } ?? "" } + ["\(row.failed.count)", "\(row.withoutValue)"]
        + [row.reported?.value, row.reported?.std, row.reported?.margin?.value].map {
          $0.map { "\($0)" } ?? ""
        } + [
          row.judgement.verdict.label, row.standIn ?? "",
          row.runs.map { "\($0.seed):\($0.value)" }.joined(separator: " "),
        ]
    }
    return TextTable(columns: header, rows: lines).csv
  }

  private var json: String {
    get throws {
      try jsonText(self)
    }
  }
}
