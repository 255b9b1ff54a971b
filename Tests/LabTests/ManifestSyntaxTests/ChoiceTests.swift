import Testing

@testable import Lab

@Suite struct ChoiceTests {
  @Test(arguments: ["bernoulli", "'bernoulli'", "{bernoulli: {}}", "bernoulli:", "{bernoulli: ~}"])
  func readsCasesWithoutValues(yaml: String) throws {
    #expect(try decodeYAML(Sample.Likelihood.self, yaml) == .bernoulli)
  }

  @Test func readsCasesWithValues() throws {
    #expect(try decodeYAML(Sample.Likelihood.self, "{gaussian: {scale: 2}}") == .gaussian(scale: 2))
    #expect(
      try decodeYAML(Sample.Optimiser.self, "{adam: {rate: 1, clip-norm: 5}}")
        == .adam(rate: 1, clipNorm: 5))
  }

  @Test func readsUnlabelledValues() throws {
    #expect(try decodeYAML(Sample.Schedule.self, "{constant: 0.5}") == .constant(0.5))
    let ramp = try decodeYAML(Sample.Ramp.self, "{from: 0, steps: 10}")
    #expect(try decodeYAML(Sample.Schedule.self, "{ramp: {steps: 10}}") == .ramp(ramp))
    #expect(
      try decodeYAML(Sample.Schedule.self, "ramp") == .ramp(decodeYAML(Sample.Ramp.self, "{}")))
  }

  @Test(arguments: [
    ("{}", "x.yaml:1:1: expected exactly one of bernoulli, gaussian; found an empty mapping"),
    ("~", "x.yaml:1:1: expected exactly one of bernoulli, gaussian; found nothing"),
    ("[bernoulli]", "x.yaml:1:1: expected exactly one of bernoulli, gaussian; found a list"),
    (
      "{bernoulli: {}, gaussian: {scale: 1}}",
      "x.yaml:1:1: expected exactly one of bernoulli, gaussian; found bernoulli, gaussian"
    ),
    (
      "{gaussian: ~, scale: 1}",
      "x.yaml:1:1: expected exactly one of bernoulli, gaussian; found gaussian, scale"
    ),
    (
      "{bernouli: {}}",
      "x.yaml:1:2: unknown name 'bernouli'; did you mean 'bernoulli'?"
        + " Expected one of bernoulli, gaussian"
    ),
    ("poisson", "x.yaml:1:1: unknown name 'poisson'. Expected one of bernoulli, gaussian"),
    ("gaussian", "x.yaml:1:1: gaussian: missing key 'scale': expected a number"),
    ("{gaussian: 5}", "x.yaml:1:12: gaussian: expected a mapping, found '5'"),
    (
      "{gaussian: {scale: 1, shift: 2}}",
      "x.yaml:1:23: gaussian: unknown key 'shift'. Valid keys: scale"
    ),
    (
      "{bernoulli: {scale: 1}}",
      "x.yaml:1:14: bernoulli: unknown key 'scale'. No keys are taken here"
    ),
    ("{bernoulli: 5}", "x.yaml:1:13: bernoulli: expected a mapping, found '5'"),
  ])
  func wordsErrors(yaml: String, expected: String) {
    #expect(manifestMessage { try decodeYAML(Sample.Likelihood.self, yaml) } == expected)
  }

  @Test(arguments: [
    ("{constant: fast}", "x.yaml:1:12: constant: expected a number, found 'fast'"),
    ("constant", "x.yaml:1:1: constant: expected a number, found nothing"),
    (
      "{ramp: {step: 1}}",
      "x.yaml:1:9: ramp: unknown key 'step'; did you mean 'steps'? Valid keys: from, steps"
    ),
  ])
  func wordsErrorsInUnlabelledValues(yaml: String, expected: String) {
    #expect(manifestMessage { try decodeYAML(Sample.Schedule.self, yaml) } == expected)
  }

  @Test func doesNotTakeABareNameForAStruct() {
    #expect(
      manifestMessage { try decodeYAML(Sample.Ramp.self, "steps") }
        == "x.yaml:1:1: expected a mapping, found 'steps'")
  }

  @Test func namesNothingWithoutCaseIterableKeys() {
    #expect(
      manifestMessage { try decodeYAML(Bare.self, "{c: {}}") } == "x.yaml:1:2: unknown name 'c'")
    #expect(
      manifestMessage { try decodeYAML(Bare.self, "{}") }
        == "x.yaml:1:1: expected exactly one name, as in {name: {}}; found an empty mapping")
  }

  enum Bare: Decodable {
    case a
    case b
  }

  @Test func keepsOpenTags() throws {
    let node = try parseYAML("{model: {vhp: {latent: x}}}")
    let tagged = try #require(
      try StrictDecoder().decode([String: Tagged].self, from: node, path: "study")["model"])
    #expect(tagged.tag == "vhp")
    #expect(tagged.path == "study.model.vhp")
    #expect(
      manifestMessage { try tagged.decode(Sample.VHP.self) }
        == "x.yaml:1:24: study.model.vhp.latent: expected a whole number, found 'x'")
    #expect(
      tagged.unknownName(among: ["vae", "vhp2"]).description
        == "x.yaml:1:10: study.model: unknown name 'vhp'; did you mean 'vhp2'?"
        + " Expected one of vae, vhp2")
    #expect(try decodeYAML(Tagged.self, "vhp").decode([String: Int].self) == [:])
    #expect(try decodeYAML(Tagged.self, "{vhp: }").decode([String: Int].self) == [:])
  }
}
