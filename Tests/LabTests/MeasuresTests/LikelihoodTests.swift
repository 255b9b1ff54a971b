import Datasets
import Foundation
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// The likelihood by importance sampling, where it is known: linear-Gaussian models.
@Suite struct LikelihoodTests {
  private static let latent = 2
  private static let shape = [1, 2, 2]
  /// p(x|z) = N(x; W z + b, σ²): W's columns are orthogonal, so that q(z|x) can be exact.
  private static let columns = [[0.9, -0.4, 0.3, 0.2], [0.2, 0.3, -0.4, 0.3]]
  private static let bias = [0.1, -0.2, 0.3, 0.5]
  private static let scale = 0.6

  private static let identity = """
    {"sequence": [{"dense": {"units": 2, "activation": "none"}}]}
    """
  private static let networks = """
    "latent": 2, "encoder": {"sequence": [{"dense": {"units": 4, "activation": "none"}}]},
    "decoder": \(identity), "likelihood": {"gaussian": {"scale": \(scale)}},
    "importance-samples": 1, "initial": "he-normal"
    """

  private static func set(_ model: any Model, _ path: String, _ values: [Double]) throws {
    let parameter = try #require(model.parameters[path]?.value, "no parameter at \(path)")
    parameter.assign(Tensor(values, shape: parameter.shape))
  }

  private static func unit(_ count: Int) -> [Double] {
    (0..<count * count).map { $0 % (count + 1) == 0 ? 1 : 0 }
  }

  private static func build(_ configuration: any ModelConfiguration) throws -> any Model {
    let shapes = ["image": shape]
    #expect(configuration.problem(for: shapes) == nil)
    let model = configuration.build(
      for: shapes, parameters: ParameterStore(Randomness(seed: 0), type: .float64))
    try set(model, "encoder/0/weight", unit(4))
    try set(model, "encoder/0/bias", [0, 0, 0, 0])
    try set(model, "encoder/log-variance/weight", [Double](repeating: 0, count: 8))
    try set(model, "decoder/0/weight", unit(2))
    try set(model, "decoder/0/bias", [0, 0])
    try set(model, "decoder/mean/weight", (0..<4).flatMap { [columns[0][$0], columns[1][$0]] })
    try set(model, "decoder/mean/bias", bias)
    return model
  }

  /// A model with z ~ N(0, I), whose q(z|x) is exact but for `excess` of its log-variances.
  private static func flat(excess: Double) throws -> any Model {
    let json = "{\(networks), \"prior\": {\"normal\": {}}}"
    let model = try build(
      try StrictDecoder().decode(
        VAEConfiguration.self, from: try ConfigNode(yaml: json, file: "x.yaml")))
    try setPosterior(model, variances: [1, 1], excess: excess)
    return model
  }

  /// A model with z = S ζ + ε, whose q(z|x) and q(ζ|z) are exact but for `excess`.
  private static let slopes = [0.8, -0.5]
  private static let inner = [0.3, 0.7]
  private static var marginal: [Double] { zip(slopes, inner).map { $0 * $0 + $1 } }

  private static func hierarchical(excess: Double) throws -> any Model {
    let json = "{\(networks), \"prior-encoder\": \(identity), \"prior-decoder\": \(identity)}"
    let model = try build(
      try StrictDecoder().decode(
        VHPConfiguration.self, from: try ConfigNode(yaml: json, file: "x.yaml")))
    for part in ["encoder", "decoder"] {
      try set(model, "prior/\(part)/0/weight", unit(2))
      try set(model, "prior/\(part)/0/bias", [0, 0])
      for head in ["mean", "log-variance"] {
        try set(model, "prior/\(part)/\(head)/weight", [0, 0, 0, 0])
        try set(model, "prior/\(part)/\(head)/bias", [0, 0])
      }
    }
    try set(model, "prior/decoder/mean/weight", [slopes[0], 0, 0, slopes[1]])
    try set(model, "prior/decoder/log-variance/bias", inner.map { log($0) })
    let gains = zip(slopes, marginal).map { $0 / $1 }
    try set(model, "prior/encoder/mean/weight", [gains[0], 0, 0, gains[1]])
    try set(
      model, "prior/encoder/log-variance/bias",
      zip(inner, marginal).map { log($0 / $1) + excess })
    try setPosterior(model, variances: marginal, excess: excess)
    return model
  }

  /// The posterior of z with independent priors of these variances.
  private static func setPosterior(
    _ model: any Model, variances: [Double], excess: Double
  ) throws {
    var weights: [Double] = []
    var offsets: [Double] = []
    var logVariances: [Double] = []
    for (column, prior) in zip(columns, variances) {
      let square = column.reduce(0) { $0 + $1 * $1 }
      let variance = 1 / (1 / prior + square / (scale * scale))
      let gain = column.map { $0 * variance / (scale * scale) }
      weights += gain
      offsets.append(-zip(gain, bias).map(*).reduce(0, +))
      logVariances.append(log(variance) + excess)
    }
    try set(model, "encoder/mean/weight", weights)
    try set(model, "encoder/mean/bias", offsets)
    try set(model, "encoder/log-variance/bias", logVariances)
  }

  /// log N(x; b, W V Wᵀ + σ² I), along the columns and across them.
  private static func logLikelihood(_ x: [Double], variances: [Double]) -> Double {
    let centred = zip(x, bias).map { $0 - $1 }
    var rest = centred.reduce(0) { $0 + $1 * $1 }
    var value = -0.5 * Double(x.count) * log(2 * Double.pi)
    for (column, variance) in zip(columns, variances) {
      let square = column.reduce(0) { $0 + $1 * $1 }
      let along = zip(centred, column).map(*).reduce(0, +) / square.squareRoot()
      let total = square * variance + scale * scale
      value -= 0.5 * (log(total) + along * along / total)
      rest -= along * along
    }
    return value - 0.5 * (2 * log(scale * scale) + rest / (scale * scale))
  }

  private static func run(_ model: any Model, images: Int, seed: Int = 0) -> MeasuredRun {
    let values = scattered(images * 4)
    let test = Split(Batch(["image": Tensor(values, shape: [images] + shape)]))
    return MeasuredRun(
      model: model,
      dataset: Dataset(contentIdentity: "test", train: test, others: ["test": test]),
      randomness: Randomness(seed: seed), curves: Curves(), events: [:])
  }

  private static func truth(_ images: Int, variances: [Double]) -> [Double] {
    let values = scattered(images * 4)
    return (0..<images).map {
      logLikelihood(Array(values[4 * $0..<4 * $0 + 4]), variances: variances)
    }
  }

  private func value(_ id: String, _ run: MeasuredRun) throws -> Double? {
    let measure = try #require(MeasureFamily.importanceSampledLikelihood.measure(id))
    return try measure.value(run)
  }

  private static let models:
    [(name: String, variances: [Double], build: @Sendable (Double) throws -> any Model)] = [
      ("one layer", [1, 1], { try flat(excess: $0) }),
      ("two layers", marginal, { try hierarchical(excess: $0) }),
    ]

  /// Every weight of the exact posterior is p(x), whatever the draw.
  @Test(arguments: [0, 1], [1, 7, 120]) func exactPosteriors(_ index: Int, _ samples: Int) throws {
    let (_, variances, build) = Self.models[index]
    let run = Self.run(try build(0), images: 73)
    let found = try #require(try value("nll/importance-\(samples)", run))
    let expected = -Self.truth(73, variances: variances).reduce(0, +) / 73
    #expect(abs(found - expected) < 1e-10)
  }

  /// With a posterior that is too wide the mean bound is below log p(x), and rises with the samples.
  @Test(arguments: [0, 1]) func loosePosteriors(_ index: Int) throws {
    let (_, variances, build) = Self.models[index]
    let model = try build(0.9)
    let truth = Self.truth(40, variances: variances).reduce(0, +) / 40
    let bounds = try [1, 8, 64, 5000].map { samples in
      let repetitions = samples < 100 ? 40 : 4
      let values = try (0..<repetitions).map { seed in
        -(try #require(
          try value("nll/importance-\(samples)", Self.run(model, images: 40, seed: seed))))
      }
      let summary = try Summary(values)
      return (mean: summary.mean, error: try #require(summary.standardError))
    }
    for bound in bounds { #expect(bound.mean < truth + 4 * bound.error) }
    for (lower, higher) in zip(bounds, bounds.dropFirst().prefix(2)) {
      #expect(lower.mean + 3 * hypot(lower.error, higher.error) < higher.mean)
    }
    #expect(bounds[2].mean < bounds[3].mean + 4 * (bounds[2].error + bounds[3].error))
    #expect(abs(bounds[3].mean - truth) < max(4 * bounds[3].error, 2e-3))
  }

  @Test func standardErrors() throws {
    let run = Self.run(try Self.flat(excess: 0), images: 30)
    let truth = Self.truth(30, variances: [1, 1])
    let found = try #require(try value("nll/standard-error/importance-3", run))
    #expect(abs(found - (try #require(try Summary(truth).standardError))) < 1e-10)
    // Of one image there is none.
    let one = Self.run(try Self.flat(excess: 0), images: 1)
    #expect(try value("nll/standard-error/importance-3", one) == nil)
  }

  /// Every run takes the same images; more than there are means all.
  @Test func aSubsetIsTheSameForAllRuns() throws {
    let truth = Self.truth(80, variances: [1, 1])
    let values = try [0, 1].map { seed in
      try #require(
        try value(
          "nll/20-images/importance-1", Self.run(try Self.flat(excess: 0), images: 80, seed: seed)))
    }
    #expect(abs(values[0] - values[1]) < 1e-10)
    #expect(abs(values[0] + truth.reduce(0, +) / 80) > 1e-3)
    #expect(abs(values[0] + truth[..<20].reduce(0, +) / 20) > 1e-3)
    let sampling = try #require(ImportanceSampling("nll/20-images/importance-1"))
    let run = Self.run(try Self.flat(excess: 0), images: 80)
    let chosen = try sampling.logLikelihoods(run)
    #expect(chosen.count == 20)
    for likelihood in chosen { #expect(truth.contains { abs($0 - likelihood) < 1e-9 }) }
    #expect(Set(chosen.map { Int(($0 * 1e6).rounded()) }).count == 20)
    let all = try #require(ImportanceSampling("nll/81-images/importance-1"))
    #expect(try all.logLikelihoods(run).count == 80)
  }

  /// However many samples, a model is never asked for more rows at a time.
  @Test func memoryDoesNotGrowWithTheSamples() throws {
    let model = CountingModel()
    for (samples, images) in [(1, 3), (7, 60), (5000, 3), (120, 73)] {
      model.asked = []
      _ = try value("nll/importance-\(samples)", Self.run(model, images: images))
      #expect(model.asked.max() ?? .max <= ImportanceSampling.rows)
      #expect(model.asked.reduce(0, +) == samples * images)
    }
  }

  @Test func unfitRunsAreRefused() throws {
    #expect(
      words { try value("nll/importance-5", finished(CodelessModel()).run) }
        == "nll/importance-5 needs a model with importance weights: leave it out")
    let model = try Self.flat(excess: 0)
    #expect(
      words { try value("nll/3-images/importance-5", finished(model).run) }
        == "nll/3-images/importance-5 needs data with a split named 'test', which this data set has not: "
        + "name another split, or leave it out")
    try Self.set(model, "decoder/mean/bias", [Double.infinity, 0, 0, 0])
    #expect(
      words { try value("nll/importance-5", Self.run(model, images: 2)) }
        == "nll/importance-5 is not finite, as an image has no density under the model: "
        + "train it longer, or at a smaller rate")
  }

  @Test func ids() throws {
    let whole = try #require(ImportanceSampling("nll/importance-5000"))
    #expect((whole.samples, whole.images ?? 0, whole.isError) == (5000, 0, false))
    let error = try #require(ImportanceSampling("nll/standard-error/500-images/importance-50"))
    #expect((error.samples, error.images ?? 0, error.isError) == (50, 500, true))
    #expect(error.estimate == "nll/500-images/importance-50")
    for id in [
      "", "/", "nll", "nll/", "nll/importance", "nll/importance-", "nll/importance-0",
      "nll/importance--1", "nll/importance-05", "nll/importance-+5", "nll/importance-5x",
      "nll/importance-99999999999999999999", "nll/importance-5/", "nll/importance-5/images",
      "nll/0-images/importance-5", "nll/importance-5/-images", "nll/3-images/importance-5/x",
      "nll/standard-error/importance-5/standard-error", "standard-error", "nll/standard-error",
      "mll/importance-5", "importance-5", "nll/standard-error/importance-5/3-images",
    ] { #expect(ImportanceSampling(id) == nil, "\(id)") }
    let family = MeasureFamily.importanceSampledLikelihood
    #expect(family.measure("nll/importance-5000")?.direction == .lessIsBetter)
    #expect(family.measure("nll/standard-error/importance-5000")?.direction == .neither)
    #expect(family.measure("nll/importance-5000")?.unit == "nats")
  }
}

/// A model that notes how many weights it is asked for at a time.
private final class CountingModel: ImportanceSampledModel {
  let parameters = ParameterStore(Randomness(seed: 0))
  var asked: [Int] = []

  func importanceWeights(_ batch: Batch, _ mode: Mode) -> ImportanceWeights {
    { samples, _ in
      self.asked.append(samples * batch.count)
      return .zeros([samples, batch.count])
    }
  }
}

@Suite struct LogMeanExpTests {
  @Test(arguments: [
    [0.0], [-1000, -1000], [800, 801, 799], [-3, 2, 1e3, -1e3],
    [-Double.infinity, 1, -Double.infinity],
  ]) func values(_ values: [Double]) {
    var mean = LogMeanExp()
    for value in values { mean.add(value) }
    let largest = values.max() ?? 0
    let sum = values.reduce(0) { $0 + exp($1 - largest) }
    #expect(abs(mean.value - largest - log(sum / Double(values.count))) < 1e-13)
  }

  @Test func whatIsNoNumberIsNotHidden() {
    func of(_ values: [Double]) -> Double {
      var mean = LogMeanExp()
      for value in values { mean.add(value) }
      return mean.value
    }
    #expect(of([-Double.infinity, -Double.infinity]) == -Double.infinity)
    #expect(of([0, Double.nan]).isNaN)
    #expect(of([Double.nan, 0]).isNaN)
    #expect(!of([0, Double.infinity]).isFinite)
  }
}
