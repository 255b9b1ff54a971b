import Files
import Foundation
import Testing

@testable import Lab

/// Arrays in a result that outlive the weights that they were made of.
@Suite struct KeptArraysTests {
  private let directory = "results/test/table/paper"
  private var file: String { directory + "/result.h5" }
  /// The run of median error is shown.
  private let median = [
    "use: [{study: test/tiny}]":
      "use: [{study: test/tiny, select: {median: {measure: angle-error/global-radius}}}]"
  ]

  /// Writes the result; returns the warnings.
  @discardableResult
  private func write(_ place: Workplace, mayLose: Bool = true) throws -> [String] {
    let artefact = try place.artefact()
    var warnings: [String] = []
    _ = try ResultWriter(
      artefact, try Comparison(artefact, kinds: Tiny.kinds, store: place.store), kinds: Tiny.kinds,
      store: place.store
    ).write(mayLose: mayLose) { warnings.append($0) }
    return warnings
  }

  /// All datasets below the runs' arrays: shape and, as text, values.
  private func arrays(_ place: Workplace) throws -> [String: String] {
    let file = try HDF5File(reading: "\(place.root)/\(file)")
    let names = try file.datasets().filter { $0.contains("/seed-") }
    return Dictionary(
      uniqueKeysWithValues: try names.map { name in
        let array = try file.numbers(at: name)
        return (name, "\(array.shape) \(array.doubles())")
      })
  }

  private func removeWeights(_ runs: [RunSpecification], _ place: Workplace) throws {
    for run in runs {
      try FileManager.default.removeItem(atPath: place.store.directory(run).path)
    }
  }

  private func planned(_ place: Workplace) throws -> [String] {
    let artefact = try place.artefact()
    let needed = try artefact.weightsNeeded(store: place.store, kinds: Tiny.kinds)
    return try Plan(artefact.wanted, needed: needed, store: place.store).pending.map {
      "\($0.run.template.cell.label) \($0.run.seed)"
    }
  }

  @Test func outliveTheWeights() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      let (early, late) = (Array(runs.prefix(2)), Array(runs.suffix(2)))
      for run in early { try place.train(run, needed: .snapshots) }
      try write(place)
      let first = try arrays(place)
      #expect(first.count > 10 && first.keys.allSatisfy { $0.contains("method=rewo") })
      try removeWeights(early, place)
      // Nothing of the finished cell is trained again.
      #expect(try planned(place) == ["method=plain 0", "method=plain 1"])
      for run in late { try place.train(run, needed: .snapshots) }
      try write(place)
      let second = try arrays(place)
      #expect(second.count == 2 * first.count)
      for (name, values) in first { #expect(second[name] == values, "\(name)") }
      // They are no guess: with the weights the same comes out.
      for run in early { try place.train(run, needed: .snapshots) }
      try FileManager.default.removeItem(atPath: "\(place.root)/\(file)")
      try write(place)
      #expect(try arrays(place) == second)
      // A copy is as good as what it is a copy of.
      try removeWeights(runs, place)
      var copies: [Data] = []
      for _ in 0..<2 {
        #expect(try planned(place).isEmpty)
        #expect(try write(place).isEmpty)
        #expect(try arrays(place) == second)
        copies.append(try Data(contentsOf: URL(fileURLWithPath: "\(place.root)/\(file)")))
      }
      #expect(copies[0] == copies[1])
    }
  }

  /// Arrays that the manifest would make otherwise by now are not taken for its own.
  @Test(arguments: [
    (Tiny.artefact, ["codes: {examples: 10}": "codes: {examples: 11}"]),
    (Tiny.artefact, ["  - prior-samples: {count: 5}\n": ""]),
    (
      Tiny.artefact,
      ["[{study: test/tiny}]": "[{study: test/tiny, compute: [examples: {examples: 2}]}]"]
    ),
    (Tiny.study, ["snapshots: [2, 4]": "snapshots: [2]"]),
    (Tiny.study, ["rate: 1e-3": "rate: 2e-3"]),
  ])
  func ofAnotherManifest(_ manifest: String, _ edits: [String: String]) throws {
    try Workplace.with { place in
      func trainAndLose() throws {
        let runs = try place.artefact().runs
        for run in runs { try place.train(run, needed: .snapshots) }
        try removeWeights(runs, place)
      }
      for run in try place.artefact().runs { try place.train(run, needed: .snapshots) }
      try write(place)
      try removeWeights(try place.artefact().runs, place)
      #expect(try planned(place).isEmpty)
      let index = manifest == Tiny.study ? 0 : 1
      try place.write(try edited(manifest, edits), to: "experiments/\(index).yaml")
      // Also where they are runs of their own, finished elsewhere.
      try trainAndLose()
      #expect(try planned(place).count == 4)
      #expect(try write(place).count == 4)
      #expect(try arrays(place).isEmpty)
    }
  }

  /// A result is not replaced by one that lacks what it has of the same runs, unless that is asked for.
  @Test func areNotLostUnasked() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      try write(place, mayLose: false)
      func content() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(
          atPath: "\(place.root)/\(directory)")
        return Dictionary(
          uniqueKeysWithValues: try names.map {
            ($0, try Data(contentsOf: URL(fileURLWithPath: "\(place.root)/\(directory)/\($0)")))
          })
      }
      try removeWeights(runs, place)
      // Nothing is lost where the arrays are taken over.
      try write(place, mayLose: false)
      #expect(try arrays(place).count > 10)
      let before = try content()

      try place.write(
        try edited(Tiny.artefact, ["codes: {examples: 10}": "codes: {examples: 11}"]),
        to: "experiments/1.yaml")
      let ofArrays = words { try write(place, mayLose: false) }
      #expect(
        ofArrays.contains("lack arrays of test/tiny, method=rewo, seed 0; arrays of"), "\(ofArrays)"
      )
      #expect(ofArrays.contains("; and 1 more: ") && ofArrays.contains("--replace"), "\(ofArrays)")
      #expect(try content() == before)

      // Runs that are no longer asked for are none that could be lost.
      try place.write(
        try edited(Tiny.study, ["rate: 1e-3": "rate: 2e-3"]), to: "experiments/0.yaml")
      try write(place, mayLose: false)
      #expect(try arrays(place).isEmpty)
    }
  }

  /// A picture of one run is not replaced by none of another, whose weights are not here.
  @Test func areNotLostToAnotherSelection() throws {
    func selecting(_ seed: Int) throws -> String {
      try edited(
        Tiny.artefact,
        ["use: [{study: test/tiny}]": "use: [{study: test/tiny, select: {seed: \(seed)}}]"])
    }
    try Workplace.with([Tiny.study, try selecting(0)]) { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      try write(place, mayLose: false)
      let before = try arrays(place)
      #expect(before.keys.allSatisfy { $0.contains("/seed-0/") })
      try removeWeights(runs, place)
      try place.write(try selecting(1), to: "experiments/1.yaml")
      let found = words { try write(place, mayLose: false) }
      #expect(
        found.contains("would lack arrays of test/tiny, method=rewo, seed 0; "), "\(found)")
      #expect(try arrays(place) == before)
      // With its weights the other one takes its place.
      for run in runs where run.seed == 1 { try place.train(run, needed: .snapshots) }
      #expect(try write(place, mayLose: false).isEmpty)
      #expect(try arrays(place).keys.allSatisfy { $0.contains("/seed-1/") })
    }
  }

  @Test func valuesAreNotLostUnasked() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      try write(place, mayLose: false)
      let records = place.store.root + "/test/tiny"
      let before = try String(
        contentsOfFile: "\(place.root)/\(directory)/comparison.json", encoding: .utf8)
      try FileManager.default.removeItem(atPath: records)
      let found = words { try write(place, mayLose: false) }
      #expect(found.contains("/paper stays as it is, because a new one would lack "), "\(found)")
      #expect(found.contains(" of test/tiny, method=rewo, seed 0, 1"), "\(found)")
      let after = try String(
        contentsOfFile: "\(place.root)/\(directory)/comparison.json", encoding: .utf8)
      #expect(after == before)
      try write(place, mayLose: true)
      #expect(try arrays(place).isEmpty)
    }
  }

  /// Nor are those of another training of the same run, such as one on another processor.
  @Test func ofAnotherTraining() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      try write(place)
      try removeWeights(runs, place)
      var record = try #require(place.record(of: runs[0]))
      record.measures["final/weight/rate"] = 7
      try place.store.append(record)
      #expect(try planned(place).isEmpty)
      record.events["other"] = 3
      try place.store.append(record)
      #expect(try planned(place) == ["method=rewo 0"])
    }
  }

  /// Nor are arrays made for it of the weights of that other training.
  @Test func ofWeightsOfAnotherTraining() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      try place.store.append(try #require(place.record(of: runs[0])).ofAnotherTraining)
      #expect(try planned(place) == ["method=rewo 0"])
      let warnings = try write(place)
      #expect(warnings.count == 1)
      #expect(
        warnings.first?.hasPrefix(
          "test/table shows nothing of test/tiny, method=rewo, seed 0: the weights in ") == true,
        "\(warnings)")
      let own = "runs/test/tiny/method=rewo/seed-0/codes/mean"
      #expect(try arrays(place)[own] == nil)
      try place.train(runs[0], needed: .snapshots)
      #expect(try write(place).isEmpty)
      #expect(try arrays(place)[own] != nil)
    }
  }

  /// Nor of what is damaged.
  @Test func ofADamagedSnapshot() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      let directory = place.store.directory(runs[0])
      try Data("noise".utf8).write(to: URL(fileURLWithPath: directory.snapshot(2)))
      #expect(
        words { try write(place) } == "\(directory.snapshot(2)) is damaged: remove the directory "
          + "\(directory.path), so that the run is trained again where its weights are needed")
      try removeWeights([runs[0]], place)
      #expect(try planned(place) == ["method=rewo 0"])
    }
  }

  /// A step that is shown and was not kept is missed like the weights.
  @Test func ofAMissingSnapshot() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      try write(place)
      let before = try arrays(place)
      for run in runs {
        try FileManager.default.removeItem(atPath: place.store.directory(run).snapshot(2))
      }
      #expect(try planned(place).isEmpty)
      try write(place)
      #expect(try arrays(place) == before)
    }
  }

  /// A computation may have nothing to show of a run, and then it has it already.
  @Test func ofNothing() throws {
    let table = """
      artefact: test/table
      title: t
      use: [{study: test/tiny}]
      compute: [nothing]
      """
    try Workplace.with([Tiny.study, table]) { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      try write(place)
      try removeWeights(runs, place)
      #expect(try planned(place).isEmpty)
    }
  }

  /// Once all runs of a cell are finished, the selected one alone is needed; before, any may be it.
  @Test func ofTheSelectedRunAlone() throws {
    try Workplace.with([Tiny.study, try edited(Tiny.artefact, median)]) { place in
      let artefact = try place.artefact()
      let runs = artefact.runs
      for run in runs.dropLast() { try place.train(run) }
      try removeWeights(Array(runs.dropLast()), place)
      let records = try place.store.records(of: "test/tiny")
      let shown = try artefact.selected(
        of: runs[0].template, Array(runs.prefix(2)), records, kinds: Tiny.kinds)
      #expect(shown.count == 1)
      #expect(
        try planned(place) == [
          "method=rewo \(shown[0].seed)", "method=plain 0", "method=plain 1",
        ])
    }
  }

  /// The run of a chosen seed is known from the start.
  @Test func ofAChosenSeed() throws {
    let seed = ["use: [{study: test/tiny}]": "use: [{study: test/tiny, select: {seed: 1}}]"]
    try Workplace.with([Tiny.study, try edited(Tiny.artefact, seed)]) { place in
      let runs = try place.artefact().runs
      for run in runs.dropLast() { try place.train(run) }
      try removeWeights(Array(runs.dropLast()), place)
      #expect(try planned(place) == ["method=rewo 1", "method=plain 1"])
    }
  }

  /// A result that cannot be read, is of another layout or is damaged has nothing to keep, and does not stand
  /// in the way; one that a crash has left aside is as good as in its place.
  @Test(arguments: ["no HDF5", "another layout", "damaged", "left aside"])
  func ofAnOddResult(_ kind: String) throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needed: .snapshots) }
      try write(place)
      let whole = try arrays(place)
      let path = "\(place.root)/\(file)"
      switch kind {
      case "no HDF5": try place.write("no HDF5", to: file)
      case "another layout":
        let old = try HDF5File(reading: path)
        let other = try HDF5File(creating: path)
        try other.copyGroup("runs", from: old)
        try other.setAttribute("format", to: ResultFile.format + 1)
        try other.close()
      case "damaged":
        // A byte in the descriptions of the last datasets, which have checksums.
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        let headers = data.indices.dropLast(4).filter {
          data[$0..<$0 + 4].elementsEqual(Data("OHDR".utf8))
        }
        for header in headers.suffix(30) { data[header + 8] ^= 0xff }
        try data.write(to: URL(fileURLWithPath: path))
      default:
        try FileManager.default.moveItem(
          atPath: "\(place.root)/\(directory)",
          toPath: AtomicDirectory.old(of: "\(place.root)/\(directory)"))
      }
      try removeWeights(runs, place)
      if kind == "left aside" {
        #expect(try planned(place).isEmpty)
        #expect(try write(place).isEmpty)
        #expect(try arrays(place) == whole)
      } else {
        #expect(try !planned(place).isEmpty)
        #expect(try !write(place).isEmpty)
        #expect(try arrays(place).count < whole.count)
      }
    }
  }
}

/// Needs weights and makes no arrays of them.
struct NothingComputation: Computation {
  static let name = "nothing"
  var parametersNeeded: ParametersNeeded { .final }
  var arrays: [String] { [] }
  func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] { [] }
}
