import Testing

@testable import Lab

/// Studies that are others but for some settings.
@Suite struct SimilarStudyTests {
  private static func similar(_ set: String, like: String = "test/tiny") -> String {
    """
    study: test/other
    title: Another study
    like: \(like)
    set: \(set)
    """
  }

  private func library<Result>(
    _ texts: [String], _ body: (ManifestLibrary) throws -> Result
  ) throws -> Result {
    try Workplace.with([Tiny.study] + texts) { place in
      try body(ManifestLibrary(root: place.root + "/experiments"))
    }
  }

  @Test func onlyWhatIsSetDiffers() throws {
    let text = Self.similar(
      "{model.vhp.latent: 3, axes.method.rewo.weights.rate.rewo.threshold: 0.25, seeds: 3}")
    try library([text]) { library in
      let paper = ProfileName(name: ProfileName.paper)
      let tiny = try library.study("test/tiny", paper, kinds: Tiny.kinds)
      let other = try library.study("test/other", paper, kinds: Tiny.kinds)
      #expect((other.id, other.title) == ("test/other", "Another study"))
      #expect(other.seeds == [0, 1, 2])
      #expect(tiny.seeds == [0, 1])
      #expect(other.templates.map(\.cell) == tiny.templates.map(\.cell))
      #expect(other.templates.allSatisfy { $0.study == "test/other" })
      let same = try RunSpecification(tiny.templates[1], seed: 0, profile: paper)
      let changed = try RunSpecification(other.templates[1], seed: 0, profile: paper)
      #expect(same.identity != changed.identity)
      guard case .rewo(let rewo) = other.templates[0].plan.weights["rate"] else {
        throw Missing(what: "the controller")
      }
      #expect(rewo.threshold == 0.25)
      // Profiles are the other's too, and come after what is set.
      let quick = try library.study("test/other", ProfileName(name: "quick"), kinds: Tiny.kinds)
      #expect(quick.seeds == [0, 3])
    }
  }

  @Test func withoutChangesItIsTheSameRuns() throws {
    try library([Self.similar("{}")]) { library in
      let paper = ProfileName(name: ProfileName.paper)
      let identities = try ["test/tiny", "test/other"].map { id in
        try library.study(id, paper, kinds: Tiny.kinds).templates.map {
          try RunSpecification($0, seed: 0, profile: paper).identity
        }
      }
      #expect(identities[0] == identities[1])
    }
  }

  @Test(
    arguments: [
      (similar("{}", like: "test/tin"), "there is no study 'test/tin'; did you mean 'test/tiny'?"),
      (similar("{}", like: "test/other"), "'test/other' is like another study itself"),
      (similar("{study: x/y}"), "the study's id cannot be overridden"),
      (similar("{model.vph.latent: 3}"), "vph"),
      (similar("{}") + "\nphases: []", "unknown key 'phases'"),
    ])
  func whatIsWrong(_ text: String, _ expected: String) throws {
    try library([text]) { library in
      let paper = ProfileName(name: ProfileName.paper)
      let message = words { _ = try library.study("test/other", paper, kinds: Tiny.kinds) }
      #expect(message.contains(expected), "\(message)")
      // The others are none the worse.
      let other = try library.study("test/tiny", paper, kinds: Tiny.kinds)
      #expect(other.id == "test/tiny")
    }
  }
}
