import Files

/// The runs that an artefact takes, resolved: studies, cells and seeds.
public struct ArtefactRuns: Sendable {
  public let artefact: Artefact
  public let profile: ProfileName
  /// All runs, cell by cell.
  public let runs: [RunSpecification]
  /// Those that are to be run where they are missing; the others are shown as far as they are there.
  public let wanted: [RunSpecification]
  private let uses: [ResolvedUse]
  /// Of all its runs.
  private let computations: [any Computation]
  /// The same as the manifest has them.
  private let compute: [Tagged]
  /// Those that need no run.
  let standalone: [any StandaloneComputation]
  let drawings: [any Drawing]

  /// - Parameters:
  ///   - seeds: in place of the profile's.
  ///   - only: cells to run; the others are shown with the runs that they have.
  public init(
    _ id: String, _ profile: ProfileName, seeds: SeedList? = nil, only: CellFilter = .all,
    library: ManifestLibrary, kinds: Kinds
  ) throws {
    let manifest = try library.artefact(id)
    let node = library.artefacts[id]?.node
    artefact = manifest
    self.profile = profile
    uses = try manifest.use.enumerated().map { index, item in
      try ResolvedUse(
        item, at: (node?["use"]?.items?[index], "use.\(index)"), profile, library: library,
        kinds: kinds)
    }
    // Of all studies at once: a value of one study's axis need not be one of another's.
    if !uses.isEmpty,
      let problem = only.problem(
        among: uses.flatMap(\.study.cells), of: manifest.use.map(\.study))
    {
      throw ConfigValueError("--only: \(problem)")
    }
    runs = try Self.runs(of: uses) { use in
      seeds?.seeds ?? manifest.onlySeed(of: use.item).map { [$0] } ?? use.study.seeds
    }
    wanted = runs.filter { only.takes($0.template.cell, of: $0.template.study) }
    if wanted.isEmpty && !runs.isEmpty {
      throw ConfigValueError("--only: no cell of \(manifest.id) fits the whole of it")
    }

    let compute = manifest.compute ?? []
    standalone = try compute.compactMap { try kinds.standaloneComputation($0) }
    let ofRuns = try compute.map { tagged in
      try kinds.standaloneComputation(tagged) == nil ? try kinds.computation(tagged) : nil
    }
    self.compute = zip(compute, ofRuns).compactMap { $1 == nil ? nil : $0 }
    computations = ofRuns.compactMap { $0 }
    drawings = try (manifest.draw ?? []).map { try kinds.drawing($0) }
    guard let node else { return }
    if uses.isEmpty { try checkWithoutRuns(node, library) }
    try ArtefactCheck(
      manifest, node, uses: uses, computations: ofRuns, standalone: standalone, drawings: drawings,
      kinds: kinds
    ).run()
  }

  /// The runs of the items' cells; one that several items show counts once.
  private static func runs(
    of uses: [ResolvedUse], seeds: (ResolvedUse) -> [Int]
  ) throws -> [RunSpecification] {
    var taken: Set<[String]> = []
    return try uses.flatMap { use in
      try use.templates.flatMap { template in
        try seeds(use).map { try RunSpecification(template, seed: $0, profile: use.study.profile) }
      }
    }.filter { taken.insert([$0.template.study, $0.template.cell.label, $0.identity]).inserted }
  }

  /// Without runs there is nothing to override, nothing to compute of runs, and something to compute of
  /// nothing.
  private func checkWithoutRuns(_ node: ConfigNode, _ library: ManifestLibrary) throws {
    if let override = profile.overrides.first {
      throw ConfigValueError(
        "--set \(override): \(artefact.id) has no runs whose settings could be replaced")
    }
    if !library.profiles.contains(profile.name) {
      throw ManifestError(
        origin: .commandLine(profile.name), path: "profiles",
        .unknownName(name: profile.name, valid: library.profiles.sorted()))
    }
    if standalone.isEmpty || !computations.isEmpty {
      throw ManifestError(
        origin: node.origin, path: "use",
        .impossible("an artefact uses at least one study, unless nothing of it needs a run"))
    }
  }

  /// The studies that it uses, one for each item of `use`.
  public var studies: [ResolvedStudy] { uses.map(\.study) }

  /// The measures that it shows, or selects runs by.
  public var measures: Set<String> {
    Set(artefact.measures ?? []).union(artefact.use.flatMap { $0.select?.measures ?? [] })
  }

  /// What the arrays of a cell's runs are made of.
  func parametersNeeded(of template: RunTemplate) -> ParametersNeeded {
    computations(of: template).map(\.parametersNeeded).max() ?? .none
  }

  /// Which parameters must be here, by the identity of their run; none of a run that is not named.
  ///
  /// Of a cell whose selected runs are known these alone are needed, and of them none whose arrays the stored
  /// result has.
  public func weightsNeeded(store: RunStore, kinds: Kinds) throws -> [String: ParametersNeeded] {
    let kept = KeptArrays(in: ResultWriter.directory(artefact.id, profile, store: store))
    let records = try records(in: store)
    var needs: [String: ParametersNeeded] = [:]
    for template in templates {
      let needed = parametersNeeded(of: template)
      let records = records[template.study] ?? [:]
      if needed == .none { continue }
      for run in try candidates(of: template, records, kinds: kinds) {
        let recipe = try records[run.identity].map { try self.recipe(of: run, $0) }
        if let recipe, kept?.has(recipe) == true { continue }
        needs[run.identity] = max(needs[run.identity] ?? .none, needed)
      }
    }
    return needs
  }

  /// The records of its studies, by study and identity.
  func records(in store: RunStore) throws -> [String: [String: RunRecord]] {
    let studies = Set(templates.map(\.study))
    return Dictionary(uniqueKeysWithValues: try studies.map { ($0, try store.records(of: $0)) })
  }

  /// The runs of a cell that may turn out to be selected.
  private func candidates(
    of template: RunTemplate, _ records: [String: RunRecord], kinds: Kinds
  ) throws -> [RunSpecification] {
    let runs = runs(of: template)
    let selection = use(of: template)?.item.select ?? .all
    if case .seed(let seed) = selection { return runs.filter { $0.seed == seed } }
    var finished: [RunSpecification] = []
    for run in runs {
      guard let record = records[run.identity] else { return runs }
      if record.failure != nil { continue }
      guard selection.measures.allSatisfy({ record.measures[$0] != nil }) else { return runs }
      finished.append(run)
    }
    return try selected(of: template, finished, records, kinds: kinds)
  }

  /// What the arrays of a finished run are made of and by.
  func recipe(of run: RunSpecification, _ record: RunRecord) throws -> ArrayRecipe {
    let template = run.template
    return try ArrayRecipe(
      path: ResultFile.path(of: run), record,
      compute: compute + (use(of: template)?.item.compute ?? []),
      snapshots: parametersNeeded(of: template) == .snapshots ? run.snapshots(upTo: .max) : [])
  }

  /// The arrays of a cell's runs.
  func computations(of template: RunTemplate) -> [any Computation] {
    computations + (use(of: template)?.computations ?? [])
  }

  /// The first item of `use` that shows a cell.
  private func use(of template: RunTemplate) -> ResolvedUse? {
    uses.first { $0.takes(template) }
  }

  /// Those of a cell's finished runs that the manifest selects.
  ///
  /// A run that has no value of a measure that the selection reads is not selected.
  func selected(
    of template: RunTemplate, _ finished: [RunSpecification], _ records: [String: RunRecord],
    kinds: Kinds
  ) throws -> [RunSpecification] {
    let selection = use(of: template)?.item.select ?? .all
    if case .seed(let seed) = selection { return finished.filter { $0.seed == seed } }
    let candidates = finished.compactMap { run -> (RunSpecification, [Double])? in
      let values = selection.measures.compactMap { records[run.identity]?.measures[$0] ?? nil }
      return values.count == selection.measures.count && values.allSatisfy(\.isFinite)
        ? (run, values) : nil
    }
    guard !candidates.isEmpty else { return [] }
    let direction = try selection.measures.first.map {
      try kinds.measure($0, origin: .resolved).direction
    }
    let rule: RunSelection =
      switch selection {
      case .all, .seed: .all
      case .best: .best(count: 1, direction ?? .neither)
      case .median: .median
      case .representative: .representative(direction ?? .neither)
      }
    let chosen = try rule.select(seeds: candidates.map(\.0.seed), values: candidates.map(\.1))
    return chosen.map { candidates[$0].0 }
  }

  /// Whether one of its runs failed: without leaving a record, or by its record.
  public func hasFailures(_ failures: Set<String>, store: RunStore) throws -> Bool {
    let records = try records(in: store)
    return runs.contains {
      failures.contains($0.identity) || records[$0.template.study]?[$0.identity]?.failure != nil
    }
  }

  /// Throws where the content of data is not known, and so not which records are those of its runs.
  public func checkIdentities() throws {
    for dataset in runs.map(\.template.dataset) where !dataset.isIdentified {
      if let missing = dataset.missing { throw missing }
    }
  }

  /// Whether the artefact has no figures.
  public var drawsNothing: Bool { drawings.isEmpty }

  /// Core-seconds of all its runs from the start, from measured rates; nil where none are known.
  public func budgetSeconds(store: RunStore) throws -> Double? {
    var total = 0.0
    for study in studies {
      let records = try store.records(of: study.id).values
      for run in runs where run.template.study == study.id {
        guard let rate = Plan.secondsPerStep(of: run, records),
          let examples = run.template.dataset.trainingExamples
        else { return nil }
        total += rate * Double(run.template.plan.steps(examples: examples))
      }
    }
    return total
  }
}
