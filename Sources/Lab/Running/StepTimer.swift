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
    let dataset = try checked("moving the data") { try run.template.dataset.load().to(device) }
    data = dataset.train
    randomness = Randomness(seed: run.seed)
    trainer = Trainer(
      model: try run.untrainedModel(on: device), data: data,
      validation: dataset.others[EarlyStopping.split],
      plan: run.template.plan, randomness: randomness,
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

  /// Arithmetic operations a second, in thousand millions, of the forward products of all dense layers with
  /// a batch of rows each; nil where the model has none.
  ///
  /// - Parameter seconds: how long to measure, about.
  public func forwardProducts(seconds: Double = 2) throws -> Double? {
    let rows = run.template.plan.phases.first?.batch ?? 1
    let weights = trainer.model.parameters.all.filter { $0.path.hasSuffix("/weight") }
      .map(\.value).filter { $0.shape.count == 2 }
    if weights.isEmpty { return nil }
    var (operations, spent) = (0.0, 0.0)
    for weight in weights {
      let (outputs, inputs) = (weight.shape[0], weight.shape[1])
      try checked("a product") {
        withoutGradients {
          let x = randomness.stream("bench").normal([rows, inputs], like: weight)
          let bias = Tensor.zeros([outputs], type: weight.type, device: weight.device)
          func time(_ count: Int) -> Double {
            let start = ContinuousClock.now
            for _ in 0..<count { _ = x.dense(weight, bias) }
            return (ContinuousClock.now - start).seconds
          }
          let once = max(time(3) / 3, 1e-6)
          let count = max(Int(seconds / Double(weights.count) / once), 3)
          // As often as in a step: once.
          spent += time(count) / Double(count)
        }
      }
      operations += 2 * Double(rows * inputs * outputs)
    }
    return operations / spent / 1e9
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
