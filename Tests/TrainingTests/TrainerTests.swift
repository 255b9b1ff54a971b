import Foundation
import Modelling
import Testing
import Torch

@testable import Training

@Suite struct TrainerTests {
  private static let adam = #"{"adam": {"rate": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.5}}"#

  private func trainer(
    _ model: ToyModel, weights: String = "{}", updates: String? = nil, seed: Int = 1,
    batch: Int = 4, recordEvery: Int = 1
  ) throws -> Trainer {
    let updates = updates ?? #"[{"minimise": "elbo", "optimiser": \#(Self.adam)}]"#
    return Trainer(
      model: model, data: ToyModel.data,
      plan: try plan(weights: weights, batch: batch, updates: updates),
      randomness: Randomness(seed: seed), recordEvery: recordEvery)
  }

  /// Adam with a large ε, so that a step depends on the gradient's size and not only its sign.
  @Test func theWeightedSumOfTheTermsIsMinimised() throws {
    try tensors {
      let model = ToyModel()
      let trainer = try trainer(model, weights: #"{"fit": 0.25, "size": 3}"#)
      var centre = PlainAdam(ToyModel.centreStart)
      var extra = PlainAdam(ToyModel.extraStart)
      for step in 0..<4 {
        let gradients = ToyModel.gradients(
          centre: centre.value, extra: extra.value, images: ToyModel.images, fit: 0.25, size: 3)
        let size = extra.value.map { $0 * $0 }.reduce(0, +) + centre.value.reduce(0, +) / 2
        centre.step(gradients.centre, rate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 0.5)
        extra.step(gradients.extra, rate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 0.5)
        try trainer.step()
        #expect(distance(model.centreValues, centre.value) < 1e-13)
        #expect(distance(model.extraValues, extra.value) < 1e-13)
        // The curves hold the terms themselves, before the step and without their weights.
        let recorded = trainer.state.curves.values
        #expect(abs((recorded["loss/size"]?[step] ?? .nan) - size) < 1e-13)
        #expect(recorded["weight/fit"]?[step] == 0.25)
      }
      #expect(
        Set(trainer.state.curves.values.keys)
          == ["loss/fit", "loss/size", "weight/fit", "weight/size", "statistic/error"])
    }
  }

  @Test func termsWithoutAScheduleHaveWeightOne() throws {
    try tensors {
      let (plain, weighted) = (ToyModel(), ToyModel())
      let one = try trainer(plain)
      let other = try trainer(weighted, weights: #"{"fit": 1, "size": 1}"#)
      for _ in 0..<3 {
        try one.step()
        try other.step()
      }
      #expect(plain.centreValues == weighted.centreValues)
      #expect(plain.extraValues == weighted.extraValues)
    }
  }

  @Test func schedulesMoveBetweenForwardAndStep() throws {
    try tensors {
      let model = ToyModel()
      let ramp = #"{"ramp": {"from": 0, "to": 1, "over": {"steps": 4}}}"#
      let trainer = try trainer(model, weights: #"{"fit": \#(ramp), "size": 0}"#)
      var centre = PlainAdam(ToyModel.centreStart)
      for step in 0..<6 {
        let gradients = ToyModel.gradients(
          centre: centre.value, extra: [], images: ToyModel.images,
          fit: min(Double(step) / 4, 1), size: 0)
        centre.step(gradients.centre, rate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 0.5)
        try trainer.step()
        #expect(distance(model.centreValues, centre.value) < 1e-13, "step \(step)")
      }
      #expect(trainer.state.curves.values["weight/fit"] == [0, 0.25, 0.5, 0.75, 1, 1])
      // The model has been told beforehand.
      #expect(model.asked.map { $0.progress.weights["fit"] } == [0, 0.25, 0.5, 0.75, 1, 1])
      #expect(model.asked.map { $0.progress.weights["size"] } == [0, 0, 0, 0, 0, 0])
      #expect(model.extraValues == ToyModel.extraStart)
    }
  }

  /// Held parameters and their Adam state stand still, and join with a first step of their own in the
  /// very step in which the constraint is first met.
  @Test func heldParametersWaitForTheConstraint() throws {
    try tensors {
      let model = ToyModel()
      model.statistic = { [0.9, 0.8, 0.7, 0.1, 0.9, 0.9][$0] }
      let rewo = """
        {"statistic": "error", "threshold": 0.5, "speed": 1, "steepness": 3, "start": 0.01,
         "smoothing": 0, "hold": ["extra/**"]}
        """
      let trainer = try trainer(model, weights: #"{"size": {"rewo": \#(rewo)}}"#)
      var controller = WeightControllerTests.rewo(
        threshold: 0.5, speed: 1, start: 0.01, smoothing: 0)
      var centre = PlainAdam(ToyModel.centreStart)
      var extra = PlainAdam(ToyModel.extraStart)
      for step in 0..<6 {
        let weight = controller.weight(step: step, statistic: model.statistic(step))
        let gradients = ToyModel.gradients(
          centre: centre.value, extra: extra.value, images: ToyModel.images, fit: 1, size: weight)
        centre.step(gradients.centre, rate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 0.5)
        if step >= 3 {
          extra.step(gradients.extra, rate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 0.5)
        }
        try trainer.step()
        #expect(distance(model.centreValues, centre.value) < 1e-13, "step \(step)")
        #expect(distance(model.extraValues, extra.value) < 1e-13, "step \(step)")
        let state = try #require(trainer.state.optimisers[0]["extra/value"])
        #expect(state.step.item() == Double(max(0, step - 2)))
        #expect((state.mean.doubles() == [0, 0, 0]) == (step < 3))
        #expect((state.square.doubles() == [0, 0, 0]) == (step < 3))
        let event = trainer.state.events["constraint-first-met/size"]
        #expect(event == (step < 3 ? nil : 4))
      }
      let average = trainer.state.curves.values["average/error"]
      #expect(average == [0.9, 0.8, 0.7, 0.1, 0.9, 0.9])
    }
  }

  /// A controller may hold a loss term against its threshold, as it comes out of the batch and unweighted.
  @Test func aTermMayBeTheConstraint() throws {
    try tensors {
      let model = ToyModel()
      let geco = #"{"statistic": "fit", "threshold": 2, "speed": 0.5, "start": 1, "smoothing": 0}"#
      let trainer = try trainer(model, weights: #"{"size": {"geco": \#(geco)}, "fit": 3}"#)
      var weight = 1.0
      for _ in 0..<4 {
        let centre = model.centreValues
        var fit = 0.0
        for (place, pixel) in ToyModel.images.enumerated() {
          let distance = pixel - centre[place % 2]
          fit += distance * distance / 4
        }
        try trainer.step()
        weight *= exp(-0.5 * (fit - 2))
        #expect(abs((trainer.state.curves.values["weight/size"]?.last ?? .nan) - weight) < 1e-12)
        #expect(abs((trainer.state.curves.values["average/fit"]?.last ?? .nan) - fit) < 1e-12)
      }
    }
  }

  @Test func nothingMovesWhileEverythingIsHeld() throws {
    try tensors {
      let model = ToyModel()
      model.statistic = { _ in 0.9 }
      let rewo = """
        {"statistic": "error", "threshold": 0.5, "speed": 1, "steepness": 3, "start": 0.01,
         "smoothing": 0, "hold": ["**"]}
        """
      let trainer = try trainer(model, weights: #"{"size": {"rewo": \#(rewo)}}"#)
      for _ in 0..<3 { try trainer.step() }
      #expect(model.centreValues == ToyModel.centreStart)
      #expect(model.extraValues == ToyModel.extraStart)
    }
  }

  @Test(arguments: [
    ("fit", Double.nan), ("size", .infinity), ("error", -.infinity), ("error", .nan),
  ])
  func termsThatAreNotFiniteStopTheRun(name: String, value: Double) throws {
    try tensors {
      let model = ToyModel()
      model.spoilt = (name, 2, value)
      let trainer = try trainer(model)
      try trainer.step()
      try trainer.step()
      let centre = model.centreValues
      #expect {
        try trainer.step()
      } throws: {
        guard case TrainingError.notFinite(name, 3) = $0 else { return false }
        return "\($0)".hasPrefix("\(name) is not a finite number at step 3: the run has diverged")
      }
      // The last state is sound: what was bad did not reach the parameters.
      #expect(model.centreValues == centre)
      #expect(trainer.state.totalSteps == 2)
      #expect(trainer.state.curves.steps == [1, 2])
    }
  }

  @Test func aMissingStatisticIsNamed() throws {
    try tensors {
      let geco = """
        {"statistic": "mistake", "threshold": 0.5, "speed": 1, "start": 1, "smoothing": 0}
        """
      let trainer = try trainer(ToyModel(), weights: #"{"fit": {"geco": \#(geco)}}"#)
      #expect {
        try trainer.step()
      } throws: {
        "\($0)"
          == "a weight schedule reads the statistic 'mistake', which the model does not give: name "
          + "a statistic or a loss term that the phase's objective has"
      }
    }
  }

  @Test func curvesTakeTheFirstStepAndEachMultiple() throws {
    try tensors {
      let trainer = try trainer(ToyModel(), recordEvery: 3)
      for _ in 0..<10 { try trainer.step() }
      #expect(trainer.state.curves.steps == [1, 3, 6, 9])
      trainer.setSeconds(12.5)
      #expect(trainer.state.seconds == 12.5)
    }
  }

  @Test func batchesAreThoseOfTheOrder() throws {
    try tensors {
      let model = ToyModel()
      let trainer = try trainer(model, batch: 3)
      for _ in 0..<4 { try trainer.step() }
      #expect(model.asked.map(\.images.count) == [6, 2, 6, 2])
      for epoch in 0..<2 {
        let images = model.asked[2 * epoch..<2 * epoch + 2].flatMap(\.images)
        let pairs = stride(from: 0, to: 8, by: 2).map { [images[$0], images[$0 + 1]] }
        #expect(Set(pairs) == [[0, 1], [2, -1], [0.5, 0.5], [-1.5, 3]])
      }
      #expect(model.asked.map(\.progress.epoch) == [0, 0, 1, 1])
    }
  }
}
