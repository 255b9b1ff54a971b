import Files
import Foundation
import Testing

@testable import Lab

/// Runs that diverge, wait for others, or are measured again.
@Suite struct UnusualRunsTests {
  private static let reckless = ["adam: {rate: 1e-3}": "adam: {rate: 1e20}"]

  @Test func divergedRunsAreRecordedAndNotTriedAgain() throws {
    try Workplace.with { place in
      let run = try Tiny.run("plain", Self.reckless)
      let outcome = try place.train(run)
      guard case .failed(let reason) = outcome else {
        Issue.record("the run ended otherwise: \(outcome)")
        return
      }
      #expect(reason.contains("is not a finite number at step"))
      #expect(reason.contains("try another seed or a smaller learning rate"))
      let record = try #require(place.record(of: run))
      #expect(record.failure == reason)
      #expect(record.measures.isEmpty)
      #expect(record.steps < 6)
      #expect(try !place.store.directory(run).hasWeights)
      let plan = try Plan([run], store: place.store)
      #expect(plan.items.map(\.action) == [.failedBefore(reason)])
      #expect(plan.pending.isEmpty)
      // When it is tried again, it fails in the same way.
      #expect(try place.train(run) == .failed(reason))
      // The other runs of the study are not touched by it.
      #expect(try place.train(try Tiny.run("plain")) == .finished)
    }
  }

  @Test func waitsForTheOneThatHoldsTheRun() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.store.directory(run).create()
      let holder = try #require(try FileLock(tryLocking: place.store.directory(run).claim))
      var heard: [String] = []
      let outcome = try place.train(run) { event in
        switch event {
        case .waiting:
          heard.append("waiting")
          holder.release()
        case .progress(let step, _, _, _): heard.append("step \(step)")
        case .measuring: break
        case .warning(let text): heard.append(text)
        }
      }
      #expect(outcome == .finished)
      #expect(heard.first == "waiting")
      #expect(heard.last == "step 6")
      #expect(heard.filter { $0 == "waiting" }.count == 1)
    }
  }

  /// What the holder has finished meanwhile is not trained again.
  @Test func findsWhatTheHolderFinished() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.train(run)
      let holder = try #require(try FileLock(tryLocking: place.store.directory(run).claim))
      let outcome = try place.train(run) { event in
        if case .waiting = event { holder.release() } else { Issue.record("\(event)") }
      }
      #expect(outcome == .alreadyFinished)
    }
  }

  /// Of two commands at the same run that breaks down, one finds it out, and both say it.
  @Test func aFailureThatWasWaitedFor() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.store.directory(run).create()
      let holder = try #require(try FileLock(tryLocking: place.store.directory(run).claim))
      let outcome = try place.train(run) { event in
        guard case .waiting = event else {
          Issue.record("\(event)")
          return
        }
        do { try place.record([recorded(run, failure: "it diverged")]) } catch {
          Issue.record(error)
        }
        holder.release()
      }
      #expect(outcome == .failed("it diverged"))
      #expect(try place.read("results/test/tiny/runs.jsonl").split(separator: "\n").count == 1)
      // One that was known before is tried again, as was asked for.
      #expect(try place.train(run) == .finished)
    }
  }

  /// Who waits while the directory is removed works in a new one, and holds its claim.
  @Test func aDirectoryThatGoesWhileWaiting() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      let directory = place.store.directory(run)
      try directory.create()
      let holder = try #require(try FileLock(tryLocking: directory.claim))
      var isHeld: [Bool] = []
      let outcome = try place.train(run) { event in
        if case .waiting = event {
          try? FileManager.default.removeItem(atPath: directory.path)
          holder.release()
        } else {
          isHeld.append(directory.isInUse)
        }
      }
      #expect(outcome == .finished)
      #expect(isHeld.last == true)
      #expect(!directory.isInUse)
      #expect(try directory.hasWeights)
    }
  }

  @Test func stopsWhileWaiting() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.train(run, stopAfter: 2)
      let holder = try #require(try FileLock(tryLocking: place.store.directory(run).claim))
      #expect(try place.train(run, stopAfter: 1) == .interrupted(step: 2))
      holder.release()
    }
  }

  @Test func aRunInUseIsNotRemoved() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.train(run)
      let directory = place.store.directory(run)
      let holder = try #require(try FileLock(tryLocking: directory.claim))
      #expect(try directory.remove(dryRun: false) == nil)
      #expect(try directory.hasWeights)
      holder.release()
      let bytes = try #require(try directory.remove(dryRun: true))
      #expect(bytes > 1000)
      #expect(try directory.hasWeights)
      #expect(try directory.remove(dryRun: false) == bytes)
      #expect(try !directory.isDirectory)
      // The record stays.
      #expect(place.record(of: run) != nil)
    }
  }

  /// A record does for a table; weights are made again only for what needs them.
  @Test func weightsThatAreElsewhere() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.train(run)
      let directory = place.store.directory(run)
      try FileManager.default.removeItem(atPath: directory.path)
      #expect(try Plan([run], store: place.store).pending.isEmpty)
      #expect(try place.train(run) == .alreadyFinished)
      #expect(try !directory.hasWeights)
      #expect(
        try Plan([run], needed: [run.identity: .final], store: place.store).pending.count == 1)
      #expect(try place.train(run, needed: .final) == .finished)
      #expect(try directory.hasWeights)
      #expect(try place.train(run, needed: .final) == .alreadyFinished)
    }
  }

  /// The records of two machines that trained the same run were merged, and the other's is the last: the
  /// weights here are not that training's.
  @Test func weightsOfAnotherTraining() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.train(run)
      let own = try #require(place.record(of: run))
      var other = own.ofAnotherTraining
      other.measures["angle-error/global-radius"] = nil
      try place.store.append(other)
      let sentence =
        "the weights in \(place.store.directory(run).path) count as missing, because they are of "
        + "another training of the run than its record: remove that directory, or the record"
      let plan = try Plan([run], store: place.store)
      #expect(
        plan.items.map(\.action) == [
          .train(
            why: "measures are missing (angle-error/global-radius) and the weights are not here")
        ])
      #expect(plan.warnings == [sentence])
      // Where nothing needs them, there is nothing to say.
      #expect(try Plan([run], shown: [], store: place.store).warnings.isEmpty)
      var warnings: [String] = []
      var last = 0
      let outcome = try place.train(run) { event in
        switch event {
        case .warning(let text): warnings.append(text)
        case .progress(let step, _, _, _): last = step
        case .waiting, .measuring: break
        }
      }
      #expect(outcome == .finished)
      #expect(warnings == [sentence])
      #expect(last == 6)
      let again = try #require(place.record(of: run))
      #expect(again.curves == own.curves && again.measures == own.measures)
      let after = try Plan([run], needed: [run.identity: .snapshots], store: place.store)
      #expect(after.items.map(\.action) == [.cached])
    }
  }

  /// Weights that are no longer as they were written make no measure, and the sentence says what to do.
  @Test(arguments: [true, false]) func damagedWeights(_ isNoise: Bool) throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.train(run)
      let directory = place.store.directory(run)
      try (isNoise ? Data(repeating: 7, count: 4000) : oneBitOff(directory.weights))
        .write(to: URL(fileURLWithPath: directory.weights))
      let after = try Tiny.run("plain", ["measures: [": "measures: [code-radius/variation, "])
      let records = try place.read("results/test/tiny/runs.jsonl")
      #expect(
        words { try place.train(after) } == "\(directory.weights) is damaged: remove the directory "
          + "\(directory.path), so that the run is trained again where its weights are needed")
      #expect(try place.read("results/test/tiny/runs.jsonl") == records)
      try FileManager.default.removeItem(atPath: directory.path)
      #expect(try place.train(after) == .finished)
    }
  }

  /// Weights whose curves are damaged cannot be told to be the record's.
  @Test func damagedCurves() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.train(run)
      let directory = place.store.directory(run)
      try Data("noise".utf8).write(to: URL(fileURLWithPath: directory.curves))
      let plan = try Plan([run], needed: [run.identity: .final], store: place.store)
      #expect(plan.pending.count == 1)
      #expect(
        plan.warnings == [
          "\(directory.curves) is damaged: remove the directory \(directory.path), so that the run is "
            + "trained again where its weights are needed"
        ])
      #expect(try place.train(run, needed: .final) == .finished)
      #expect(
        try Plan([run], needed: [run.identity: .final], store: place.store).pending.isEmpty)
    }
  }

  /// The contents of a file of parameters with another last bit of the first weight.
  private func oneBitOff(_ path: String) throws -> Data {
    let file = try HDF5File(reading: path)
    let name = try #require(try file.datasets().first { $0.hasSuffix("/weight") })
    let values = try file.read(Float.self, at: name).values
    try file.close()
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    let stored = values.withUnsafeBytes { Data($0) }
    data[try #require(data.range(of: stored)).lowerBound] ^= 1
    return data
  }

  /// A committed run stays one when it is trained again under an override: the record before, which is of
  /// another training than the weights are then, would count otherwise.
  @Test func trainedAgainUnderAnOverride() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      try place.train(run)
      let own = try #require(place.record(of: run))
      try place.store.append(own.ofAnotherTraining)
      let override = ProfileName(name: "paper", overrides: ["record.every=2"])
      let again = try RunSpecification(run.template, seed: 0, profile: override)
      #expect(again.identity == run.identity)
      #expect(try place.train(again, needed: .final) == .finished)
      let record = try #require(place.record(of: run))
      #expect(record.profile == run.profile && record.curves == own.curves)
      #expect(try place.train(again, needed: .final) == .alreadyFinished)
    }
  }

  /// A measure that was added later is taken of the kept weights; nothing is trained.
  @Test func measuresAddedLater() throws {
    try Workplace.with { place in
      let before = try Tiny.run()
      try place.train(before)
      let first = try #require(place.record(of: before))
      let after = try Tiny.run(
        "plain",
        ["measures: [": "measures: [reconstruction/rms-from-mean, ", "every: 2": "every: 3"])
      #expect(after.identity == before.identity)
      let weights = try Data(
        contentsOf: URL(fileURLWithPath: place.store.directory(after).weights))
      var steps = 0
      let outcome = try place.train(after) { event in
        if case .progress = event { steps += 1 }
      }
      #expect(outcome == .finished)
      #expect(steps == 0)
      let second = try #require(place.record(of: after))
      #expect(try #require(second.measures["reconstruction/rms-from-mean"])?.isFinite == true)
      for (name, value) in first.measures { #expect(second.measures[name] == .some(value)) }
      #expect(second.seconds == first.seconds)
      #expect(second.curves == first.curves)
      let now = try Data(contentsOf: URL(fileURLWithPath: place.store.directory(after).weights))
      #expect(now == weights)
      #expect(try place.train(after) == .alreadyFinished)
      // Another cell with the same run takes other measures of it; those that are there stay.
      let other = try Tiny.run("plain", ["measures: [": "measures: [code-radius/variation, "])
      #expect(try place.train(other) == .finished)
      let third = try #require(place.record(of: other))
      #expect(third.measures.keys.contains("code-radius/variation"))
      for (name, value) in second.measures { #expect(third.measures[name] == .some(value)) }
    }
  }

  /// A measure that breaks down costs neither the training nor the other measures: one that is not defined has
  /// no value, and one for which the tensor library failed is asked for again.
  @Test func measuresThatBreakDown() throws {
    try Workplace.with { place in
      let run = try Tiny.run(
        "plain", ["measures: [": "measures: [test/undefined, test/too-large, "])
      var warnings: [String] = []
      let outcome = try place.train(run) { event in
        if case .warning(let text) = event { warnings.append(text) }
      }
      #expect(outcome == .finished)
      let record = try #require(place.record(of: run))
      #expect(record.measures["test/undefined"] == .some(nil))
      #expect(!record.measures.keys.contains("test/too-large"))
      #expect(record.measures["final/weight/rate"] == .some(1))
      #expect(warnings.count == 2)
      #expect(warnings.contains { $0.hasPrefix("no value of test/undefined: there are no values") })
      #expect(
        warnings.contains {
          $0.hasPrefix("test/too-large could not be taken and is left open: measuring: ")
        })
      let plan = try Plan([run], needed: [run.identity: .final], store: place.store)
      #expect(plan.items.map(\.action) == [.measure(["test/too-large"])])
    }
  }

  /// What the plan calls measuring is no training, also where other snapshots are wanted by now;
  /// a figure that needs those has the run trained again.
  @Test func measuringIsAsPlanned() throws {
    try Workplace.with { place in
      try place.train(try Tiny.run())
      let after = try Tiny.run(
        "plain",
        [
          "measures: [": "measures: [code-radius/variation, ",
          "snapshots: [2, 4]": "snapshots: [3]",
        ])
      func action(_ needed: ParametersNeeded) throws -> Plan.Action? {
        try Plan([after], needed: [after.identity: needed], store: place.store).items.first?.action
      }
      func steps(needsSnapshots: Bool) throws -> Int {
        var last = 0
        try place.train(after, needsSnapshots: needsSnapshots) { event in
          if case .progress(let step, _, _, _) = event { last = step }
        }
        return last
      }
      #expect(try action(.final) == .measure(["code-radius/variation"]))
      #expect(try steps(needsSnapshots: false) == 0)
      #expect(place.record(of: after)?.measures.keys.contains("code-radius/variation") == true)
      #expect(try action(.final) == .cached)
      #expect(
        try action(.snapshots)
          == .train(
            why: "it is finished, but weights or snapshots that a figure needs are not here"))
      #expect(try steps(needsSnapshots: true) == 6)
      #expect(try action(.snapshots) == .cached)
      #expect(try place.train(after, needsSnapshots: true) == .alreadyFinished)
    }
  }

  /// Snapshots beyond the end of training do not make a finished run look unfinished.
  @Test func snapshotsBeyondTheEnd() throws {
    try Workplace.with { place in
      let run = try Tiny.run("plain", ["snapshots: [2, 4]": "snapshots: [2, 600]"])
      #expect(try place.train(run) == .finished)
      #expect(try place.train(run) == .alreadyFinished)
      let plan = try Plan([run], needed: [run.identity: .snapshots], store: place.store)
      #expect(plan.items.map(\.action) == [.cached])
    }
  }

  /// A measure that does not fit the model must not cost the training: the same command would
  /// train again, for ever.
  @Test func measuresThatDoNotFitTheModel() throws {
    try Workplace.with { place in
      let run = try Tiny.run("plain", ["latent: 2": "latent: 3"])
      _ = try? place.train(run)
      let record = try #require(place.record(of: run))
      #expect(record.measures["angle-error/global-radius"] == .some(nil))
      #expect(record.measures["final/weight/rate"] == .some(1))
      #expect(try place.train(run) == .alreadyFinished)
    }
  }
}
