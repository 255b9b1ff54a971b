/// The manifests below a directory (`experiments/`), by id.
public struct ManifestLibrary: Sendable {
  /// A manifest that was read but not yet decoded.
  public struct Manifest: Sendable {
    public let id: String
    public let file: String
    let node: ConfigNode
    /// Why it cannot be used: an id that is used twice, a study that is like none; or nil.
    var problem: (any Error)?

    /// What it is, in its own words.
    public var title: String { node["title"]?.text ?? "" }
  }

  /// The directory.
  public let root: String
  public let studies: [String: Manifest]
  public let artefacts: [String: Manifest]

  /// What is wrong with files that are no manifests, in their order.
  public let problems: [(file: String, error: any Error)]

  /// Reads every `.yaml` file below `root` except the catalogue.
  ///
  /// What is wrong with one file is no fault of the others: a file that is no manifest, and an id that
  /// is used twice or is no name, are among ``problems``.
  public init(root: String) {
    self.root = root
    var studies: [String: Manifest] = [:]
    var artefacts: [String: Manifest] = [:]
    var problems: [(file: String, error: any Error)] = []
    for file in Self.files(below: root, &problems) {
      do {
        let node = try ConfigNode(yaml: try Self.text(of: file), file: file)
        let key = node["study"] == nil ? "artefact" : "study"
        guard let id = node[key]?.text else {
          throw ManifestError(
            origin: node.origin,
            .missingKey(name: "study", expected: "an id, or the key 'artefact'"))
        }
        func refuse(_ origin: Origin, _ problem: String) -> ManifestError {
          ManifestError(origin: origin, path: key, .impossible(problem))
        }
        if let problem = PathName.problem(ofID: id) {
          throw refuse(node[key]?.origin ?? node.origin, problem)
        }
        var manifest = Manifest(id: id, file: file, node: node)
        if let other = (key == "study" ? studies : artefacts)[id] {
          let problem = refuse(node.origin, "the id '\(id)' is taken by \(other.file)")
          problems.append((file, problem))
          manifest.problem = problem
        }
        if key == "study" { studies[id] = manifest } else { artefacts[id] = manifest }
      } catch {
        problems.append((file, error))
      }
    }
    // The directory of a result is replaced as a whole.
    func nested(_ manifest: Manifest, _ key: String) -> Manifest {
      guard let above = artefacts.keys.filter({ manifest.id.hasPrefix($0 + "/") }).min() else {
        return manifest
      }
      var manifest = manifest
      let problem = ManifestError(
        origin: manifest.node.origin, path: key,
        .impossible("the id '\(manifest.id)' lies among the results of '\(above)': choose another"))
      problems.append((manifest.file, problem))
      manifest.problem = problem
      return manifest
    }
    studies = studies.mapValues { nested($0, "study") }
    artefacts = artefacts.mapValues { nested($0, "artefact") }
    self.studies = studies.mapValues { manifest in
      guard manifest.problem == nil else { return manifest }
      do {
        return try Self.writtenOut(manifest, among: studies, problems.first?.error)
      } catch {
        return Manifest(id: manifest.id, file: manifest.file, node: manifest.node, problem: error)
      }
    }
    self.artefacts = artefacts
    self.problems = problems
  }

  /// Throws the first of the ``problems``, for what must know all manifests, or misses one that may be in
  /// the file.
  public func checkAllWereRead() throws {
    if let problem = problems.first { throw problem.error }
  }

  /// The names of all budgets that a study declares, and the papers' own.
  var profiles: Set<String> {
    let declared = studies.values.flatMap { $0.node["profiles"]?.entries?.map(\.key) ?? [] }
    return Set(declared + [ProfileName.paper])
  }

  /// The study itself, or, where it is like another, that one with what it replaces.
  ///
  /// - Parameter unread: what is wrong with a file that may be that of a study which is missing.
  private static func writtenOut(
    _ manifest: Manifest, among studies: [String: Manifest], _ unread: (any Error)?
  ) throws -> Manifest {
    guard let like = manifest.node[SimilarStudy.key] else { return manifest }
    let similar = try StrictDecoder().decode(SimilarStudy.self, from: manifest.node)
    func refuse(_ message: String) -> ManifestError {
      ManifestError(origin: like.origin, path: SimilarStudy.key, .impossible(message))
    }
    guard let other = studies[similar.like] else {
      if let unread { throw unread }
      throw refuse(
        LibraryError.noStudy(
          similar.like, near: nearest(similar.like, among: Array(studies.keys))
        ).description)
    }
    if let problem = other.problem { throw problem }
    if other.node[SimilarStudy.key] != nil {
      throw refuse("'\(similar.like)' is like another study itself: name that one")
    }
    let overrides = try (similar.set?.entries ?? []).map { try ConfigOverride($0) }
    for override in overrides { try override.checkIsSetting() }
    let node = try other.node.applying(overrides)
    return Manifest(
      id: manifest.id, file: manifest.file,
      node: try node.applying(similar.names(from: manifest.node)))
  }

  /// The study of that id with a profile applied.
  public func study(_ id: String, _ profile: ProfileName, kinds: Kinds) throws -> ResolvedStudy {
    guard let manifest = studies[id] else {
      try checkAllWereRead()
      throw unknownStudy(id)
    }
    if let problem = manifest.problem { throw problem }
    return try ResolvedStudy(manifest: manifest.node, profile: profile, kinds: kinds)
  }

  /// The artefact of that id.
  public func artefact(_ id: String) throws -> Artefact {
    guard let manifest = artefacts[id] else {
      try checkAllWereRead()
      throw studies[id] == nil
        ? LibraryError.noArtefact(id, near: near(id))
        : LibraryError.isStudy(id, artefacts: artefacts(using: id))
    }
    if let problem = manifest.problem { throw problem }
    return try StrictDecoder().decode(Artefact.self, from: manifest.node)
  }

  /// What is wrong with a manifest in any of its profiles, or nil.
  public func problem(of manifest: Manifest, catalogue: Catalogue, kinds: Kinds) -> String? {
    do {
      if studies[manifest.id]?.file == manifest.file {
        try Self.checkPatterns(try allRuns(of: manifest.id, kinds: kinds))
      } else {
        let paper = ProfileName(name: ProfileName.paper)
        _ = try ArtefactRuns(manifest.id, paper, library: self, kinds: kinds)
        if !catalogue.entries.contains(where: { $0.id == manifest.id }) {
          return
            "\(manifest.file): '\(manifest.id)' is not in the catalogue (\(Catalogue.fileName))"
        }
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Builds the models whose parameters the manifest names, as nothing else knows them all.
  private static func checkPatterns(_ runs: [RunSpecification]) throws {
    var seen: Set<[String]> = []
    for run in runs where !run.template.patterns.isEmpty && run.template.dataset.hasKnownShapes {
      // Seeds do not change what parameters are called.
      let cell = [run.profile.name, run.template.cell.label]
      if seen.insert(cell).inserted { _ = try run.untrainedModel() }
    }
  }

  /// The runs of a study in all its profiles.
  public func allRuns(of id: String, kinds: Kinds) throws -> [RunSpecification] {
    let declared = studies[id]?.node["profiles"]?.entries?.map(\.key) ?? []
    return try ([ProfileName.paper] + declared).flatMap { name -> [RunSpecification] in
      let profile = ProfileName(name: name)
      let study = try study(id, profile, kinds: kinds)
      return try study.templates.flatMap { template in
        try study.seeds.map { try RunSpecification(template, seed: $0, profile: profile) }
      }
    }
  }

  /// The identities that the runs of a study's records have by the manifest as it is now; none of a run
  /// whose cell or settings it does not have any more.
  public func identities(
    of id: String, recorded records: some Collection<RunRecord>, kinds: Kinds
  ) -> Set<String> {
    var identities: Set<String> = []
    for (profile, records) in Dictionary(grouping: records, by: \.profile) {
      guard let study = try? study(id, profile, kinds: kinds) else { continue }
      for record in records {
        guard let template = study.templates.first(where: { $0.cell == record.cell }),
          let run = try? RunSpecification(template, seed: record.seed, profile: profile)
        else { continue }
        identities.insert(run.identity)
      }
    }
    return identities
  }

  func unknownStudy(_ id: String) -> LibraryError {
    guard let artefact = artefacts[id] else {
      return .noStudy(id, near: nearest(id, among: Array(studies.keys)))
    }
    return .isArtefact(id, studies: studies(of: artefact))
  }

  private func studies(of artefact: Manifest) -> [String] {
    (artefact.node["use"]?.items ?? []).compactMap { $0["study"]?.text }
  }

  private func artefacts(using study: String) -> [String] {
    artefacts.values.filter { studies(of: $0).contains(study) }.map(\.id).sorted()
  }

  private func near(_ id: String) -> String? {
    nearest(id, among: Array(studies.keys) + Array(artefacts.keys))
  }
}
