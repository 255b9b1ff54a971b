import Testing

@testable import Lab

/// A run's identity is a hash of what its numbers depend on, and of nothing else.
@Suite struct IdentityTests {
  /// A study without axes, so that an edit is felt wherever it is.
  private static let study = """
    study: test/identity
    title: One cell
    dataset: {pendulum: {images: 40, size: 4, rod-length: 2, rod-width: 0.8, noise: 0, seed: 0}}
    model:
      vhp:
        latent: 2
        encoder: {mlp: {hidden: [8]}}
        decoder: {mlp: {hidden: [9]}}
        prior-encoder: {mlp: {hidden: [10]}}
        prior-decoder: {mlp: {hidden: [11]}}
        importance-samples: 3
        likelihood: {gaussian: {scale: 0.2}}
        initial: glorot-uniform
    axes: {label: {here: {}}}
    weights:
      distortion: 2
      rate: {rewo: {statistic: squared-error, threshold: 0.05, speed: 5, steepness: 3, start: 0.01, smoothing: 0.9, hold: [prior/**]}}
    phases:
      - id: train
        batch: 16
        updates: [{minimise: elbo, optimiser: {adam: {rate: 1e-3}}}]
        until: {steps: 6}
    seeds: 2
    keep: {snapshots: [2, 4]}
    record: {every: 2}
    measures: [final/weight/rate]
    """

  private func identity(
    _ edits: [String: String] = [:], seed: Int = 0,
    profile: ProfileName = ProfileName(name: "paper")
  ) throws -> String {
    let study = try Tiny.resolve(try edited(Self.study, edits), profile)
    return try RunSpecification(study.templates[0], seed: seed, profile: profile).identity
  }

  @Test func isSixteenHexadecimalDigits() throws {
    let identity = try identity()
    #expect(identity.count == 16)
    #expect(identity.allSatisfy { "0123456789abcdef".contains($0) })
    #expect(try identity == self.identity())
    // What the version before there was a precision gave, by the name of a run's directory.
    #expect(identity == "d8b07c7054662438")
  }

  /// Edits that cannot change a number.
  @Test(arguments: [
    ["title: One cell": "title: Another title"],
    ["study: test/identity": "# a comment\nstudy: test/identity # another"],
    ["study: test/identity": "study: test/other-name"],
    ["label: {here: {}}": "label: {there: {}}"],
    ["label: {here: {}}": "method: {here: {}}"],
    ["seeds: 2": "seeds: [0, 5]"],
    ["snapshots: [2, 4]": "snapshots: []"],
    ["every: 2": "every: 3"],
    ["measures: [final/weight/rate]": "measures: []"],
    ["{scale: 0.2}": "{scale: 2e-1}"],
    ["scale: 0.2": "scale: 0.20"],
    ["images: 40, size: 4": "size: 4, images: 40"],
    [
      "latent: 2\n": "initial: glorot-uniform\n    latent: 2\n",
      "    initial: glorot-uniform\n": "",
    ],
    ["distortion: 2": "distortion: 2.0"],
    ["adam: {rate: 1e-3}": "adam: {rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}"],
    ["minimise: elbo,": "minimise: elbo, parameters: [\"**\"],"],
    ["seeds: 2": "precision: fp32\nseeds: 2"],
  ])
  func staysTheSame(_ edits: [String: String]) throws {
    #expect(try identity(edits) == identity())
  }

  /// Every setting that the numbers depend on.
  private static let changes: [[String: String]] = [
    ["images: 40": "images: 41"],
    ["size: 4": "size: 5"],
    ["rod-length: 2": "rod-length: 2.5"],
    ["rod-width: 0.8": "rod-width: 0.9"],
    ["noise: 0": "noise: 0.1"],
    ["seed: 0": "seed: 1"],
    ["latent: 2": "latent: 3"],
    ["hidden: [8]": "hidden: [8, 8]"],
    ["hidden: [9]": "hidden: [8]"],
    ["hidden: [10]": "hidden: [8]"],
    ["hidden: [11]": "hidden: [8]"],
    ["encoder: {mlp: {hidden: [8]}}\n    decoder:": "decoder: {mlp: {hidden: [8]}}\n    encoder:"],
    ["importance-samples: 3": "importance-samples: 4"],
    ["{gaussian: {scale: 0.2}}": "{gaussian: {scale: 0.3}}"],
    ["{gaussian: {scale: 0.2}}": "{gaussian-learned: {initial: 0.2}}"],
    ["distortion: 2": "distortion: 1"],
    ["squared-error, threshold: 0.05": "squared-error, threshold: 0.06"],
    ["speed: 5": "speed: 6"],
    ["steepness: 3": "steepness: 4"],
    ["start: 0.01": "start: 0.02"],
    ["smoothing: 0.9": "smoothing: 0.8"],
    ["[prior/**]": "[]"],
    ["steepness: 3, ": "", ", hold: [prior/**]": "", "rewo:": "geco:"],
    ["batch: 16": "batch: 15"],
    ["adam: {rate: 1e-3}": "adam: {rate: 1e-4}"],
    ["adam: {rate: 1e-3}": "adam: {rate: 1e-3, beta1: 0.8}"],
    ["adam: {rate: 1e-3}": "adam: {rate: 1e-3, beta2: 0.99}"],
    ["adam: {rate: 1e-3}": "adam: {rate: 1e-3, epsilon: 1e-7}"],
    ["minimise: elbo,": "minimise: elbo, parameters: [encoder/**],"],
    ["until: {steps: 6}": "until: {steps: 7}"],
    ["until: {steps: 6}": "until: {epochs: 2}"],
    // The order of batches is keyed by the phase's id.
    ["- id: train": "- id: other"],
    ["seeds: 2": "precision: bf16\nseeds: 2"],
  ]

  @Test(arguments: changes)
  func isAnother(_ edits: [String: String]) throws {
    #expect(try identity(edits) != identity())
  }

  @Test func everyChangeGivesItsOwn() throws {
    var identities = try Self.changes.map { try identity($0) } + [identity()]
    identities += try (1...20).map { try identity(seed: $0) }
    let phase = "    until: {steps: 6}"
    let second =
      phase + "\n  - id: more\n    batch: 16\n    updates: "
      + "[{minimise: elbo, optimiser: {adam: {rate: 1e-3}}}]\n    until: {steps: 6}"
    identities.append(try identity([phase: second]))
    #expect(Set(identities).count == identities.count)
  }

  @Test func anOverrideIsLikeAnEdit() throws {
    let overridden = ProfileName(name: "paper", overrides: ["model.vhp.latent=3"])
    #expect(try identity(profile: overridden) == identity(["latent: 2": "latent: 3"]))
    #expect(try identity(profile: overridden) != identity())
    // Overrides that change nothing give the run that is there already.
    let idle = ProfileName(name: "paper", overrides: ["model.vhp.latent=2"])
    #expect(try identity(profile: idle) == identity())
  }

  @Test func resultsOfOverridesAreKeptApart() {
    let paper = ProfileName(name: "paper")
    let one = ProfileName(name: "paper", overrides: ["a=1"])
    let two = ProfileName(name: "paper", overrides: ["a=1", "b=2"])
    let joined = ProfileName(name: "paper", overrides: ["a=1,b=2"])
    let quick = ProfileName(name: "quick", overrides: ["a=1"])
    #expect(paper.directory == "paper")
    #expect(Set([paper, one, two, joined, quick].map(\.directory)).count == 5)
    #expect([one, two, joined].allSatisfy { $0.directory.hasPrefix("paper+") })
    #expect(paper.isCommitted)
    #expect(ProfileName(name: "short").isCommitted)
    for other in [one, quick, ProfileName(name: "quick"), ProfileName(name: "smoke")] {
      #expect(!other.isCommitted)
    }
  }

  /// A run's resolved configuration is itself a manifest's worth: defaults are written out.
  @Test func resolvedConfigurationIsComplete() throws {
    let run = try Tiny.run("rewo", seed: 3)
    let node = try run.resolved()
    func text(_ path: String) throws -> String? {
      node[try ConfigPath(path, origin: .resolved)]?.text
    }
    #expect(try text("study") == "test/tiny")
    #expect(try text("cell") == "method=rewo")
    #expect(try text("seed") == "3")
    #expect(try text("phases.train.updates.0.optimiser.adam.beta1") == "0.9")
    #expect(try text("phases.train.updates.0.parameters.0") == "**")
    #expect(try text("weights.rate.rewo.statistic") == "squared-error")
    #expect(try text("dataset.pendulum.rod-width") == "0.8")
    #expect(try text("precision") == "fp32")
    #expect(try text("model.vhp.likelihood.gaussian.scale") == "0.2")
    #expect(try ConfigNode(yaml: node.yaml(), file: "y")["measures"]?.items?.count == 3)
  }
}
