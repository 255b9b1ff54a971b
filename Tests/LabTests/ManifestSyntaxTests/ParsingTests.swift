import Testing

@testable import Lab

@Suite struct ParsingTests {
  @Test func keepsPlacesOfKeysAndValues() throws {
    let root = try parseYAML(Sample.yaml)
    #expect(root.entries?.map(\.key).prefix(3) == ["study", "model", "likelihood"])
    let batch = try #require(root["phases"]?.items?[0].entries?[3])
    #expect(batch.keyOrigin.description == "x.yaml:10:5")
    #expect(batch.value.origin == .file(path: "x.yaml", line: 10, column: 12))
    #expect(root["model"]?["vhp"]?["weights"]?.items?[1].origin.description == "x.yaml:2:42")
  }

  @Test func tellsPlainFromQuoted() throws {
    let items = try #require(try parseYAML("[5, '5', \"5\", ~, '~', '']").items)
    #expect(items.map(\.text) == ["5", "5", "5", "~", "~", ""])
    #expect(items.map(\.isNull) == [false, false, false, true, false, false])
    #expect(items[0].content == .scalar("5", isPlain: true))
    #expect(items[1].content == .scalar("5", isPlain: false))
  }

  @Test func textOfEveryStyleHasNoTag() throws {
    let root = try parseYAML("a: 'x'\nb: \"x\"\nc: |\n  x\nd: >\n  x\ne: {x: [x]}\n")
    #expect(root.entries?.prefix(4).map(\.value.text) == ["x", "x", "x\n", "x\n"])
  }

  @Test func followsAliases() throws {
    let root = try parseYAML("a: &x {rate: 1}\nb: *x\n")
    #expect(root["b"] == root["a"])
    #expect(root["b"]?.origin.description == "x.yaml:1:4")
  }

  @Test(arguments: [
    (
      "a: [1, 2\nb: 3\n",
      "x.yaml:2:2: not valid YAML: did not find expected ',' or ']'"
        + " while parsing a flow sequence, which starts at 1:4"
    ),
    ("a: b: c", "x.yaml:1:5: not valid YAML: mapping values are not allowed in this context"),
    ("a: *nowhere", "x.yaml:1:4: not valid YAML: found undefined alias"),
    ("a: 1\nb: \u{1}", "x.yaml:2:4: not valid YAML: control characters are not allowed"),
    ("", "x.yaml:1:1: nothing is written here; expected a value"),
    ("# only a comment\n", "x.yaml:1:1: nothing is written here; expected a value"),
    ("---\n", "x.yaml:2:1: nothing is written here; expected a value"),
    (
      "a: 1\n---\nb: 2\n",
      "x.yaml:2:1: a second document starts here; write one per file, without '---'"
    ),
    ("a: 1\nb: 2\na: 3\n", "x.yaml:1:1: key 'a' is written more than once in one mapping"),
    ("1: a\n'1': b\n", "x.yaml:2:1: key '1' is written more than once in one mapping"),
    ("[a]: 1", "x.yaml:1:1: a key must be a plain word, not a list or a mapping"),
    (
      "a: &x {b: 1}\nc:\n  <<: *x\n",
      "x.yaml:3:3: merge keys ('<<') are not supported; write the keys out"
    ),
    ("a: !python/object 1", "x.yaml:1:4: YAML tag '!python/object' is not supported; remove it"),
    ("a: !!int 5", "x.yaml:1:4: YAML tag '!!int' is not supported; remove it"),
    ("a: !!str 5", "x.yaml:1:4: YAML tag '!!str' is not supported; remove it"),
    ("a: !!binary \"aGk=\"", "x.yaml:1:4: YAML tag '!!binary' is not supported; remove it"),
    ("a: !!seq [1]", "x.yaml:1:4: YAML tag '!!seq' is not supported; remove it"),
    ("a: !!map {b: 1}", "x.yaml:1:4: YAML tag '!!map' is not supported; remove it"),
  ])
  func wordsErrors(yaml: String, expected: String) {
    #expect(manifestMessage { try parseYAML(yaml) } == expected)
  }

  @Test func refusesABillionLaughs() {
    let levels = (1...9).map {
      "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 10).joined(separator: ", "))]"
    }
    let yaml = (["a0: &a0 lol"] + levels).joined(separator: "\n")
    #expect(
      manifestMessage { try parseYAML(yaml) }
        == "x.yaml:1:5: more than 100000 values, aliases written out; write fewer or nest fewer"
        + " aliases")
  }

  @Test func refusesBottomlessNesting() {
    let yaml = String(repeating: "[", count: 100_000)
    #expect(manifestMessage { try parseYAML(yaml) }.contains("Maximum nesting level reached"))
  }

  @Test func readsOverrides() throws {
    let override = try ConfigOverride("model.prior={normal: {mean: 0}}")
    #expect(override.path.elements == ["model", "prior"])
    #expect(override.value["normal"]?["mean"]?.text == "0")
    #expect(
      override.value["normal"]?["mean"]?.origin.description
        == "--set model.prior={normal: {mean: 0}}")
    #expect(try ConfigOverride("a=b=c").value.text == "b=c")
  }

  @Test(arguments: [
    (
      "seeds",
      "--set seeds: 'seeds' is not an override; write path=value, such as"
        + " model.vhp.latent=4"
    ),
    (
      "a..b=1",
      "--set a..b=1: 'a..b' is not a key path; write names joined by dots, such as"
        + " model.vhp.latent"
    ),
    ("=1", "--set =1: '' is not a key path; write names joined by dots, such as model.vhp.latent"),
    ("a=", "--set a=: nothing is written here; expected a value"),
    (
      "a=[1",
      "--set a=[1: not valid YAML: did not find expected ',' or ']'"
        + " while parsing a flow sequence, which starts at 1:1"
    ),
  ])
  func wordsOverrideErrors(argument: String, expected: String) {
    #expect(manifestMessage { try ConfigOverride(argument) } == expected)
  }
}
