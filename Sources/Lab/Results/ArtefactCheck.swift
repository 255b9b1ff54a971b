import OrderedCollections

/// Checks what an artefact's manifest says against its studies: names, cells, numbers.
///
/// Errors point at the part of the file that is wrong.
struct ArtefactCheck {
  private let artefact: Artefact
  private let node: ConfigNode
  private let uses: [ResolvedUse]
  private let computations: [(any Computation)?]
  private let standalone: [any StandaloneComputation]
  private let drawings: [any Drawing]
  private let kinds: Kinds
  /// All cells that the artefact shows at the paper's budget.
  private let templates: [RunTemplate]

  /// - Parameter computations: those of `compute`, nil for one that needs no run.
  init(
    _ artefact: Artefact, _ node: ConfigNode, uses: [ResolvedUse],
    computations: [(any Computation)?], standalone: [any StandaloneComputation],
    drawings: [any Drawing], kinds: Kinds
  ) {
    self.artefact = artefact
    self.node = node
    self.uses = uses
    self.computations = computations
    self.standalone = standalone
    self.drawings = drawings
    self.kinds = kinds
    templates = uses.flatMap(\.declared)
  }

  /// - Throws: `ManifestError` for the first part that is wrong.
  func run() throws {
    for (index, measure) in (artefact.measures ?? []).enumerated() {
      try check(measure: measure, at: ["measures", "\(index)"])
    }
    for (index, use) in uses.enumerated() { try check(use, at: index) }
    for (index, (tagged, computation)) in zip(artefact.compute ?? [], computations).enumerated() {
      guard let computation else { continue }
      try check(computation, at: ["compute", "\(index)", tagged.tag], templates)
    }
    try checkArrays()
    for (index, reported) in (artefact.reported ?? []).enumerated() {
      try check(reported, at: index)
    }
    for (index, quoted) in (artefact.quoted ?? []).enumerated() {
      try check(isShown: quoted.measure, at: ["quoted", "\(index)", "measure"])
    }
    for (index, claim) in (artefact.claims ?? []).enumerated() { try check(claim, at: index) }
    for index in drawings.indices { try check(drawingAt: index) }
  }

  /// Of two arrays with one name in a run's results, the second could not be written.
  private func checkArrays() throws {
    var ofRuns: [String: String] = [:]
    var ofNoRun: [String: String] = [:]
    var withoutRuns = standalone.makeIterator()
    for (index, (tagged, computation)) in zip(artefact.compute ?? [], computations).enumerated() {
      let path = ["compute", "\(index)", tagged.tag]
      if let computation {
        try take(computation.arrays, at: path, &ofRuns)
      } else if let computation = withoutRuns.next() {
        try take(computation.arrays, at: path, &ofNoRun)
      }
    }
    for (index, use) in uses.enumerated() {
      var ofUse = ofRuns
      for (place, computation) in use.computations.enumerated() {
        let path = ["use", "\(index)", "compute", "\(place)", type(of: computation).name]
        try take(computation.arrays, at: path, &ofUse)
      }
    }
  }

  /// - Parameter makers: the paths of the computations that make each array, to which this one is added.
  private func take(
    _ arrays: [String], at path: [String], _ makers: inout [String: String]
  ) throws {
    let maker = path.joined(separator: ".")
    for array in arrays {
      if let other = makers.updateValue(maker, forKey: array) {
        throw ManifestError(
          // The path ends in the computation's tag, at which the item begins.
          origin: origin(of: path.dropLast()), path: maker,
          .impossible(
            other == maker
              ? "it makes the array '\(array)' twice: name it once"
              : "\(other) makes the array '\(array)' already: leave one of them out, or make one of both"
          ))
      }
    }
  }

  /// A drawing of an array that nothing makes would be empty, and one of a file that another has would
  /// replace it.
  private func check(drawingAt index: Int) throws {
    let drawing = drawings[index]
    let path = ["draw", "\(index)", type(of: drawing).name]
    let ofRuns = computations.compactMap(\.self) + uses.flatMap(\.computations)
    let made = Set((ofRuns.flatMap(\.arrays) + standalone.flatMap(\.arrays)).map(\.withoutNumbers))
    for name in drawing.arrays where !made.contains(name.withoutNumbers) {
      throw ManifestError(
        origin: origin(of: path), path: path.joined(separator: "."),
        .unknownName(name: name, valid: made.sorted()))
    }
    for measure in drawing.measures { try check(isShown: measure, at: path + ["measures"]) }
    if let named = drawing.studies {
      let used = Set(uses.map(\.study.id))
      for study in named where !used.contains(study) {
        throw ManifestError(
          origin: origin(of: path), path: path.joined(separator: "."),
          .unknownName(name: study, valid: used.sorted()))
      }
      if let missing = used.subtracting(named).min() {
        throw error(path, "it has a number for each study but \(missing): add one")
      }
    }
    if drawing.file == "comparison" {
      throw error(
        path + ["file"], "the file 'comparison' is that of the numbers beside the paper's")
    }
    if let first = drawings.firstIndex(where: { $0.file == drawing.file }), first < index {
      throw error(path + ["file"], "draw.\(first) has the file '\(drawing.file)' already")
    }
  }

  /// A measure that no run takes would never have a value; of several cells, some may do without.
  private func check(measure: String, at path: [String]) throws {
    let known = try kinds.measure(measure, origin: origin(of: path))
    if let problem = templates.problem(known) {
      throw ManifestError(origin: origin(of: path), path: "measures", problem)
    }
    if let template = templates.first, !templates.contains(where: { $0.measures.contains(measure) })
    {
      throw error(
        path, "the study \(template.study) does not take the measure '\(measure)': add it there")
    }
  }

  private func check(_ template: RunTemplate, takes measure: String, at path: [String]) throws {
    guard template.measures.contains(measure) else {
      let cell = template.cell.values.isEmpty ? "" : " (\(template.cell.label))"
      throw error(
        path,
        "the study \(template.study)\(cell) does not take the measure '\(measure)': add it there")
    }
  }

  /// A curve that no run has would be left out, and its panel be empty; a model that cannot do what is
  /// asked of it would be found out only when it is trained.
  private func check(
    _ computation: any Computation, at path: [String], _ templates: [RunTemplate]
  ) throws {
    func wrong(_ problem: ManifestError.Problem) -> ManifestError {
      // The path ends in the computation's tag, at which the item begins.
      ManifestError(
        origin: origin(of: path.dropLast()), path: path.joined(separator: "."), problem)
    }
    for template in templates {
      guard let lacking = computation.abilities.lacking(in: template.model) else { continue }
      let cell = template.cell.values.isEmpty ? "" : " (\(template.cell.label))"
      throw wrong(
        .impossible(
          "it needs \(lacking.words), which \(type(of: template.model).name) of the study "
            + "\(template.study)\(cell) is not: take it out, or leave that cell out by 'cells'"))
    }
    for template in templates where template.dataset.hasKnownShapes {
      for problem in computation.needs.compactMap({ $0.problem(in: template.dataset.splitShapes) })
      {
        throw wrong(.impossible("it \(problem) (the study \(template.study))"))
      }
    }
    for curve in computation.curves {
      if let problem = templates.problem(.curve(curve)) { throw wrong(problem) }
    }
  }

  private func check(_ use: ResolvedUse, at index: Int) throws {
    let computed = zip(use.item.compute ?? [], use.computations).enumerated()
    for (place, (tagged, computation)) in computed {
      try check(
        computation, at: ["use", "\(index)", "compute", "\(place)", tagged.tag], use.declared)
    }
    let path: [String] = ["use", "\(index)", "select"]
    if case .representative(let measures) = use.item.select, measures.isEmpty {
      throw error(path, "'representative' needs at least one measure")
    }
    for measure in use.item.select?.measures ?? [] {
      _ = try kinds.measure(measure, origin: origin(of: path))
      if !use.declared.allSatisfy({ $0.measures.contains(measure) }) {
        throw error(path, "the study does not take the measure '\(measure)'")
      }
    }
    if let measure = use.item.select?.ranking { try check(ranking: measure, at: path) }
  }

  private func check(_ reported: ReportedCell, at index: Int) throws {
    let path: [String] = ["reported", "\(index)"]
    try check(isShown: reported.measure, at: path + ["measure"])
    let cell = try theCell(reported.reference, at: path + ["cell"])
    try check(cell, takes: reported.measure, at: path + ["measure"])
    switch (reported.margin, reported.notComparable) {
    case (let margin?, nil):
      if !(margin.value > 0 && margin.value.isFinite) {
        throw error(path + ["margin"], "the margin must be positive and finite")
      }
    case (nil, _?): break
    case (nil, nil):
      throw error(
        path,
        "missing key 'margin': how far apart two numbers may lie and still be called equal; or "
          + "'not-comparable', why no run can be judged by this one")
    case (_?, _?):
      throw error(
        path + ["not-comparable"], "a number with a margin is one to judge by: give one of the two")
    }
    do {
      _ = try Difference.against(reported.asReported, ours: [0])
    } catch let problem as StatisticsError {
      throw error(path, problem.description)
    }
    if reported.statistic == .best { try check(ranking: reported.measure, at: path) }
    let first = artefact.reported?.firstIndex {
      $0.reference.fits(cell.cell, of: cell.study) && $0.measure == reported.measure
        && ($0.statistic ?? .mean) == (reported.statistic ?? .mean)
    }
    if let first, first < index {
      throw error(path, "reported.\(first) gives this number of this cell already")
    }
  }

  private func check(_ claim: Claim, at index: Int) throws {
    let path: [String] = ["claims", "\(index)"]
    let test: ClaimTest
    do {
      test = try ClaimTest(claim.that)
    } catch let problem as ConfigValueError {
      throw error(path + ["that"], problem.message)
    }
    for side in [test.left, test.right] {
      guard let cell = side.cell else { continue }
      let template = try theCell(cell, at: path + ["that"])
      guard let measure = side.measure ?? claim.measure else {
        throw error(path, "a side of the claim names no measure: write 'measure'")
      }
      if let within = claim.withinRuns {
        let place = path + ["within-runs"]
        if side.measure != nil || within.samples < 2 {
          throw error(
            place, "it needs at least 2 samples, and one measure for both sides of the claim")
        }
        try check(isShown: within.standardError, at: place)
        try check(template, takes: within.standardError, at: place)
      }
      if let condition = claim.onlyIf {
        let place = path + ["only-if"]
        try check(isShown: condition.measure, at: place)
        try check(template, takes: condition.measure, at: place)
      }
      let place = path + [side.measure == nil ? "measure" : "that"]
      try check(isShown: measure, at: place)
      try check(template, takes: measure, at: place)
    }
  }

  private func check(isShown measure: String, at path: [String]) throws {
    if artefact.measures?.contains(measure) != true {
      throw error(path, "'\(measure)' is not among the artefact's measures")
    }
  }

  private func check(ranking measure: String, at path: [String]) throws {
    if try kinds.measure(measure, origin: origin(of: path)).direction == .neither {
      throw error(path, "of '\(measure)' neither less nor more is better: there is no best")
    }
  }

  /// The one cell that is meant: a number that fits several would be judged against each.
  private func theCell(_ wanted: CellReference, at path: [String]) throws -> RunTemplate {
    let studies = OrderedSet(templates.map(\.study))
    if let study = wanted.study, !studies.contains(study) {
      throw error(
        path, "the artefact uses no study '\(study)': it uses \(studies.joined(separator: ", "))")
    }
    var names: OrderedSet<String> = []
    let cells = templates.filter {
      wanted.fits($0.cell, of: $0.study) && names.append("\($0.study) \($0.cell.label)").inserted
    }
    if let cell = cells.first, cells.count == 1 { return cell }
    if cells.isEmpty { throw error(path, "no cell of the studies has these axis values") }
    let isOfSeveral = Set(cells.map(\.study)).count > 1
    let labels = isOfSeveral ? Array(names) : cells.map(\.cell.label)
    throw error(
      path,
      "these axis values fit \(labels.count) cells (\(labels.joined(separator: "; "))): give a value "
        + "of every axis" + (isOfSeveral ? ", and the study" : ""))
  }

  private func error(_ path: [String], _ message: String) -> ManifestError {
    ManifestError(
      origin: origin(of: path), path: path.joined(separator: "."),
      .impossible(message))
  }

  /// Where the path leads, or the nearest part of it that is written out.
  private func origin(of path: some BidirectionalCollection<String>) -> Origin {
    for length in stride(from: path.count, to: 0, by: -1) {
      let text = path.prefix(length).joined(separator: ".")
      if let path = try? ConfigPath(text, origin: .resolved), let found = node[path] {
        return found.origin
      }
    }
    return node.origin
  }
}
