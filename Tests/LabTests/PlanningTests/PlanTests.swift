import Foundation
import Testing

@testable import Lab

/// What is to be done about a run, from what lies in its directory and in the records.
@Suite struct PlanTests {
  private static let measures: [String: Double?] = [
    "angle-error/global-radius": 0.5, "final/weight/rate": 1,
    "event/constraint-first-met/rate": nil,
  ]

  private func action(
    _ place: Workplace, _ run: RunSpecification, _ parameters: ParametersNeeded = .none,
    retryFailed: Bool = false
  ) throws -> Plan.Action {
    let plan = try Plan(
      [run], needed: [run.identity: parameters], store: place.store, retryFailed: retryFailed)
    #expect(plan.items.count == 1)
    #expect(plan.warnings.isEmpty)
    return try #require(plan.items.first).action
  }

  private let elsewhere = Plan.Action.train(
    why: "it is finished, but weights or snapshots that a figure needs are not here")

  @Test func nothingThere() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      #expect(try action(place, run) == .train(why: "no finished run"))
      // A directory alone, as a killed run leaves it, says nothing.
      try place.leave(["claim", "run.yaml"], of: run)
      #expect(try action(place, run) == .train(why: "no finished run"))
      // Nor do weights without a record: measuring came to no end.
      try place.leave(["weights.h5"], of: run)
      #expect(try action(place, run) == .train(why: "no finished run"))
    }
  }

  @Test func goesOnFromACheckpoint() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.leave(["checkpoint-3.h5", "checkpoint-3.json"], of: run)
      #expect(try action(place, run) == .resume(step: 3))
      try place.leave(["checkpoint-5.json", "checkpoint-4.json"], of: run)
      #expect(try action(place, run) == .resume(step: 5))
      // A checkpoint without its note was never complete.
      try place.leave(["checkpoint-6.h5", ".checkpoint-9.json.tmp"], of: run)
      #expect(try action(place, run) == .resume(step: 5))
      let plan = try Plan([run], store: place.store)
      #expect(plan.items.map(\.steps) == [1])
    }
  }

  @Test func finished() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.record([recorded(run, Self.measures)])
      #expect(try action(place, run) == .cached)
      // Another seed or cell is another run.
      #expect(try action(place, try Tiny.run(seed: 1)) == .train(why: "no finished run"))
      #expect(try action(place, try Tiny.run("rewo")) == .train(why: "no finished run"))
      // Without its weights it does for a table but not for a figure.
      #expect(try action(place, run, .final) == elsewhere)
      #expect(try action(place, run, .snapshots) == elsewhere)
      try place.leave(["weights.h5"], of: run)
      #expect(try action(place, run, .final) == .cached)
      try place.leave(["snapshot-2.h5"], of: run)
      #expect(try action(place, run, .snapshots) == elsewhere)
      try place.leave(["snapshot-4.h5"], of: run)
      #expect(try action(place, run, .snapshots) == .cached)
    }
  }

  /// Snapshots that lie beyond the end of training are never kept, and so never missed.
  @Test func snapshotsBeyondTheEnd() throws {
    try Workplace.with { place in
      let run = try Tiny.run("plain", ["snapshots: [2, 4]": "snapshots: [2, 600]"])
      try place.record([recorded(run, Self.measures)])
      try place.leave(["weights.h5", "snapshot-2.h5"], of: run)
      #expect(try action(place, run, .snapshots) == .cached)
    }
  }

  @Test func measuresThatAreMissing() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      var measures = Self.measures
      measures["angle-error/global-radius"] = nil
      // The curves of a record are enough for this one.
      measures["final/weight/rate"] = nil
      try place.record([recorded(run, measures)])
      let training = Plan.Action.train(
        why: "measures are missing (angle-error/global-radius) and the weights are not here")
      #expect(try action(place, run) == training)
      // A table that does not show it asks for no training.
      func planned(showing shown: Set<String>) throws -> Plan.Action? {
        try Plan([run], shown: shown, store: place.store).items.first?.action
      }
      #expect(try planned(showing: ["final/weight/rate"]) == .cached)
      #expect(try planned(showing: ["angle-error/global-radius"]) == training)
      try place.leave(["weights.h5", "snapshot-2.h5", "snapshot-4.h5"], of: run)
      #expect(try action(place, run) == .measure(["angle-error/global-radius"]))
      #expect(try planned(showing: []) == .measure(["angle-error/global-radius"]))
      // A measure without a value has been taken.
      try place.record([recorded(run, Self.measures)])
      #expect(try action(place, run) == .cached)
    }
  }

  @Test func failedBefore() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.record([recorded(run, failure: "rate is not a finite number")])
      #expect(try action(place, run) == .failedBefore("rate is not a finite number"))
      #expect(
        try action(place, run, retryFailed: true)
          == .train(why: "failed before: rate is not a finite number"))
      let plan = try Plan([run], store: place.store)
      #expect(plan.pending.isEmpty)
      #expect(plan.items.map(\.steps) == [0])
      // A later success counts.
      try place.record([recorded(run, Self.measures)])
      #expect(try action(place, run) == .cached)
    }
  }

  @Test func stepsTimeAndSpace() throws {
    try Workplace.with { place in
      let runs = try (0..<4).map { try Tiny.run(seed: $0) }
      let before = try Plan(runs, store: place.store)
      #expect(before.items.map(\.steps) == [6, 6, 6, 6])
      #expect(before.seconds == nil)
      #expect(before.pending.count == 4)
      // encoder 16·8+8 + 2·(8·2+2), decoder 2·8+8 + 8·16+16, both prior networks 2·4+4 + 2·(4·2+2);
      // four bytes each, for the end and two snapshots.
      let parameters = 136 + 36 + 24 + 144 + 2 * (12 + 20)
      let kept = try RunSpace(runs[0]).kept
      #expect(kept >= parameters * 4 * 3)
      #expect(before.bytes == 4 * kept)

      // Median of 0.5, 1 and 3 seconds a step; the other cell's steps are slower.
      try place.record([
        recorded(runs[0], Self.measures, steps: 6, seconds: 3),
        recorded(runs[1], Self.measures, steps: 6, seconds: 18),
        recorded(try Tiny.run(seed: 7), Self.measures, steps: 10, seconds: 10),
        recorded(try Tiny.run("rewo"), Self.measures, steps: 10, seconds: 90),
      ])
      try place.leave(["checkpoint-4.json"], of: runs[2])
      let after = try Plan(runs, store: place.store)
      #expect(after.items.map(\.steps) == [0, 0, 2, 6])
      #expect(after.items.map(\.seconds) == [0, 0, 2, 6])
      #expect(after.seconds == 8)
      #expect(after.pending.map(\.run.seed) == [2, 3])
      #expect(after.bytes == 2 * kept)
      let other = try Plan([try Tiny.run("rewo", seed: 1)], store: place.store)
      #expect(other.seconds == 54)
    }
  }

  /// Until a cell has a run of its own, the study's others say how long it may take.
  @Test func timeOfACellWithoutRuns() throws {
    try Workplace.with { place in
      try place.record([
        recorded(try Tiny.run("rewo"), Self.measures, steps: 10, seconds: 20)
      ])
      let plan = try Plan([try Tiny.run("plain")], store: place.store)
      #expect(plan.seconds == 12)
    }
  }

  /// Other machines say how long it may take until this one has done a run.
  @Test func timeOfAnotherProcessor() throws {
    try Workplace.with { place in
      var elsewhere = recorded(try Tiny.run(seed: 5), Self.measures, steps: 10, seconds: 100)
      elsewhere.environment.processor = "a slower one"
      try place.record([elsewhere])
      let run = try Tiny.run()
      #expect(try Plan([run], store: place.store).seconds == 60)
      try place.record([recorded(try Tiny.run(seed: 6), Self.measures, steps: 10, seconds: 20)])
      #expect(try Plan([run], store: place.store).seconds == 12)
    }
  }

  /// Neither a model for each run nor each run against all others.
  @Test func manySeedsArePlannedSoon() throws {
    let study = try edited(Tiny.study, ["seeds: 2\n": "seeds: 2000\n"])
    try Workplace.with([study, Tiny.artefact]) { place in
      let start = ContinuousClock.now
      let artefact = try place.artefact()
      #expect(artefact.runs.count == 4000)
      try place.record(artefact.runs.prefix(500).map { recorded($0, Self.measures) })
      let prepared = ContinuousClock.now
      let plan = try Plan(artefact.runs, store: place.store)
      #expect(plan.pending.count == 3500)
      #expect(ContinuousClock.now - prepared < .seconds(10))
      #expect(prepared - start < .seconds(20))
    }
  }

  /// The name of a file can say any number.
  @Test func impossibleCheckpoints() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.leave(["checkpoint-\(Int.min).json"], of: run)
      #expect(try Plan([run], store: place.store).items.map(\.steps) == [6])
    }
  }

  @Test func epochsAreCountedInSteps() throws {
    try Workplace.with { place in
      let run = try Tiny.run("plain", ["until: {steps: 6}": "until: {epochs: 2.5}"])
      // Three batches of at most 16 of the 40 images.
      let plan = try Plan([run], store: place.store)
      #expect(plan.items.map(\.steps) == [8])
    }
  }
}
