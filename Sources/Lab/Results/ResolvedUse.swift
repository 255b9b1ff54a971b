/// An item of an artefact's `use`, resolved for a profile.
struct ResolvedUse: Sendable {
  let item: Use
  let study: ResolvedStudy
  /// Which of the study's cells it shows.
  let filter: CellFilter
  /// Those cells at the paper's budget: a smaller one may leave out cells that the manifest speaks of.
  let declared: [RunTemplate]
  /// Arrays of its runs alone.
  let computations: [any Computation]

  /// - Parameter place: the item, and its path in the manifest.
  /// - Throws: `ManifestError`.
  init(
    _ item: Use, at place: (node: ConfigNode?, path: String), _ profile: ProfileName,
    library: ManifestLibrary, kinds: Kinds
  ) throws {
    func refuse(_ key: String, _ message: String) -> ManifestError {
      ManifestError(
        origin: place.node?[key]?.origin ?? .resolved, path: "\(place.path).\(key)",
        .impossible(message))
    }
    guard library.studies[item.study] != nil else {
      try library.checkAllWereRead()
      throw refuse("study", library.unknownStudy(item.study).description)
    }
    self.item = item
    study = try library.study(item.study, profile, kinds: kinds)
    let paper = ProfileName(name: ProfileName.paper)
    let whole = profile == paper ? study : try library.study(item.study, paper, kinds: kinds)
    do {
      filter = try item.cells.map { try CellFilter($0) } ?? .all
    } catch let error as ConfigValueError {
      throw refuse("cells", error.message)
    }
    if let problem = filter.problem(among: whole.cells) { throw refuse("cells", problem) }
    declared = whole.templates.filter { [filter] in filter.takes($0.cell) }
    computations = try (item.compute ?? []).map { try kinds.computation($0) }
  }

  /// The cells that it shows.
  var templates: [RunTemplate] { study.templates.filter { takes($0) } }

  func takes(_ template: RunTemplate) -> Bool {
    study.id == template.study && filter.takes(template.cell)
  }
}
