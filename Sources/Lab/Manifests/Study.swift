import Training

/// A manifest that trains and keeps: data, model, axes, phases (see `docs/manifests.md`).
///
/// What the axes and overrides may change is held as nodes, and decoded for each cell by ``ResolvedStudy``
/// and ``RunTemplate``.
public struct Study: Decodable, Sendable {
  /// The study's id, `<paper>/<name>`.
  public let id: String
  public let title: String
  let dataset: Tagged
  let model: Tagged
  let axes: ConfigNode?
  let weights: ConfigNode?
  let phases: ConfigNode
  let precision: ConfigNode?
  public let seeds: SeedList
  let keep: Keep?
  let record: ConfigNode
  /// Measures taken of every finished run.
  let measures: ConfigNode
  /// Smaller budgets by name.
  let profiles: [String: Profile]?
  public let assumptions: [Assumption]?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case id = "study"
    case title, dataset, model, axes, weights, phases, precision, seeds, keep, record, measures
    case profiles, assumptions
  }
}

/// A study that is another one but for some settings: `{study: …, title: …, like: …, set: {…}}`.
struct SimilarStudy: Decodable {
  /// What tells such a manifest from others.
  static let key = "like"

  let study: String
  let title: String
  /// Id of the other study.
  let like: String
  /// Overrides by dotted path.
  let set: ConfigNode?

  /// Its own id and title, in place of the other's.
  func names(from node: ConfigNode) throws -> [ConfigOverride] {
    try ["study", "title"].compactMap { key in
      try node[key].map {
        ConfigOverride(path: try ConfigPath(key, origin: $0.origin), value: $0)
      }
    }
  }
}

/// A budget smaller than the paper's: why, and what it replaces.
struct Profile: Decodable, Sendable {
  let because: String
  let seeds: SeedList?
  /// Overrides by dotted path.
  let set: ConfigNode?
}

/// Seeds as a manifest or a command gives them: a count (0 to n−1), or a list.
public struct SeedList: Codable, Equatable, Sendable {
  public let seeds: [Int]

  public init(_ seeds: [Int]) {
    self.seeds = seeds
  }

  /// Reads `10` (a count) or `0,3,7` (a list; `3,` is a list of one).
  public init?(_ text: String) {
    var parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let isList = parts.count > 1
    if isList && parts.last == "" { parts.removeLast() }
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, let first = numbers.first else { return nil }
    self.init(isList ? numbers : Self.first(first))
    if Self.problem(seeds) != nil { return nil }
  }

  public init(from decoder: any Decoder) throws {
    if let count = try? decoder.singleValueContainer().decode(Int.self) {
      seeds = Self.first(count)
    } else {
      seeds = try [Int](from: decoder)
    }
    if let problem = Self.problem(seeds) { throw ConfigValueError(problem) }
  }

  public func encode(to encoder: any Encoder) throws {
    try seeds.encode(to: encoder)
  }

  /// The first so many seeds; none where the count is out of bounds.
  private static func first(_ count: Int) -> [Int] {
    1...100_000 ~= count ? Array(0..<count) : []
  }

  private static func problem(_ seeds: [Int]) -> String? {
    if seeds.isEmpty { return "a count of seeds must be from 1 to 100,000" }
    if seeds.contains(where: { $0 < 0 }) { return "seeds must not be negative" }
    return Set(seeds).count == seeds.count ? nil : "a seed is named twice"
  }
}

/// What survives a finished run besides its final weights.
public struct Keep: Codable, Equatable, Sendable {
  /// Training steps at which the parameters are kept.
  public var snapshots: [Int]

  private enum CodingKeys: String, CodingKey, CaseIterable { case snapshots }

  init(snapshots: [Int]) {
    self.snapshots = snapshots
  }

  public init(from decoder: any Decoder) throws {
    snapshots = try decoder.container(keyedBy: CodingKeys.self).decode(
      [Int].self, forKey: .snapshots)
    if snapshots.contains(where: { $0 < 1 }) {
      throw ConfigValueError("a snapshot's step must be at least 1", at: CodingKeys.snapshots)
    }
  }
}

/// How often training is recorded.
public struct Recording: Codable, Equatable, Sendable {
  /// Steps between the points of the curves.
  public var every: Int
  /// What is measured on the way.
  public var measures: RecordedMeasures?

  private enum CodingKeys: String, CodingKey, CaseIterable { case every, measures }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    every = try container.decode(Int.self, forKey: .every)
    measures = try container.decodeIfPresent(RecordedMeasures.self, forKey: .measures)
    if every < 1 { throw ConfigValueError("it must be at least 1", at: CodingKeys.every) }
  }
}

/// Measures that are taken while a run trains, and become curves.
public struct RecordedMeasures: Codable, Equatable, Sendable {
  /// Steps from one time to the next; the first is before step 1.
  public var every: Int
  /// Ids of the measures.
  public var ids: [String]

  private enum CodingKeys: String, CodingKey, CaseIterable { case every, ids }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    every = try container.decode(Int.self, forKey: .every)
    ids = try container.decode([String].self, forKey: .ids)
    if every < 1 { throw ConfigValueError("it must be at least 1", at: CodingKeys.every) }
    if ids.isEmpty { throw ConfigValueError("there must be at least one", at: CodingKeys.ids) }
  }
}

/// Something that the paper does not say, or that is done otherwise, and why.
public struct Assumption: Codable, Equatable, Sendable {
  /// What it is about, often a dotted path.
  public let about: String
  public let value: String?
  public let because: String
}
