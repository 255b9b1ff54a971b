import OrderedCollections

/// A study with a profile and overrides applied: its cells, seeds and settings.
///
/// Settings are replaced in this order, the later ones winning: the manifest, the axis values of a
/// cell, the profile's `set`, the command's `--set`. Overrides of `axes.…` change the axes themselves
/// and so come first.
public struct ResolvedStudy: Sendable {
  public let id: String
  public let title: String
  public let profile: ProfileName
  /// Why the profile's budget differs from the paper's; nil for `paper`.
  public let because: String?
  public let seeds: [Int]
  public let templates: [RunTemplate]
  public let assumptions: [Assumption]

  /// - Throws: `ManifestError` for whatever the manifest, the profile or an override gets wrong.
  public init(manifest: ConfigNode, profile: ProfileName, kinds: Kinds) throws {
    let decoder = StrictDecoder()
    let plain = try decoder.decode(Study.self, from: manifest)
    try Self.checkNames(ofProfiles: manifest["profiles"])
    var overrides: [ConfigOverride] = []
    var declared: Profile?
    if profile.name != ProfileName.paper {
      guard let found = plain.profiles?[profile.name] else {
        let known = [ProfileName.paper] + (plain.profiles?.keys.sorted() ?? [])
        throw ManifestError(
          origin: manifest.origin, path: "profiles",
          .unknownName(name: profile.name, valid: known))
      }
      declared = found
      for entry in found.set?.entries ?? [] {
        overrides.append(try ConfigOverride(entry))
      }
    }
    overrides += try profile.overrides.map { try ConfigOverride($0) }
    for override in overrides { try override.checkIsSetting(not: ["profiles", "assumptions"]) }
    let ofAxes = overrides.filter { $0.path.elements.first == "axes" }
    let ofCells = overrides.filter { $0.path.elements.first != "axes" }

    let root = try manifest.applying(ofAxes)
    let axes = try Axes(root["axes"])
    var templates: [RunTemplate] = []
    for choice in axes.product {
      let node = try root.applying(choice.flatMap(\.overrides)).applying(ofCells)
      let cell = Cell(choice.map { Cell.AxisValue(axis: $0.axis, value: $0.name) })
      let table = Dictionary(uniqueKeysWithValues: choice.map { ($0.axis, $0.value) })
      let study = try decoder.decode(Study.self, from: try node.substituting(cells: table))
      templates.append(try RunTemplate(study, cell: cell, kinds: kinds))
    }
    id = plain.id
    title = plain.title
    self.profile = profile
    because = declared?.because
    let seedOverrides = ofCells.filter { $0.path.elements == ["seeds"] }
    let overridden = try seedOverrides.last.map {
      try decoder.decode(SeedList.self, from: $0.value, path: "seeds")
    }
    seeds = (overridden ?? declared?.seeds ?? plain.seeds).seeds
    self.templates = templates
    assumptions = plain.assumptions ?? []
    let written =
      ofCells.filter { $0.path.elements == ["measures"] }.last?.value ?? root["measures"]
    try checkMeasures(templates.flatMap(\.measures), of: written ?? manifest, kinds)
    let recorded = root["record"]?["measures"]?["ids"] ?? root["record"] ?? manifest
    try checkMeasures(templates.flatMap { $0.recording.measures?.ids ?? [] }, of: recorded, kinds)
  }

  /// A profile's name is that of its results' directory, and the paper's budget is the manifest itself.
  private static func checkNames(ofProfiles profiles: ConfigNode?) throws {
    for entry in profiles?.entries ?? [] {
      let problem =
        entry.key == ProfileName.paper
        ? "'\(ProfileName.paper)' is the manifest as it stands: change its settings, or give the profile "
          + "another name"
        : PathName.problem(ofProfile: entry.key)
      if let problem {
        throw ManifestError(
          origin: entry.keyOrigin, path: "profiles.\(entry.key)", .impossible(problem))
      }
    }
  }

  /// Each measure must be one that some cell's model can have.
  ///
  /// - Parameter node: where they are written.
  private func checkMeasures(_ ids: [String], of node: ConfigNode, _ kinds: Kinds) throws {
    for id in OrderedSet(ids) {
      let origin = node.items?.first { $0.text == id }?.origin ?? node.origin
      if let problem = templates.problem(try kinds.measure(id, origin: origin)) {
        throw ManifestError(origin: origin, path: "measures", problem)
      }
    }
  }

  /// The cells, in the order of the axes.
  public var cells: [Cell] { templates.map(\.cell) }
}

extension ProfileName {
  /// The paper's own budget: the manifest as it stands.
  public static let paper = "paper"
}

extension ConfigNode {
  /// Placeholders filled in everywhere but in the parts that are not a cell's own.
  fileprivate func substituting(cells table: [String: ConfigNode]) throws -> ConfigNode {
    guard let entries else { return self }
    let fixed: Set = ["axes", "profiles", "title", "assumptions"]
    let filled = try entries.map { entry in
      fixed.contains(entry.key)
        ? entry
        : Entry(
          key: entry.key, keyOrigin: entry.keyOrigin,
          value: try entry.value.substituting(table))
    }
    return ConfigNode(.mapping(filled), origin: origin)
  }
}

/// What varies in a study.
private struct Axes {
  /// One value of an axis: its name, what `{axis}` stands for, and what it replaces.
  struct Value {
    let axis: String
    let name: String
    let value: ConfigNode
    let overrides: [ConfigOverride]
  }

  private let axes: [[Value]]

  /// A mapping of axes; each a list of plain values, or a mapping of names to overrides.
  init(_ node: ConfigNode?) throws {
    guard let node, !node.isNull else {
      axes = []
      return
    }
    guard let entries = node.entries else {
      throw ManifestError(
        origin: node.origin, path: "axes",
        .wrongType(expected: "a mapping of axes", found: node.found))
    }
    axes = try entries.map { try Self.values($0) }
    var count = 1
    for axis in axes {
      count *= axis.count
      if count > Self.mostCells {
        throw ManifestError(
          origin: node.origin, path: "axes",
          .impossible("they make more than \(Self.mostCells) cells: split the study"))
      }
    }
    let longest = axes.reduce(0) { sum, axis in
      sum + (axis.map { $0.axis.count + $0.name.count + 2 }.max() ?? 0)
    }
    if longest > Self.longestLabel {
      throw ManifestError(
        origin: node.origin, path: "axes",
        .impossible(
          "the names of axes and values make cells of more than \(Self.longestLabel) characters: shorten "
            + "them"))
    }
  }

  /// More than a study can show, and few enough to resolve.
  private static let mostCells = 10_000
  /// A cell's label is part of the names of its pictures.
  private static let longestLabel = 100

  private static func values(_ entry: ConfigNode.Entry) throws -> [Value] {
    let path = "axes.\(entry.key)"
    let words = [CellReference.studyKey: "studies", ClaimTest.measureKey: "measures"]
    if let named = words[entry.key] {
      throw ManifestError(
        origin: entry.keyOrigin, path: path,
        .impossible("an axis cannot be called '\(entry.key)': claims name \(named) by that word"))
    }
    if let problem = PathName.problem(ofAxis: entry.key) {
      throw ManifestError(origin: entry.keyOrigin, path: "axes", .impossible(problem))
    }
    var values: [Value] = []
    if let items = entry.value.items {
      values = try items.map { item in
        guard let text = item.text else {
          throw ManifestError(
            origin: item.origin, path: path,
            .wrongType(expected: "a plain value", found: item.found))
        }
        return Value(axis: entry.key, name: text, value: item, overrides: [])
      }
    } else if let named = entry.value.entries {
      values = try named.map { value in
        guard value.value.isNull || value.value.entries != nil else {
          throw ManifestError(
            origin: value.value.origin, path: "\(path).\(value.key)",
            .wrongType(
              expected: "a mapping of dotted paths to values", found: value.value.found))
        }
        let overrides = try (value.value.entries ?? []).map { try ConfigOverride($0) }
        for override in overrides {
          try override.checkIsSetting(not: ["profiles", "assumptions", "axes", "seeds"])
        }
        let name = ConfigNode(.scalar(value.key, isPlain: true), origin: value.keyOrigin)
        return Value(axis: entry.key, name: value.key, value: name, overrides: overrides)
      }
    }
    if values.isEmpty {
      throw ManifestError(
        origin: entry.value.origin, path: path,
        .wrongType(
          expected: "a list of values or a mapping of names to overrides", found: "nothing"))
    }
    try check(values, path)
    return values
  }

  /// Values are told apart by their names, in tables and in the names of pictures.
  private static func check(_ values: [Value], _ path: String) throws {
    var files: [String: String] = [:]
    for value in values {
      var problem = PathName.problem(ofAxisValue: value.name)
      if let other = files.updateValue(value.name, forKey: value.name.inFileName) {
        problem =
          problem
          ?? (other == value.name
            ? "the value '\(other)' is there twice"
            : "the pictures of '\(other)' and '\(value.name)' would have one name: rename one of them")
      }
      if let problem {
        throw ManifestError(origin: value.value.origin, path: path, .impossible(problem))
      }
    }
  }

  /// All combinations, the first axis varying slowest.
  var product: [[Value]] {
    axes.reduce([[]]) { rows, axis in
      rows.flatMap { row in axis.map { row + [$0] } }
    }
  }
}

extension ConfigOverride {
  /// Refuses to rename the study, as its records and results lie under its name, and to replace what is not
  /// read any more where the override stands, as that would do nothing.
  func checkIsSetting(not unread: Set<String> = []) throws {
    guard let key = path.elements.first else { return }
    func refuse(_ message: String) -> ManifestError {
      ManifestError(origin: path.origin, path: path.description, .impossible(message))
    }
    if ["study", "title"].contains(key) {
      throw refuse("the study's \(key == "study" ? "id" : key) cannot be overridden")
    }
    if unread.contains(key) {
      throw refuse(
        "an override of '\(key)' would change nothing here: replace a setting of the runs")
    }
  }

  /// An override written in a manifest: the key is the dotted path.
  init(_ entry: ConfigNode.Entry) throws {
    self.init(path: try ConfigPath(entry.key, origin: entry.keyOrigin), value: entry.value)
  }
}
