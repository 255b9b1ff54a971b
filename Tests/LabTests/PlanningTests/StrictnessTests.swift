import Testing

@testable import Lab

/// Errors in studies name the place, the key path and what to write.
@Suite struct StrictnessTests {
  /// What to replace in the tiny study, the word that the error points at, and the error's text
  /// after the place.
  struct Wrong: CustomTestStringConvertible {
    let edit: String
    let by: String
    let at: String
    let message: String

    init(_ edit: String, _ by: String, at: String? = nil, _ message: String) {
      self.edit = edit
      self.by = by
      self.at = at ?? by
      self.message = message
    }

    var testDescription: String { by }
  }

  static let names = [
    Wrong(
      "minimise: elbo", "minimise: elbow", at: "elbow",
      "phases.train.updates: unknown name 'elbow'; did you mean 'elbo'? Expected one of elbo"),
    Wrong(
      "rate: 1}\nphases", "rat: 1}\nphases", at: "rat: 1",
      "weights: unknown name 'rat'; did you mean 'rate'? Expected one of distortion, rate"),
    Wrong(
      "statistic: squared-error", "statistic: squared-eror", at: "rewo:\n          statistic",
      "weights.rate: unknown name 'squared-eror'; did you mean 'squared-error'? Expected one of "
        + "distortion, rate, squared-error"),
    Wrong(
      "final/weight/rate, ", "final/weight/rat, ", at: "final/weight/rat",
      "measures: unknown name 'final/weight/rat'; did you mean 'final/weight/rate'?"),
    Wrong(
      "final/weight/rate, ", "first-step/weigth/rate/above-0.99, ",
      at: "first-step/weigth/rate/above-0.99",
      "measures: unknown name 'first-step/weigth/rate/above-0.99'; did you mean "
        + "'first-step/weight/rate/above-0.99'? Expected one of first-step/average/distortion/above-0.99, "
    ),
    Wrong("  vhp:", "  vph:", at: "vph", "model: unknown name 'vph'; did you mean 'vhp'?"),
    Wrong(
      "{pendulum:", "{pendulm:", at: "pendulm",
      "dataset: unknown name 'pendulm'; did you mean 'pendulum'? Expected one of dsprites, five-arcs, pendulum, stand-in"
    ),
    Wrong(
      "size: 4", "siz: 4", at: "siz",
      "dataset.pendulum: unknown key 'siz'; did you mean 'size'?"),
    Wrong(
      "optimiser: {adam:", "optimiser: {adm:", at: "adm",
      "phases.train.updates.0.optimiser: unknown key 'adm'; did you mean 'adam'?"),
    Wrong(
      "{gaussian: {scale", "{gausian: {scale", at: "gausian",
      "model.vhp.likelihood: unknown name 'gausian'; did you mean 'gaussian'?"),
    Wrong(
      "seeds: 2", "precision: bf61\nseeds: 2", at: "bf61",
      "precision: unknown name 'bf61'; did you mean 'bf16'? Expected one of fp32, bf16"),
    Wrong(
      "seeds: 2", "precision: 16\nseeds: 2", at: "16\nseeds",
      "precision: unknown name '16'. Expected one of fp32, bf16"),
  ]

  static let values = [
    Wrong(
      "batch: 16", "batch: 16\n    start: [{data-dependent: {scale: 0.1}}]", at: "{data",
      "phases.train.start: vhp has no start 'data-dependent'"),
    Wrong(
      "batch: 16", "batch: 16\n    start: [{mixture-means: {codes: mean}}]", at: "{mixture-means",
      "phases.train.start: vhp has no start 'mixture-means'"),
    Wrong(
      "record: {every: 2}", "record: {every: 2, measures: {every: 0, ids: [test/more]}}",
      at: "0, ids",
      "record.measures.every: it must be at least 1"),
    Wrong(
      "record: {every: 2}", "record: {every: 2, measures: {every: 1, ids: []}}", at: "[]",
      "record.measures.ids: there must be at least one"),
    Wrong(
      "record: {every: 2}", "record: {every: 2, measures: {every: 1, ids: [accuracy/majority]}}",
      at: "accuracy",
      "record.measures.ids: accuracy/majority needs data with a split named 'test', which this data set "
        + "has not"),
    Wrong(
      "batch: 16", "batch: 16\n    early-stopping: {of: [distortion], patience: 5}", at: "{of",
      "phases.train.early-stopping: it needs data with a split named 'validation', which this data set "
        + "has not"),
    Wrong(
      "batch: 16", "batch: 16\n    early-stopping: {of: [distorsion], patience: 5}",
      at: "distorsion",
      "phases.train.early-stopping.of: unknown name 'distorsion'; did you mean 'distortion'? Expected "
        + "one of distortion, rate"),
    Wrong(
      "batch: 16",
      "batch: 16\n    early-stopping: {of: [rate], patience: 5, from: {weight: rat, at-least: 1}}",
      at: "rat,",
      "phases.train.early-stopping.from.weight: unknown name 'rat'; did you mean 'rate'?"),
    Wrong(
      "batch: 16", "batch: 16\n    early-stopping: {of: [rate], patience: 0}", at: "id: train",
      "phases.train: early-stopping: patience must be from 1 to 10⁶ epochs"),
    Wrong(
      "batch: 16", "batch: 16\n    early-stopping: {of: [rate], patients: 5}", at: "patients",
      "phases.train.early-stopping: unknown key 'patients'; did you mean 'patience'?"),
    Wrong("batch: 16", "batch: 0", at: "id: train", "phases.train: batch must be from 1 to 10⁹"),
    Wrong(
      "until: {steps: 6}",
      "until: {steps: 6}\n  - {id: train, batch: 1, updates: [{minimise: elbo, "
        + "optimiser: {adam: {rate: 1}}}], until: {steps: 1}}", at: "train, batch: 1",
      "phases.train: two phases have this id: overrides and random streams go by it"),
    Wrong(
      "  quick:", "  ../table/quick:", at: "../table",
      "profiles.../table/quick: the profile '../table/quick' must be of letters, digits"),
    Wrong(
      "  quick:", "  paper:", at: "paper",
      "profiles.paper: 'paper' is the manifest as it stands: change its settings, or give the profile "
        + "another name"),
    Wrong(
      "batch: 16", "batch: 9223372036854775807", at: "id: train",
      "phases.train: batch must be from 1 to 10⁹"),
    Wrong(
      "until: {steps: 6}",
      "until: {epochs: 1e6}\n  - {id: more, batch: 1, updates: [{minimise: elbo, "
        + "optimiser: {adam: {rate: 1}}}], until: {steps: 1e12}}", at: "- id: train",
      "phases: all phases together have more than 10¹² steps"),
    Wrong(
      "adam: {rate: 1e-3}", "adam: {rate: -1e-3}", at: "id: train",
      "phases.train: adam's rate must be positive"),
    Wrong(
      "adam: {rate: 1e-3}", "adam: {rate: 1e-3, beta1: 1}", at: "id: train",
      "phases.train: adam's betas must be in [0, 1)"),
    Wrong(
      "updates: [{minimise: elbo, optimiser: {adam: {rate: 1e-3}}}]", "updates: []",
      at: "id: train", "phases.train: a phase needs at least one update"),
    Wrong(
      "until: {steps: 6}", "until: {steps: 0}", at: "{steps: 0}",
      "phases.train.until: expected either {steps: N} or {epochs: N}, N above 0"),
    Wrong(
      "until: {steps: 6}", "until: {steps: 6, epochs: 1}", at: "{steps: 6, epochs: 1}",
      "phases.train.until: expected either {steps: N} or {epochs: N}, N above 0"),
    Wrong("every: 2", "every: 0", at: "0}\nmeasures", "record.every: it must be at least 1"),
    Wrong("scale: 0.2", "scale: .inf", at: ".inf", "expected a number, found '.inf'"),
    Wrong("images: 40", "images: 0", at: "pendulum:", "images and size must be at least 1"),
    Wrong("noise: 0", "noise: -1", at: "pendulum:", "noise must not be negative"),
    Wrong("latent: 2", "latent: 0", at: "vhp:", "latent must be from 1 to 65536"),
    Wrong("latent: 2", "latent: 1000000", at: "vhp:", "latent must be from 1 to 65536"),
    Wrong(
      "importance-samples: 2", "importance-samples: -2", at: "vhp:",
      "importance-samples must be from 1 to 10000"),
    Wrong("scale: 0.2", "scale: 0", at: "vhp:", "the standard deviation must be positive"),
    Wrong(
      "speed: 5", "speed: -5", at: "rewo:\n          statistic",
      "weights.rate: speed must be positive"),
    Wrong(
      "smoothing: 0.9", "smoothing: 1", at: "rewo:\n          statistic",
      "weights.rate: smoothing must be at least 0 and below 1"),
    Wrong(
      "seeds: 2", "seeds: 0", at: "0\nkeep", "seeds: a count of seeds must be from 1 to 100,000"),
    Wrong("seeds: 2", "seeds: [1, -1]", at: "[1, -1]", "seeds: seeds must not be negative"),
    Wrong("seeds: 2", "seeds: [1, 1]", at: "[1, 1]", "seeds: a seed is named twice"),
    Wrong("latent: 2", "latent: two", at: "two", "expected a whole number, found 'two'"),
    Wrong("snapshots: [2, 4]", "snapshots: [2, 0]", at: "[2, 0]", "snapshots"),
  ]

  @Test(arguments: names + values)
  func pointsAtTheMistake(_ wrong: Wrong) throws {
    let text = try edited(Tiny.study, [wrong.edit: wrong.by])
    let message = words { try Tiny.resolve(text) }
    #expect(message.hasPrefix("x.yaml:"), "\(message)")
    #expect(message.contains(wrong.message), "\(message)")
    if Self.places(wrong) {
      let expected = try place(wrong.at, in: text)
      #expect(message.hasPrefix(expected + ":"), "\(message), expected at \(expected)")
    }
  }

  /// A value that is impossible together with others is placed at what holds them.
  private static func places(_ wrong: Wrong) -> Bool {
    !["pendulum:", "vhp:", "0\nkeep"].contains(wrong.at)
  }

  /// The update that is wrong, not the first one.
  @Test func pointsAtTheWrongUpdate() throws {
    let text = try edited(
      Tiny.study,
      ["[{minimise: elbo,": "[{minimise: elbo, optimiser: {adam: {rate: 1}}}, {minimise: elbow,"])
    let message = words { try Tiny.resolve(text) }
    #expect(message.hasPrefix("\(try place("elbow", in: text)):"), "\(message)")
  }

  @Test(arguments: ["dataset", "model", "phases", "seeds", "record", "measures", "title"])
  func requiredKeys(_ key: String) throws {
    var lines = Tiny.study.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.hasPrefix(key + ":") })
    let next = lines[(start + 1)...].firstIndex { !$0.hasPrefix(" ") } ?? lines.count
    lines.removeSubrange(start..<next)
    let message = words { try Tiny.resolve(lines.joined(separator: "\n")) }
    #expect(message.hasPrefix("x.yaml:1:1: missing key '\(key)'"), "\(message)")
  }

  @Test func unknownKeysAtTheTop() throws {
    let text = try edited(Tiny.study, ["seeds: 2": "seeds: 2\nphase: 3"])
    let message = words { try Tiny.resolve(text) }
    #expect(
      message.hasPrefix("\(try place("phase: 3", in: text)): unknown key 'phase'; did you mean "))
  }

  @Test func overridesAreStrictToo() throws {
    func message(_ override: String) -> String {
      words { try Tiny.resolved(profile: ProfileName(name: "paper", overrides: [override])) }
    }
    #expect(
      message("model.vhp.latnt=4")
        == "--set model.vhp.latnt=4: model.vhp: unknown key 'latnt'; did you mean 'latent'? Valid "
        + "keys: latent, encoder, decoder, likelihood, initial, prior-encoder, prior-decoder, "
        + "importance-samples, log-variance")
    #expect(message("model.vhp.latent=four").contains("expected a whole number, found 'four'"))
    #expect(message("modl.vhp.latent=4").contains("did you mean 'model'?"))
    #expect(message("model.vhp.latent").contains("is not an override"))
    #expect(message("model..latent=3").contains("is not a key path"))
    #expect(
      message("phases.train.until={steps: -1}").hasPrefix(
        "--set phases.train.until={steps: -1}: phases.train.until: expected either"))
  }

  /// A value that does not fit the others was put there by the override: the manifest is right.
  @Test func overridesAreBlamed() throws {
    for (override, rest) in [
      ("model.vhp.latent=0", "model.vhp: latent must be from 1 to 65536"),
      ("phases.train.batch=0", "phases.train: batch must be from 1 to 10⁹"),
      ("dataset.pendulum.noise=-1", "dataset.pendulum: noise must not be negative"),
    ] {
      let message = words {
        try Tiny.resolved(profile: ProfileName(name: "paper", overrides: [override]))
      }
      #expect(message == "--set \(override): \(rest)")
    }
    // Of two, nothing says which.
    let both = words {
      try Tiny.resolved(
        profile: ProfileName(
          name: "paper", overrides: ["model.vhp.latent=0", "model.vhp.importance-samples=3"]))
    }
    #expect(both.hasPrefix("x.yaml:"))
  }

  /// Results lie under the study's name.
  @Test func namesAreNotOverridden() throws {
    for key in ["study", "title"] {
      let name = key == "study" ? "id" : key
      let override = "\(key)=../../x"
      #expect(
        words { try Tiny.resolved(profile: ProfileName(name: "paper", overrides: [override])) }
          == "--set \(override): \(key): the study's \(name) cannot be overridden")
      let profile = try edited(
        Tiny.study, ["set: {phases.train.until: {steps: 4}}": "set: {\(key): x}"])
      #expect(
        words { try Tiny.resolve(profile, ProfileName(name: "quick")) }
          .hasSuffix("\(key): the study's \(name) cannot be overridden"))
      let axis = try edited(Tiny.study, ["plain:\n": "plain:\n      \(key): x\n"])
      #expect(words { try Tiny.resolve(axis) }.hasSuffix("cannot be overridden"))
    }
    for (key, named) in [("study", "studies"), ("measure", "measures")] {
      let axis = try edited(Tiny.study, ["axes:\n": "axes:\n  \(key): [a, b]\n"])
      #expect(
        words { try Tiny.resolve(axis) }.hasSuffix(
          "axes.\(key): an axis cannot be called '\(key)': claims name \(named) by that word"))
    }
  }

  /// What would do nothing is no override, though it would name the result.
  @Test func overridesOfNothing() throws {
    let rest = "would change nothing here: replace a setting of the runs"
    for override in ["profiles.quick.seeds=3", "profiles={}", "assumptions=[]"] {
      let (path, key) = (override.split(separator: "=")[0], override.prefix { $0.isLetter })
      #expect(
        words { try Tiny.resolved(profile: ProfileName(name: "paper", overrides: [override])) }
          == "--set \(override): \(path): an override of '\(key)' \(rest)")
    }
    let profile = try edited(
      Tiny.study, ["set: {phases.train.until: {steps: 4}}": "set: {profiles.quick.seeds: 3}"])
    #expect(
      words { try Tiny.resolve(profile, ProfileName(name: "quick")) }
        .hasSuffix("profiles.quick.seeds: an override of 'profiles' \(rest)"))
    for setting in ["seeds: 3", "axes.method.rewo: {}", "profiles: {}"] {
      let axis = try edited(Tiny.study, ["plain:\n": "plain:\n      \(setting)\n"])
      #expect(words { try Tiny.resolve(axis) }.hasSuffix(rest), "\(setting)")
    }
  }

  @Test func everyProfileIsHeldToTheSameRules() throws {
    let text = try edited(
      Tiny.study, ["set: {phases.train.until: {steps: 4}}": "set: {phases.train.untl: {steps: 4}}"])
    #expect(throws: Never.self) { try Tiny.resolve(text) }
    let message = words { try Tiny.resolve(text, ProfileName(name: "quick")) }
    #expect(
      message.contains("phases.train: unknown key 'untl'; did you mean 'until'?"), "\(message)")
  }
}
