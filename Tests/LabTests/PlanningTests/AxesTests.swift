import Foundation
import Modelling
import Testing
import Training

@testable import Lab

/// Cells of a study: products of axes, placeholders, and what replaces what.
@Suite struct AxesTests {
  private func latent(_ template: RunTemplate) throws -> Int {
    try #require(template.model as? VHPConfiguration).latent
  }

  private func resolved(
    axes: String, rate: String = "1", profile: String = "", name: String = "paper",
    set overrides: [String] = []
  ) throws -> ResolvedStudy {
    var lines = Tiny.study.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "axes:"))
    let end = try #require(lines.firstIndex { $0.hasPrefix("weights:") })
    lines.replaceSubrange(start..<end, with: axes.isEmpty ? [] : ["axes: \(axes)"])
    let text = try edited(
      lines.joined(separator: "\n"), ["rate: 1}\nphases": "rate: \(rate)}\nphases"])
    let profiles = profile.isEmpty ? "" : "\n  other: {because: a test, set: \(profile)}"
    return try Tiny.resolve(text + profiles, ProfileName(name: name, overrides: overrides))
  }

  @Test func productOfAxesTheFirstSlowest() throws {
    let study = try resolved(axes: "{a: [1, 2], b: {x: {}, y: {}}, c: [p]}")
    #expect(
      study.cells.map(\.label) == ["a=1,b=x,c=p", "a=1,b=y,c=p", "a=2,b=x,c=p", "a=2,b=y,c=p"])
    #expect(study.cells[1]["b"] == "y")
    #expect(study.cells[1]["d"] == nil)
  }

  @Test func withoutAxesThereIsOneCell() throws {
    for axes in ["", "{}", "~"] {
      let study = try resolved(axes: axes)
      #expect(study.cells.map(\.label) == ["all"])
      #expect(study.cells[0].values.isEmpty)
    }
  }

  @Test func placeholdersBecomeNumbers() throws {
    let study = try resolved(axes: "{beta: [1, 2.5, 4e0]}", rate: "\"{beta}\"")
    #expect(
      study.templates.map(\.plan.weights["rate"]) == [.constant(1), .constant(2.5), .constant(4)])
    // A name is as it was written.
    #expect(study.cells.map(\.label) == ["beta=1", "beta=2.5", "beta=4e0"])
  }

  @Test func placeholdersTakeTheNameOfAnAxisValue() throws {
    let study = try resolved(
      axes: "{beta: {2: {model.vhp.latent: 3}, 4: {model.vhp.latent: 5}}}", rate: "\"{beta}\"")
    #expect(study.templates.map(\.plan.weights["rate"]) == [.constant(2), .constant(4)])
    #expect(try study.templates.map(latent) == [3, 5])
  }

  /// Manifest < axis value < profile < command line, however few of them say something.
  @Test func theLaterOneWins() throws {
    let axis = "{a: {x: {model.vhp.latent: 3}, y: {}}}"
    let profile = "{model.vhp.latent: 4}"
    func latents(_ profile: String, _ overrides: [String]) throws -> [Int] {
      try resolved(
        axes: axis, profile: profile, name: profile.isEmpty ? "paper" : "other", set: overrides
      ).templates.map(latent)
    }
    #expect(try latents("", []) == [3, 2])
    #expect(try latents(profile, []) == [4, 4])
    #expect(try latents(profile, ["model.vhp.latent=5"]) == [5, 5])
    #expect(try latents("", ["model.vhp.latent=5"]) == [5, 5])
    // Of two arguments, the second.
    #expect(try latents("", ["model.vhp.latent=5", "model.vhp.latent=6"]) == [6, 6])
    // A later axis replaces what an earlier one has set.
    let twice = try resolved(
      axes: "{a: {x: {model.vhp.latent: 3}}, b: {y: {model.vhp.latent: 7}}}")
    #expect(try twice.templates.map(latent) == [7])
  }

  /// Overrides of the axes themselves come before everything, wherever they are written.
  @Test func axesAreOverriddenFirst() throws {
    let axes = "{a: {x: {model.vhp.latent: 3}}}"
    let command = try resolved(axes: axes, set: ["axes.a.x={model.vhp.latent: 8}"])
    #expect(try command.templates.map(latent) == [8])
    let profile = try resolved(
      axes: axes, profile: "{axes.a: {u: {}, v: {model.vhp.latent: 9}}}", name: "other")
    #expect(profile.cells.map(\.label) == ["a=u", "a=v"])
    #expect(try profile.templates.map(latent) == [2, 9])
    let both = try resolved(
      axes: axes, profile: "{axes.a: {u: {}}}", name: "other",
      set: ["axes.a={w: {model.vhp.latent: 6}}", "axes.b=[1, 2]"])
    #expect(both.cells.map(\.label) == ["a=w,b=1", "a=w,b=2"])
    #expect(try both.templates.map(latent) == [6, 6])
  }

  @Test func tagsAreReplacedWithWhatIsBelow() throws {
    let study = try resolved(
      axes: "", set: ["model.vhp.likelihood={gaussian-learned: {initial: 0.5}}"])
    let model = try #require(study.templates[0].model as? VHPConfiguration)
    #expect(model.likelihood == .gaussianLearned(initial: 0.5))
  }

  @Test func profilesReplaceSeedsAndSayWhy() throws {
    let paper = try Tiny.resolved()
    #expect(paper.seeds == [0, 1])
    #expect(paper.because == nil)
    let quick = try Tiny.resolved(profile: ProfileName(name: "quick"))
    #expect(quick.seeds == [0, 3])
    #expect(quick.because == "a test")
    #expect(quick.templates.map { $0.plan.steps(examples: 40) } == [4, 4])
    let silent = try resolved(axes: "", profile: "{}", name: "other")
    #expect(silent.seeds == [0, 1])
  }

  @Test(arguments: [
    ("{a: 5}", "axes.a: expected a list of values or a mapping of names to overrides"),
    ("{a: []}", "axes.a: expected a list of values or a mapping of names to overrides"),
    ("{a: {}}", "axes.a: expected a list of values or a mapping of names to overrides"),
    ("{a: [[1]]}", "axes.a: expected a plain value, found a list"),
    ("[1, 2]", "axes: expected a mapping of axes, found a list"),
    ("{a: {x: {model.vhp.latnt: 3}}}", "unknown key 'latnt'; did you mean 'latent'?"),
    ("{a: {x: {modl.vhp.latent: 3}}}", "there is no 'modl' at the top level"),
  ])
  func impossibleAxes(_ axes: String, _ expected: String) {
    let message = words { try resolved(axes: axes) }
    #expect(message.hasPrefix("x.yaml:"))
    #expect(message.contains(expected), "\(message)")
  }

  /// Names stand in tables, in filters and in the names of files.
  @Test(arguments: [
    ("{a: [1, 1]}", "axes.a: the value '1' is there twice"),
    ("{a: {a-b: {}, a_b: {}}}", "axes.a: the pictures of 'a-b' and 'a_b' would have one name"),
    ("{a: [a b]}", "axes.a: the name of an axis value must be of 1 to 60 letters, digits"),
    ("{a: [a/b]}", "axes.a: the name of an axis value must be"),
    ("{a: [\"\"]}", "axes.a: the name of an axis value must be"),
    ("{a: [\"x\\ny\"]}", "axes.a: the name of an axis value must be"),
    ("{a: {é: {}}}", "axes.a: the name of an axis value must be"),
    ("{a: [\(String(repeating: "x", count: 61))]}", "axes.a: the name of an axis value must be"),
    ("{a b: [1]}", "axes: the name of an axis must be of 1 to 60 letters, digits, '_' and '-'"),
    ("{\"\": [1]}", "axes: the name of an axis must be"),
    ("{1: [1]}", "axes: the name of an axis must be"),
    (
      "{a: [\(String(repeating: "x", count: 60))], b: [\(String(repeating: "x", count: 60))]}",
      "axes: the names of axes and values make cells of more than 100 characters: shorten them"
    ),
  ])
  func impossibleNames(_ axes: String, _ expected: String) {
    let message = words { try resolved(axes: axes) }
    #expect(message.hasPrefix("x.yaml:"))
    #expect(message.contains(expected), "\(message)")
  }

  @Test func namesOfNumbers() throws {
    let study = try resolved(axes: "{a: [-1, 0.1, 1e-3, 2.5e+4, x_1, y-2]}")
    #expect(study.cells.map { $0["a"] } == ["-1", "0.1", "1e-3", "2.5e+4", "x_1", "y-2"])
  }

  /// An axis value that is no mapping would be read as one that replaces nothing.
  @Test(arguments: ["{a: {x: 5}}", "{a: {x: [1, 2]}}"])
  func axisValuesAreMappings(_ axes: String) {
    let message = words { try resolved(axes: axes) }
    #expect(message.contains("axes.a.x: expected"), "\(message)")
  }

  @Test func unknownPlaceholder() throws {
    let message = words { try resolved(axes: "{beta: [1]}", rate: "\"{bta}\"") }
    #expect(message.contains("unknown placeholder '{bta}'; did you mean '{beta}'?"), "\(message)")
  }

  @Test func unknownProfile() {
    #expect(
      words { try Tiny.resolved(profile: ProfileName(name: "quik")) }
        == "x.yaml:1:1: profiles: unknown name 'quik'; did you mean 'quick'? Expected one of "
        + "paper, quick")
  }
}
