import Datasets
import Files
import Foundation
import Modelling
import Torch

/// Disk space of one run, estimated from the number of its parameters before it starts.
public struct RunSpace: Equatable, Sendable {
  /// Bytes that stay: final weights, snapshots, curves, settings.
  public let kept: Int
  /// Bytes of the checkpoints while it trains: the two that are kept and one in the making.
  public let checkpoints: Int

  /// Builds the model to count its parameters.
  init(_ run: RunSpecification) throws {
    self.init(run, try run.untrainedModel().parameters)
  }

  init(_ run: RunSpecification, _ parameters: ParameterStore) {
    let template = run.template
    let tensors = parameters.all.count
    let bytes = parameters.all.reduce(0) { sum, parameter in
      sum + parameter.value.count * (parameter.value.type == .float64 ? 8 : 4)
    }
    let steps = template.dataset.trainingExamples.map { template.plan.steps(examples: $0) }
    let curves = Self.curves(run, steps: steps ?? 0)
    let weights = Self.file(bytes, datasets: tensors)
    let snapshots = run.snapshots(upTo: steps ?? .max).count
    kept = weights * (1 + snapshots) + curves + Self.settings
    // Adam keeps two numbers for each parameter and a count for each tensor.
    let updates = template.plan.phases.map(\.updates.count).max() ?? 0
    let copies = template.plan.phases.contains { $0.earlyStopping != nil } ? 2 : 1
    checkpoints =
      3
      * (Self.file(
        bytes * (copies + 2 * updates), datasets: tensors * (copies + 3 * updates)) + curves)
  }

  /// Bytes of `run.yaml` and the claim, and of the run's record, generously.
  private static let settings = 30_000

  /// An HDF5 file: its numbers, what describes each dataset and group, and the superblock.
  private static func file(_ bytes: Int, datasets: Int) -> Int { bytes + 700 * datasets + 2000 }

  /// A curve for each term and statistic, its weight and its average, and each recorded measure, at the
  /// recorded steps.
  private static func curves(_ run: RunSpecification, steps: Int) -> Int {
    let template = run.template
    let objectives = template.model.objectives
    let names = Set(template.plan.phases.flatMap { $0.updates.map(\.minimise) })
    let columns = names.reduce(1) { sum, name in
      guard let objective = objectives[name] else { return sum }
      return sum + 2 * (objective.losses.count + objective.statistics.count)
    }
    let measures = template.recording.measures
    let validated = template.plan.phases.filter { $0.earlyStopping != nil }
    let ofValidation = validated.isEmpty ? 0 : columns / 2 + 1
    let all = columns + ofValidation + (measures?.ids.count ?? 0)
    let epochs = validated.map { phase in
      template.dataset.trainingExamples.map {
        steps / max(BatchOrder.batchesPerEpoch($0, batch: phase.batch), 1) + 1
      } ?? 0
    }
    let points =
      steps / template.recording.every + 2 + (measures.map { steps / $0.every + 1 } ?? 0)
      + epochs.reduce(0, +)
    return file(8 * points * all, datasets: all)
  }
}

/// Too little space for what is to be run.
public enum SpaceError: Error, Equatable, CustomStringConvertible {
  case tooLittle(needed: Int, free: Int, path: String)

  /// Throws where `needed` bytes are more than are free at `path`.
  ///
  /// - Parameter free: says how many bytes are free at a path.
  public static func check(
    _ needed: Int, at path: String, free: (String) throws -> Int = Disk.freeBytes(at:)
  ) throws {
    let free = try free(path)
    if needed > free { throw SpaceError.tooLittle(needed: needed, free: free, path: path) }
  }

  public var description: String {
    switch self {
    case .tooLittle(let needed, let free, let path):
      "\(sizeText(needed)) of disk space are needed at \(path) and \(sizeText(free)) are free: free "
        + "some ('priorlab clean' removes weights), or name another place with --results"
    }
  }
}
