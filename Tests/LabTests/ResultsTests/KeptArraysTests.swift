import Files
import Foundation
import Testing

@testable import Lab

/// Arrays in a result that outlive the weights that they were made of.
@Suite struct KeptArraysTests {
  private let table = "test/table"
  private let file = "results/test/table/paper/result.h5"
  /// The run of median error is shown.
  private let median = [
    "use: [{study: test/tiny}]":
      "use: [{study: test/tiny, select: {median: {measure: angle-error/global-radius}}}]"
  ]

  private func write(_ place: Workplace) throws {
    let artefact = try place.artefact()
    _ = try ResultWriter(
      artefact, try Comparison(artefact, kinds: Tiny.kinds, store: place.store), kinds: Tiny.kinds,
      store: place.store
    ).write()
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
    let needed = try artefact.parametersNeeded(store: place.store, kinds: Tiny.kinds)
    return try Plan(artefact.wanted, needed: needed, store: place.store).pending.map {
      "\($0.run.template.cell.label) \($0.run.seed)"
    }
  }

  @Test func outliveTheWeights() throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      let (early, late) = (Array(runs.prefix(2)), Array(runs.suffix(2)))
      for run in early { try place.train(run, needsSnapshots: true) }
      try write(place)
      let first = try arrays(place)
      #expect(first.count > 10 && first.keys.allSatisfy { $0.contains("method=rewo") })
      try removeWeights(early, place)
      // Nothing of the finished cell is trained again.
      #expect(try planned(place) == ["method=plain 0", "method=plain 1"])
      for run in late { try place.train(run, needsSnapshots: true) }
      try write(place)
      let second = try arrays(place)
      #expect(second.count == 2 * first.count)
      for (name, values) in first { #expect(second[name] == values, "\(name)") }
      // They are no guess: with the weights the same comes out.
      for run in early { try place.train(run, needsSnapshots: true) }
      try FileManager.default.removeItem(atPath: "\(place.root)/\(file)")
      try write(place)
      #expect(try arrays(place) == second)
      // A copy is as good as what it is a copy of.
      for _ in 0..<2 {
        try? removeWeights(runs, place)
        #expect(try planned(place).isEmpty)
        try write(place)
        #expect(try arrays(place) == second)
      }
    }
  }

  /// Arrays that the manifest would make otherwise by now are not taken for its own.
  @Test(arguments: [
    (Tiny.artefact, ["codes: {examples: 10}": "codes: {examples: 11}"]),
    (Tiny.artefact, ["  - prior-samples: {count: 5}\n": ""]),
    (Tiny.study, ["snapshots: [2, 4]": "snapshots: [2]"]),
    (Tiny.study, ["rate: 1e-3": "rate: 2e-3"]),
  ])
  func ofAnotherManifest(_ manifest: String, _ edits: [String: String]) throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needsSnapshots: true) }
      try write(place)
      #expect(try planned(place).isEmpty)
      try removeWeights(runs, place)
      #expect(try planned(place).isEmpty)
      let index = manifest == Tiny.study ? 0 : 1
      try place.write(try edited(manifest, edits), to: "experiments/\(index).yaml")
      #expect(try planned(place).count == 4)
      try write(place)
      #expect(try arrays(place).isEmpty)
    }
  }

  /// Once all runs of a cell are finished, the selected one alone is needed; before, any may be it.
  @Test func ofTheSelectedRunAlone() throws {
    try Workplace.with([Tiny.study, try edited(Tiny.artefact, median)]) { place in
      let artefact = try place.artefact()
      let runs = artefact.runs
      for run in runs.dropLast() { try place.train(run) }
      try removeWeights(Array(runs.dropLast()), place)
      let records = place.store.records(of: "test/tiny").records
      let shown = try artefact.selected(
        of: runs[0].template, Array(runs.prefix(2)), records, kinds: Tiny.kinds)
      #expect(shown.count == 1)
      #expect(
        try planned(place) == [
          "method=rewo \(shown[0].seed)", "method=plain 0", "method=plain 1",
        ])
    }
  }

  /// A result that is no HDF5, or of another layout, has nothing to keep, and does not stand in the way.
  @Test(arguments: [true, false])
  func ofNoReadableResult(_ isOfAnotherLayout: Bool) throws {
    try Workplace.with { place in
      let runs = try place.artefact().runs
      for run in runs { try place.train(run, needsSnapshots: true) }
      try write(place)
      if isOfAnotherLayout {
        let other = try HDF5File(creating: "\(place.root)/\(file)")
        try other.setAttribute("format", to: ResultFile.format + 1)
        try other.close()
      } else {
        try place.write("no HDF5", to: file)
      }
      try removeWeights(runs, place)
      #expect(try planned(place).count == 4)
      try write(place)
      #expect(try arrays(place).isEmpty)
    }
  }
}
