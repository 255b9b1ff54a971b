import Testing

@testable import Lab

@Suite struct StrictDecoderTests {
  @Test func decodesAManifest() throws {
    let study = try decodeYAML(Sample.Study.self, Sample.yaml)
    #expect(study.phases.map(\.batch) == [20, 128])
    #expect(study.phases[0].updates[0].optimiser == .adam(rate: 1e-3, clipNorm: nil))
    #expect(study.phases[1].until == .steps(5000))
    #expect(study.likelihood == .bernoulli)
    #expect(study.budget == .short)
    #expect(study.labels == ["yes": "1", "μ": "it's"])
    #expect(try study.model.decode(Sample.VHP.self) == Sample.VHP(latent: 32, weights: [1, 0.2]))
  }

  /// A change to the sample, and what is said about it.
  @Test(arguments: [
    (
      "rate: 1e-3", "lernrate: 1e-3",
      "x.yaml:8:28: phases.train.updates.0.optimiser.adam: unknown key 'lernrate';"
        + " did you mean 'rate'?"
    ),
    (
      "rate: 1e-3", "rate: 1e-3, clip: 3",
      "x.yaml:8:40: phases.train.updates.0.optimiser.adam: unknown key 'clip';"
        + " did you mean 'clip-norm'? Valid keys: rate, clip-norm"
    ),
    (
      "rate: 1e-3", "momentum: 3",
      "x.yaml:8:27: phases.train.updates.0.optimiser.adam: missing key 'rate': expected a number"
    ),
    (
      "rate: 1e-3", "rate: fast",
      "x.yaml:8:34: phases.train.updates.0.optimiser.adam.rate: expected a number, found 'fast'"
    ),
    ("seeds: 50", "seeds: abc", "x.yaml:14:8: seeds: expected a whole number, found 'abc'"),
    (
      "seeds: 50", "seeds: '50'",
      "x.yaml:14:8: seeds: expected a whole number, found quoted '50'"
    ),
    ("seeds: 50", "seeds:", "x.yaml:14:7: seeds: expected a whole number, found nothing"),
    ("seeds: 50", "seeds: [50]", "x.yaml:14:8: seeds: expected a whole number, found a list"),
    ("seeds: 50\n", "", "x.yaml:1:1: missing key 'seeds': expected a whole number"),
    (
      "seeds: 50", "seeds: 50\nsede: 7",
      "x.yaml:15:1: unknown key 'sede'; did you mean 'seeds'? Valid keys: study, model,"
        + " likelihood, phases, seeds, budget, labels, schedule"
    ),
    (
      "minimise: elbo", "minimise: {elbo: 1}",
      "x.yaml:7:19: phases.train.updates.0.minimise: expected text, found a mapping"
    ),
    (
      "updates: []", "updates: none",
      "x.yaml:12:14: phases.refine.updates: expected a list, found 'none'"
    ),
    (
      "updates: []\n", "updates: []\n    batch: 0\n",
      "x.yaml:13:12: phases.refine.batch: must be at least 1"
    ),
    (
      "budget: short", "budget: shrot",
      "x.yaml:15:9: budget: unknown name 'shrot'; did you mean 'short'?"
        + " Expected one of paper, short, quick"
    ),
    (
      "budget: short", "budget: [short]",
      "x.yaml:15:9: budget: expected one of paper, short, quick, found a list"
    ),
    (
      "{vhp: {latent: 32, weights: [1.0, 2e-1]}}", "[]",
      "x.yaml:2:8: model: expected exactly one name, as in {name: {}}; found a list"
    ),
    (
      "{vhp: {latent: 32, weights: [1.0, 2e-1]}}", "{vhp: {}, vae: {}}",
      "x.yaml:2:8: model: expected exactly one name, as in {name: {}}; found vhp, vae"
    ),
    ("labels: {", "labels: 5 #", "x.yaml:16:9: labels: expected a mapping, found '5'"),
  ])
  func wordsErrors(old: String, new: String, expected: String) {
    let yaml = Sample.yaml.replacing(old, with: new, maxReplacements: 1)
    #expect(manifestMessage { try decodeYAML(Sample.Study.self, yaml) } == expected)
  }

  @Test func remindsOfTheQuotesOfAPlaceholder() {
    #expect(
      manifestMessage { try decodeYAML(Int.self, "{beta}") }
        == "x.yaml:1:1: expected a whole number, found a mapping; a placeholder is written in"
        + " quotes, \"{beta}\"")
  }

  @Test func pointsAtOverrides() throws {
    let root = try parseYAML(Sample.yaml).applying([ConfigOverride("seeds=many")])
    #expect(
      manifestMessage { try StrictDecoder().decode(Sample.Study.self, from: root) }
        == "--set seeds=many: seeds: expected a whole number, found 'many'")
  }

  @Test func saysWhatAMissingValueShouldBe() {
    struct Wanted: Decodable {
      var list: [Int]
    }
    struct Nested: Decodable {
      var wanted: Wanted
    }
    struct Open: Decodable {
      var model: Tagged
    }
    struct Limited: Decodable {
      var budget: Sample.Budget
      var likelihood: Sample.Likelihood
    }
    #expect(manifestMessage { try decodeYAML(Wanted.self, "{}") } == missing("list", "a list"))
    #expect(manifestMessage { try decodeYAML(Nested.self, "{}") } == missing("wanted", "a mapping"))
    #expect(
      manifestMessage { try decodeYAML(Open.self, "{}") }
        == missing("model", "a name, as in {name: {}}"))
    #expect(
      manifestMessage { try decodeYAML(Limited.self, "{}") }
        == missing("budget", "one of paper, short, quick"))
    #expect(
      manifestMessage { try decodeYAML(Limited.self, "{budget: paper}") }
        == missing("likelihood", "one of bernoulli, gaussian"))
  }

  private func missing(_ key: String, _ expected: String) -> String {
    "x.yaml:1:1: missing key '\(key)': expected \(expected)"
  }

  @Test func listsAllKeysOfCaseIterableOnes() {
    #expect(
      manifestMessage { try decodeYAML(Strict.self, "{sacle: 1}") }
        == "x.yaml:1:2: unknown key 'sacle'; did you mean 'scale'? Valid keys: scale, shift")
  }

  struct Strict: Decodable {
    var scale: Double
    var shift: Double

    enum CodingKeys: String, CodingKey, CaseIterable {
      case scale
      case shift
    }
  }

  @Test(arguments: [
    ("20000", 20000), ("1e5", 100_000), ("2.5e3", 2500), ("-3.0", -3), ("+7", 7),
    ("9223372036854775807", Int.max),
  ])
  func readsWholeNumbers(text: String, expected: Int) throws {
    #expect(try decodeYAML(Int.self, text) == expected)
  }

  @Test(arguments: [
    "20_000", "1.5", "1e-3", "0x10", "1e300", "9223372036854775808", "abc", "true", ".", "inf",
  ])
  func refusesOtherWholeNumbers(text: String) {
    #expect(
      manifestMessage { try decodeYAML(Int.self, text) }
        == "x.yaml:1:1: expected a whole number, found '\(text)'")
  }

  @Test func knowsTheBoundsOfIntegers() throws {
    #expect(try decodeYAML(UInt64.self, "18446744073709551615") == UInt64.max)
    #expect(
      manifestMessage { try decodeYAML(UInt8.self, "256") }
        == "x.yaml:1:1: expected a whole number from 0 to 255, found '256'")
    #expect(
      manifestMessage { try decodeYAML(UInt.self, "-1") }
        == "x.yaml:1:1: expected a whole number from 0, found '-1'")
  }

  @Test func readsOtherScalars() throws {
    #expect(
      try decodeYAML([Double].self, "[1, .5, 1e-4, -2.5E+3]") == [1, 0.5, 1e-4, -2500])
    #expect(try decodeYAML([Float].self, "[0.1]") == [0.1])
    #expect(
      manifestMessage { try decodeYAML(Float.self, "1e60") }
        == "x.yaml:1:1: expected a number, found '1e60'")
    #expect(try decodeYAML([Bool].self, "[true, false]") == [true, false])
    #expect(try decodeYAML([String].self, "[5, '5', true, a b]") == ["5", "5", "true", "a b"])
    #expect(try decodeYAML([Int?].self, "[1, ~, null, ]") == [1, nil, nil])
    for text in ["nan", ".nan", ".inf", "-.inf", "0x1p3", "e", ".", "infinity", "1e999", "one"] {
      #expect(
        manifestMessage { try decodeYAML(Double.self, text) }
          == "x.yaml:1:1: expected a number, found '\(text)'")
    }
    #expect(
      manifestMessage { try decodeYAML(Bool.self, "yes") }
        == "x.yaml:1:1: expected true or false, found 'yes'")
  }

  @Test func turnsDecodingErrorsIntoManifestErrors() {
    struct Even: Decodable {
      let value: Int
      enum CodingKeys: String, CodingKey { case value }
      init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        value = try keys.decode(Int.self, forKey: .value)
        guard value.isMultiple(of: 2) else {
          throw DecodingError.dataCorruptedError(
            forKey: .value, in: keys, debugDescription: "must be even")
        }
      }
    }
    #expect(
      manifestMessage { try decodeYAML([String: [Even]].self, "a:\n- {value: 2}\n- {value: 3}") }
        == "x.yaml:3:11: a.1.value: must be even")
  }

  @Test func refusesKeysWhereNoneAreTaken() throws {
    struct Nothing: Decodable {}
    _ = try decodeYAML(Nothing.self, "{}")
    _ = try decodeYAML([Nothing].self, "[~]")
    #expect(
      manifestMessage { try decodeYAML(Nothing.self, "{x: 1}") }
        == "x.yaml:1:2: unknown key 'x'. No keys are taken here")
    #expect(
      manifestMessage { try decodeYAML(Nothing.self, "5") }
        == "x.yaml:1:1: expected a mapping, found '5'")
  }

  @Test func refusesItemsThatWereNotRead() {
    struct Pair: Decodable {
      init(from decoder: any Decoder) throws {
        var items = try decoder.unkeyedContainer()
        _ = (try items.decode(Int.self), try items.decode(Int.self))
      }
    }
    #expect(
      manifestMessage { try decodeYAML(Pair.self, "[1, 2, 3]") }
        == "x.yaml:1:1: expected 2 values, found 3")
    #expect(
      manifestMessage { try decodeYAML(Pair.self, "[1]") }
        == "x.yaml:1:1: expected 2 values, found 1")
  }

  @Test func letsTwoTypesShareAMapping() throws {
    struct Common: Decodable {
      var seed: Int
    }
    struct Both: Decodable {
      var common: Common
      var rate: Double
      enum CodingKeys: String, CodingKey { case rate }
      init(from decoder: any Decoder) throws {
        common = try Common(from: decoder)
        rate = try decoder.container(keyedBy: CodingKeys.self).decode(Double.self, forKey: .rate)
      }
    }
    #expect(try decodeYAML(Both.self, "{seed: 1, rate: 2}").common.seed == 1)
    #expect(
      manifestMessage { try decodeYAML(Both.self, "{seed: 1, rate: 2, other: 3}") }
        == "x.yaml:1:20: unknown key 'other'. Valid keys: seed, rate")
  }

  @Test func handsOnUserInfo() throws {
    struct Told: Decodable {
      let answer: Int?
      init(from decoder: any Decoder) throws {
        answer = CodingUserInfoKey(rawValue: "answer").flatMap { decoder.userInfo[$0] as? Int }
      }
    }
    let key = try #require(CodingUserInfoKey(rawValue: "answer"))
    let decoder = StrictDecoder(userInfo: [key: 42])
    #expect(try decoder.decode([Told].self, from: parseYAML("[~]"))[0].answer == 42)
  }

  @Test func keepsRawNodes() throws {
    let nodes = try decodeYAML([String: ConfigNode].self, "{a: {b: [1]}}")
    #expect(nodes["a"]?["b"]?.origin.description == "x.yaml:1:9")
  }
}
