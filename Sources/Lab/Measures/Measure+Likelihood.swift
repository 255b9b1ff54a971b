import Foundation
import Modelling
import Torch

extension MeasureFamily {
  /// Negative log-likelihood of the test split by importance sampling (Burda et al. 2016, eq. 8, as an
  /// estimate of log p(x)), with any number of samples: `nll/importance-5000`. On 500 images of the test
  /// split, the same for all runs: `nll/500-images/importance-5000`. The standard errors of these means
  /// over the images: `nll/standard-error/importance-5000`,
  /// `nll/standard-error/500-images/importance-5000`.
  public static let importanceSampledLikelihood = MeasureFamily(
    pattern: "nll/[standard-error/][<images>-images/]importance-<samples>"
  ) { id in
    ImportanceSampling(id).map { sampling in
      let examples: @Sendable (MeasuredRun) throws -> [Double] = { run in
        try sampling.shared(run).map { -$0 }
      }
      return Measure(
        id: id, summary: sampling.summary, unit: "nats",
        direction: sampling.isError ? .neither : .lessIsBetter, abilities: [.importanceWeights],
        needs: [DataNeed(split: "test", tensor: "image")],
        examples: sampling.isKept ? examples : nil
      ) { run in
        let summary = try Summary(sampling.shared(run))
        return sampling.isError ? summary.standardError : -summary.mean
      }
    }
  }
}

/// What an id such as `nll/standard-error/500-images/importance-5000` says.
struct ImportanceSampling: Equatable {
  let samples: Int
  /// Nil for the whole test split.
  let images: Int?
  let isError: Bool

  /// Rows that a model decodes at a time: memory does not grow with the number of samples, and what a
  /// convolution reads and writes stays near the processor.
  static let rows = 50

  /// The most images whose own values a record keeps.
  private static let mostKept = 1000

  /// Whether a record keeps the value of each image.
  var isKept: Bool { !isError && 2...Self.mostKept ~= images ?? 0 }

  /// Reads an id; nil where it is another's.
  init?(_ id: String) {
    var parts = id.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard parts.popFirst() == "nll" else { return nil }
    isError = parts.first == "standard-error"
    if isError { parts.removeFirst() }
    images = parts.first.flatMap { MeasureFamily.number($0, suffix: "-images") }
    if images != nil { parts.removeFirst() }
    guard parts.count == 1,
      let samples = MeasureFamily.number(parts[parts.startIndex], prefix: "importance-")
    else { return nil }
    self.samples = samples
  }

  /// The id of the mean that the estimate gives.
  var estimate: String {
    "nll/" + (images.map { "\($0)-images/" } ?? "") + "importance-\(samples)"
  }

  var summary: String {
    let split = images.map { "\($0) images of the test split" } ?? "the test split"
    let mean = "negative log-likelihood of \(split) by \(samples) importance samples an image"
    return isError ? "standard error over the images of the \(mean)" : mean
  }

  /// log p(x) in nats of each image, found once for all measures of a run.
  func shared(_ run: MeasuredRun) throws -> [Double] {
    try run.shared(estimate) { try logLikelihoods(run) }
  }

  /// log p(x) in nats of each image.
  func logLikelihoods(_ run: MeasuredRun) throws -> [Double] {
    let model: any ImportanceSampledModel = try run.model(.importanceWeights, for: estimate)
    let test = try run.examples(of: "test", for: estimate)
    let indices = try checked(estimate) { chosen(of: test.count) }
    var likelihoods: [Double] = []
    for start in stride(from: 0, to: indices.count, by: Self.rows) {
      let group = indices[start..<min(start + Self.rows, indices.count)]
      likelihoods += try checked(estimate) {
        try withoutGradients {
          try self.likelihoods(model, test.rows(at: Array(group)), run.randomness, start)
        }
      }
    }
    if !likelihoods.allSatisfy(\.isFinite) { throw MeasureError.notFinite(estimate) }
    return likelihoods
  }

  /// log p(x) of a few images; the streams are named by the first one's place.
  private func likelihoods(
    _ model: any ImportanceSampledModel, _ batch: Batch, _ randomness: Randomness, _ place: Int
  ) throws -> [Double] {
    let weights = model.importanceWeights(batch, .evaluation)
    var means = [LogMeanExp](repeating: LogMeanExp(), count: batch.count)
    let largest = max(Self.rows / max(batch.count, 1), 1)
    for start in stride(from: 0, to: samples, by: largest) {
      // A failed operation would leave all that follow without numbers.
      let values = try checked(estimate) {
        weights(
          min(largest, samples - start),
          StepRandomness(randomness, "measure/nll/\(place)", step: start)
        ).doubles()
      }
      for (index, value) in values.enumerated() { means[index % batch.count].add(value) }
    }
    return means.map(\.value)
  }

  /// The images' places in the test split: all, or those that every run takes.
  private func chosen(of count: Int) -> [Int] {
    guard let images, images < count else { return Array(0..<count) }
    let order = Randomness(seed: 0).stream("images of the test split").permutation(count)
    return order.narrowed(0, 0..<images).integers().map(Int.init).sorted()
  }
}
