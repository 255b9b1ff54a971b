import Datasets
import Foundation
import Modelling
import Testing
import Torch

@testable import Training

@Suite struct EarlyStoppingTests {
  private static let adam = #"{"adam": {"rate": 0.1, "epsilon": 0.5}}"#

  private func plan(
    _ stopping: String, until: String = #"{"epochs": 30}"#, weights: String = "{}",
    batch: Int = 2
  ) throws -> TrainingPlan {
    try decode(
      TrainingPlan.self,
      """
      {"weights": \(weights), "phases": [
         {"id": "train", "batch": \(batch), "until": \(until), "early-stopping": \(stopping),
          "updates": [{"minimise": "elbo", "optimiser": \(Self.adam)}]}]}
      """)
  }

  private func trainer(_ model: any Model, _ plan: TrainingPlan, recordEvery: Int = 1000) -> Trainer
  {
    // Three examples, so that the last of the batches of two is smaller.
    let images = [1.0, 0.0, 0.0, 0.5, 0.25, 0.25]
    return Trainer(
      model: model, data: ToyModel.data,
      validation: Split(Batch(["image": Tensor(images, shape: [3, 2])])), plan: plan,
      randomness: Randomness(seed: 1), recordEvery: recordEvery)
  }

  /// `fit` of the validation images: mean squared distance from the centre.
  private func fit(_ centre: [Double]) -> Double {
    let images = [[1.0, 0.0], [0.0, 0.5], [0.25, 0.25]]
    return images.map { image in
      zip(image, centre).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    }.reduce(0, +) / 3
  }

  /// A loss that is in two of the objectives counts once.
  @Test func aLossOfTwoObjectives() throws {
    try tensors {
      let plan = try decode(
        TrainingPlan.self,
        """
        {"weights": {}, "phases": [
           {"id": "train", "batch": 2, "until": {"epochs": 3},
            "early-stopping": {"of": ["fit", "size"], "patience": 3},
            "updates": [{"minimise": "fit", "optimiser": \(Self.adam)},
                        {"minimise": "elbo", "optimiser": \(Self.adam)}]}]}
        """)
      let model = ToyModel()
      let trainer = trainer(model, plan)
      try trainer.step()
      try trainer.step()
      let values = trainer.state.curves.values
      let found = try #require(values["validation/fit"]?.last)
      #expect(abs(found - fit(model.centreValues)) < 1e-13)
      let sum = try #require(values["validation/sum"]?.last)
      #expect(abs(sum - found - (values["validation/size"]?.last ?? .nan)) < 1e-13)
    }
  }

  /// The centre is drawn past the best place for the validation images to the mean of the training
  /// images, so that the sum falls and then rises.
  @Test func stopsAfterSoManyWorseEpochsWithTheBestParameters() throws {
    try tensors {
      let plain = ToyModel()
      let without = Trainer(
        model: plain, data: ToyModel.data,
        plan: try plan(#"{"of": ["fit"], "patience": 3}"#).withoutEarlyStopping,
        randomness: Randomness(seed: 1), recordEvery: 1000)
      var centres: [[Double]] = []
      while !without.isFinished {
        try without.step()
        if without.state.totalSteps.isMultiple(of: 2) { centres.append(plain.centreValues) }
      }
      // By hand: the first epoch that is followed by three that are no better.
      let values = centres.map(fit)
      var (best, worse, stop) = (0, 0, 0)
      for (epoch, value) in values.enumerated() where worse < 3 {
        (best, worse) = value < values[best] ? (epoch, 0) : (best, epoch == 0 ? 0 : worse + 1)
        stop = epoch
      }
      #expect(best > 0 && stop == best + 3 && stop < 29, "\(values)")

      let model = ToyModel()
      let trainer = trainer(model, try plan(#"{"of": ["fit"], "patience": 3}"#))
      #expect(trainer.plannedSteps == 60)
      while !trainer.isFinished { try trainer.step() }
      #expect(trainer.state.totalSteps == 2 * (stop + 1))
      #expect(
        trainer.state.events == ["best-validation": 2 * (best + 1), "stopped": 2 * (stop + 1)])
      #expect(model.centreValues == centres[best])
      #expect(model.parameters.states.isEmpty && trainer.state.stopping.best == nil)

      // A point of the curves for every epoch, beside the first step's.
      let curves = trainer.state.curves
      #expect(curves.steps == [1] + (1...stop + 1).map { 2 * $0 })
      let found = Array((curves.values["validation/fit"] ?? []).dropFirst())
      #expect(distance(found, Array(values[...stop])) < 1e-13)
      #expect(Array((curves.values["validation/sum"] ?? []).dropFirst()) == found)
      #expect(curves.values["validation/size"]?.count == stop + 2)
    }
  }

  /// Nothing that training does is moved by looking at the validation split.
  @Test func trainingGoesOnAsWithoutIt() throws {
    try tensors {
      let (one, other) = (try SmallVHP.untrained(), try SmallVHP.untrained())
      let data = try SmallVHP.pendulum.load().train
      let long = try plan(#"{"of": ["distortion", "rate"], "patience": 9}"#, batch: 24)
      let trainers = [
        Trainer(
          model: one, data: data, validation: data, plan: long, randomness: Randomness(seed: 3),
          recordEvery: 1),
        Trainer(
          model: other, data: data, plan: long.withoutEarlyStopping,
          randomness: Randomness(seed: 3), recordEvery: 1),
      ]
      for _ in 0..<8 {
        for trainer in trainers { try trainer.step() }
        for (mine, theirs) in zip(one.parameters.all, other.parameters.all) {
          #expect(mine.value.floats() == theirs.value.floats(), "\(mine.path)")
        }
      }
      let losses = trainers.map { $0.state.curves.values["loss/rate"] }
      #expect(losses[0] == losses[1])
    }
  }

  /// Evaluation mode, one weight for all terms, and the same noise at every epoch.
  @Test func theModelIsAskedForAnEvaluation() throws {
    try tensors {
      let model = ToyModel()
      let plan = try plan(
        #"{"of": ["size", "fit"], "patience": 2}"#, until: #"{"epochs": 2}"#,
        weights: #"{"fit": 0.125, "size": 4}"#)
      let trainer = trainer(model, plan)
      while !trainer.isFinished { try trainer.step() }
      let evaluations = model.asked.filter { $0.progress.mode == .evaluation }
      #expect(model.asked.count == 8 && evaluations.count == 4)
      #expect(evaluations.map(\.images.count) == [4, 2, 4, 2])
      #expect(evaluations.allSatisfy { $0.progress.examples == 3 })
      #expect(evaluations.allSatisfy { $0.progress.weights == ["fit": 0.125, "size": 4] })
      let values = trainer.state.curves.values
      for (index, sum) in (values["validation/sum"] ?? []).enumerated().dropFirst() {
        let terms = ["fit", "size"].map { values["validation/" + $0]?[index] ?? .nan }
        #expect(abs(sum - terms.reduce(0, +)) < 1e-14)
      }
    }
  }

  @Test func noiseIsTheSameAtEveryEpoch() throws {
    try tensors {
      let model = try SmallVHP.untrained()
      let data = try SmallVHP.pendulum.load().train
      // Nothing is trained, so only noise could tell the epochs apart.
      let plan = try decode(
        TrainingPlan.self,
        """
        {"weights": {}, "phases": [
           {"id": "train", "batch": 24, "until": {"epochs": 3},
            "early-stopping": {"of": ["distortion"], "patience": 5},
            "updates": [{"minimise": "elbo", "optimiser": \(Self.adam), "parameters": ["none"]}]}]}
        """)
      let trainer = Trainer(
        model: model, data: data, validation: data, plan: plan, randomness: Randomness(seed: 3),
        recordEvery: 1000)
      while !trainer.isFinished { try trainer.step() }
      let rates = try #require(trainer.state.curves.values["validation/rate"]).dropFirst()
      #expect(rates.count == 3 && Set(rates).count == 1)
      // No smaller sum: the first counts.
      #expect(trainer.state.events == ["best-validation": 3])
    }
  }

  /// Only epochs whose weight has reached the threshold count; the best is kept from the first on.
  @Test func epochsCountFromAWeightOn() throws {
    try tensors {
      // The centre stands at its best at once, and every later epoch is worse.
      func steps(_ from: String) throws -> [String: Int] {
        let ramp = #"{"size": {"ramp": {"from": 0, "to": 1, "over": {"epochs": 6}}}, "fit": 0}"#
        let plan = try plan(
          #"{"of": ["size"], "patience": 2\#(from)}"#, until: #"{"epochs": 20}"#, weights: ramp)
        let model = ToyModel()
        model.growing = true
        let trainer = trainer(model, plan)
        while !trainer.isFinished { try trainer.step() }
        return trainer.state.events
      }
      let always = try steps("")
      #expect(always == ["best-validation": 2, "stopped": 6])
      // The weight of the last step of epoch e is (2e − 1)/12, so 11/12 in the sixth.
      #expect(
        try steps(#", "from": {"weight": "size", "at-least": 0.9}"#)
          == ["best-validation": 2, "stopped": 14])
      #expect(
        try steps(#", "from": {"weight": "size", "at-least": 1}"#)
          == ["best-validation": 2, "stopped": 16])
      #expect(
        try steps(#", "from": {"weight": "size", "at-least": 1.5}"#) == ["best-validation": 2])
    }
  }

  /// A phase that is shorter than an epoch is looked at once, and the next one starts from its best.
  @Test func everyPhaseEndsWithItsBest() throws {
    try tensors {
      let stopping = #"{"of": ["size"], "patience": 1}"#
      let plan = try decode(
        TrainingPlan.self,
        """
        {"weights": {}, "phases": [
           {"id": "a", "batch": 1, "until": {"steps": 3}, "early-stopping": \(stopping),
            "updates": [{"minimise": "fit", "optimiser": \(Self.adam)}]},
           {"id": "b", "batch": 4, "until": {"steps": 3}, "early-stopping": \(stopping),
            "updates": [{"minimise": "size", "optimiser": \(Self.adam)}]}]}
        """)
      // The first phase's objective has no `size`: not finite, and said so.
      let first = trainer(ToyModel(), plan)
      #expect(throws: TrainingError.self) { while !first.isFinished { try first.step() } }

      let model = ToyModel()
      model.growing = true
      let other = try decode(
        TrainingPlan.self,
        try encode(plan).replacingOccurrences(of: #""minimise":"fit""#, with: #""minimise":"elbo""#)
      )
      let trainer = trainer(model, other)
      for _ in 0..<3 { try trainer.step() }
      #expect(trainer.state.phase == 1 && trainer.state.events == ["best-validation": 3])
      let before = model.extraValues
      for _ in 0..<2 { try trainer.step() }
      // One worse epoch ends the second phase, with what its first step gave.
      #expect(trainer.isFinished && trainer.state.totalSteps == 5)
      #expect(trainer.state.events == ["best-validation": 4, "stopped": 5])
      #expect(model.extraValues != before)
    }
  }

  @Test func withoutTheSplitTheRunSaysSo() throws {
    try tensors {
      let trainer = Trainer(
        model: ToyModel(), data: ToyModel.data, plan: try plan(#"{"of": ["fit"], "patience": 1}"#),
        randomness: Randomness(seed: 1), recordEvery: 1)
      let error = #expect(throws: TrainingError.self) { for _ in 0..<2 { try trainer.step() } }
      #expect(
        error?.description
          == "early stopping needs data with a split named 'validation', which this data set has not: "
          + "hold examples out for it, or leave out 'early-stopping'")
    }
  }

  /// Stopped after each step and gone on with in a fresh model: the same bits, with the best values,
  /// their step and the count in the checkpoint.
  @Test func resumingAfterAnyStepGivesTheSameRun() throws {
    try tensors {
      let whole = try SmallGMVAE(earlyStopping: true)
      try whole.run(to: 100)
      #expect(whole.trainer.isFinished)
      let last = whole.trainer.state.totalSteps
      #expect(whole.trainer.state.events["stopped"] == last, "\(whole.trainer.state.events)")
      let expected = outcomeOf(whole.model, whole.trainer)
      for step in 0...last {
        try withTemporaryDirectory { directory in
          let first = try SmallGMVAE(earlyStopping: true)
          try first.run(to: step)
          try CheckpointStore(in: directory, environment: "here")
            .save(first.model, first.trainer.state)
          let second = try SmallGMVAE(earlyStopping: true)
          let (state, warnings) = try CheckpointStore(in: directory, environment: "here")
            .restore(into: second.model)
          #expect(warnings == [])
          second.trainer.restore(try #require(state))
          #expect(second.trainer.state.stopping.worse == first.trainer.state.stopping.worse)
          try second.run(to: 100)
          let outcome = outcomeOf(second.model, second.trainer)
          for (name, bits) in expected { #expect(outcome[name] == bits, "\(name) from \(step)") }
          #expect(outcome.count == expected.count)
        }
      }
    }
  }

  @Test func settingsAreChecked() throws {
    func problem(_ stopping: String) throws -> String? {
      try plan(stopping).phases[0].problem
    }
    #expect(try problem(#"{"of": ["fit"], "patience": 50}"#) == nil)
    #expect(
      try problem(#"{"of": [], "patience": 50}"#)
        == "early-stopping: of must hold at least one loss term")
    #expect(
      try problem(#"{"of": ["fit", "fit"], "patience": 50}"#)
        == "early-stopping: of names a loss term twice")
    for patience in ["0", "-1", "1000001"] {
      #expect(
        try problem(#"{"of": ["fit"], "patience": \#(patience)}"#)
          == "early-stopping: patience must be from 1 to 10⁶ epochs")
    }
    let whole = try plan(
      #"{"of": ["fit"], "patience": 5, "from": {"weight": "fit", "at-least": 0.5}}"#)
    #expect(try decode(TrainingPlan.self, try encode(whole)) == whole)
    // A phase without it is written as before there was such a thing.
    let plain = try encode(whole.withoutEarlyStopping)
    #expect(!plain.contains("early"))
  }
}

extension TrainingPlan {
  fileprivate var withoutEarlyStopping: TrainingPlan {
    var plan = self
    for index in plan.phases.indices { plan.phases[index].earlyStopping = nil }
    return plan
  }
}
