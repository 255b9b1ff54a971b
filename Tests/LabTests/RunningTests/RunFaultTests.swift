import Files
import Foundation
import Testing

@testable import Lab

/// A run and a result whose every operation on the disk fails once, and whose process dies once at
/// each. The same command afterwards comes to the same bytes, and nothing that was there is lost.
@Suite struct RunFaultTests {
  /// All that a finished run leaves, but for what depends on the time.
  private struct Remains: Equatable {
    var files: [String: Data] = [:]
    var measures: [String: Double?]
    var curves: [String: [Double]]
    var steps: [Int]
    var events: [String: Int]
    var records: Int

    init(_ place: Workplace, _ run: RunSpecification) throws {
      let directory = place.store.directory(run).path
      for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
        files[name] = FileManager.default.contents(atPath: "\(directory)/\(name)")
      }
      let record = try #require(place.record(of: run))
      (measures, events) = (record.measures, record.events)
      (curves, steps) = (record.curves.values, record.curves.steps)
      let lines = try place.read("results/test/tiny/runs.jsonl").split(separator: "\n")
      records =
        lines.compactMap { try? RunRecord(line: $0) }.filter {
          $0.identity == run.identity
        }.count
    }
  }

  /// Three steps, after the last of which an old checkpoint goes: short, as it is trained some hundred
  /// times.
  private static func run() throws -> RunSpecification {
    try Tiny.run(
      "rewo",
      [
        "until: {steps: 6}": "until: {steps: 3}", "[2, 4]": "[2]",
        "measures: [angle-error/global-radius, ": "measures: [",
      ])
  }

  /// A place with the record of an earlier run.
  private func with(_ earlier: RunSpecification, _ body: (Workplace) throws -> Void) throws {
    try Workplace.with([]) { place in
      try place.record([recorded(earlier, ["a": 1])])
      try body(place)
    }
  }

  private func train(_ place: Workplace, _ run: RunSpecification) throws {
    try place.store.tidy([run])
    try place.train(run, checkpointSeconds: 0)
  }

  @Test(arguments: FaultInjection.Fault.allCases)
  func aRunSurvivesEveryFault(_ fault: FaultInjection.Fault) throws {
    let run = try Self.run()
    let earlier = try Tiny.run("plain")
    let count = FaultInjection()
    var expected: Remains?
    try with(earlier) { place in
      try FaultInjection.$current.withValue(count) { try train(place, run) }
      expected = try Remains(place, run)
    }
    let whole = try #require(expected)
    #expect(
      whole.files.keys.sorted()
        == ["claim", "curves.h5", "run.yaml", "snapshot-2.h5", "weights.h5"])
    #expect(whole.records == 1)
    // The settings, two files of each checkpoint, a snapshot, weights, curves.
    #expect(count.operations.filter { $0 == .rename }.count >= 10)
    for index in count.operations.indices {
      try with(earlier) { place in
        let injection = FaultInjection(fault, at: index)
        FaultInjection.$current.withValue(injection) { try? train(place, run) }
        #expect(injection.operations.count > index, "nothing happened at \(index)")
        #expect(place.record(of: earlier)?.measures == ["a": 1])
        try train(place, run)
        #expect(try Remains(place, run) == whole, "\(fault) at \(index)")
        #expect(place.record(of: earlier)?.measures == ["a": 1])
      }
    }
  }

  @Test(arguments: FaultInjection.Fault.allCases)
  func aResultIsOldOrNewAtEveryFault(_ fault: FaultInjection.Fault) throws {
    // Neither drawn nor computed: each takes longer than all that is written.
    let artefact = """
      artefact: test/table
      title: t
      use: [{study: test/tiny, cells: "method = plain"}]
      measures: [final/weight/rate]
      """
    try Workplace.with([Tiny.study, artefact]) { place in
      let target = ResultWriter.directory(
        "test/table", ProfileName(name: "paper"), store: place.store)
      func write(seeds: [Int]) throws {
        let artefact = try place.artefact(seeds: SeedList(seeds))
        let comparison = try Comparison(artefact, kinds: Tiny.kinds, store: place.store)
        _ = try ResultWriter(artefact, comparison, kinds: Tiny.kinds, store: place.store).write()
      }
      func result() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: target)
        return try Dictionary(
          uniqueKeysWithValues: names.map {
            ($0, try Data(contentsOf: URL(fileURLWithPath: "\(target)/\($0)")))
          })
      }
      try place.record(place.artefact().runs.map { recorded($0, ["final/weight/rate": 0.5]) })
      try write(seeds: [0])
      let old = try result()
      let count = FaultInjection()
      try FaultInjection.$current.withValue(count) { try write(seeds: [0, 1]) }
      let new = try result()
      #expect(old.keys == new.keys && old != new)
      for index in count.operations.indices {
        try FileManager.default.removeItem(atPath: target)
        for (name, data) in old { try place.write(data, to: "results/test/table/paper/\(name)") }
        FaultInjection.$current.withValue(FaultInjection(fault, at: index)) {
          try? write(seeds: [0, 1])
        }
        try AtomicDirectory.recover(at: target)
        let found = try result()
        #expect(found == old || found == new, "\(fault) at \(index)")
        try write(seeds: [0, 1])
        #expect(try result() == new, "\(fault) at \(index)")
        let beside = try FileManager.default.contentsOfDirectory(
          atPath: place.root + "/results/test/table")
        #expect(beside == ["paper"], "\(fault) at \(index)")
      }
    }
  }
}
