import Testing

@testable import Lab

/// A pattern that no parameter fits would leave a run untrained, or a prior free, in silence.
@Suite struct ParameterPatternTests {
  @Test(arguments: [
    (
      "minimise: elbo,", "minimise: elbo, parameters: [prior/**, encodr/**],", "encodr",
      "phases.train.updates.0.parameters: no parameter of the model fits the pattern 'encodr/**'; did "
        + "you mean 'encoder/**'? The parameters are "
    ),
    (
      "hold: [prior/**]", "hold: [priro/**]", "priro",
      "weights.rate.rewo.hold: no parameter of the model fits the pattern 'priro/**'; did you mean "
        + "'prior/**'? The parameters are "
    ),
    (
      "hold: [prior/**]", "hold: [xyz]", "xyz",
      "weights.rate.rewo.hold: no parameter of the model fits the pattern 'xyz'; the parameters are "
    ),
  ])
  func aPatternThatFitsNothing(
    _ old: String, _ new: String, _ at: String, _ expected: String
  ) throws {
    let study = try edited(Tiny.study, [old: new])
    let origin = try place(at, in: study)
    try Workplace.with([study]) { place in
      // Where it is planned,
      let run = try Tiny.run("rewo", [old: new])
      let planned = words { try Plan([run], store: place.store) }
      #expect(planned.hasPrefix("\(origin): \(expected)"), "\(planned)")
      // trained,
      #expect(words { try place.train(run) } == planned)
      #expect(place.record(of: run) == nil)
      // and checked.
      let library = try place.library()
      let manifest = try #require(library.studies["test/tiny"])
      try place.write("papers: []", to: "experiments/catalogue.yaml")
      let catalogue = try Catalogue(root: place.root + "/experiments")
      let problem = library.problem(of: manifest, catalogue: catalogue, kinds: Tiny.kinds)
      #expect(problem?.contains(expected) == true, "\(problem ?? "none")")
    }
  }

  @Test func anOverrideIsBlamed() throws {
    let override = "phases.train.updates.0.parameters=[encodr/**]"
    let run = try Tiny.run(profile: ProfileName(name: "paper", overrides: [override]))
    #expect(
      words { try run.untrainedModel() }.hasPrefix(
        "--set \(override): phases.train.updates.0.parameters: no parameter of the model fits"))
  }

  @Test func anUpdateOfNothing() throws {
    let study = try edited(Tiny.study, ["minimise: elbo,": "minimise: elbo, parameters: [],"])
    #expect(
      words { try Tiny.resolve(study) }
        == "\(try place("[],", in: study)): phases.train.updates.0.parameters: an update trains at least "
        + "one parameter: write patterns, or leave the key out to train all")
  }

  /// All that an update trains may be held for a while.
  @Test func whatIsHeldIsNoMistake() throws {
    let edits = ["minimise: elbo,": "minimise: elbo, parameters: [prior/**],"]
    let run = try Tiny.run("rewo", edits)
    try Workplace.with { place in
      #expect(throws: Never.self) { try place.train(run) }
    }
  }
}
