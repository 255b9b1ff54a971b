import Datasets
import Foundation
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// The mutual information gap. Literals by SciPy's quadrature: Scripts/reference/mutual_information_gap.py.
@Suite struct MutualInformationGapTests {
  private func gap(
    _ means: [Double], _ deviations: [Double], dimensions: Int = 1, _ factors: [[Int]]
  ) throws -> MutualInformationGap {
    try MutualInformationGap(
      means: means, deviations: deviations, dimensions: dimensions, factors: factors)
  }

  @Test func informationOfTwoGaussians() throws {
    for (deviation, expected) in [(1.0, 0.33683082034683154), (0.5, 0.6327201937368666)] {
      let found = try gap([-1, 1], [deviation, deviation], [[0, 1]])
      #expect(abs(found.information[0][0] - expected) < 1e-7)
      // Nothing is second where there is one dimension.
      #expect(abs(found.value - expected / log(2)) < 1e-7)
    }
  }

  private let means = (0..<36).map { 1.5 * sin(Double($0) * 2.399 + 0.3) }
  private let deviations = (0..<36).map { 0.3 + 0.25 * cos(Double($0) * 1.7) }
  private let factors = [(0..<12).map { $0 < 5 ? 0 : 7 }, (0..<12).map { $0 % 3 }]

  @Test func twelveExamples() throws {
    let found = try gap(means, deviations, dimensions: 3, factors)
    let expected = [
      [0.12069551996006722, 0.14515467395315618, 0.08417739288494985],
      [0.30959828938916134, 0.2597839408622098, 0.36024427448949903],
    ]
    for (found, expected) in zip(found.information.joined(), expected.joined()) {
      #expect(abs(found - expected) < 1e-6)
    }
    #expect(found.cardinalities == [2, 3])
    #expect(abs(found.value - 0.040693531239827316) < 1e-6)
  }

  /// The paper's own procedure, averages of log-densities over draws, agrees within its noise.
  @Test func drawsAgree() throws {
    let found = try gap(means, deviations, dimensions: 3, factors).information
    var generator = Randomness(seed: 2).generator("draws")
    let draws = 4000
    func density(_ z: Double, _ dimension: Int, _ examples: [Int]) -> Double {
      examples.reduce(0) { sum, example in
        let index = 3 * example + dimension
        let t = (z - means[index]) / deviations[index]
        return sum + exp(-t * t / 2) / (deviations[index] * (2 * Double.pi).squareRoot())
      } / Double(examples.count)
    }
    for (factor, values) in factors.enumerated() {
      for dimension in 0..<3 {
        // log q(z|v) − log q(z) at draws of z and v.
        let differences = (0..<draws).map { _ in
          let example = Int(generator.uniform() * 12)
          let radius = (-2 * log(1 - generator.uniform())).squareRoot()
          let noise = radius * cos(2 * Double.pi * generator.uniform())
          let index = 3 * example + dimension
          let z = means[index] + deviations[index] * noise
          let alike = (0..<12).filter { values[$0] == values[example] }
          return log(density(z, dimension, alike) / density(z, dimension, Array(0..<12)))
        }
        let mean = differences.reduce(0, +) / Double(draws)
        let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws)
        let error = (variance / Double(draws)).squareRoot()
        #expect(abs(mean - found[factor][dimension]) < 5 * error)
      }
    }
  }

  /// A dimension for each factor, far apart and narrow: all of each factor's entropy, and none twice.
  @Test func perfectCodes() throws {
    let grid = (0..<24).map { ($0 / 6, $0 % 6) }
    let means: [Double] = grid.flatMap { [Double($0.0), -2 * Double($0.1), 0.3] }
    let deviations: [Double] = grid.flatMap { _ in [0.01, 0.02, 1] }
    let factors = [grid.map(\.0), grid.map(\.1)]
    let found = try gap(means, deviations, dimensions: 3, factors)
    let entropies: [Double] = [log(4), 0, 0, 0, log(6), 0]
    for (information, expected) in zip(found.information.joined(), entropies) {
      #expect(abs(information - expected) < 1e-7)
    }
    #expect(abs(found.value - 1) < 1e-7)
    // The same factor in two dimensions leaves no gap.
    let both: [Double] = grid.flatMap { [Double($0.0), 3 - Double($0.0)] }
    let twice = try gap(
      both, both.map { _ in 0.01 }, dimensions: 2, [grid.map(\.0)])
    #expect(abs(twice.value) < 1e-7)
  }

  /// Gaussians so narrow that no grid shows them are widened: they are still told apart.
  @Test func veryNarrowCodes() throws {
    let found = try gap([0, 1, 0, 1, 0.5, 0.5], [0, 0, 1e-9, 1e-300, 0, 0], [[0, 1, 0, 1, 2, 2]])
    #expect(abs(found.information[0][0] - log(3)) < 1e-7)
    let constant = try gap([2, 2], [0, 0], [[0, 1]])
    #expect(constant.value == 0)
  }

  @Test func whatCannotBeCompared() {
    #expect(words { try gap([], [], [[]]) }.contains("at least 1"))
    #expect(words { try gap([1, 2], [1, 1], []) }.contains("at least 1"))
    #expect(words { try gap([1, 2], [1], [[0, 1]]) }.contains("at least 1"))
    #expect(
      words { try gap([1, 2], [1, 1], [[0, 1], [3, 3]]) }.contains("factor 1 has one value"))
    for (mean, deviation) in [
      (Double.nan, 1.0), (.infinity, 1), (0, .nan), (0, .infinity), (0, -1),
    ] {
      #expect(
        words { try gap([mean, 0], [deviation, 1], [[0, 1]]) }
          == "the mutual information gap needs codes that are finite numbers: train the model "
          + "at a smaller rate")
    }
  }

  // MARK: Of a run

  private func run(
    _ model: any Model, images: [Double], width: Int, factors: [Int64], columns: Int,
    seed: Int = 3
  ) -> MeasuredRun {
    let count = images.count / width
    let batch = Batch([
      "image": Tensor(images, shape: [count, width]),
      "factors": Tensor(factors, shape: [count, columns]),
    ])
    return MeasuredRun(
      model: model, dataset: Dataset(contentIdentity: "test", train: Split(batch)),
      randomness: Randomness(seed: seed), curves: Curves(), events: [:])
  }

  /// The measure reads the columns that it names, over more images than an evaluation batch has.
  @Test func columnsOfTheData() throws {
    let count = 2100
    // PlaneModel's means are the images and its standard deviations exp of them.
    var images: [Double] = []
    var factors: [Int64] = []
    for example in 0..<count {
      let (first, second) = (example % 3, example / 3 % 2)
      images += [Double(first) - 6, Double(second) - 7]
      factors += [0, Int64(first), Int64(second)]
    }
    let run = run(PlaneModel(), images: images, width: 2, factors: factors, columns: 3)
    let measure = Measure.mutualInformationGap("some", factors: 1..<3, words: "two factors")
    #expect(measure.id == "mig/some")
    let found = try #require(try measure.value(run))
    #expect(abs(found - 1) < 1e-6)
    let first = Measure.mutualInformationGap("first", factors: 0..<2, words: "")
    #expect(words { try first.value(run) }.contains("factor 0 has one value"))
    let more = Measure.mutualInformationGap("more", factors: 2..<4, words: "")
    #expect(
      words { try more.value(run) }
        == "mig/more needs data whose 'factors' have 4 columns, and these have 3: leave it out")
    #expect(
      words { try more.value(finished().run) }.contains("needs data with a tensor named 'factors'"))
  }

  @Test func activeLatents() throws {
    let images: [Double] = (0..<1500).flatMap {
      [$0.isMultiple(of: 2) ? 0.11 : -0.11, 0.09 * sin(Double($0))]
    }
    // Variances 0.0121 and about 0.004.
    let run = run(
      PlaneModel(), images: images, width: 2, factors: [Int64](repeating: 0, count: 1500),
      columns: 1)
    #expect(try Measure.activeLatents.value(run) == 1)
  }

  /// The likelihood of a VAE whose decoder's logits are its code.
  @Test func logLikelihoods() throws {
    let configuration = ISAVAEConfiguration(
      latent: 2, prior: .standardNormal, encoder: .mlp(hidden: [3]),
      decoder: .sequence([.dense(DenseConfiguration(units: 2, activation: .none))]),
      minibatchSampling: .weighted, initial: .torchDefault)
    let count = 12_000
    let images = scattered(2 * count).map { 0.5 + $0 / 4 }
    try checked("test") {
      let store = ParameterStore(Randomness(seed: 7), type: .float64)
      let model = configuration.build(for: ["image": [2]], parameters: store)
      func set(_ path: String, _ values: [Double]) throws {
        let value = try #require(store[path]).value
        value.assign(Tensor(values, shape: value.shape))
      }
      // q(z|x) = N((0.3, −0.2), 0.1²) for every x.
      try set("encoder/posterior/weight", [Double](repeating: 0, count: 12))
      try set("encoder/posterior/bias", [0.3, -0.2, log(0.1), log(0.1)])
      try set("decoder/0/weight", [1, 0, 0, 1])
      try set("decoder/0/bias", [0, 0])
      let run = run(
        model, images: images, width: 2, factors: [Int64](repeating: 0, count: count), columns: 1)
      let full = try #require(try Measure.logLikelihood.value(run))
      // E log p = Σ x μ − E log(1 + e^z); the latter to second order in the variance.
      func softplus(_ mean: Double) -> Double {
        let p = 1 / (1 + exp(-mean))
        return log(1 + exp(mean)) + 0.5 * p * (1 - p) * 0.01
      }
      var mean = 0.0
      for example in 0..<count {
        mean += (0.3 * images[2 * example] - 0.2 * images[2 * example + 1]) / Double(count)
      }
      let expected = mean - softplus(0.3) - softplus(-0.2)
      #expect(abs(full - expected) < 0.003)
      let some = try #require(try Measure.logLikelihoodOfSome.value(run))
      #expect(some != full)
      #expect(abs(some - full) < 0.02)
    }
    #expect(
      words { try Measure.logLikelihood.value(finished().run) }
        == "logpx/full needs a model whose likelihood can be evaluated: leave it out")
  }

  /// z is drawn: on average the log-likelihood is Σ σ²/2 below what it is at the mean.
  @Test func logLikelihoodsAreThoseOfDraws() throws {
    let count = 4000
    let images = scattered(2 * count)
    let variances: [Double] = [1, 4]
    var expected = 0.0
    var spread = 0.0
    for (index, pixel) in images.enumerated() {
      // (d + σε)²/2 has the mean (d² + σ²)/2 and the variance σ⁴/2 + d² σ².
      let square = pixel * pixel / 4
      let variance = variances[index % 2]
      expected -= (square + variance + log(2 * Double.pi)) / 2
      spread += variance * variance / 2 + square * variance
    }
    let run = run(
      HalfwayModel(deviations: [1, 2]), images: images, width: 2,
      factors: [Int64](repeating: 0, count: count), columns: 1)
    let found = try #require(try Measure.logLikelihood.value(run))
    let error = spread.squareRoot() / Double(count)
    #expect(abs(found - expected / Double(count)) < 5 * error)
  }

  /// Of 10,001 examples the subset leaves out one, which one being a matter of the seed.
  @Test func tenThousandAreTakenAtRandom() throws {
    let count = 10_001
    // At z = x/2 the log-likelihood of example n is −log 2π − n/1000.
    let images: [Double] = (0..<count).flatMap { [(0.008 * Double($0)).squareRoot(), 0] }
    let constant = log(2 * Double.pi)
    let left = try [3, 4].map { seed -> Double in
      let run = run(
        HalfwayModel(deviations: [1e-13, 1e-13]), images: images, width: 2,
        factors: [Int64](repeating: 0, count: count), columns: 1, seed: seed)
      let full = try #require(try Measure.logLikelihood.value(run))
      let some = try #require(try Measure.logLikelihoodOfSome.value(run))
      let likelihood = 10_001 * full - 10_000 * some
      let example = (-1000 * (likelihood + constant)).rounded()
      #expect(abs(likelihood + constant + example / 1000) < 1e-6)
      #expect((0...10_000).contains(example))
      return example
    }
    #expect(left[0] != left[1])
  }
}

/// A model of two numbers with p(x|z) = N(x; z, I), whose q(z|x) has x/2 for its mean and these standard
/// deviations.
private final class HalfwayModel: LikelihoodModel {
  let parameters = ParameterStore(Randomness(seed: 0), type: .float64)
  private let deviations: [Double]

  init(deviations: [Double]) { self.deviations = deviations }

  func encode(_ batch: Batch) -> DiagonalGaussian {
    let mean = batch.tensor("image") * 0.5
    let logVariances = deviations.map { 2 * log($0) }
    return DiagonalGaussian(
      mean: mean, logVariance: mean * 0 + Tensor(logVariances, shape: [1, 2]))
  }

  func decode(_ codes: Tensor) -> Tensor { codes }

  func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    stream.normal([count, 2], type: .float64)
  }

  func logLikelihood(_ batch: Batch, codes: Tensor) -> Tensor {
    (batch.tensor("image") - codes).square().sum(-1) * -0.5 - log(2 * Double.pi)
  }
}
