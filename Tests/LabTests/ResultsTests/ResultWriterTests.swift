import Files
import Foundation
import Testing

@testable import Lab

/// An artefact's directory, from trained runs to files.
@Suite struct ResultWriterTests {
  /// Trains the tiny study's four runs, makes the artefact's comparison and its files.
  private func reproduce(_ place: Workplace) throws -> (files: [String], artefact: ArtefactRuns) {
    let artefact = try place.artefact()
    for run in artefact.runs { try place.train(run) }
    let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
    let files = try ResultWriter(artefact, comparison, kinds: Tiny.kinds, store: place.store)
      .write()
    return (files.map { String($0.dropFirst(place.root.count + 1)) }, artefact)
  }

  private let directory = "results/test/table/paper"

  /// One measure's id may begin with another's.
  @Test func measuresWithinMeasures() throws {
    let both = "measures: [test/more, test/more/part"
    let study = try edited(Tiny.study, ["measures: [angle-error/global-radius": both])
    let table = try edited(
      Tiny.artefact,
      [
        "measures: [angle-error/global-radius, final": both + ", final",
        "[angle-error/global-radius]": "[test/more, test/more/part]",
      ])
    try Workplace.with([study, table]) { place in
      let (_, artefact) = try reproduce(place)
      let result = try ResultFile(reading: "\(place.root)/\(directory)/result.h5")
      let cell = try #require(result.cells.first)
      #expect(artefact.runs.count == 4)
      #expect(try result.measure("test/more", cell) == [0, 0])
      #expect(try result.measure("test/more/part", cell) == [1, 1])
      #expect(try result.unit("test/more/part") == "%")
    }
  }

  @Test func writesEverything() throws {
    try Workplace.with { place in
      let (files, artefact) = try reproduce(place)
      #expect(
        files
          == [
            "comparison.csv", "comparison.json", "comparison.md", "error.png", "manifest.yaml",
            "result.h5",
          ].map { "\(directory)/\($0)" })
      let png = try PNGImage(reading: "\(place.root)/\(directory)/error.png")
      #expect(png.width > 100 && png.height > 100)

      // The resolved manifests of the first run of each cell, one document each.
      let documents = try place.read(directory + "/manifest.yaml").split(separator: "---\n")
        .dropFirst()
      #expect(documents.count == 2)
      let resolved = try documents.map { try ConfigNode(yaml: String($0), file: "m.yaml") }
      #expect(resolved.map { $0["cell"]?.text } == ["method=rewo", "method=plain"])

      let result = try ResultFile(reading: "\(place.root)/\(directory)/result.h5")
      #expect(result.title == "A tiny table")
      #expect(result.caveat.isEmpty)
      #expect(result.cells.map(\.label) == ["method=rewo", "method=plain"])
      for cell in result.cells {
        #expect(try result.seeds(cell) == [0, 1])
        for (seed, run) in artefact.runs.filter({ $0.template.cell.label == cell.label })
          .enumerated()
        {
          let record = try #require(place.record(of: run))
          let error = try #require(record.measures["angle-error/global-radius"])
          #expect(try result.measure("angle-error/global-radius", cell)[seed] == error)
          let codes = try #require(try result.array("codes/mean", cell, seed: seed))
          #expect(codes.shape == [3, 10, 2])
          #expect(try result.array("codes/step", cell, seed: seed)?.values == [2, 4, 6])
          #expect(try result.array("prior/samples", cell, seed: seed)?.shape == [3, 5, 2])
          #expect(try result.array("curves/step", cell, seed: seed)?.values == [1, 2, 4, 6])
          #expect(try result.array("codes/none", cell, seed: seed) == nil)
          let line = try #require(try result.array("regression/line", cell, seed: seed))
          let x = try #require(try result.array("regression/regressor", cell, seed: seed)).values
          let y = try #require(try result.array("regression/response", cell, seed: seed)).values
          let residual = zip(x, y).reduce(0) {
            $0 + abs($1.1 - line.values[1] - line.values[0] * $1.0)
          }
          // The arrays of the figure and the measure of the table are of the same weights.
          #expect(abs(try #require(error) - residual / Double(x.count)) < 1e-12)
        }
      }
      #expect(try result.unit("angle-error/global-radius") == "rad")
      #expect(try result.unit("test/none") == "")
      #expect(try result.measure("test/none", result.cells[0]).isEmpty)
      #expect(try result.firstSeed(with: "codes/mean", result.cells[1]) == 0)
      #expect(try result.firstSeed(with: "codes/none", result.cells[1]) == nil)
    }
  }

  /// Snapshots are of the training: each differs from the one before.
  @Test func snapshotsDiffer() throws {
    try Workplace.with { place in
      _ = try reproduce(place)
      let result = try ResultFile(reading: "\(place.root)/\(directory)/result.h5")
      let codes = try #require(try result.array("codes/mean", result.cells[1], seed: 0)).values
      let states = (0..<3).map { Array(codes[($0 * 20)..<(($0 + 1) * 20)]) }
      #expect(states[0] != states[1])
      #expect(states[1] != states[2])
      #expect(states[0] != states[2])
    }
  }

  @Test(.enabled(if: installed("h5dump"), "h5dump, of hdf5-tools, is not installed"))
  func h5dumpReadsTheSame() throws {
    try Workplace.with { place in
      _ = try reproduce(place)
      let path = "\(place.root)/\(directory)/result.h5"
      let result = try ResultFile(reading: path)
      for (name, cell) in [("codes/mean", 0), ("regression/response", 1), ("curves/loss/rate", 1)] {
        let entry = result.cells[cell]
        let ours = try #require(try result.array(name, entry, seed: 1)).values
        let text = try output(
          [
            "h5dump", "-y", "-w", "1", "-m", "%.17g", "-d",
            "/runs/test/tiny/\(entry.label)/seed-1/\(name)", path,
          ])
        let data = try #require(text.split(separator: "DATA {").last).split(separator: "}")[0]
        let theirs = data.split { $0 == "," || $0.isWhitespace }.map { Double($0) }
        #expect(theirs == ours, "\(name)")
      }
    }
  }

  /// The same runs give the same file, byte for byte.
  @Test func isReproducible() throws {
    try Workplace.with { place in
      _ = try reproduce(place)
      let before = try Data(
        contentsOf: URL(fileURLWithPath: "\(place.root)/\(directory)/result.h5"))
      _ = try reproduce(place)
      let after = try Data(contentsOf: URL(fileURLWithPath: "\(place.root)/\(directory)/result.h5"))
      #expect(before == after)
    }
  }

  @Test func failingDrawingLeavesTheOldResult() throws {
    try Workplace.with { place in
      _ = try reproduce(place)
      func contents() throws -> [String: Data] {
        let root = "\(place.root)/\(directory)"
        let names = try FileManager.default.contentsOfDirectory(atPath: root)
        return try Dictionary(
          uniqueKeysWithValues: names.map {
            ($0, try Data(contentsOf: URL(fileURLWithPath: "\(root)/\($0)")))
          })
      }
      let before = try contents()
      try place.write(
        try edited(Tiny.artefact, ["draw:": "draw:\n  - broken: {}"]), to: "experiments/1.yaml")
      #expect(
        words { try reproduce(place) }
          == "gnuplot failed (this drawing always fails): run 'make setup', or make the figure smaller"
      )
      #expect(try contents() == before)
      // Nothing half made is left beside it.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(place.root)/results/test/table")
          == ["paper"])
    }
  }

  @Test func otherBudgetsBearACaveat() throws {
    try Workplace.with { place in
      for (profile, caveat) in [
        (ProfileName(name: "quick"), "profile quick: not the paper's budget"),
        (
          ProfileName(name: "quick", overrides: ["record.every=1"]),
          "overridden settings: record.every=1"
        ),
        (
          ProfileName(name: "quick", overrides: ["precision=bf16"]),
          "overridden settings: precision=bf16; products in bf16"
        ),
      ] {
        let artefact = try place.artefact("test/table", profile)
        for run in artefact.runs { try place.train(run) }
        let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
        _ = try ResultWriter(artefact, comparison, kinds: Tiny.kinds, store: place.store).write()
        let path = ResultWriter.directory("test/table", profile, store: place.store)
        #expect(path == "\(place.root)/results/test/table/\(profile.directory)")
        #expect(try ResultFile(reading: path + "/result.h5").caveat == caveat)
      }
    }
  }

  @Test func failedRunsLeaveGaps() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs.dropFirst() { try place.train(run) }
      try place.record([recorded(runs[0], failure: "it broke")])
      let (files, _) = try reproduceWithoutTraining(place)
      #expect(files.contains { $0.hasSuffix("error.png") })
      let result = try ResultFile(reading: "\(place.root)/\(directory)/result.h5")
      #expect(try result.seeds(result.cells[0]) == [1])
      #expect(try result.seeds(result.cells[1]) == [0, 1])
      #expect(try result.array("codes/mean", result.cells[0], seed: 0) == nil)
    }
  }

  @Test func nothingRunYet() throws {
    try Workplace.with { place in
      let (files, _) = try reproduceWithoutTraining(place)
      #expect(files.contains { $0.hasSuffix("result.h5") })
      let result = try ResultFile(reading: "\(place.root)/\(directory)/result.h5")
      #expect(try result.cells.map(result.seeds) == [[], []])
      // A bar that is not there could be taken for one of height 0.
      let bars = BarsDrawing(file: "a", measures: ["angle-error/global-radius"], label: "error")
      let layers = try #require(try bars.figures(result).first).figure.panels[0].layers
      let texts = layers.compactMap { layer -> String? in
        guard case .text(let text, .panel(let x, _), _, _) = layer else { return nil }
        return String(format: "%@ at %.3f", text, x)
      }
      // The axis is 2.2 long and starts 0.6 before the first bar.
      #expect(texts == ["no run at 0.273", "no run at 0.727"])
    }
  }

  /// One panel explains the names of all where one has them all: the last of these.
  @Test func barsAreExplainedOnce() throws {
    let reported = """

      reported:
        - cell: {method: plain}
          measure: final/weight/rate
          value: 1
          margin: {value: 0.1, because: b}
          source: s
      """
    for (table, expected) in [
      (Tiny.artefact, [false, true]), (Tiny.artefact + reported, [true, false]),
    ] {
      try Workplace.with([Tiny.study, table]) { place in
        for run in try place.artefact().runs {
          try place.record([
            recorded(run, ["angle-error/global-radius": 0.5, "final/weight/rate": 1])
          ])
        }
        _ = try reproduceWithoutTraining(place)
        let result = try ResultFile(reading: "\(place.root)/\(directory)/result.h5")
        let bars = BarsDrawing(
          file: "a", measures: ["final/weight/rate", "angle-error/global-radius"], label: "l")
        let panels = try #require(try bars.figures(result).first).figure.panels
        #expect(panels.map { $0.legend == .outside } == expected)
      }
    }
  }

  private func reproduceWithoutTraining(
    _ place: Workplace
  ) throws -> (files: [String], artefact: ArtefactRuns) {
    let artefact = try place.artefact()
    let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
    return (
      try ResultWriter(artefact, comparison, kinds: Tiny.kinds, store: place.store).write(),
      artefact
    )
  }
}

/// Whether a command can be found.
func installed(_ command: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/\(command)")
  }
}

/// What a command writes.
func output(_ command: [String]) throws -> String {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardOutput = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return String(decoding: data, as: UTF8.self)
}
