import Modelling
import Testing
import Torch

@testable import Training

@Suite struct PhaseTests {
  private static func update(_ objective: String, _ rate: Double, _ patterns: String) -> String {
    """
    {"minimise": "\(objective)", "optimiser": {"adam": {"rate": \(rate), "epsilon": 0.5}},
     "parameters": \(patterns)}
    """
  }

  /// Each update minimises its own objective by its own optimiser on its own parameters, the second
  /// from where the first has led.
  @Test func updatesOfOneStepFollowEachOther() throws {
    try tensors {
      let model = ToyModel()
      let updates = [
        Self.update("fit", 0.1, #"["centre/*"]"#),
        Self.update("size", 0.3, #"["extra/**", "centre/*"]"#),
      ]
      let trainer = Trainer(
        model: model, data: ToyModel.data,
        plan: try plan(weights: #"{"size": 2}"#, updates: "[\(updates.joined(separator: ","))]"),
        randomness: Randomness(seed: 1), recordEvery: 1)
      var first = PlainAdam(ToyModel.centreStart)
      var second = PlainAdam(ToyModel.centreStart)
      var extra = PlainAdam(ToyModel.extraStart)
      for step in 0..<4 {
        let fit = ToyModel.gradients(
          centre: first.value, extra: [], images: ToyModel.images, fit: 1, size: 0)
        first.step(fit.centre, rate: 0.1, epsilon: 0.5)
        second.value = first.value
        let size = ToyModel.gradients(
          centre: second.value, extra: extra.value, images: ToyModel.images, fit: 0, size: 2)
        second.step(size.centre, rate: 0.3, epsilon: 0.5)
        extra.step(size.extra, rate: 0.3, epsilon: 0.5)
        first.value = second.value
        try trainer.step()
        #expect(distance(model.centreValues, first.value) < 1e-13, "step \(step)")
        #expect(distance(model.extraValues, extra.value) < 1e-13, "step \(step)")
      }
      let objectives = model.asked.map(\.objective)
      #expect(objectives == Array(repeating: ["fit", "size"], count: 4).flatMap(\.self))
      let trained = trainer.state.optimisers.map { $0.keys.sorted() }
      #expect(trained == [["centre/value"], ["centre/value", "extra/value"]])
    }
  }

  private func twoPhases() throws -> TrainingPlan {
    try decode(
      TrainingPlan.self,
      """
      {"weights": {}, "phases": [
        {"id": "a", "batch": 4, "updates": [\(Self.update("elbo", 0.1, #"["centre/**"]"#))],
         "until": {"steps": 3}},
        {"id": "b", "batch": 3, "updates": [\(Self.update("size", 0.2, #"["**"]"#))],
         "until": {"epochs": 1.5}}]}
      """)
  }

  @Test func phasesFollowEachOtherWithFreshOptimisers() throws {
    try tensors {
      let model = ToyModel()
      let trainer = Trainer(
        model: model, data: ToyModel.data, plan: try twoPhases(), randomness: Randomness(seed: 1),
        recordEvery: 1)
      #expect(trainer.plannedSteps == 6)
      var centre = PlainAdam(ToyModel.centreStart)
      var extra = PlainAdam(ToyModel.extraStart)
      var positions: [[Int]] = []
      while !trainer.isFinished {
        positions.append([trainer.state.phase, trainer.state.step, trainer.state.totalSteps])
        if trainer.state.totalSteps == 3 { centre = PlainAdam(centre.value) }
        let gradients = ToyModel.gradients(
          centre: centre.value, extra: extra.value, images: ToyModel.images,
          fit: trainer.state.phase == 0 ? 1 : 0, size: 1)
        let rate = trainer.state.phase == 0 ? 0.1 : 0.2
        centre.step(gradients.centre, rate: rate, epsilon: 0.5)
        if trainer.state.phase == 1 { extra.step(gradients.extra, rate: rate, epsilon: 0.5) }
        try trainer.step()
        #expect(distance(model.centreValues, centre.value) < 1e-13)
        #expect(distance(model.extraValues, extra.value) < 1e-13)
      }
      #expect(
        positions == [[0, 0, 0], [0, 1, 1], [0, 2, 2], [1, 0, 3], [1, 1, 4], [1, 2, 5]])
      #expect([trainer.state.phase, trainer.state.step, trainer.state.totalSteps] == [2, 0, 6])
      #expect(
        model.asked.map(\.progress)
          == [(0, 0, 0), (1, 1, 1), (2, 2, 2), (0, 3, 0), (1, 4, 0), (2, 5, 1)].map {
            Progress(step: $0, totalSteps: $1, epoch: $2, examples: 4)
          })
      #expect(model.asked.map(\.images.count) == [8, 8, 8, 6, 2, 6])
      // The terms of the first phase are missing in the second.
      let gaps = trainer.state.curves.values["loss/fit"]?.map(\.isNaN)
      #expect(gaps == [false, false, false, true, true, true])
    }
  }

  /// A start is made once, before its phase's first step, on the first examples as they are stored.
  @Test func startsThatDependOnData() throws {
    final class Started: DataDependentModel {
      let parameters = ParameterStore(Randomness(seed: 0), type: .float64)
      var seen: [[Double]] = []
      private let value: Tensor
      init() { value = (parameters.root / "x").parameter { _, type in .zeros([1], type: type) } }
      func start(_ start: DataDependentStart, on batch: Batch, _ randomness: StepRandomness) {
        seen.append([start.scale] + (batch["image"]?.doubles() ?? []))
      }
      func terms(
        _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
      ) -> Terms {
        seen.append([Double(progress.totalSteps)])
        return Terms(losses: ["loss": value.square().sum()])
      }
    }
    func phase(_ id: String, _ batch: Int, _ scale: Double) -> String {
      """
      {"id": "\(id)", "batch": \(batch), "start": [{"data-dependent": {"_0": {"scale": \(scale)}}}],
       "updates": [\(Self.update("a", 0.1, #"["**"]"#))], "until": {"steps": 2}}
      """
    }
    let plan = try decode(
      TrainingPlan.self,
      "{\"weights\": {}, \"phases\": [\(phase("a", 2, 0.5)), \(phase("b", 100, 0.25))]}")
    #expect(try decode(TrainingPlan.self, try encode(plan)) == plan)
    #expect(plan.phases.allSatisfy { $0.problem == nil })
    let impossible = try decode(
      TrainingPlan.self, "{\"weights\": {}, \"phases\": [\(phase("a", 2, -1))]}")
    #expect(
      impossible.phases[0].problem == "the scale of a data-dependent start must be positive")
    try tensors {
      let model = Started()
      let trainer = Trainer(
        model: model, data: ToyModel.data, plan: plan, randomness: Randomness(seed: 1),
        recordEvery: 1)
      while !trainer.isFinished { try trainer.step() }
      let expected: [[Double]] = [
        [0.5] + ToyModel.images[..<4], [0], [1], [0.25] + ToyModel.images, [2], [3],
      ]
      #expect(model.seen == expected)
      let other = Trainer(
        model: ToyModel(), data: ToyModel.data, plan: plan, randomness: Randomness(seed: 1),
        recordEvery: 1)
      #expect(throws: TrainingError.self) { try other.step() }
    }
  }

  @Test func aPlanWithoutPhasesIsFinished() throws {
    try tensors {
      let trainer = Trainer(
        model: ToyModel(), data: ToyModel.data, plan: TrainingPlan(weights: [:], phases: []),
        randomness: Randomness(seed: 1), recordEvery: 1)
      #expect(trainer.isFinished)
      #expect(trainer.plannedSteps == 0)
    }
  }

  @Test func seedsDecideTheNoiseOfEachStep() throws {
    // Which stream each step reads: of its update and of the steps of the whole run.
    final class Noisy: Model {
      let parameters = ParameterStore(Randomness(seed: 0), type: .float64)
      private(set) var draws: [Double] = []
      private let value: Tensor
      init() { value = (parameters.root / "x").parameter { _, type in .zeros([1], type: type) } }
      func terms(
        _ objective: String, _ batch: Batch, _ progress: Progress, _ randomness: StepRandomness
      ) -> Terms {
        draws += randomness.stream("z").normal([2], type: .float64).doubles()
        return Terms(losses: ["loss": value.square().sum()])
      }
    }
    try tensors {
      let model = Noisy()
      let updates = [Self.update("a", 0.1, #"["**"]"#), Self.update("b", 0.1, #"["**"]"#)]
      var plan = try plan(
        updates: "[\(updates.joined(separator: ","))]", until: #"{"steps": 1}"#)
      plan.phases.append(plan.phases[0])
      let trainer = Trainer(
        model: model, data: ToyModel.data, plan: plan, randomness: Randomness(seed: 6),
        recordEvery: 1)
      try trainer.step()
      try trainer.step()
      #expect(trainer.isFinished)
      let expected = (0..<2).flatMap { step in
        (0..<2).flatMap { update in
          StepRandomness(Randomness(seed: 6), "train/\(update)", step: step)
            .stream("z").normal([2], type: .float64).doubles()
        }
      }
      #expect(model.draws == expected)
      #expect(Set(model.draws).count == 8)
    }
  }
}
