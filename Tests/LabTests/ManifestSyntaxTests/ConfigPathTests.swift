import Testing

@testable import Lab

@Suite struct ConfigPathTests {
  private func path(_ text: String) throws -> ConfigPath {
    try ConfigPath(text, origin: .commandLine("--set \(text)=…"))
  }

  @Test func findsKeysIdsAndIndices() throws {
    let root = try parseYAML(Sample.yaml)
    #expect(root[try path("model.vhp.latent")]?.text == "32")
    #expect(root[try path("phases.train.until.epochs")]?.text == "20")
    #expect(root[try path("phases.1.until.steps")]?.text == "5e3")
    #expect(root[try path("phases.train.updates.0.minimise")]?.text == "elbo")
    #expect(root[try path("phases.2")] == nil)
    #expect(root[try path("phases.-1")] == nil)
    #expect(root[try path("seeds.x")] == nil)
  }

  @Test func findsKeysThatContainDots() throws {
    let root = try parseYAML("axes: {method: {rewo: {weights.rate: 1, weights: {other: 2}}}}")
    #expect(root[try path("axes.method.rewo.weights.rate")] == nil)
    #expect(root[try path("axes.method.rewo.weights.other")]?.text == "2")
    let other = try parseYAML("axes: {method: {rewo: {weights.rate: 1}}}")
    #expect(other[try path("axes.method.rewo.weights.rate")]?.text == "1")
  }

  @Test func replacesWithoutMerging() throws {
    let root = try parseYAML("model: {prior: {lp-nested: {p: 2}}}\nseeds: 3\n")
    let changed = try root.applying([
      ConfigOverride("model.prior={normal: {}}"), ConfigOverride("model.latent=4"),
    ])
    #expect(
      changed.yaml() == """
        model:
          prior:
            normal: {}
          latent: 4
        seeds: 3

        """)
    #expect(changed["model"]?["latent"]?.origin.description == "--set model.latent=4")
    #expect(changed["model"]?.entries?[1].keyOrigin.description == "--set model.latent=4")
    #expect(changed["seeds"]?.origin.description == "x.yaml:2:8")
  }

  @Test func replacesItemsOfLists() throws {
    let root = try parseYAML(Sample.yaml)
    let changed = try root.applying([
      ConfigOverride("phases.refine.until.steps=7"), ConfigOverride("phases.0.batch=1"),
    ])
    #expect(changed[try path("phases.1.until.steps")]?.text == "7")
    #expect(changed[try path("phases.train.batch")]?.text == "1")
  }

  @Test(arguments: [
    (
      "modle.vhp.latent=4",
      "--set modle.vhp.latent=4: modle.vhp.latent: there is no 'modle' at the top level;"
        + " did you mean 'model'? It has study, model, likelihood, phases, seeds, budget, labels"
    ),
    (
      "model.vph.latent=4",
      "--set model.vph.latent=4: model.vph.latent: there is no 'vph' in model;"
        + " did you mean 'vhp'? It has vhp"
    ),
    (
      "phases.tarin.batch=4",
      "--set phases.tarin.batch=4: phases.tarin.batch: there is no 'tarin' in phases;"
        + " did you mean 'train'? It has train, refine"
    ),
    ("phases.2=4", "--set phases.2=4: phases.2: there is no '2' in phases. It has train, refine"),
    (
      "phases.refine.updates.0=4",
      "--set phases.refine.updates.0=4: phases.refine.updates.0: there is no '0' in"
        + " phases.refine.updates. It is empty"
    ),
    (
      "seeds.count=4",
      "--set seeds.count=4: seeds.count: there is no 'count' in seeds, which is a single value;"
        + " replace it as a whole"
    ),
  ])
  func wordsErrors(argument: String, expected: String) throws {
    let root = try parseYAML(Sample.yaml)
    #expect(manifestMessage { try root.applying([ConfigOverride(argument)]) } == expected)
  }
}
