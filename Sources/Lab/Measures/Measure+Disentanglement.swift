import Modelling
import Torch

/// Measures of codes against the factors of the data, and of the likelihood (Stühmer et al. 2019,
/// section 4).
extension Measure {
  /// The mutual information gap over some columns of the data's `factors`, of codes drawn from the
  /// posterior (Chen et al. 2018, section 4).
  public static func mutualInformationGap(
    _ variant: String, factors: Range<Int>, words: String
  ) -> Measure {
    let id = "mig/" + variant
    // A density is tabulated for every value.
    let needs = [DataNeed(split: "train", tensor: "factors", range: 0...1023, isWhole: true)]
    return Measure(
      id: id, summary: "mutual information gap of codes drawn from the posterior and \(words)",
      unit: "", direction: .moreIsBetter, abilities: [.code], needs: needs
    ) { run in
      guard let tensor = try run.dataset.train["factors"] else {
        throw MeasureError.needsTensor(id, name: "factors")
      }
      let columns = tensor.shape.count == 2 ? tensor.shape[1] : 0
      guard columns >= factors.upperBound else {
        throw MeasureError.needsFactors(id, needed: factors.upperBound, found: columns)
      }
      let classes = tensor.integers()
      let codes = try PosteriorCodes.shared(run, for: id)
      let gap = try MutualInformationGap(
        means: codes.means, deviations: codes.deviations, dimensions: codes.dimensions,
        factors: factors.map { column in
          (0..<codes.count).map { Int(classes[$0 * columns + column]) }
        })
      return gap.value
    }
  }

  /// log p(x|z) in nats with one draw of z for each example, averaged over all training data.
  public static let logLikelihood = Measure(
    id: "logpx/full", summary: "log p(x|z) at one draw of z, averaged over all training examples",
    unit: "nats", direction: .moreIsBetter, abilities: [.likelihood]
  ) { mean(try logLikelihoods($0, for: "logpx/full")) }

  /// The same, averaged over ten thousand examples at random.
  public static let logLikelihoodOfSome = Measure(
    id: "logpx/random-10000",
    summary: "log p(x|z) at one draw of z, averaged over 10,000 training examples at random",
    unit: "nats", direction: .moreIsBetter, abilities: [.likelihood]
  ) { run in
    let id = "logpx/random-10000"
    let values = try logLikelihoods(run, for: id)
    let order = run.randomness.stream("measure/" + id).permutation(values.count).integers()
    return mean(order.prefix(10_000).map { values[Int($0)] })
  }

  /// Code dimensions whose posterior mean varies over the data, by the threshold of the code of
  /// Stühmer et al. 2019.
  public static let activeLatents = Measure(
    id: "latents/active",
    summary: "code dimensions whose posterior mean has a variance above 0.01 over the data",
    unit: "", direction: .neither, abilities: [.code]
  ) { run in
    let codes = try PosteriorCodes.shared(run, for: "latents/active")
    return Double(codes.varianceOfMeans.count { $0 > 0.01 })
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// log p(x|z) of each training example, once for all measures.
  private static func logLikelihoods(
    _ run: MeasuredRun, for purpose: String
  ) throws -> [Double] {
    let model: any LikelihoodModel = try run.model(.likelihood, for: purpose)
    return try run.shared("log-likelihoods of the training data") {
      let codes = try PosteriorCodes.shared(run, for: purpose)
      let data = try run.dataset.train
      let randomness = StepRandomness(run.randomness, "measure/logpx")
      let stream = randomness.stream("z")
      var values: [Double] = []
      values.reserveCapacity(data.count)
      try MeasuredRun.evaluate(data, for: purpose) { batch, range in
        let z = codes.draws(range, stream, like: model.parameters.zero)
        values += model.logLikelihood(batch, codes: z).doubles()
      }
      return values
    }
  }
}

extension PosteriorCodes {
  /// A draw from the posterior of each of these examples, `[examples, dimensions]`.
  func draws(_ examples: Range<Int>, _ stream: RandomStream, like tensor: Tensor) -> Tensor {
    let range = examples.lowerBound * dimensions..<examples.upperBound * dimensions
    let shape = [examples.count, dimensions]
    let mean = Tensor(Array(means[range]), shape: shape)
    let deviation = Tensor(Array(deviations[range]), shape: shape)
    let z = mean + deviation * stream.normal(shape, like: mean)
    return z.to(tensor.type).to(tensor.device)
  }

  /// Variance of each dimension's mean over the examples.
  var varianceOfMeans: [Double] {
    (0..<dimensions).map { dimension in
      let column = stride(from: dimension, to: means.count, by: dimensions).lazy.map { means[$0] }
      let mean = column.reduce(0, +) / Double(count)
      return column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    }
  }
}
