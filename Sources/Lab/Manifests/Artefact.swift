/// A manifest for a table or figure: selects runs, computes, draws, and compares.
public struct Artefact: Decodable, Sendable {
  /// The artefact's id in the catalogue.
  public let id: String
  public let title: String
  /// The runs that it takes; none where all that it shows is computed without any.
  public var use: [Use] { declaredUse ?? [] }
  private let declaredUse: [Use]?
  /// Arrays for `result.h5`, by kind of computation.
  let compute: [Tagged]?
  /// Measures shown in the comparison.
  public let measures: [String]?
  /// Figures, by kind of drawing.
  let draw: [Tagged]?
  public let reported: [ReportedCell]?
  public let quoted: [QuotedNumber]?
  public let claims: [Claim]?
  public let assumptions: [Assumption]?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case id = "artefact"
    case declaredUse = "use"
    case title, compute, measures, draw, reported, quoted, claims, assumptions
  }

  /// The only seed of an item of `use` that anything is made of: the selected one, where no measure is
  /// shown, and so nothing compared.
  func onlySeed(of use: Use) -> Int? {
    guard (measures ?? []).isEmpty, case .seed(let seed) = use.select else { return nil }
    return seed
  }
}

/// Runs that an artefact takes.
public struct Use: Decodable, Sendable {
  public let study: String
  /// Which cells; all by default.
  public let cells: String?
  /// Of which runs of a cell `compute` takes arrays; all by default.
  public let select: Selection?
  /// Arrays of these runs alone, besides those of the artefact.
  let compute: [Tagged]?
}

/// Which of a cell's finished runs.
public enum Selection: Decodable, Equatable, Sendable {
  case all
  case seed(Int)
  /// The best run by a measure.
  case best(measure: String)
  /// The run nearest the median of a measure.
  case median(measure: String)
  /// Of the better half by the first measure, the run nearest its mean over all of them.
  case representative(measures: [String])

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case all, seed, best, median, representative
  }

  /// The measure by which it tells better from worse, where it does.
  var ranking: String? {
    switch self {
    case .all, .seed, .median: nil
    case .best(let measure): measure
    case .representative(let measures): measures.first
    }
  }

  /// The measures that it reads.
  var measures: [String] {
    switch self {
    case .all, .seed: []
    case .best(let measure), .median(let measure): [measure]
    case .representative(let measures): measures
    }
  }
}

/// A number of the paper's, with the margin that was set before the comparison, or with the reason why ours
/// is shown beside it and never judged by it.
public struct ReportedCell: Codable, Sendable {
  /// The study of the cell, where several have such a cell.
  public let study: String?
  /// Axis values of the cell that it belongs to.
  public let cell: [String: String]
  public let measure: String
  /// What it is a statistic of our runs of: `mean` (default) or `best`.
  public let statistic: ReportedStatistic?
  public let value: Double
  /// Standard deviation and number of runs, where the paper gives them.
  public let std: Double?
  public let runs: Int?
  /// Nil where `notComparable` says why there is none.
  public let margin: Margin?
  /// Why no run can confirm or contradict it.
  public let notComparable: String?
  /// Where in the paper it stands.
  public let source: String

  enum CodingKeys: String, CodingKey, CaseIterable {
    case study, cell, measure, statistic, value, std, runs, margin, source
    case notComparable = "not-comparable"
  }

  /// How far apart two numbers may lie and still be called equal.
  public struct Margin: Codable, Sendable {
    /// In the measure's unit.
    public let value: Double
    public let because: String
  }
}

extension ReportedCell {
  /// The number with its spread, for statistics.
  var asReported: Reported { Reported(value, standardDeviation: std, n: runs) }
}

/// A number that the paper quotes of somebody else's method: shown, never judged.
public struct QuotedNumber: Codable, Sendable {
  /// The method as the paper names it.
  public let method: String
  public let measure: String
  public let statistic: ReportedStatistic?
  public let value: Double
  public let std: Double?
  /// Where in the paper it stands.
  public let source: String
}

/// The statistic over runs that a reported number is compared with.
public enum ReportedStatistic: String, Codable, CaseIterable, Sendable {
  case mean, best
}

/// Something that the paper says in words, as an inequality between means of cells:
/// `mean(method=rewo) < mean(method=geco)`. Where several studies have such a cell, `study=…` beside the
/// axis values says which; and `measure=…` takes another measure on one side.
public struct Claim: Codable, Sendable {
  public let that: String
  /// Nil where both sides name their own.
  public let measure: String?
  /// What the interval is of where a side has a single run, and so no spread over runs.
  public let withinRuns: WithinRuns?
  /// Without what the comparison would say nothing.
  public let onlyIf: Condition?
  public let source: String

  init(
    that: String, measure: String?, withinRuns: WithinRuns? = nil, onlyIf: Condition? = nil,
    source: String
  ) {
    self.that = that
    self.measure = measure
    self.withinRuns = withinRuns
    self.onlyIf = onlyIf
    self.source = source
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case that, measure, source
    case withinRuns = "within-runs"
    case onlyIf = "only-if"
  }

  /// A bound that every run of both sides must keep for the claim to be tested.
  public struct Condition: Codable, Sendable {
    public let measure: String
    /// In the measure's unit.
    public let atMost: Double
    /// Why not more.
    public let because: String

    enum CodingKeys: String, CodingKey, CaseIterable {
      case measure, because
      case atMost = "at-most"
    }
  }

  /// The spread of what a measure averages over within one run, such as the images of a test split.
  public struct WithinRuns: Codable, Sendable {
    /// The measure that is its standard error.
    public let standardError: String
    /// How many independent values that is the standard error of.
    public let samples: Int

    enum CodingKeys: String, CodingKey, CaseIterable {
      case samples
      case standardError = "standard-error"
    }
  }
}
