import Torch

extension Comparison {
  /// Compares the recorded runs of an artefact with what its paper reports.
  ///
  /// - Parameters:
  ///   - failures: identities of runs that failed without leaving a record.
  ///   - only: the finished runs that count, where it is not all of them; then only `failures` failed.
  public init(
    _ artefact: ArtefactRuns, kinds: Kinds, store: RunStore, failures: Set<String> = [],
    only: Set<String>? = nil
  ) throws {
    let manifest = artefact.artefact
    let evidence = try Evidence(artefact, store, failures: failures, only: only)
    let templates = artefact.templates
    var rows: [Row] = []
    for measure in manifest.measures ?? [] {
      let measure = try kinds.measure(measure, origin: .resolved)
      // A smaller budget may take fewer measures than the paper's.
      for template in templates where template.measures.contains(measure.id) {
        let reported = (manifest.reported ?? []).filter {
          $0.measure == measure.id && $0.reference.fits(template.cell, of: template.study)
        }
        for number in reported.isEmpty ? [nil] : reported.map(Optional.some) {
          rows.append(try evidence.row(of: measure, template, beside: number))
        }
      }
    }
    let because =
      artefact.studies.isEmpty
      ? "nothing of it needs a run" : artefact.studies.compactMap(\.because).first
    self.init(
      artefact: manifest.id, title: manifest.title, profile: artefact.profile, because: because,
      standIn: templates.compactMap(evidence.standIn).first,
      precision: templates.compactMap(evidence.precision).first, rows: rows,
      quoted: manifest.quoted ?? [],
      claims: try (manifest.claims ?? []).map { try evidence.judge($0, by: rows) },
      expectedFalseAlarms: Self.expectedFalseAlarms(rows))
  }

  /// The comparison with the rows of these runs' cells alone; claims stay those of the whole.
  public func showing(_ runs: [RunSpecification]) -> Comparison {
    var shown = self
    shown.rows = rows.filter { row in
      runs.contains { $0.template.study == row.study && $0.template.cell == row.cell }
    }
    shown.standIn = shown.rows.compactMap(\.standIn).first
    shown.precision = runs.map(\.template.precision).first { $0 != .fp32 }
    shown.expectedFalseAlarms = Self.expectedFalseAlarms(shown.rows)
    return shown
  }

  private static func expectedFalseAlarms(_ rows: [Row]) -> Double {
    let judged = rows.filter { row in
      if case .notComparable = row.judgement.verdict { return false }
      // The best of several runs is one value, without an interval.
      return row.reported != nil && row.statistic == .mean && row.runs.count > 1
    }
    return VerdictRule.expectedFalseAlarms(cells: judged.count)
  }

  /// What is to be said of a result with runs of a precision that is not fp32.
  static func words(_ precision: Precision) -> String { "products in \(precision.rawValue)" }
}

/// The recorded runs of an artefact: what its rows and claims are judged by.
private struct Evidence {
  private let artefact: ArtefactRuns
  /// By study and identity: two studies may have the same run, and each has its own record of it.
  private let records: [String: [String: RunRecord]]
  /// Identities of runs that failed without leaving a record.
  private let failures: Set<String>
  /// The finished runs that count, where it is not all of them.
  private let only: Set<String>?

  init(
    _ artefact: ArtefactRuns, _ store: RunStore, failures: Set<String>, only: Set<String>?
  ) throws {
    self.artefact = artefact
    self.failures = failures
    self.only = only
    records = try artefact.records(in: store)
  }

  private func record(of run: RunSpecification) -> RunRecord? {
    records[run.template.study]?[run.identity]
  }

  /// Why the data of some runs of a cell are not the real ones; one cell's say nothing of another's.
  func standIn(_ template: RunTemplate) -> String? {
    artefact.runs(of: template).filter { run in
      only.map { $0.contains(run.identity) || failures.contains(run.identity) } ?? true
    }.compactMap { record(of: $0)?.standIn }.first
  }

  func precision(_ template: RunTemplate) -> Precision? {
    template.precision == .fp32 ? nil : template.precision
  }

  /// One measure of a cell's runs, and what follows from it beside a reported number.
  func row(
    of measure: Measure, _ template: RunTemplate, beside reported: ReportedCell?
  ) throws -> Comparison.Row {
    var values: [Comparison.RunValue] = []
    var finished: [Comparison.RunReference] = []
    var failed: [Comparison.RunReference] = []
    var withoutValue = 0
    var isUnmeasured = false
    for run in artefact.runs(of: template) {
      let record = record(of: run)
      let reference = Comparison.RunReference(seed: run.seed, identity: run.identity)
      if let record, record.failure == nil {
        if let only, !only.contains(run.identity) { continue }
        finished.append(reference)
        let found = record.value(of: measure)
        if let value = found ?? nil, value.isFinite {
          values.append(.init(seed: run.seed, identity: run.identity, value: value))
        } else {
          withoutValue += 1
          isUnmeasured = isUnmeasured || found == nil
        }
      } else if failures.contains(run.identity) || (record != nil && only == nil) {
        failed.append(reference)
      }
    }
    let numbers = values.map(\.value)
    let weightsMissing = isUnmeasured && values.isEmpty ? measure.pretrained : nil
    let judgement = try judge(
      numbers, of: measure, failed: failed.count, withoutValue: withoutValue, beside: reported,
      notComparable: weightsMissing.map { "weights missing: \($0)" }
        ?? reason(standIn: standIn(template), precision: precision(template))
        ?? reported?.notComparable)
    return Comparison.Row(
      study: template.study, cell: template.cell, measure: measure.id, unit: measure.unit,
      direction: measure.direction, statistic: reported?.statistic ?? .mean, runs: values,
      finished: finished, withoutValue: withoutValue, weightsMissing: weightsMissing,
      failed: failed, standIn: standIn(template),
      summary: numbers.isEmpty ? nil : try Summary(numbers), reported: reported,
      judgement: judgement)
  }

  private func judge(
    _ values: [Double], of measure: Measure, failed: Int, withoutValue: Int,
    beside reported: ReportedCell?, notComparable: String?
  ) throws -> Judgement {
    // Without a value to judge by the margin plays no part.
    let rule = try VerdictRule(
      margin: reported?.margin?.value ?? 1, direction: measure.direction)
    return try rule.judge(
      values, of: reported?.statistic ?? .mean, failures: failed, withoutValue: withoutValue,
      reported: reported?.asReported, notComparable: notComparable)
  }

  /// What the runs behind these rows say of a claim.
  func judge(_ claim: Claim, by rows: [Comparison.Row]) throws -> Comparison.ClaimResult {
    let test = try ClaimTest(claim.that)
    func row(_ side: ClaimTest.Side, _ measure: String? = nil) -> Comparison.Row? {
      rows.first {
        $0.measure == measure ?? side.measure ?? claim.measure
          && side.cell?.fits($0.cell, of: $0.study) == true
      }
    }
    func values(_ row: Comparison.Row?) -> [Int: Double] {
      Dictionary(uniqueKeysWithValues: (row?.runs ?? []).map { ($0.seed, $0.value) })
    }
    func runs(_ side: ClaimTest.Side) -> ClaimTest.Runs {
      let own = row(side)
      let examples = (own?.runs ?? []).compactMap { run in
        records[own?.study ?? ""]?[run.identity]?.examples?[own?.measure ?? ""].map {
          (run.seed, $0)
        }
      }
      return ClaimTest.Runs(
        values: values(own),
        errors: values(claim.withinRuns.flatMap { row(side, $0.standardError) }),
        examples: Dictionary(uniqueKeysWithValues: examples),
        failed: Set(own?.failed ?? []),
        withoutValue: Set(own?.finished ?? []).subtracting(
          (own?.runs ?? []).map {
            Comparison.RunReference(seed: $0.seed, identity: $0.identity)
          }))
    }
    let sides = [test.left, test.right].filter { $0.cell != nil }
    let templates = sides.compactMap { row($0) }.compactMap { row in
      artefact.templates.first { $0.study == row.study && $0.cell == row.cell }
    }
    // At any budget a claim needs the real data and full precision.
    let unfit = templates.compactMap { template in
      standIn(template).map(Self.words) ?? precision(template).map(Comparison.words)
    }.first
    let hasValues = sides.allSatisfy { row($0)?.runs.isEmpty == false }
    let broken = claim.onlyIf.flatMap { condition in
      sides.compactMap { side in
        row(side, condition.measure).flatMap { condition.breach(by: $0) }
      }.first
    }
    return try test.judge(
      claim, left: runs(test.left), right: runs(test.right),
      notComparable: unfit
        ?? (artefact.profile.isCommitted ? nil : reason(standIn: nil, precision: nil))
        ?? (hasValues ? broken : nil))
  }

  /// Why no verdict can be given, or nil.
  private func reason(standIn: String?, precision: Precision?) -> String? {
    let profile = artefact.profile
    if let standIn { return Self.words(standIn) }
    if !profile.overrides.isEmpty { return "settings were overridden" }
    if let precision { return Comparison.words(precision) }
    return profile.name == ProfileName.paper ? nil : "budget of the profile '\(profile.name)'"
  }

  /// What is to be said of a result with runs on data that are not the real ones.
  private static func words(_ standIn: String) -> String { "stand-in data: \(standIn)" }
}

extension Claim.Condition {
  /// Which of the runs does not keep it, in words; nil where all do, or none is there.
  fileprivate func breach(by row: Comparison.Row) -> String? {
    func words(_ found: String, _ run: Comparison.RunReference) -> String {
      "\(measure) is \(found) in \(row.cell.label), seed \(run.seed), and \(short(atMost)) is the most "
        + "with which they can be compared"
    }
    for run in row.finished {
      guard let value = row.runs.first(where: { $0.identity == run.identity })?.value else {
        return words("not known", run)
      }
      if !(value <= atMost) { return words(short(value), run) }
    }
    return nil
  }
}

extension ArtefactRuns {
  /// Every cell that the artefact shows, in the order of its studies.
  public var templates: [RunTemplate] {
    var seen: Set<String> = []
    return runs.map(\.template).filter { seen.insert($0.study + " " + $0.cell.label).inserted }
  }

  func runs(of template: RunTemplate) -> [RunSpecification] {
    runs.filter { $0.template.study == template.study && $0.template.cell == template.cell }
  }
}
