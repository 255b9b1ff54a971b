import Foundation
import Testing
import Torch

@testable import Modelling

/// The bound where weights set by hand give it a closed form.
@Suite struct VHPRateTests {
  private static let mean = [0.4, -0.9]
  private static let logVariance = [-0.5, -1.2]

  /// q(z|x) for all examples: independent of x.
  private static let posterior = (mean: [0.8, -0.1], logVariance: [-1.4, -0.3])

  /// KL(N(m, v) ‖ N(μ, s)) in nats, summed over dimensions, by log-variances v and s.
  private static func divergence(
    _ m: [Double], _ v: [Double], _ mu: [Double], _ s: [Double]
  ) -> Double {
    m.indices.reduce(0) { sum, i in
      let square = (m[i] - mu[i]) * (m[i] - mu[i])
      return sum + (s[i] - v[i] + (exp(v[i]) + square) / exp(s[i]) - 1) / 2
    }
  }

  /// A model whose networks do not depend on their inputs.
  private static func constant(
    samples: Int, priorEncoder: (mean: [Double], logVariance: [Double])
  ) throws -> TinyVHP {
    let tiny = try TinyVHP(importanceSamples: samples, examples: 4000)
    let store = tiny.model.parameters
    for (path, gaussian) in [
      ("encoder", posterior), ("prior/encoder", priorEncoder),
      ("prior/decoder", (mean: mean, logVariance: logVariance)),
    ] {
      for (head, values) in [("mean", gaussian.mean), ("log-variance", gaussian.logVariance)] {
        let weights = store.numbers("\(path)/\(head)/weight").count
        try store.set("\(path)/\(head)/weight", [Double](repeating: 0, count: weights))
        try store.set("\(path)/\(head)/bias", values)
      }
    }
    return tiny
  }

  /// Rates of 4,000 draws of z.
  private static func rates(_ tiny: TinyVHP) -> (z: [Double], rates: [Double]) {
    let posterior = tiny.model.encode(tiny.batch)
    let z = posterior.sample(
      tiny.randomness.stream("z").normal(posterior.mean.shape, type: .float64))
    return (
      z.doubles(),
      tiny.model.rate(z, posterior, tiny.randomness.stream("zeta"), .training).doubles()
    )
  }

  @Test(arguments: [1, 3])
  func withoutASecondLayerTheBoundIsTheLogRatio(samples: Int) throws {
    // p(z|ζ) does not depend on ζ, and q(ζ|z) = p(ζ): F = log q(z|x) − log p(z) for each draw.
    let (z, rates) = try tensors {
      Self.rates(try Self.constant(samples: samples, priorEncoder: ([0, 0], [0, 0])))
    }
    let q = PlainVHP.Gaussian(mean: Self.posterior.mean, logVariance: Self.posterior.logVariance)
    let p = PlainVHP.Gaussian(mean: Self.mean, logVariance: Self.logVariance)
    let expected = rates.indices.map { i in
      let draw = Array(z[2 * i..<2 * i + 2])
      return q.logDensity(draw) - p.logDensity(draw)
    }
    #expect(distance(rates, expected) < 1e-11)
    let mean = moments(rates)
    let divergence = Self.divergence(
      Self.posterior.mean, Self.posterior.logVariance, Self.mean, Self.logVariance)
    #expect(abs(mean.mean - divergence) < 4 * mean.error)
  }

  @Test func oneSampleCostsTheDivergenceOfTheSecondLayer() throws {
    // E F = KL(q(z|x) ‖ p(z)) + KL(q(ζ|z) ‖ p(ζ)) for K = 1, less for more, never below the first.
    let second = (mean: [0.9, -0.4], logVariance: [-0.6, 0.5])
    let first = Self.divergence(
      Self.posterior.mean, Self.posterior.logVariance, Self.mean, Self.logVariance)
    let cost = Self.divergence(second.mean, second.logVariance, [0, 0], [0, 0])
    let means = try [1, 4, 16].map { samples in
      try tensors {
        moments(Self.rates(try Self.constant(samples: samples, priorEncoder: second)).rates)
      }
    }
    #expect(abs(means[0].mean - first - cost) < 4 * means[0].error)
    #expect(means[1].mean < means[0].mean - 4 * (means[0].error + means[1].error))
    #expect(means[2].mean < means[1].mean)
    for mean in means { #expect(mean.mean > first - 4 * mean.error) }
    #expect(means[2].mean < first + 0.2 * cost)
  }

  // MARK: A linear second layer

  /// z = μ + aζ + noise of variance exp(logVariance), in each dimension.
  private static let slopes = [0.7, -1.3]

  /// The linear layer as ReLU units of ζ and −ζ; q(ζ|z) the exact posterior where `exact`, which is
  /// N(a(z − μ)/(a² + s²), s²/(a² + s²)), else N(0, 1).
  private static func linear(samples: Int, exact: Bool) throws -> TinyVHP {
    let tiny = try constant(samples: samples, priorEncoder: ([0, 0], [0, 0]))
    let store = tiny.model.parameters
    try store.set("prior/decoder/0/weight", [1, 0, -1, 0, 0, 1, 0, -1])
    try store.set("prior/decoder/0/bias", [0, 0, 0, 0])
    try store.set(
      "prior/decoder/mean/weight",
      [slopes[0], -slopes[0], 0, 0, 0, 0, slopes[1], -slopes[1]])
    if exact {
      // Three ReLU units: z is kept positive by a shift that no draw here goes beyond.
      let shift = 50.0
      try store.set("prior/encoder/0/weight", [1, 0, 0, 1, 0, 0])
      try store.set("prior/encoder/0/bias", [shift, shift, 0])
      let total = (0...1).map { slopes[$0] * slopes[$0] + exp(logVariance[$0]) }
      let gain = (0...1).map { slopes[$0] / total[$0] }
      try store.set("prior/encoder/mean/weight", [gain[0], 0, 0, 0, gain[1], 0])
      try store.set("prior/encoder/mean/bias", (0...1).map { -gain[$0] * (shift + mean[$0]) })
      try store.set(
        "prior/encoder/log-variance/bias", (0...1).map { logVariance[$0] - log(total[$0]) })
    }
    return tiny
  }

  private static let marginal = (0...1).map { log(slopes[$0] * slopes[$0] + exp(logVariance[$0])) }

  @Test(arguments: [1, 5])
  func theExactPosteriorMakesTheBoundTight(samples: Int) throws {
    let (z, rates) = try tensors {
      Self.rates(try Self.linear(samples: samples, exact: true))
    }
    let q = PlainVHP.Gaussian(mean: Self.posterior.mean, logVariance: Self.posterior.logVariance)
    let p = PlainVHP.Gaussian(mean: Self.mean, logVariance: Self.marginal)
    let expected = rates.indices.map { i in
      let draw = Array(z[2 * i..<2 * i + 2])
      return q.logDensity(draw) - p.logDensity(draw)
    }
    #expect(distance(rates, expected) < 1e-10)
  }

  @Test func aLoosePosteriorIsAboveTheDivergence() throws {
    let divergence = Self.divergence(
      Self.posterior.mean, Self.posterior.logVariance, Self.mean, Self.marginal)
    let means = try [1, 64].map { samples in
      try tensors { moments(Self.rates(try Self.linear(samples: samples, exact: false)).rates) }
    }
    #expect(means[0].mean > divergence + 10 * means[0].error)
    #expect(means[1].mean > divergence - 4 * means[1].error)
    #expect(means[1].mean < divergence + 0.15)
  }

  @Test func ancestralDrawsHaveTheMarginalsMoments() throws {
    let draws = try tensors {
      try Self.linear(samples: 1, exact: false).model.samplePrior(
        20_000, Randomness(seed: 5).stream("prior"))
    }
    #expect(draws.shape == [20_000, 2])
    let values = draws.doubles()
    let columns = (0...1).map { first in stride(from: first, to: 40_000, by: 2).map { values[$0] } }
    for (index, column) in columns.enumerated() {
      let found = moments(column)
      let variance = exp(Self.marginal[index])
      #expect(abs(found.mean - Self.mean[index]) < 5 * found.error)
      #expect(abs(found.variance - variance) < 5 * variance * (2.0 / 20_000).squareRoot())
    }
    // ζ's dimensions are independent, and each drives only its own of z.
    let product = moments(zip(columns[0], columns[1]).map { $0 * $1 })
    #expect(abs(product.mean - Self.mean[0] * Self.mean[1]) < 5 * product.error)
  }
}
