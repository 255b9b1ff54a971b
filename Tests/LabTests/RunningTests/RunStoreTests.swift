import Foundation
import Testing
import Training

@testable import Lab

/// Records on disk: what counts, and what is passed over with a warning.
@Suite struct RunStoreTests {
  private let committed = "results/test/tiny/runs.jsonl"
  private let passing = "results/test/tiny/runs/runs.jsonl"

  @Test func theLatestRecordCounts() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      let other = try Tiny.run("rewo")
      try place.record([
        recorded(run, ["a": 1]), recorded(other, ["a": 5]), recorded(run, ["a": 2, "b": nil]),
      ])
      let (records, warnings) = try place.records()
      #expect(warnings.isEmpty)
      #expect(Set(records.keys) == [run.identity, other.identity])
      #expect(records[run.identity]?.measures == ["a": 2, "b": nil])
      #expect(records[other.identity]?.measures == ["a": 5])
      #expect(try place.store.records(of: "test/none").isEmpty)
      #expect(try place.store.studies() == ["test/tiny"])
    }
  }

  /// Whichever comes first, and in whichever of the two files.
  @Test(arguments: ["paper", "quick"], ["paper", "quick"])
  func aFailureHidesNoFinishedRun(_ finished: String, _ failed: String) throws {
    func run(_ profile: String) throws -> RunSpecification {
      try RunSpecification(
        try Tiny.run().template, seed: 0, profile: ProfileName(name: profile))
    }
    let ends = [
      recorded(try run(finished), ["a": 1]), recorded(try run(failed), failure: "diverged"),
    ]
    for records in [ends, ends.reversed()] {
      try Workplace.with { place in
        try place.record(records)
        let record = try #require(place.record(of: try Tiny.run()))
        #expect(record.failure == nil)
        #expect(record.measures == ["a": 1])
      }
    }
  }

  /// A run that was made under an override is taken over, once, into the cell that turns out to be the same.
  @Test func adoptedRuns() throws {
    try Workplace.with { place in
      let run = try Tiny.run("rewo")
      let override = ProfileName(name: "paper", overrides: ["record.every=2"])
      var passed = recorded(
        try RunSpecification(run.template, seed: 0, profile: override), ["a": 1])
      passed.cell = try Tiny.run().template.cell
      #expect(passed.cell != run.template.cell)
      try place.record([passed])
      let before = try place.read(passing)

      // In a budget that is not kept it stays where it is.
      let quick = try RunSpecification(
        run.template, seed: 0, profile: ProfileName(name: "quick"))
      try place.store.adopt([quick])
      #expect(!FileManager.default.fileExists(atPath: "\(place.root)/\(committed)"))

      for _ in 0..<2 { try place.store.adopt([run]) }
      let lines = try place.read(committed).split(separator: "\n")
      #expect(lines.count == 1)
      let adopted = try RunRecord(line: try #require(lines.first))
      #expect(adopted.identity == run.identity)
      #expect(adopted.profile == run.profile)
      #expect(adopted.cell == run.template.cell)
      #expect(adopted.measures == ["a": 1])
      #expect(try place.read(passing) == before)
    }
  }

  /// Records that are there and cannot be read are not taken for none: all would be trained again.
  @Test func recordsThatCannotBeRead() throws {
    try Workplace.with { place in
      try FileManager.default.createDirectory(
        atPath: "\(place.root)/\(committed)", withIntermediateDirectories: true)
      let run = try Tiny.run()
      for found in [
        words { try place.store.records(of: "test/tiny") },
        words { try Plan([run], store: place.store) }, words { try place.train(run) },
      ] {
        #expect(
          found.contains(
            "\(place.root)/\(committed) cannot be read (Is a directory): change its permissions"))
      }
      #expect(!FileManager.default.fileExists(atPath: place.store.directory(run).weights))
    }
  }

  /// Nor is a place that cannot be read taken for an empty one: here a link that leads to itself.
  @Test(arguments: ["test/tiny", "test/tiny/runs", "test/table", "test/table/comparison.json"])
  func placesThatCannotBeRead(_ name: String) throws {
    try Workplace.with { place in
      let store = place.store
      let path = "\(store.root)/\(name)"
      try FileManager.default.createDirectory(
        atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
        withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
      let run = try Tiny.run()
      let found: [String] =
        switch name {
        case "test/table": [words { try store.profiles(of: name) }]
        case "test/table/comparison.json": [words { try Comparison(reading: path) }]
        default:
          [
            words { try store.records(of: "test/tiny") },
            words { try store.runDirectories(of: ["test/tiny"]) },
            words { try store.directory(run).names },
            words { try store.directory(run).hasWeights },
            words { try store.directory(run).checkpointStep },
            words { try Plan([run], store: store) },
          ]
        }
      for message in found {
        #expect(message.hasPrefix(path), "\(message)")
        #expect(
          message.contains(" cannot be read (Too many levels of symbolic links): change its perm"),
          "\(message)")
      }
    }
  }

  /// Budgets that the manifests declare as results go to the committed file, all others do not.
  @Test(arguments: [
    (ProfileName(name: "paper"), true), (ProfileName(name: "short"), true),
    (ProfileName(name: "quick"), false), (ProfileName(name: "smoke"), false),
    (ProfileName(name: "paper", overrides: ["model.vhp.latent=2"]), false),
    (ProfileName(name: "short", overrides: ["model.vhp.latent=2"]), false),
  ])
  func passingRunsAreNotCommitted(_ profile: ProfileName, _ isCommitted: Bool) throws {
    try Workplace.with { place in
      let run = try RunSpecification(
        try Tiny.run().template, seed: 0, profile: profile)
      try place.record([recorded(run, ["a": 1])])
      let files = [committed, passing].map {
        FileManager.default.fileExists(atPath: "\(place.root)/\($0)")
      }
      #expect(files == [isCommitted, !isCommitted])
      #expect(place.record(of: run)?.profile == profile)
      #expect(try place.store.studies() == ["test/tiny"])
    }
  }

  /// Lines that cannot be read are named and do not count; those around them do.
  @Test func tornAndForeignLines() throws {
    try Workplace.with { place in
      let runs = try (0..<4).map { try Tiny.run(seed: $0) }
      let lines = try runs.map { try recorded($0, ["a": 1]).json() }
      let future = lines[2].replacing("\"format\":1", with: "\"format\":2")
      #expect(future != lines[2])
      let torn = String(lines[1].prefix(lines[1].count / 2))
      try place.write(
        [lines[0], torn, future, "", "nonsense", lines[3]].joined(separator: "\n") + "\n",
        to: committed)
      let (records, warnings) = try place.records()
      #expect(Set(records.keys) == [runs[0].identity, runs[3].identity])
      let file = "\(place.root)/\(committed)"
      #expect(
        warnings == [
          "\(file):2: the record is passed over: it is torn or altered",
          "\(file):3: the record is passed over: it has format 2, this version reads 1",
          "\(file):5: the record is passed over: it is torn or altered",
        ])
      // They do not count in a plan either.
      let plan = try Plan(runs, store: place.store)
      #expect(plan.items[1].action == .train(why: "no finished run"))
      #expect(plan.items[2].action == .train(why: "no finished run"))
    }
  }

  /// A later version may write anything: it is not taken for damage.
  @Test func anotherFormatIsReadFirst() throws {
    try Workplace.with { place in
      try place.write(#"{"format":7,"cells":[]}"# + "\n", to: committed)
      #expect(
        try place.records().warnings == [
          "\(place.root)/\(committed):1: the record is passed over: it has format 7, this version "
            + "reads 1"
        ])
      let path = "\(place.root)/comparison.json"
      try place.write(#"{"format":7,"table":[]}"#, to: "comparison.json")
      #expect(
        words { try Comparison(reading: path) }.contains("has format 7, and this version reads"))
      try place.write(#"{"form":7}"#, to: "comparison.json")
      #expect(words { try Comparison(reading: path) }.contains("is torn or altered"))
    }
  }

  /// Numbers that no run can have are not reckoned with.
  @Test(arguments: [
    ("\"seconds\":3", "\"seconds\":1e300"), ("\"seconds\":3", "\"seconds\":-1"),
    ("\"steps\":6", "\"steps\":-6"), ("\"steps\":6", "\"steps\":9223372036854775807"),
    ("\"seed\":0", "\"seed\":-1"), ("\"events\":{}", "\"events\":{\"met\":-1}"),
    ("\"curves\":{\"steps\":[],", "\"curves\":{\"steps\":[3,2],"),
    ("\"curves\":{\"steps\":[],", "\"curves\":{\"steps\":[-1],"),
    ("\"values\":{}}", "\"values\":{\"loss/rate\":[0.5]}}"),
    ("\"measures\":{\"a\":1}", "\"measures\":{\"a\":1e308}"),
    ("\"measures\":{\"a\":1}", "\"measures\":{\"a\":1},\"examples\":{\"a\":[1,-1e101]}"),
  ])
  func impossibleNumbers(_ old: String, _ new: String) throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.write(
        try edited(try recorded(run, ["a": 1]).json(), [old: new]) + "\n", to: committed)
      let (records, warnings) = try place.records()
      #expect(records.isEmpty)
      #expect(warnings.count == 1)
      #expect(try Plan([run], store: place.store).pending.count == 1)
    }
  }

  @Test(arguments: [
    (45.4, "45 s"), (-3, "0 s"), (.nan, "0 s"), (5400, "1 h 30 min"), (7200, "2 h"),
    (7500, "2 h 5 min"),
    (.infinity, "277777777777 h 47 min"), (1e300, "277777777777 h 47 min"),
  ])
  func timesOfAnySize(_ seconds: Double, _ expected: String) {
    #expect(timeText(seconds) == expected)
  }

  /// A torn end is closed by the next append, and only it is lost.
  @Test func appendsAfterATornEnd() throws {
    try Workplace.with { place in
      let first = try Tiny.run(seed: 0)
      let second = try Tiny.run(seed: 1)
      let line = try recorded(first, ["a": 1]).json()
      try place.write(line + "\n" + line.prefix(40), to: committed)
      try place.record([recorded(second, ["a": 2])])
      let (records, warnings) = try place.records()
      #expect(Set(records.keys) == [first.identity, second.identity])
      #expect(warnings.count == 1)
    }
  }

  /// One altered byte costs one record, also where it makes the file no longer UTF-8: at the start of its
  /// line, and within the name of an axis.
  @Test(arguments: [1, 20]) func oneBadByte(_ byte: Int) throws {
    try Workplace.with { place in
      let runs = try (0..<3).map { try Tiny.run(seed: $0) }
      try place.record(runs.map { recorded($0, ["a": 1]) })
      let url = URL(fileURLWithPath: "\(place.root)/\(committed)")
      var data = try Data(contentsOf: url)
      let line = try #require(data.firstIndex(of: UInt8(ascii: "\n")))
      data[line + byte] = 0xFF
      try data.write(to: url)
      let (records, warnings) = try place.records()
      #expect(Set(records.keys) == [runs[0].identity, runs[2].identity])
      #expect(
        warnings == ["\(url.path):2: the record is passed over: it is torn or altered"])
    }
  }

  @Test func directoriesOfRuns() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.leave(["weights.h5", "claim"], of: run)
      try place.record([
        recorded(run, [:]), recorded(try Tiny.run(seed: 1, profile: ProfileName(name: "quick"))),
      ])
      let directories = try place.store.runDirectories(of: ["test/tiny", "test/none"])
      #expect(directories.map(\.identity) == [run.identity])
      #expect(try directories[0].hasWeights)
      #expect(directories[0].path == place.store.directory(run).path)
    }
  }
}

@Suite struct RunRecordTests {
  @Test func survivesALine() throws {
    let run = try Tiny.run(
      "rewo", seed: 3, profile: ProfileName(name: "quick", overrides: ["record.every=2"]))
    var curves = Curves()
    curves.record(1, ["loss/rate": 0.1, "weight/rate": 1e-300])
    curves.record(50, ["loss/rate": -.infinity, "average/x": .infinity, "weight/rate": .nan])
    var record = recorded(
      run,
      [
        "a": 0.1 + 0.2, "b": nil, "c": -0.0, "d": .leastNonzeroMagnitude, "e": .infinity, "f": .nan,
      ],
      failure: "line\nbreak \"quotes\" – β", curves: curves, standIn: "a stand-in")
    record.events = ["met": 350]
    let line = try record.json()
    #expect(!line.contains("\n"))
    let back = try RunRecord(line: line)
    #expect(back.identity == run.identity)
    #expect(back.cell == run.template.cell)
    #expect(back.profile == run.profile)
    #expect(back.failure == record.failure)
    #expect(back.standIn == "a stand-in")
    #expect(back.events == ["met": 350])
    #expect(back.environment == record.environment)
    #expect(back.finished == record.finished)
    #expect(back.measures.count == 6)
    for (name, value) in record.measures {
      let found = try #require(back.measures[name])
      #expect(
        found?.bitPattern == value?.bitPattern || (found?.isNaN == true && value?.isNaN == true))
    }
    #expect(back.measures["b"] == .some(nil))
    #expect(back.curves.steps == [1, 50])
    #expect(back.curves.values["loss/rate"] == [0.1, -.infinity])
    #expect(back.curves.values["average/x"]?[0].isNaN == true)
    #expect(back.curves.values["average/x"]?[1] == .infinity)
    #expect(back.curves.values["weight/rate"]?[0] == 1e-300)
    #expect(back.curves.values["weight/rate"]?[1].isNaN == true)
  }

  /// However many points of a training's curves it has, and with however many digits.
  @Test func itsTrainingIsToldByItsCurves() throws {
    func curves(_ shift: Double = 0) -> Curves {
      var curves = Curves()
      for step in 1...1000 {
        let sum = step.isMultiple(of: 50) ? Double(step) / 3 : .nan
        curves.record(
          step, ["loss/rate": sin(Double(step)) + shift, "weight/rate": 1e-300, "sum": sum])
      }
      return curves
    }
    func record(_ curves: Curves) throws -> RunRecord {
      try RunRecord(line: try recorded(try Tiny.run(), curves: curves).json())
    }
    let whole = curves()
    for kept in [
      whole, whole.thinned(to: 200), whole.thinned(to: 200, whole: 500).rounded(),
      whole.thinned(to: 30).rounded(), Curves(),
    ] {
      #expect(try record(kept).isOf(whole))
    }
    let named = Curves(steps: [1], values: ["loss/distortion": [1]])
    let later = Curves(steps: [1001], values: ["loss/rate": [1]])
    for other in [curves(1e-3).thinned(to: 200).rounded(), named, later] {
      #expect(try !record(other).isOf(whole))
    }
    // A gap is no value.
    let gap = Curves(steps: [1, 2], values: ["loss/rate": [0, .nan]])
    #expect(try record(gap).isOf(gap))
    #expect(try !record(Curves(steps: [2], values: ["loss/rate": [0]])).isOf(gap))
  }

  /// Other programs read a line: null for a measure without a value, an object for the rest.
  @Test func isPlainJSON() throws {
    let line = try recorded(try Tiny.run(), ["a": nil, "b": 2.5]).json()
    let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
    let object = try #require(value as? [String: Any])
    let measures = try #require(object["measures"] as? [String: Any])
    #expect(measures["a"] is NSNull)
    #expect(measures["b"] as? Double == 2.5)
    #expect(object["format"] as? Int == 1)
    #expect(object["failure"] == nil)
  }
}
