import Files
import Foundation
import Testing
import Training

@testable import Lab

/// One run from its start to its record.
@Suite struct RunExecutorTests {
  /// Every array of an HDF5 file by name, bit for bit.
  private func arrays(_ path: String) throws -> [String: [UInt32]] {
    let file = try HDF5File(reading: path)
    var arrays: [String: [UInt32]] = [:]
    for name in try file.datasets() {
      arrays[name] = try file.read(Float.self, at: name).values.map(\.bitPattern)
    }
    try file.close()
    return arrays
  }

  private func weights(_ place: Workplace, _ run: RunSpecification) throws -> [String: [UInt32]] {
    try arrays(place.store.directory(run).weights)
  }

  /// A measure that is a mean over a few images leaves the value of each; one over all leaves none.
  @Test func recordsKeepTheValuesOfAFewExamples() throws {
    let study = try edited(
      Tiny.study,
      [
        "dataset: {pendulum: {images: 40, size: 4, rod-length: 2, rod-width: 0.8, noise: 0, seed: 0}}":
          "dataset: {stand-in: {image: [1, 4, 4], train: 40, test: 8, labels: 4, seed: 0}}",
        "measures: [angle-error/global-radius, final":
          "measures: [nll/5-images/importance-3, nll/importance-3, final",
      ])
    try Workplace.with([study]) { place in
      let template = try #require(try Tiny.resolve(study).templates.first)
      let run = try RunSpecification(template, seed: 0, profile: ProfileName(name: "paper"))
      #expect(try place.train(run) == .finished)
      let record = try #require(place.record(of: run))
      #expect(record.examples.map { Array($0.keys) } == ["nll/5-images/importance-3"])
      let values = try #require(record.examples?["nll/5-images/importance-3"])
      let mean = try #require(record.measures["nll/5-images/importance-3"] ?? nil)
      #expect(values.count == 5 && Set(values).count == 5)
      #expect(abs(values.reduce(0, +) / 5 - mean) < 1e-4 * abs(mean))
    }
  }

  @Test func trainsMeasuresAndRecords() throws {
    try Workplace.with { place in
      let run = try Tiny.run("rewo")
      #expect(try place.train(run) == .finished)
      let record = try #require(place.record(of: run))
      #expect(record.steps == 6)
      #expect(record.seed == 0)
      #expect(record.study == "test/tiny")
      #expect(record.cell == run.template.cell)
      #expect(record.failure == nil)
      #expect(record.environment == Tiny.environment)
      #expect(record.curves.steps == [1, 2, 4, 6])
      #expect(Set(record.measures.keys) == Set(run.template.measures))
      #expect(try #require(record.measures["angle-error/global-radius"])?.isFinite == true)
      // Final weights and snapshots stay, checkpoints go.
      let directory = place.store.directory(run)
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
      #expect(
        names == ["claim", "curves.h5", "run.yaml", "snapshot-2.h5", "snapshot-4.h5", "weights.h5"])
      #expect(try directory.storedCurves()?.steps == [1, 2, 4, 6])
      let weights = try weights(place, run)
      #expect(weights.keys.contains { $0.hasPrefix("parameters/encoder/") })
      #expect(try arrays(directory.snapshot(4)) != weights)
      #expect(try arrays(directory.snapshot(2)).keys == weights.keys)

      // A second time there is nothing to do.
      var events = 0
      #expect(try place.train(run) { _ in events += 1 } == .alreadyFinished)
      #expect(events == 0)
      #expect(try place.read("results/test/tiny/runs.jsonl").split(separator: "\n").count == 1)
      let plan = try Plan([run], store: place.store)
      #expect(plan.items.map(\.action) == [.cached])
    }
  }

  /// Waiting costs nothing: a busy machine does not make a run dearer.
  @Test func itsSecondsAreThoseOfTheProcessor() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      let before = ProcessorTime.seconds
      let executor = RunExecutor(
        run, kinds: Tiny.kinds, store: place.store, device: .cpu, environment: Tiny.environment)
      let outcome = try executor.execute(
        shouldStop: {
          Thread.sleep(forTimeInterval: 0.2)
          return false
        }, report: { _ in })
      #expect(outcome == .finished)
      let seconds = try #require(place.record(of: run)).seconds
      #expect(seconds > 0 && seconds <= ProcessorTime.seconds - before)
    }
  }

  @Test func seedsAndCellsDiffer() throws {
    try Workplace.with { place in
      let runs = [
        try Tiny.run("plain"), try Tiny.run("plain", seed: 1), try Tiny.run("rewo"),
      ]
      for run in runs { try place.train(run) }
      let found = try runs.map { try weights(place, $0) }
      #expect(found[0] != found[1])
      #expect(found[0] != found[2])
    }
  }

  /// Interrupted after every step, once or at each: the same bytes as without.
  @Test(arguments: ["plain", "rewo"])
  func goesOnAsIfNothingHadHappened(_ method: String) throws {
    try Workplace.with { whole in
      let run = try Tiny.run(method)
      try whole.train(run)
      let expected = try weights(whole, run)
      let record = try #require(whole.record(of: run))
      let snapshot = try arrays(whole.store.directory(run).snapshot(4))

      func check(_ place: Workplace) throws {
        #expect(try weights(place, run) == expected)
        let other = try #require(place.record(of: run))
        #expect(other.measures == record.measures)
        #expect(other.curves == record.curves)
        #expect(other.events == record.events)
        #expect(other.steps == record.steps)
        #expect(try arrays(place.store.directory(run).snapshot(4)) == snapshot)
        #expect(try place.store.directory(run).checkpointStep == nil)
      }

      for step in 1...5 {
        try Workplace.with { place in
          #expect(try place.train(run, stopAfter: step) == .interrupted(step: step))
          #expect(try place.store.directory(run).checkpointStep == step)
          #expect(place.record(of: run) == nil)
          let plan = try Plan([run], store: place.store)
          #expect(plan.items.map(\.action) == [.resume(step: step)])
          #expect(try place.train(run) == .finished)
          try check(place)
        }
      }
      try Workplace.with { place in
        for step in 1...5 {
          #expect(try place.train(run, stopAfter: 1) == .interrupted(step: step))
        }
        #expect(try place.train(run) == .finished)
        try check(place)
      }
    }
  }

  /// A run that stops early ends with the weights that a run of so many steps has, and an interruption at
  /// any step changes nothing.
  @Test func stopsEarlyWithTheBestWeights() throws {
    func run(_ until: String) throws -> RunSpecification {
      try Tiny.run(
        "plain",
        [
          "dataset: {pendulum: {images: 40, size: 4, rod-length: 2, rod-width: 0.8, noise: 0, seed: 0}}":
            "dataset: {stand-in: {image: [1, 4, 4], train: 32, validation: 16, test: 8, labels: 2, seed: 0}}",
          "rate: 1e-3": "rate: 0.05", "until: {steps: 6}": until,
          "record: {every: 2}": "record: {every: 100}",
          "keep: {snapshots: [2, 4]}": "keep: {snapshots: []}",
          "[angle-error/global-radius, final/weight/rate, event/constraint-first-met/rate]":
            "[active-units/test, event/best-validation, event/stopped]",
        ])
    }
    let early = try run("until: {epochs: 40}\n    early-stopping: {of: [rate], patience: 2}")
    try Workplace.with { place in
      try place.train(early)
      let record = try #require(place.record(of: early))
      let best = try #require(record.events["best-validation"])
      let stopped = try #require(record.events["stopped"], "\(record.events)")
      #expect(stopped == best + 4 && record.steps == stopped && stopped < 80)
      #expect(record.measures["event/best-validation"] == Double(best))
      #expect(record.measures["event/stopped"] == Double(stopped))
      #expect((record.measures["active-units/test"] ?? nil).map { 0...2 ~= $0 } == true)
      #expect(bits(record.curves)["validation/sum"] == bits(record.curves)["validation/rate"])
      let expected = try weights(place, early)
      let plain = try run("until: {steps: \(best)}")
      #expect(plain.identity != early.identity)
      try Workplace.with { other in
        try other.train(plain)
        #expect(try weights(other, plain) == expected)
      }
      for step in 1..<stopped {
        try Workplace.with { other in
          #expect(try other.train(early, stopAfter: step) == .interrupted(step: step))
          #expect(try other.train(early) == .finished)
          #expect(try weights(other, early) == expected, "from \(step)")
          let resumed = try #require(other.record(of: early))
          #expect(resumed.events == record.events && resumed.measures == record.measures)
          #expect(bits(resumed.curves) == bits(record.curves))
        }
      }
    }
  }

  /// Curves with gaps, comparable.
  private func bits(_ curves: Curves) -> [String: [UInt64]] {
    curves.values.mapValues { $0.map(\.bitPattern) }
      .merging(["steps": curves.steps.map { UInt64($0) }]) { $1 }
  }

  /// Measures on the way are curves, from before the first step on; training takes no notice of them, and
  /// a run that is interrupted has the same.
  @Test func measuresOnTheWay() throws {
    let recorded = [
      "record: {every: 2}":
        "record: {every: 2, measures: {every: 3, ids: [angle-error/global-radius, test/more]}}"
    ]
    let run = try Tiny.run("plain", recorded)
    try Workplace.with { whole in
      try whole.train(run)
      let record = try #require(whole.record(of: run))
      #expect(record.curves.steps == [0, 1, 2, 3, 4, 6])
      let errors = try #require(record.curves.values["measure/angle-error.global-radius"])
      #expect(errors.map(\.isFinite) == [true, false, false, true, false, true])
      #expect(Set(errors.filter(\.isFinite)).count == 3)
      let last = try #require(record.measures["angle-error/global-radius"] ?? nil)
      #expect(abs(errors[5] - last) < 1e-6 * last)
      let rates = record.curves.values["loss/rate"]?.map(\.isFinite)
      #expect(rates == [false, true, true, false, true, true])
      let expected = try weights(whole, run)

      try Workplace.with { place in
        let plain = try Tiny.run()
        #expect(plain.identity == run.identity)
        try place.train(plain)
        #expect(try weights(place, plain) == expected)
      }
      for step in 1...5 {
        try Workplace.with { place in
          #expect(try place.train(run, stopAfter: step) == .interrupted(step: step))
          try place.train(run)
          // As text, in which NaN is NaN.
          #expect("\(place.record(of: run)?.curves.steps ?? [])" == "\(record.curves.steps)")
          let values = try #require(place.record(of: run)).curves.values
          for (name, curve) in record.curves.values {
            #expect("\(values[name] ?? [])" == "\(curve)", "\(name)")
          }
          #expect(try weights(place, run) == expected)
        }
      }
    }
  }

  /// Products in bfloat16 give another run, which is near to the one in float32.
  @Test func anotherPrecisionIsAnotherRun() throws {
    try Workplace.with { place in
      let plain = try Tiny.run()
      let rounded = try Tiny.run(
        profile: ProfileName(name: "paper", overrides: ["precision=bf16"]))
      #expect(rounded.identity != plain.identity)
      // Neither goes on from the other's checkpoint.
      try place.train(plain, stopAfter: 3)
      let plan = try Plan([rounded], store: place.store)
      #expect(plan.items.map(\.action) == [.train(why: "no finished run")])
      try place.train(rounded, stopAfter: 2)
      try place.train(rounded)
      try place.train(plain)
      let records = try [plain, rounded].map { try #require(place.record(of: $0)) }
      #expect(records.map(\.environment.precision) == ["float32", "bf16"])
      #expect(Set(records.map(\.environment.checkpointKey)).count == 2)
      for term in ["loss/distortion", "loss/rate"] {
        let losses = try records.map { try #require($0.curves.values[term]) }
        #expect(losses[0] != losses[1])
        for (a, b) in zip(losses[0], losses[1]) { #expect(abs(a - b) < 0.01 * max(abs(a), 1)) }
      }
      let weights = try weights(place, rounded)
      #expect(try weights != self.weights(place, plain))
      try Workplace.with { (whole) throws in
        try whole.train(rounded)
        #expect(try self.weights(whole, rounded) == weights)
      }
    }
  }

  /// The shipped study at its smallest budget.
  @Test func theShippedStudy() throws {
    let library = try #require(ShippedManifestsTests.library)
    let profile = ProfileName(name: "smoke", overrides: ["dataset.pendulum.images=64"])
    let study = try library.study("vhp/pendulum", profile, kinds: Tiny.kinds)
    let run = try RunSpecification(study.templates[0], seed: 0, profile: profile)
    try Workplace.with { whole in
      #expect(try whole.train(run) == .finished)
      try Workplace.with { (place) throws in
        #expect(try place.train(run, stopAfter: 7) == .interrupted(step: 7))
        #expect(try place.train(run) == .finished)
        #expect(try weights(place, run) == weights(whole, run))
        #expect(place.record(of: run)?.measures == whole.record(of: run)?.measures)
      }
    }
  }

  /// An altered checkpoint is passed over with a warning, for the one before.
  @Test func alteredCheckpoint() throws {
    try Workplace.with { place in
      let run = try Tiny.run()
      for _ in 1...3 { try place.train(run, stopAfter: 1) }
      let file = "\(place.store.directory(run).path)/checkpoint-3.h5"
      var data = try Data(contentsOf: URL(fileURLWithPath: file))
      data[data.count / 2] ^= 1
      try data.write(to: URL(fileURLWithPath: file))
      var warnings: [String] = []
      let outcome = try place.train(run, stopAfter: 1) { event in
        if case .warning(let text) = event { warnings.append(text) }
      }
      #expect(outcome == .interrupted(step: 3))
      #expect(
        warnings == [
          "checkpoint at step 3 is passed over: its contents do not match its checksum"
        ])
    }
  }

  @Test func progressIsTold() throws {
    try Workplace.with { place in
      var last: (step: Int, of: Int)?
      try place.train(try Tiny.run()) { event in
        if case .progress(let step, let of, let rate, _) = event {
          #expect(rate > 0)
          last = (step, of)
        }
      }
      #expect(last?.step == 6)
      #expect(last?.of == 6)
    }
  }

  /// A measure may take as long as the training: it is told of, and a stop need not wait for the next.
  @Test func aStopBetweenMeasures() throws {
    try Workplace.with { place throws in
      let ids = ["angle-error/global-radius", "angle-error/per-point-radius", "test/more"]
      let run = try Tiny.run(
        "plain",
        [
          "[angle-error/global-radius, final/weight/rate, event/constraint-first-met/rate]":
            "[\(ids.joined(separator: ", "))]"
        ])
      var heard: [String] = []
      func hear(_ event: RunExecutor.Event) {
        switch event {
        case .measuring(let id, let number, let count): heard.append("\(number)/\(count) \(id)")
        case .progress: heard.append("a step")
        case .warning, .waiting: heard.append("\(event)")
        }
      }
      // Six steps, and a measure.
      #expect(try place.train(run, stopAfter: 7, report: hear) == .interrupted(step: 6))
      #expect(heard.filter { $0 != "a step" } == ["1/3 \(ids[0])"])
      let partly = try #require(place.record(of: run))
      #expect(partly.failure == nil && partly.steps == 6)
      #expect(Array(partly.measures.keys) == [ids[0]])

      // Nothing is trained again, and nothing taken twice.
      heard = []
      #expect(try place.train(run, stopAfter: 1, report: hear) == .interrupted(step: 6))
      #expect(heard == ["1/2 \(ids[1])"])
      heard = []
      #expect(try place.train(run, stopAfter: 1, report: hear) == .finished)
      #expect(heard == ["1/1 \(ids[2])"])
      #expect(try place.train(run) == .alreadyFinished)
      let found = try #require(place.record(of: run))
      try Workplace.with { other throws in
        #expect(try other.train(run) == .finished)
        #expect(try #require(other.record(of: run)).measures == found.measures)
      }
    }
  }

  @Test func resultsDirectoryThatCannotBe() throws {
    try Workplace.with { place in
      try place.write("a file", to: "results")
      let message = words { try place.train(try Tiny.run()) }
      #expect(message.hasPrefix("the directory \(place.root)/results/test/tiny/runs/"))
      #expect(message.contains("cannot be made: check that its parent exists"))
    }
  }
}
