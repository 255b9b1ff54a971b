import Datasets
import Files
import Foundation
import Modelling
import Torch
import Training

/// One run: a cell of a study with a seed. Its identity is what its results depend on, and no more.
public struct RunSpecification: Sendable {
  public let template: RunTemplate
  public let seed: Int
  public let profile: ProfileName
  /// Hash of everything that the run's numbers depend on; names its directory.
  public let identity: String

  public init(_ template: RunTemplate, seed: Int, profile: ProfileName) throws {
    let template = template.ofRun(seed: seed)
    self.template = template
    self.seed = seed
    self.profile = profile
    let content = IdentityContent(
      dataset: Named(template.dataset), data: template.dataset.contentIdentity,
      model: Named(template.model), weights: template.plan.weights, phases: template.plan.phases,
      seed: seed, numerics: Numerics.version,
      precision: template.precision == .fp32 ? nil : template.precision)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    identity = String(SHA256.hex(of: try encoder.encode(content)).prefix(16))
  }

  /// The model before training; its parameters are drawn from the run's seed.
  ///
  /// - Throws: `TensorError` where it cannot be built, `ManifestError` where the manifest names parameters
  ///   that it has not.
  func untrainedModel(on device: Device = .cpu) throws -> any Model {
    let model: any Model = try checked("building the model") {
      template.model.build(
        for: template.dataset.exampleShapes,
        parameters: ParameterStore(Randomness(seed: seed), device: device))
    }
    try template.checkPatterns(model.parameters)
    return model
  }

  /// Steps at which the parameters are kept in a run of so many steps.
  func snapshots(upTo steps: Int) -> [Int] {
    template.keep.snapshots.filter { $0 <= steps }.sorted()
  }

  /// The configuration with all defaults filled in, for people to read.
  public func resolved() throws -> ConfigNode {
    try ConfigNode(
      encoding: ResolvedRun(
        study: template.study, cell: template.cell.label, seed: seed, profile: profile,
        dataset: Named(template.dataset), model: Named(template.model),
        weights: template.plan.weights, phases: template.plan.phases,
        precision: template.precision, keep: template.keep, record: template.recording,
        measures: template.measures))
  }
}

/// A profile and the overrides on top of it.
public struct ProfileName: Codable, Hashable, Sendable {
  /// `paper`, `short`, `quick`, `smoke`.
  public let name: String
  /// The `--set` arguments in force, in their order.
  public let overrides: [String]

  public init(name: String, overrides: [String] = []) {
    self.name = name
    self.overrides = overrides
  }

  /// Name of the result's directory: overrides are told apart by a hash.
  public var directory: String {
    overrides.isEmpty
      ? name
      : "\(name)+\(SHA256.hex(of: overrides.joined(separator: "\n")).prefix(8))"
  }

  /// Whether results are meant to be committed: the declared budgets of the manifests themselves.
  public var isCommitted: Bool { overrides.isEmpty && (name == "paper" || name == "short") }
}

private struct IdentityContent: Encodable {
  let dataset: Named
  let data: String
  let model: Named
  let weights: [String: WeightSchedule]
  let phases: [Phase]
  let seed: Int
  let numerics: Int
  /// Absent for fp32, so that the identities of such runs are what they were before there was another.
  let precision: Precision?
}

private struct ResolvedRun: Encodable {
  let study: String
  let cell: String
  let seed: Int
  let profile: ProfileName
  let dataset: Named
  let model: Named
  let weights: [String: WeightSchedule]
  let phases: [Phase]
  let precision: Precision
  let keep: Keep
  let record: Recording
  let measures: [String]
}

/// A kind under its name: `{vhp: {…}}`.
struct Named: Encodable {
  private let name: String
  private let body: any Encodable

  init(_ dataset: any DatasetConfiguration) {
    name = dataset.name
    body = dataset
  }

  init(_ model: any ModelConfiguration) {
    name = type(of: model).name
    body = model
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ItemKey.self)
    try container.encode(body, forKey: ItemKey(name))
  }
}
