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
    var records: [String: RunRecord] = [:]
    for study in artefact.studies {
      records.merge(store.records(of: study.id).records) { first, _ in first }
    }
    let because =
      artefact.studies.isEmpty
      ? "nothing of it needs a run" : artefact.studies.compactMap(\.because).first
    // One cell's stand-in or precision says nothing of another's.
    func standIn(_ template: RunTemplate) -> String? {
      artefact.runs(of: template).filter { run in
        only.map { $0.contains(run.identity) || failures.contains(run.identity) } ?? true
      }.compactMap { records[$0.identity]?.standIn }.first
    }
    func notComparable(_ template: RunTemplate) -> String? {
      Self.reason(
        artefact.profile, standIn: standIn(template), precision: precision(template))
    }
    func precision(_ template: RunTemplate) -> Precision? {
      template.precision == .fp32 ? nil : template.precision
    }
    /// What makes its runs unfit for a claim at any budget.
    func unfit(_ template: RunTemplate) -> String? {
      standIn(template).map(Self.words) ?? precision(template).map(Self.words)
    }
    let templates = artefact.templates

    var rows: [Row] = []
    for measure in manifest.measures ?? [] {
      let measure = try kinds.measure(measure, origin: .resolved)
      // A smaller budget may take fewer measures than the paper's.
      for template in templates where template.measures.contains(measure.id) {
        let reported = (manifest.reported ?? []).filter {
          $0.measure == measure.id && $0.reference.fits(template.cell, of: template.study)
        }
        let runs = artefact.runs(of: template)
        for number in reported.isEmpty ? [nil] : reported.map(Optional.some) {
          rows.append(
            try Self.row(
              measure, template, runs, records, failures, number, standIn(template),
              notComparable(template), only))
        }
      }
    }
    let claims = try (manifest.claims ?? []).map { claim in
      let test = try ClaimTest(claim.that)
      func row(_ side: ClaimTest.Side, _ measure: String? = nil) -> Row? {
        rows.first {
          $0.measure == measure ?? side.measure ?? claim.measure
            && side.cell?.fits($0.cell, of: $0.study) == true
        }
      }
      func runs(_ side: ClaimTest.Side) -> ClaimTest.Runs {
        func values(_ row: Row?) -> [Int: Double] {
          Dictionary(uniqueKeysWithValues: (row?.runs ?? []).map { ($0.seed, $0.value) })
        }
        let own = row(side)
        let examples = (own?.runs ?? []).compactMap { run in
          records[run.identity]?.examples?[own?.measure ?? ""].map { (run.seed, $0) }
        }
        return ClaimTest.Runs(
          values: values(own),
          errors: values(claim.withinRuns.flatMap { row(side, $0.standardError) }),
          examples: Dictionary(uniqueKeysWithValues: examples))
      }
      let sides = [test.left, test.right].compactMap { row($0) }.compactMap { row in
        templates.first { $0.study == row.study && $0.cell == row.cell }
      }
      return try test.judge(
        claim, left: runs(test.left), right: runs(test.right),
        notComparable: sides.compactMap(unfit).first
          ?? (artefact.profile.isCommitted
            ? nil : Self.reason(artefact.profile, standIn: nil, precision: nil)))
    }
    self.init(
      artefact: manifest.id, title: manifest.title, profile: artefact.profile, because: because,
      standIn: templates.compactMap(standIn).first,
      precision: templates.compactMap(precision).first, rows: rows, quoted: manifest.quoted ?? [],
      claims: claims, expectedFalseAlarms: Self.expectedFalseAlarms(rows))
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

  /// Why no verdict can be given, or nil.
  private static func reason(
    _ profile: ProfileName, standIn: String?, precision: Precision?
  ) -> String? {
    if let standIn { return words(standIn) }
    if !profile.overrides.isEmpty { return "settings were overridden" }
    if let precision { return words(precision) }
    return profile.name == ProfileName.paper ? nil : "budget of the profile '\(profile.name)'"
  }

  /// What is to be said of a result with runs on data that are not the real ones.
  private static func words(_ standIn: String) -> String { "stand-in data: \(standIn)" }

  /// What is to be said of a result with runs of a precision that is not fp32.
  static func words(_ precision: Precision) -> String { "products in \(precision.rawValue)" }

  private static func row(
    _ measure: Measure, _ template: RunTemplate, _ runs: [RunSpecification],
    _ records: [String: RunRecord], _ failures: Set<String>, _ reported: ReportedCell?,
    _ standIn: String?, _ notComparable: String?, _ only: Set<String>?
  ) throws -> Row {
    var values: [RunValue] = []
    var finished: [RunReference] = []
    var failed: [RunReference] = []
    var withoutValue = 0
    var isUnmeasured = false
    for run in runs {
      let record = records[run.identity]
      let reference = RunReference(seed: run.seed, identity: run.identity)
      if let record, record.failure == nil {
        if let only, !only.contains(run.identity) { continue }
        finished.append(reference)
        let found = record.value(of: measure)
        if let value = found ?? nil, value.isFinite {
          values.append(RunValue(seed: run.seed, identity: run.identity, value: value))
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
    return Row(
      study: template.study, cell: template.cell, measure: measure.id, unit: measure.unit,
      direction: measure.direction, statistic: reported?.statistic ?? .mean, runs: values,
      finished: finished, withoutValue: withoutValue, weightsMissing: weightsMissing,
      failed: failed, standIn: standIn,
      summary: numbers.isEmpty ? nil : try Summary(numbers), reported: reported,
      judgement: try judge(
        measure, numbers, failed: failed.count, withoutValue: withoutValue, reported,
        weightsMissing.map { "weights missing: \($0)" } ?? notComparable))
  }

  private static func judge(
    _ measure: Measure, _ values: [Double], failed: Int, withoutValue: Int,
    _ reported: ReportedCell?, _ notComparable: String?
  ) throws -> Judgement {
    // Without a reported value the margin plays no part.
    let rule = try VerdictRule(
      margin: reported?.margin.value ?? 1, direction: measure.direction)
    var compared = values
    if reported?.statistic == .best {
      compared = measure.direction.best(of: values).map { [$0] } ?? []
    }
    return try rule.judge(
      compared, failures: failed, withoutValue: withoutValue, reported: reported?.asReported,
      notComparable: notComparable)
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
