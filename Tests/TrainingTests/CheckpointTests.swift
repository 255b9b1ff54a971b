import Files
import Foundation
import Modelling
import Testing
import Torch

@testable import Training

@Suite struct CheckpointTests {
  /// The decisive test: stop after each step, go on in a fresh model, and come to the same bits.
  @Test func resumingAfterAnyStepGivesTheSameRun() throws {
    try tensors {
      let whole = try SmallVHP()
      try whole.run()
      #expect(whole.trainer.isFinished && whole.trainer.state.totalSteps == 8)
      // The run must cross from the held to the free phase of REWO, or the test says too little.
      #expect(whole.trainer.state.events == ["constraint-first-met/rate": 4])
      let expected = whole.outcome
      for step in 0...8 {
        try withTemporaryDirectory { directory in
          let first = try SmallVHP()
          try first.run(to: step)
          first.trainer.setSeconds(0.1 + Double(step))
          let store = CheckpointStore(in: directory, environment: "here")
          try store.save(first.model, first.trainer.state)

          let second = try SmallVHP()
          let (state, warnings) = try CheckpointStore(in: directory, environment: "here")
            .restore(into: second.model)
          #expect(warnings == [])
          second.trainer.restore(try #require(state))
          #expect(second.trainer.state.seconds == 0.1 + Double(step))
          #expect(second.trainer.isFinished == (step == 8))
          #expect(second.outcome == first.outcome, "restored at \(step)")
          try second.run()
          let outcome = second.outcome
          for (name, bits) in expected { #expect(outcome[name] == bits, "\(name) from \(step)") }
          #expect(outcome.count == expected.count)
        }
      }
    }
  }

  /// The same with running statistics, which are no parameters.
  @Test func batchNormalisationResumesToo() throws {
    try tensors {
      let whole = try SmallGMVAE()
      let untrained = outcomeOf(whole.model, whole.trainer)
      try whole.run()
      let expected = outcomeOf(whole.model, whole.trainer)
      let states = expected.keys.filter { $0.hasPrefix("state ") }
      #expect(states.count == 8)
      for name in states { #expect(expected[name] != untrained[name], "\(name)") }
      for step in 0...7 {
        try withTemporaryDirectory { directory in
          let first = try SmallGMVAE()
          try first.run(to: step)
          try CheckpointStore(in: directory, environment: "here")
            .save(first.model, first.trainer.state)
          let second = try SmallGMVAE()
          let (state, warnings) = try CheckpointStore(in: directory, environment: "here")
            .restore(into: second.model)
          #expect(warnings == [])
          second.trainer.restore(try #require(state))
          try second.run()
          let outcome = outcomeOf(second.model, second.trainer)
          for (name, bits) in expected { #expect(outcome[name] == bits, "\(name) from \(step)") }
        }
      }
    }
  }

  @Test func resumingTwiceGivesTheSameRun() throws {
    try tensors {
      let whole = try SmallVHP()
      try whole.run()
      try withTemporaryDirectory { directory in
        let store = CheckpointStore(in: directory, environment: "here")
        for stop in [2, 3, 6, 8] {
          let part = try SmallVHP()
          if let state = try store.restore(into: part.model).state { part.trainer.restore(state) }
          try part.run(to: stop)
          try store.save(part.model, part.trainer.state)
          if stop == 8 { #expect(part.outcome == whole.outcome) }
        }
      }
    }
  }

  /// Doubles are kept as doubles, the step of Adam as the float that it is.
  @Test func doublePrecisionIsKept() throws {
    try tensors {
      let update = #"[{"minimise": "elbo", "optimiser": {"adam": {"rate": 0.1}}}]"#
      let models = [ToyModel(), ToyModel()]
      let trainers = try models.map {
        Trainer(
          model: $0, data: ToyModel.data, plan: try plan(updates: update),
          randomness: Randomness(seed: 1), recordEvery: 1)
      }
      for _ in 0..<3 { try trainers[0].step() }
      try withTemporaryDirectory { directory in
        let store = CheckpointStore(in: directory, environment: "here")
        try store.save(models[0], trainers[0].state)
        let (state, warnings) = try store.restore(into: models[1])
        #expect(warnings == [])
        trainers[1].restore(try #require(state))
      }
      for trainer in trainers { for _ in 0..<3 { try trainer.step() } }
      #expect(models[0].centreValues == models[1].centreValues)
      #expect(models[0].extraValues == models[1].extraValues)
    }
  }

  @Test func theLastTwoAreKept() throws {
    try tensors {
      try withTemporaryDirectory { directory in
        let run = try SmallVHP()
        let store = CheckpointStore(in: directory, environment: "here")
        var kept: [[String]] = []
        for step in [1, 2, 5, 6] {
          try run.run(to: step)
          try store.save(run.model, run.trainer.state)
          kept.append(try FileManager.default.contentsOfDirectory(atPath: directory).sorted())
        }
        func files(_ steps: Int...) -> [String] {
          steps.flatMap { ["checkpoint-\($0).h5", "checkpoint-\($0).json"] }
        }
        #expect(kept == [files(1), files(1, 2), files(2, 5), files(5, 6)])
        try Data("mine".utf8).write(to: URL(fileURLWithPath: directory + "/notes.json"))
        store.removeAll()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["notes.json"])
        #expect(try store.restore(into: run.model).state == nil)
      }
    }
  }

  @Test func parameterFilesGiveBackTheParameters() throws {
    try tensors {
      try withTemporaryDirectory { directory in
        let run = try SmallVHP()
        try run.run(to: 3)
        let path = directory + "/weights.h5"
        try ParameterFile.write(run.model.parameters, to: path)
        let other = try SmallVHP.untrained(seed: 9)
        try ParameterFile.read(path, into: other.parameters)
        for (mine, theirs) in zip(run.model.parameters.all, other.parameters.all) {
          #expect(mine.value.floats() == theirs.value.floats(), "\(mine.path)")
        }
        // Another model's file is refused.
        let larger = try SmallVHP.untrained(latent: 3)
        #expect(throws: ParameterFileError.self) {
          try ParameterFile.read(path, into: larger.parameters)
        }
        let toy = ToyModel()
        #expect(throws: HDF5Error.self) { try ParameterFile.read(path, into: toy.parameters) }
      }
    }
  }
}
