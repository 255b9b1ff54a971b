import Files

/// The runs that an artefact takes, resolved: studies, cells and seeds.
public struct ArtefactRuns: Sendable {
  public let artefact: Artefact
  public let profile: ProfileName
  public let studies: [ResolvedStudy]
  /// All runs, cell by cell.
  public let runs: [RunSpecification]
  /// Those that are to be run where they are missing; the others are shown as far as they are there.
  public let wanted: [RunSpecification]
  /// Of all its runs, and of those of each item of `use`.
  private let computations: [any Computation]
  private let ownComputations: [[any Computation]]
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
    if manifest.use.isEmpty, let override = profile.overrides.first {
      throw ConfigValueError(
        "--set \(override): \(id) has no runs whose settings could be replaced")
    }
    if manifest.use.isEmpty && !library.profiles.contains(profile.name) {
      throw ManifestError(
        origin: .commandLine(profile.name), path: "profiles",
        .unknownName(name: profile.name, valid: library.profiles.sorted()))
    }
    var studies: [ResolvedStudy] = []
    var runs: [RunSpecification] = []
    var wanted: [RunSpecification] = []
    var declared: [RunTemplate] = []
    var taken: Set<[String]> = []
    for (index, use) in manifest.use.enumerated() {
      let node = library.artefacts[id]?.node["use"]?.items?[index]
      func refuse(_ key: String, _ message: String) -> ManifestError {
        ManifestError(
          origin: node?[key]?.origin ?? .resolved, path: "use.\(index).\(key)",
          .impossible(message))
      }
      guard library.studies[use.study] != nil else {
        throw refuse("study", library.unknownStudy(use.study).description)
      }
      let study = try library.study(use.study, profile, kinds: kinds)
      studies.append(study)
      // A smaller budget may leave out cells that the manifest speaks of.
      let paper = ProfileName(name: ProfileName.paper)
      let whole =
        profile == paper ? study : try library.study(use.study, paper, kinds: kinds)
      let shown: CellFilter
      do {
        shown = try use.cells.map { try CellFilter($0) } ?? .all
      } catch let error as ConfigValueError {
        throw refuse("cells", error.message)
      }
      if let problem = shown.problem(among: whole.cells) { throw refuse("cells", problem) }
      declared += whole.templates.filter { shown.takes($0.cell) }
      if let problem = only.problem(among: study.cells, of: manifest.use.map(\.study)) {
        throw ConfigValueError("--only: \(use.study): \(problem)")
      }
      for template in study.templates where shown.takes(template.cell) {
        for seed in seeds?.seeds ?? manifest.onlySeed(of: use).map({ [$0] }) ?? study.seeds {
          let run = try RunSpecification(template, seed: seed, profile: profile)
          let name = [run.template.study, run.template.cell.label, run.identity]
          guard taken.insert(name).inserted else { continue }
          runs.append(run)
          if only.takes(template.cell, of: use.study) { wanted.append(run) }
        }
      }
    }
    artefact = manifest
    self.profile = profile
    self.studies = studies
    self.runs = runs
    self.wanted = wanted
    let compute = manifest.compute ?? []
    standalone = try compute.compactMap { try kinds.standaloneComputation($0) }
    let ofRuns = try compute.map { tagged in
      try kinds.standaloneComputation(tagged) == nil ? try kinds.computation(tagged) : nil
    }
    computations = ofRuns.compactMap { $0 }
    ownComputations = try manifest.use.map { use in
      try (use.compute ?? []).map { try kinds.computation($0) }
    }
    drawings = try (manifest.draw ?? []).map { try kinds.drawing($0) }
    if let node = library.artefacts[id]?.node {
      if manifest.use.isEmpty && (standalone.isEmpty || !computations.isEmpty) {
        throw ManifestError(
          origin: node.origin, path: "use",
          .impossible("an artefact uses at least one study, unless nothing of it needs a run"))
      }
      try ArtefactCheck(
        manifest, node, templates: declared, kinds: kinds, computations: ofRuns,
        ownComputations: ownComputations
      ).run()
    }
  }

  /// What the artefact needs of each run.
  public var parametersNeeded: ParametersNeeded {
    let needs = (computations + ownComputations.joined()).map(\.parametersNeeded)
    return needs.contains(.snapshots) ? .snapshots : needs.contains(.final) ? .final : .none
  }

  /// The arrays of a cell's runs.
  func computations(of template: RunTemplate) -> [any Computation] {
    computations + (item(of: template).map { ownComputations[$0] } ?? [])
  }

  /// The first item of `use` that takes a cell.
  private func item(of template: RunTemplate) -> Int? {
    artefact.use.firstIndex { use in
      use.study == template.study
        && ((try? use.cells.map { try CellFilter($0) } ?? .all)?.takes(template.cell) ?? false)
    }
  }

  /// Those of a cell's finished runs that the manifest selects.
  ///
  /// A run that has no value of a measure that the selection reads is not selected.
  func selected(
    of template: RunTemplate, _ finished: [RunSpecification], _ records: [String: RunRecord],
    kinds: Kinds
  ) throws -> [RunSpecification] {
    let selection = item(of: template).flatMap { artefact.use[$0].select } ?? .all
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
      let records = store.records(of: study.id).records.values
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
