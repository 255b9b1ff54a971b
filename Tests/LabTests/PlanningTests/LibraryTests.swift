import Foundation
import Testing

@testable import Lab

/// Artefact manifests and the library that holds them.
@Suite struct LibraryTests {
  private func message(
    _ edits: [String: String], study: [String: String] = [:]
  ) throws -> String {
    let manifests = [try edited(Tiny.study, study), try edited(Tiny.artefact, edits)]
    return try Workplace.with(manifests) { place in
      let text = words { try place.artefact() }
      return text.replacing(place.root + "/experiments/", with: "")
    }
  }

  @Test func runsCellByCell() throws {
    try Workplace.with { place in
      let artefact = try place.artefact()
      #expect(
        artefact.runs.map { "\($0.template.cell.label) \($0.seed)" }
          == ["method=rewo 0", "method=rewo 1", "method=plain 0", "method=plain 1"])
      #expect(artefact.templates.map(artefact.parametersNeeded).max() == .snapshots)
      let some = try place.artefact(
        seeds: SeedList([7]), only: try CellFilter("method = plain"))
      #expect(some.wanted.map { "\($0.template.cell.label) \($0.seed)" } == ["method=plain 7"])
      #expect(some.runs.map(\.template.cell.label) == ["method=rewo", "method=plain"])
      let quick = try place.artefact("test/table", ProfileName(name: "quick"))
      #expect(quick.runs.map(\.seed) == [0, 3, 0, 3])
    }
  }

  @Test func computationsSayWhatTheyNeed() throws {
    for (compute, needed) in [
      ("[curves: {names: []}]", ParametersNeeded.none),
      ("[curves: {names: []}, angle-regression: {radius: global-radius}]", .final),
      ("[angle-regression: {radius: global-radius}, codes: {examples: 3}]", .snapshots),
    ] {
      let text = """
        artefact: test/table
        title: t
        use: [{study: test/tiny, cells: "method = plain"}]
        compute: \(compute)
        """
      try Workplace.with([Tiny.study, text]) { place in
        let artefact = try place.artefact()
        #expect(artefact.templates.map(artefact.parametersNeeded).max() == needed)
        #expect(artefact.drawsNothing)
        #expect(artefact.runs.map(\.seed) == [0, 1])
      }
    }
  }

  @Test(arguments: [
    ([("bars:", "barz:")], "1.yaml:11:5: draw.0: unknown name 'barz'; did you mean 'bars'?"),
    ([("codes:", "code:")], "1.yaml:5:5: compute.0: unknown name 'code'; did you mean 'codes'?"),
    ([("title:", "titel:")], "unknown key 'titel'; did you mean 'title'?"),
    ([("study: test/tiny", "study: test/tny")], "there is no study 'test/tny'; did you mean"),
    ([("final/weight/rate]", "final/weigth/rate]")], "did you mean 'final/weight/rate'?"),
    ([("{study: test/tiny}", "{study: test/tiny, cells: \"metod = rewo\"}")], "did you mean"),
    ([("{study: test/tiny}", "{study: test/tiny, cells: method}")], "selects no cells"),
    ([("{study: test/tiny}", "{study: test/tiny, select: bets}")], "did you mean 'best'?"),
    (
      [("{study: test/tiny}", "{study: test/tiny, select: {best: {measure: test/less}}}")],
      "does not take the measure 'test/less'"
    ),
  ])
  func wrongArtefacts(_ edits: [(String, String)], _ expected: String) throws {
    let message = try message(Dictionary(uniqueKeysWithValues: edits))
    #expect(message.contains(expected), "\(message)")
  }

  /// Every error about an artefact names its file.
  @Test(arguments: [
    "use: [{study: test/tiny, cells: \"metod = rewo\"}]",
    "use: [{study: test/tiny, cells: method}]",
    "use: [{study: test/tny}]",
    "use: [{study: test/tiny}]\nclaims: [{that: x, measure: y, source: z}]",
  ])
  func errorsNameTheFile(_ use: String) throws {
    let message = try message(["use: [{study: test/tiny}]": use])
    #expect(message.hasPrefix("1.yaml:"), "\(message)")
  }

  /// A measure that the artefact shows but its study does not take would never have a value.
  @Test func measuresThatTheStudyDoesNotTake() throws {
    let message = try message(["final/weight/rate]": "code-radius/variation]"])
    #expect(message.contains("code-radius/variation"), "\(message)")
    #expect(message.contains("does not take"), "\(message)")
  }

  @Test(arguments: [
    (
      "reported: [{cell: {method: rewo}, measure: final/weight/rate, value: 1, margin: {value: 0, because: b}, source: s}]",
      "the margin must be positive"
    ),
    (
      "reported: [{cell: {method: reno}, measure: final/weight/rate, value: 1, margin: {value: 1, because: b}, source: s}]",
      "no cell of the studies has these axis values"
    ),
    (
      "reported: [{cell: {method: rewo}, measure: code-radius/variation, value: 1, margin: {value: 1, because: b}, source: s}]",
      "reported.0.measure: 'code-radius/variation' is not among the artefact's measures"
    ),
    (
      "reported: [{cell: {method: rewo}, measure: final/weight/rate, value: 1, source: s}]",
      "missing key 'margin'"
    ),
    (
      "reported: [{cell: {method: rewo}, measure: final/weight/rate, value: 1, margin: {value: 1, because: b}, not-comparable: n, source: s}]",
      "reported.0.not-comparable: a number with a margin is one to judge by: give one of the two"
    ),
    (
      "claims: [{that: mean(method=rewo) < mean(method=nome), measure: final/weight/rate, source: s}]",
      "no cell of the studies has the"
    ),
    (
      "claims: [{that: rewo < plain, measure: final/weight/rate, source: s}]",
      "'rewo < plain' is no claim"
    ),
    (
      "claims: [{that: mean(method=rewo) < mean(method=plain), measure: test/less, source: s}]",
      "claims.0.measure: 'test/less' is not among the artefact's measures"
    ),
    (
      "claims: [{that: mean(method=rewo) < mean(measure=test/less), source: s}]",
      "claims.0: a side of the claim names no measure: write 'measure'"
    ),
    (
      "claims: [{that: \"mean(method=rewo, measure=test/less) < mean(method=plain)\", measure: final/weight/rate, source: s}]",
      "claims.0.that: 'test/less' is not among the artefact's measures"
    ),
    (
      "claims: [{that: mean(method=rewo) < 1, measure: final/weight/rate, within-runs: {standard-error: final/weight/rate, samples: 1}, source: s}]",
      "claims.0.within-runs: it needs at least 2 samples"
    ),
    (
      "claims: [{that: \"mean(method=rewo, measure=final/weight/rate) < 1\", measure: final/weight/rate, within-runs: {standard-error: final/weight/rate, samples: 9}, source: s}]",
      "claims.0.within-runs: it needs at least 2 samples, and one measure for both sides"
    ),
    (
      "claims: [{that: mean(method=rewo) < 1, measure: final/weight/rate, within-runs: {standard-error: test/less, samples: 9}, source: s}]",
      "claims.0.within-runs: 'test/less' is not among the artefact's measures"
    ),
  ])
  func wrongReportsAndClaims(_ addition: String, _ expected: String) throws {
    let message = try message(["title: A tiny table": "title: A tiny table\n\(addition)"])
    #expect(message.contains(expected), "\(message)")
  }

  /// Errors point at the part that is wrong, not at the top of the file.
  @Test(arguments: [
    (
      "reported: [{cell: {method: rewo}, measure: final/weight/rate, value: 1, "
        + "margin: {value: -1, because: b}, source: s}]", "{value: -1",
      "the margin must be positive and finite"
    ),
    (
      "reported: [{cell: {}, measure: final/weight/rate, value: 1, "
        + "margin: {value: 1, because: b}, source: s}]", "{}, measure",
      "these axis values fit 2 cells (method=rewo; method=plain): give a value of every axis"
    ),
    (
      "reported: [{cell: {method: rewo}, measure: final/weight/rate, value: 1, std: -1, runs: 3, "
        + "margin: {value: 1, because: b}, source: s}]", "{cell",
      "reported standard deviation is -1.0, but must be 0 or more"
    ),
    (
      "reported: [{cell: {method: rewo}, measure: final/weight/rate, value: 1, std: 1e308, runs: 3, "
        + "margin: {value: 1, because: b}, source: s}]", "{cell",
      "reported standard deviation is 1e+308, but must be at most 1e+100 in size"
    ),
    (
      "reported: [{cell: {method: rewo}, measure: final/weight/rate, value: 1, statistic: best, "
        + "margin: {value: 1, because: b}, source: s}]", "{cell",
      "of 'final/weight/rate' neither less nor more is better: there is no best"
    ),
    (
      "claims: [{that: mean(method=rewo) < mean(method=none), measure: final/weight/rate, "
        + "source: s}]", "mean(method=rewo)", "no cell of the studies has these axis values"
    ),
    (
      "claims: [{that: nonsense, measure: final/weight/rate, source: s}]", "nonsense",
      "'nonsense' is no claim"
    ),
    (
      "claims: [{that: mean(method=rewo) < 1, measure: final/weight/rate, "
        + "within-runs: {standard-error: final/weight/rate, samples: 1}, source: s}]",
      "{standard-error", "it needs at least 2 samples"
    ),
  ])
  func errorsPointAtThePart(_ addition: String, _ part: String, _ expected: String) throws {
    let edit = "title: A tiny table\n\(addition)"
    let text = try edited(Tiny.artefact, ["title: A tiny table": edit])
    let message = try message(["title: A tiny table": edit])
    #expect(message.hasPrefix("\(try place(part, in: text, file: "1.yaml")): "), "\(message)")
    #expect(message.contains(expected), "\(message)")
  }

  /// A curve that no run can have would be left out in silence.
  @Test func curvesThatNoRunHas() throws {
    let message = try message(["names: [weight/rate, loss/rate]": "names: [weight/rate, loss/rat]"])
    let text = try edited(Tiny.artefact, ["loss/rate]": "loss/rat]"])
    #expect(
      message.hasPrefix(
        "\(try place("curves: {names", in: text, file: "1.yaml")): compute.2.curves: unknown name "
          + "'loss/rat'; did you mean 'loss/rate'? Expected one of average/distortion, "
          + "average/rate, average/squared-error, loss/distortion, loss/rate, "
          + "statistic/squared-error, validation/distortion, validation/rate, validation/sum, "
          + "weight/distortion, weight/rate"), "\(message)")
  }

  /// Two arrays of one name could not both be written once the runs are trained.
  @Test(arguments: [
    (
      "use: [{study: test/tiny}]",
      "use: [{study: test/tiny, compute: [{curves: {names: [weight/rate]}}]}]", "{curves",
      "use.0.compute.0.curves: compute.2.curves makes the array 'curves/step' already: leave one of them "
        + "out, or make one of both"
    ),
    (
      "  - prior-samples: {count: 5}", "  - codes: {examples: 20}", "codes: {examples: 20",
      "compute.1.codes: compute.0.codes makes the array 'codes/mean' already: leave one of them out, or "
        + "make one of both"
    ),
    (
      "[weight/rate, loss/rate]", "[weight/rate, weight/rate]", "curves: {",
      "compute.2.curves: it makes the array 'curves/weight/rate' twice: name it once"
    ),
  ])
  func arraysOfOneName(_ old: String, _ new: String, _ at: String, _ expected: String) throws {
    let text = try edited(Tiny.artefact, [old: new])
    #expect(try message([old: new]) == "\(try place(at, in: text, file: "1.yaml")): \(expected)")
  }

  /// What a model can record is no mistake where an override keeps a run from recording it.
  @Test(arguments: [
    "final/loss/distortion", "final/average/squared-error", "final/validation/rate",
    "event/constraint-first-met/distortion", "event/stopped",
  ])
  func recordsThatAnOverrideTakesAway(_ id: String) throws {
    let study = try edited(
      Tiny.study,
      ["final/weight/rate, event/constraint": "\(id), final/weight/rate, event/constraint"])
    #expect(throws: Never.self) { try Tiny.resolve(study) }
    let wrong = try edited(study, [id: id + "s"])
    #expect(
      words { try Tiny.resolve(wrong) }.contains("unknown name '\(id)s'; did you mean '\(id)'"))
  }

  /// What a model cannot do is said before it is trained, in every cell that would be asked.
  @Test func computationsThatTheModelCannotServe() throws {
    let edit = ["codes: {examples: 10}": "clusters: {examples: 10}"]
    let message = try message(edit)
    let text = try edited(Tiny.artefact, edit)
    #expect(
      message
        == "\(try place("clusters: {", in: text, file: "1.yaml")): compute.0.clusters: it needs a "
        + "model with clusters, which vhp of the study test/tiny (method=rewo) is not: take it out, or "
        + "leave that cell out by 'cells'")
  }

  /// What the data lack is said before anything is trained, too.
  @Test func computationsThatTheDataCannotServe() throws {
    let standIn = [
      "dataset: {pendulum: {images: 40, size: 4, rod-length: 2, rod-width: 0.8, noise: 0, seed: 0}}":
        "dataset: {stand-in: {image: [1, 4, 4], train: 40, test: 8, labels: 4, seed: 0}}",
      "[angle-error/global-radius, final": "[final",
    ]
    let artefact = [
      "[angle-error/global-radius, final": "[final",
      "  - bars: {file: error, measures: [angle-error/global-radius], label: error}":
        "  - scatter: {file: error, points: codes/mean}",
    ]
    #expect(
      try message(artefact, study: standIn).hasSuffix(
        ": compute.3.angle-regression: it needs a tensor named 'angle' in the split 'train', which this "
          + "data set has not (the study test/tiny)"))
    let pictures = ["codes: {examples: 10}": "style-traversal: {lines: 1, columns: 1, reach: 1}"]
    let gmvae = try message(pictures)
    #expect(gmvae.contains("it needs a model with a code that moves its clusters"), "\(gmvae)")
    let ends = [
      "angle-regression: {radius: global-radius}":
        "interpolation: {nodes: 4, neighbours: 1, between: [{from: {angel: 0}, to: {angle: 3}}]}"
    ]
    #expect(try message(ends).contains("it needs a tensor named 'angel' in the split 'train'"))
    let split = [
      "angle-regression: {radius: global-radius}":
        "interpolation: {nodes: 4, neighbours: 1, random: 2, split: nonsense}"
    ]
    #expect(try message(split).contains("it needs data with a split named 'nonsense'"))
    let units = ["angle-regression: {radius: global-radius}": "unit-divergences: {}"]
    #expect(
      try message(units).contains("it needs data with a split named 'test', which this data set"))
  }

  /// A drawing of what nothing makes would be empty, and two of one file would be one.
  @Test(arguments: [
    (
      "scatter: {file: a, points: codes/maen}", "scatter",
      "draw.0.scatter: unknown name 'codes/maen'; did you mean 'codes/mean'?"
    ),
    (
      "scatter: {file: a, points: codes/mean, groups: clusters/facet-1}", "scatter",
      "draw.0.scatter: unknown name 'clusters/facet-1'"
    ),
    (
      "bars: {file: a, measures: [test/less], label: l}", "[test/less",
      "draw.0.bars.measures: 'test/less' is not among the artefact's measures"
    ),
    (
      "scatter: {file: a, points: codes/mean}\n  - scatter: {file: a, points: codes/mean}",
      "a, points",
      "draw.1.scatter.file: draw.0 has the file 'a' already"
    ),
    (
      "scatter: {file: comparison, points: codes/mean}", "comparison, points",
      "draw.0.scatter.file: the file 'comparison' is that of the numbers beside the paper's"
    ),
    (
      "curves: {file: a, x: {label: epoch, steps: {test/tin: 5}}, curves: [{values: curves/loss/rate, label: l}]}",
      "curves: {file", "draw.0.curves: unknown name 'test/tin'; did you mean 'test/tiny'?"
    ),
    (
      "curves: {file: a, x: {label: epoch, steps: {}}, curves: [{values: curves/loss/rate, label: l}]}",
      "curves: {file", "draw.0.curves: it has a number for each study but test/tiny: add one"
    ),
  ])
  func drawingsOfNothing(_ drawing: String, _ part: String, _ expected: String) throws {
    let bars = "bars: {file: error, measures: [angle-error/global-radius], label: error}"
    let message = try message([bars: drawing])
    #expect(message.contains(expected), "\(message)")
    if !drawing.contains("\n") {
      let text = try edited(Tiny.artefact, [bars: drawing])
      let line = try place(part, in: text, file: "1.yaml").split(separator: ":")[1]
      #expect(message.hasPrefix("1.yaml:\(line):"), "\(message)")
    }
  }

  @Test func selectionsByNothing() throws {
    let message = try message([
      "use: [{study: test/tiny}]":
        "use: [{study: test/tiny, select: {representative: {measures: []}}}]"
    ])
    #expect(message.hasSuffix("use.0.select: 'representative' needs at least one measure"))
  }

  /// What resolves for hours, or fills the memory, is a mistake.
  @Test func axesOfTooManyCells() throws {
    let values = (0..<22).map { "\($0)" }.joined(separator: ", ")
    let axes = ["a", "b", "c"].map { "  \($0): [\(values)]\n" }.joined()
    let study = try edited(Tiny.study, ["axes:\n": "axes:\n" + axes])
    #expect(
      words { try Tiny.resolve(study) }.hasSuffix(
        "axes: they make more than 10000 cells: split the study"))
  }

  @Test(arguments: [
    ("consistency-violation/train", "a model whose clusters are Gaussians of its code"),
    ("logpx/full", "a model whose likelihood can be evaluated"),
  ])
  func measuresThatTheModelCannotServe(_ id: String, _ words: String) throws {
    let study = try edited(Tiny.study, ["measures: [": "measures: [\(id), "])
    #expect(
      LabTests.words { try Tiny.resolve(study) }
        == "\(try place(id, in: study)): measures: \(id) needs \(words): leave it out")
  }

  @Test func wrongMeasuresAreFound() throws {
    let text = try edited(Tiny.artefact, ["final/weight/rate]": "final/weigth/rate]"])
    let message = try message(["final/weight/rate]": "final/weigth/rate]"])
    let expected = try place("final/weigth/rate", in: text, file: "1.yaml")
    #expect(message.hasPrefix("\(expected): measures: unknown name"), "\(message)")
  }

  /// A run that is taken twice counts once.
  @Test func overlappingUses() throws {
    let text = try edited(
      Tiny.artefact,
      [
        "use: [{study: test/tiny}]":
          "use: [{study: test/tiny}, {study: test/tiny, cells: method = plain}]"
      ])
    try Workplace.with([Tiny.study, text]) { place in
      let artefact = try place.artefact()
      #expect(Set(artefact.runs.map(\.identity)).count == 4)
      #expect(artefact.runs.count == 4)
      #expect(artefact.wanted.count == 4)
      try place.record(artefact.runs.map { recorded($0, ["final/weight/rate": 1]) })
      let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
      #expect(comparison.rows.map(\.runs.count) == [0, 0, 2, 2])
    }
  }

  /// The directory of an artefact's results is replaced as a whole, with all that lies in it.
  @Test func idsDoNotLieAmongResults() throws {
    let study = try edited(Tiny.study, ["study: test/tiny": "study: test/table/paper"])
    let artefact = try edited(Tiny.artefact, ["artefact: test/table": "artefact: test/table/more"])
    for manifest in [study, artefact] {
      try Workplace.with([Tiny.study, Tiny.artefact, manifest]) { place in
        let message = words { try place.library() }
        #expect(message.contains("2.yaml:1:1: "), "\(message)")
        #expect(message.hasSuffix("lies among the results of 'test/table': choose another"))
      }
    }
  }

  @Test func idsAreUnique() throws {
    try Workplace.with([Tiny.study, Tiny.study]) { place in
      let message = words { try place.library() }
      #expect(message.contains("1.yaml:1:1: study: the id 'test/tiny' is taken by"))
      #expect(message.hasSuffix("0.yaml"))
    }
    try Workplace.with(["title: neither"]) { place in
      #expect(words { try place.library() }.contains("missing key 'study'"))
    }
  }

  /// One file that is no manifest leaves the others as they are; an id that two have is neither's.
  @Test func oneWrongFile() throws {
    try Workplace.with([Tiny.study, Tiny.artefact, "title: [", Tiny.artefact]) { (place) throws in
      let library = ManifestLibrary(root: place.root + "/experiments")
      #expect(library.problems.count == 2)
      #expect("\(library.problems[0].error)".contains("2.yaml:"))
      #expect(
        "\(library.problems[1].error)".contains(
          "3.yaml:1:1: artefact: the id 'test/table' is taken"))
      let paper = ProfileName(name: "paper")
      let cells = try library.study("test/tiny", paper, kinds: Tiny.kinds).cells
      #expect(cells.count == 2)
      #expect(words { try library.artefact("test/table") }.contains("the id 'test/table' is taken"))
    }
    let similar = "study: test/other\ntitle: Another\nlike: test/tiny\n"
    let paper = ProfileName(name: "paper")
    func problem(_ manifests: [String]) throws -> String {
      try Workplace.with(manifests + [similar]) { place in
        let library = ManifestLibrary(root: place.root + "/experiments")
        return words { try library.study("test/other", paper, kinds: Tiny.kinds) }
      }
    }
    #expect(try problem([Tiny.study, Tiny.study]).contains("the id 'test/tiny' is taken"))
    #expect(try problem(["study: test/tiny\ntitle: ["]).contains("0.yaml:"))
    #expect(try problem([]).contains("there is no study 'test/tiny'"))
  }

  /// Ids and names of files become paths, which must not lead out of the results.
  @Test(arguments: [
    "../../x", "a/../b", "a//b", "/a", "a/", ".a", "a/.b", "a b", "a\\b", "-a", "é", "",
  ])
  func idsThatAreNoNames(_ id: String) throws {
    let study = try edited(Tiny.study, ["study: test/tiny": "study: \"\(id)\""])
      .replacing("\\b", with: "\\\\b")
    try Workplace.with([study]) { place in
      let message = words { try place.library() }
      #expect(message.contains("0.yaml:1:8: study: '\(id)' is no id: write letters"), "\(message)")
    }
    let artefact = try edited(Tiny.artefact, ["test/table": "../../x", "file: error": "file: a"])
    try Workplace.with([Tiny.study, artefact]) { place in
      #expect(words { try place.library() }.contains("artefact: '../../x' is no id"))
    }
  }

  @Test(arguments: [String(repeating: "a", count: 61), "a/" + String(repeating: "b", count: 59)])
  func idsThatAreTooLong(_ id: String) throws {
    try Workplace.with([try edited(Tiny.study, ["study: test/tiny": "study: \(id)"])]) { place in
      let message = words { try place.library() }
      #expect(message.hasSuffix("0.yaml:1:8: study: an id has at most 60 characters"), "\(message)")
    }
  }

  @Test func filesWhoseNamesAreTooLong() throws {
    let long = String(repeating: "a", count: 61)
    let message = try message(["file: error": "file: \(long)"])
    #expect(
      message.hasSuffix("draw.0.bars: the name of the file has at most 60 characters"), "\(message)"
    )
  }

  @Test(arguments: ["../x", "a/b", ".a", "-a", "a b", "\"\""])
  func filesThatAreNoNames(_ file: String) throws {
    let edit = ["file: error": "file: \(file)"]
    let message = try message(edit)
    let text = try edited(Tiny.artefact, edit)
    #expect(
      message.hasPrefix("\(try place("bars", in: text, file: "1.yaml")): draw.0.bars: the file '"),
      "\(message)")
  }

  /// What is impossible of a computation or a drawing is said at its tag.
  @Test(arguments: [
    ("count: 5", "count: -1", "compute.1.prior-samples: count must be from 1 to 1,000,000"),
    ("examples: 10", "examples: 0", "compute.0.codes: examples must be from 1 to 1,000,000"),
    (
      "{file: error, measures: [angle-error/global-radius]", "{file: error, measures: []",
      "draw.0.bars: measures must hold at least one"
    ),
  ])
  func impossibleKinds(_ old: String, _ new: String, _ expected: String) throws {
    let tag = String(expected.split(separator: ":")[0].split(separator: ".")[2])
    let text = try edited(Tiny.artefact, [old: new])
    let expectedPlace = try place(tag + ": {", in: text, file: "1.yaml")
    #expect(try message([old: new]) == "\(expectedPlace): \(expected)")
  }

  /// What is there under another kind is said to be of that kind.
  @Test func studiesAreNoArtefacts() throws {
    try Workplace.with { place in
      let library = try place.library()
      #expect(
        words { try library.artefact("test/tiny") }
          == "'test/tiny' is a study, not a table or figure: name what is made of its runs, "
          + "test/table")
      #expect(
        words { try library.study("test/table", ProfileName(name: "paper"), kinds: Tiny.kinds) }
          == "'test/table' is a table or figure, not a study: name the study, test/tiny")
    }
  }

  @Test func unknownIds() throws {
    try Workplace.with { place in
      let library = try place.library()
      #expect(
        words { try library.artefact("test/tabel") }
          == "there is no table or figure 'test/tabel'; did you mean 'test/table'? (see 'priorlab "
          + "list')")
      #expect(
        words { try library.study("test/tin", ProfileName(name: "paper"), kinds: Tiny.kinds) }
          == "there is no study 'test/tin'; did you mean 'test/tiny'? (see 'priorlab list --studies')"
      )
      // A study is asked for, though a table's id is nearer.
      #expect(
        words { try library.study("test/tabl", ProfileName(name: "paper"), kinds: Tiny.kinds) }
          .hasSuffix("(see 'priorlab list --studies')"))
      #expect(
        !words { try library.study("test/tabl", ProfileName(name: "paper"), kinds: Tiny.kinds) }
          .contains("'test/table'"))
    }
  }

  /// Each cause is told apart, and none keeps the others from being read.
  @Test func filesThatCannotBeRead() throws {
    try Workplace.with { place in
      let root = place.root + "/experiments"
      var wrong = Data("study: a\ntitle: M".utf8)
      wrong.append(0xFC)
      try place.write(wrong, to: "experiments/latin.yaml")
      try place.write("", to: "experiments/directory.yaml/x.yaml")
      #expect(mkfifo(root + "/pipe.yaml", 0o600) == 0)
      try FileManager.default.createSymbolicLink(
        atPath: root + "/link.yaml", withDestinationPath: "nowhere")
      let library = ManifestLibrary(root: root)
      #expect(library.studies.count == 1 && library.artefacts.count == 1)
      #expect(
        library.problems.map { "\($0.error)".replacing(root + "/", with: "") } == [
          "directory.yaml is a directory, and by its name should be a manifest: rename or remove it",
          "latin.yaml:2:9: not valid YAML: a character is not UTF-8; save the file in that encoding",
          "link.yaml is a link to a file that is not there: mend the link, or remove it",
          "pipe.yaml is neither a file nor a directory: remove it, or put a manifest in its place",
        ])
      #expect(
        words { try Catalogue(root: root) }
          == "\(root)/catalogue.yaml is not there: restore it, or name the directory that has it")
    }
  }

  /// What is not read is not taken for empty.
  @Test func directoriesThatCannotBeRead() throws {
    try Workplace.with { place in
      #expect(ManifestLibrary(root: place.root + "/nowhere").problems.isEmpty)
      let name = place.root + "/" + String(repeating: "n", count: 300)
      #expect(
        ManifestLibrary(root: name).problems.map { "\($0.error)" } == [
          "\(name) cannot be read (File name too long): correct its permissions, or put a copy that can be "
            + "read in its place"
        ])
    }
  }

  /// Files that are hidden, such as an editor's, are none of the manifests.
  @Test func otherFilesAreLeftAlone() throws {
    try Workplace.with { place in
      try place.write("papers: []", to: "experiments/catalogue.yaml")
      try place.write("not: [a manifest", to: "experiments/notes.txt")
      try place.write("not: [a manifest", to: "experiments/test/.#study.yaml")
      #expect(try place.library().studies.count == 1)
    }
  }
}
