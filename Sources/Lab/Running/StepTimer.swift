import Datasets
import Files
import Modelling
import Torch
import Training

/// Trains a run step by step with a clock beside it; nothing is kept.
public final class StepTimer {
  private let run: RunSpecification
  private let data: Split
  private let trainer: Trainer
  private let randomness: Randomness

  /// Loads the data and builds the model.
  ///
  /// - Throws: `DataError`, or `TensorError` where the model cannot be built.
  public init(_ run: RunSpecification, device: Device) throws {
    self.run = run
    data = try checked("moving the data") { try run.template.dataset.load().train.to(device) }
    let randomness = Randomness(seed: run.seed)
    self.randomness = randomness
    let model = try checked("building the model") {
      run.template.model.build(
        for: run.template.dataset.exampleShapes,
        parameters: ParameterStore(randomness, device: device))
    }
    trainer = Trainer(
      model: model, data: data, plan: run.template.plan, randomness: randomness,
      recordEvery: run.template.recording.every)
  }

  /// Seconds of each of the next steps: of all that training does between two steps, so from the batch
  /// to the optimiser. Less than `count` where the plan ends.
  public func time(_ count: Int) throws -> [Double] {
    var seconds: [Double] = []
    while seconds.count < count, !trainer.isFinished {
      let start = ContinuousClock.now
      try withPrecision(run.template.precision) { try trainer.step() }
      seconds.append((ContinuousClock.now - start).seconds)
    }
    return seconds
  }

  /// Writes what another program needs to compute the first step's losses: `parameters/<path>`,
  /// `batch/<tensor>`, `noise/<purpose>/<draw>`, the number of training `examples`, and the losses of
  /// ours, `losses/<term>`.
  ///
  /// - Parameter noise: purposes of the step's normal draws and the shapes of the draws of each.
  public func export(to path: String, noise: [(purpose: String, shapes: [[Int]])]) throws {
    guard let phase = run.template.plan.phases.first, let update = phase.updates.first else {
      return
    }
    var order = BatchOrder(randomness, count: data.count, batch: phase.batch)
    let batch = data.rows(
      order.indices(step: 0, phase: phase.id), StepRandomness(randomness, "data"))
    let random = StepRandomness(randomness, "train/0")
    let terms = try withPrecision(run.template.precision) {
      try checked("the first step") {
        trainer.model.terms(update.minimise, batch, trainer.progress, random)
      }
    }
    let file = try HDF5File(creating: path)
    try ParameterFile.write(trainer.model.parameters, into: file)
    for name in batch.names {
      guard let tensor = batch[name] else { continue }
      try ParameterFile.write(tensor.to(.cpu), at: "batch/" + name, into: file)
    }
    try file.write([Double(data.count)], shape: [1], at: "examples")
    for (purpose, shapes) in noise {
      let stream = random.stream(purpose)
      for (index, shape) in shapes.enumerated() {
        try ParameterFile.write(stream.normal(shape), at: "noise/\(purpose)/\(index)", into: file)
      }
    }
    for (name, loss) in terms.losses {
      try file.write([loss.item()], shape: [1], at: "losses/" + name)
    }
    try file.close()
  }
}
