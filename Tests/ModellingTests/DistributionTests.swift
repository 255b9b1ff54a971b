import Foundation
import Testing
import Torch

@testable import Modelling

/// Literals by SciPy: Scripts/reference/distributions.py.
@Suite struct DistributionTests {
  private let x = [1.5, -1.0, 0.25, -0.5, 9.0, -0.7]

  private var gaussian: DiagonalGaussian {
    DiagonalGaussian(
      mean: Tensor([0.5, -1.25, 2.0, 0.0, 3.5, -0.75], shape: [2, 3]),
      logVariance: Tensor([0.3, -1.7, 1.1, 0.0, 2.4, -3.0], shape: [2, 3]))
  }

  @Test func diagonalGaussian() throws {
    try tensors {
      let density = gaussian.logDensity(Tensor(x, shape: [2, 3]))
      #expect(density.shape == [2])
      #expect(distance(density.doubles(), [-3.6579944128590363, -3.9790315642703673]) < 1e-14)
      let sample = gaussian.sample(Tensor([0.2, -1.4, 0.9, 1.1, -0.3, 2.2], shape: [2, 3]))
      #expect(
        distance(
          sample.doubles(),
          [
            0.7323668485456565, -1.8483809047282171, 3.5599277160806553, 1.1, 2.5039649231790357,
            -0.2591136476734542,
          ]) < 1e-14)
      #expect(
        distance(
          gaussian.standardDeviation.doubles(),
          [
            1.161834242728283, 0.4274149319487267, 1.7332530178673953, 1.0, 3.3201169227365472,
            0.22313016014842985,
          ]) < 1e-14)
    }
  }

  @Test func severalSamplesAtOnce() throws {
    try tensors {
      let noise = Tensor(scattered(12), shape: [2, 2, 3])
      let samples = gaussian.sample(noise)
      #expect(samples.shape == [2, 2, 3])
      let second = gaussian.sample(noise.narrowed(0, 1..<2).reshaped(2, 3))
      #expect(distance(Array(samples.doubles()[6...]), second.doubles()) < 1e-15)
      let densities = gaussian.logDensity(samples)
      #expect(densities.shape == [2, 2])
      let wanted = gaussian.logDensity(second).doubles()
      #expect(distance(Array(densities.doubles()[2...]), wanted) < 1e-14)
    }
  }

  @Test func groupsKeepTheOrderOfRows() throws {
    try tensors {
      let all = DiagonalGaussian(
        mean: Tensor(scattered(12), shape: [6, 2]),
        logVariance: Tensor(scattered(12, 1), shape: [6, 2]))
      let grouped = all.grouped(3)
      #expect(grouped.mean.shape == [3, 2, 2])
      #expect(grouped.logVariance.shape == [3, 2, 2])
      #expect(grouped.mean.doubles() == scattered(12))
      #expect(grouped.logVariance.doubles() == scattered(12, 1))
    }
  }

  @Test func standardNormal() throws {
    try tensors {
      let density = StandardNormal.logDensity(Tensor(x, shape: [2, 3])).doubles()
      #expect(distance(density, [-4.4130655996140185, -43.62681559961402]) < 1e-13)
    }
  }

  // MARK: Likelihood

  private let image = Tensor([0.1, 0.9, 0.4, 0.0, 1.0, 0.25, 0.5, 0.75], shape: [2, 4])
  private let decoded = Tensor([0.2, 0.7, 0.4, 0.1, 0.6, 0.35, 0.9, 0.7], shape: [2, 4])

  @Test(arguments: [
    (0.2, [-2.0119975169177104, 1.3942524830822893]),
    (1.0, [3.7057541328186905, 3.8420041328186905]),
    (1.7, [5.8086477599047415, 5.855793088624465]),
  ])
  func gaussianLikelihoods(scale: Double, expected: [Double]) throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 0), type: .float64)
      let configurations: [LikelihoodConfiguration] = [
        .gaussian(scale: scale), .gaussianLearned(initial: scale),
      ]
      for configuration in configurations {
        let likelihood = configuration.build(at: store.root / "decoder")
        let value = likelihood.negativeLogDensity(image, output: decoded)
        #expect(value.shape == [2])
        #expect(distance(value.doubles(), expected) < 1e-13)
      }
      // Only the learned one trains something.
      #expect(store.all.map(\.path) == ["decoder/log-scale"])
    }
  }

  /// Every feature by its own mean and deviation, as densities on plain numbers.
  @Test func predictedVariances() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 0), type: .float64)
      let configuration = LikelihoodConfiguration.gaussianPredicted
      let likelihood = configuration.build(at: store.root / "decoder")
      let (means, logVariances) = (scattered(12, 1), scattered(12, 2))
      var rows: [Double] = []
      for row in 0..<3 {
        let range: Range<Int> = 4 * row..<4 * row + 4
        rows.append(contentsOf: means[range])
        rows.append(contentsOf: logVariances[range])
      }
      let output = Tensor(rows, shape: [1, 3, 8])
      let x = scattered(12)
      let found = likelihood.negativeLogDensity(Tensor(x, shape: [3, 4]), output: output)
      #expect(found.shape == [1, 3])
      let expected = (0..<3).map { row in
        (4 * row..<4 * row + 4).reduce(0.0) { (sum: Double, i: Int) -> Double in
          let deviation = exp(logVariances[i]).squareRoot()
          let share = (x[i] - means[i]) / deviation
          let density = exp(-share * share / 2) / (deviation * (2 * Double.pi).squareRoot())
          return sum - log(density)
        }
      }
      #expect(distance(found.doubles(), expected) < 1e-13)
      #expect(likelihood.mean(output).doubles() == means)
      #expect(store.all.isEmpty)
      #expect(configuration.problem == nil)
      #expect(configuration.range == nil)
    }
  }

  /// Behind a network, the log-variances have a layer of their own, which may be limited.
  @Test func headsOfPredictedVariances() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 0), type: .float64)
      let network = LikelihoodNetwork(
        2, [1, 3], .mlp(hidden: [5]), .gaussianPredicted, at: store.root / "decoder",
        initial: .torch7, limits: -0.1...0.1)
      #expect(
        store.all.map(\.path).sorted() == [
          "decoder/0/bias", "decoder/0/weight", "decoder/log-variance/bias",
          "decoder/log-variance/weight", "decoder/mean/bias", "decoder/mean/weight",
        ])
      try store.set("decoder/mean/bias", [7, 8, 9])
      try store.set("decoder/mean/weight", [Double](repeating: 0, count: 15))
      try store.set("decoder/log-variance/bias", [-3, 0.05, 3])
      try store.set("decoder/log-variance/weight", [Double](repeating: 0, count: 15))
      let output = network(Tensor(scattered(4), shape: [2, 2]), .evaluation)
      #expect(output.shape == [2, 6])
      let row = [7, 8, 9, -0.1, 0.05, 0.1]
      #expect(output.doubles() == row + row)
    }
  }

  @Test func theLearnedScaleHasItsGradient() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 0), type: .float64)
      let likelihood = LikelihoodConfiguration.gaussianLearned(initial: 0.4).build(at: store.root)
      let scale = try #require(store["log-scale"]).value
      func loss() -> Tensor {
        let weights = Tensor([0.25, 2.0], shape: [2])
        return (likelihood.negativeLogDensity(image, output: decoded) * weights).sum()
      }
      let gradient = loss().gradients([scale])[0].item()
      let sides = [1e-5, -1e-5].map { step in
        scale.assign(.full(log(0.4) + step, [], type: .float64))
        return loss().item()
      }
      #expect(abs(gradient - (sides[0] - sides[1]) / 2e-5) < 1e-8)
      // Closed form: Σ weight · (4 − squares / σ²).
      #expect(abs(gradient - (0.25 * (4 - 0.06 / 0.16) + 2 * (4 - 0.3325 / 0.16))) < 1e-12)
    }
  }
}
