import Foundation
import Testing
import Torch

@testable import Modelling

/// The VAE with an independent-subspace prior against the equations on plain numbers.
@Suite struct ISAVAETests {
  private let randomness = StepRandomness(Randomness(seed: 11), "test", step: 4)
  private let isa = ISAVAEPriorConfiguration.isa(
    ISAPriorConfiguration(subspaces: [2, 1], rootExponent: 2.1, exponents: [2.2, 1.7]))

  private func configuration(
    _ prior: ISAVAEPriorConfiguration, sampling: MinibatchSampling = .weighted
  ) -> ISAVAEConfiguration {
    ISAVAEConfiguration(
      latent: 3, prior: prior, encoder: .mlp(hidden: [5]),
      decoder: .sequence([
        .dense(DenseConfiguration(units: 4, activation: .tanh)),
        .dense(DenseConfiguration(units: 6, activation: .none)), .reshape([1, 2, 3]),
      ]), minibatchSampling: sampling, initial: .torchDefault)
  }

  private func build(
    _ prior: ISAVAEPriorConfiguration, sampling: MinibatchSampling = .weighted
  ) throws -> ISAVAE {
    let shapes = ["image": [1, 2, 3]]
    let configuration = configuration(prior, sampling: sampling)
    #expect(configuration.problem(for: shapes) == nil)
    let store = ParameterStore(Randomness(seed: 7), type: .float64)
    return configuration.build(for: shapes, parameters: store)
  }

  private let images = scattered(5 * 6, 2).map { 0.5 + 0.5 * $0 }
  private var batch: Batch { Batch(["image": Tensor(images, shape: [5, 1, 2, 3])]) }
  private let progress = Progress(step: 0, totalSteps: 0, epoch: 0, examples: 50)

  private func terms(_ model: ISAVAE, _ objective: String) -> [String: Double] {
    let losses = model.terms(objective, batch, progress, randomness).losses
    return Dictionary(uniqueKeysWithValues: losses.map { ($0, $1.item()) })
  }

  /// Sizes of the networks for dSprites, counted by hand in the specification.
  @Test func sizesForDSprites() throws {
    let wide = DenseConfiguration(units: 1200, activation: .tanh)
    let configuration = ISAVAEConfiguration(
      latent: 20, prior: .standardNormal, encoder: .mlp(hidden: [1200, 1200]),
      decoder: .sequence([
        .dense(wide), .dense(wide), .dense(wide),
        .dense(DenseConfiguration(units: 4096, activation: .none)), .reshape([1, 64, 64]),
      ]), minibatchSampling: .weighted, initial: .torchDefault)
    let shapes = ["image": [1, 64, 64]]
    #expect(configuration.problem(for: shapes) == nil)
    try tensors {
      let store = ParameterStore(Randomness(seed: 0))
      _ = configuration.build(for: shapes, parameters: store)
      func count(_ part: String) -> Int {
        store.all.filter { $0.path.hasPrefix(part) }.reduce(0) { $0 + $1.value.count }
      }
      #expect(count("encoder/") == 6_405_640)
      #expect(count("decoder/") == 7_826_896)
      #expect(store.count == 14_232_536)
    }
  }

  /// Codes of the batch as `terms` draws them, with the posterior's means and standard deviations.
  private func codes(_ model: ISAVAE) -> (z: [Double], mean: [Double], deviation: [Double]) {
    let q = model.encode(batch)
    let noise = randomness.stream("z").normal([5, 3], type: .float64).doubles()
    let (mean, deviation) = (q.mean.doubles(), q.standardDeviation.doubles())
    return (mean.indices.map { mean[$0] + deviation[$0] * noise[$0] }, mean, deviation)
  }

  private func normal(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
    let t = (x - mean) / deviation
    return exp(-t * t / 2) / (deviation * (2 * Double.pi).squareRoot())
  }

  @Test func distortionAndRate() throws {
    try tensors {
      for prior in [ISAVAEPriorConfiguration.standardNormal, isa] {
        let model = try build(prior)
        let (z, mean, deviation) = codes(model)
        let found = terms(model, "elbo")
        #expect(Set(found.keys) == Set(configuration(prior).objectives["elbo"]?.losses ?? []))
        let decoded = model.decode(Tensor(z, shape: [5, 3])).doubles()
        let distortion = zip(images, decoded).reduce(0) {
          $0 - $1.0 * log($1.1) - (1 - $1.0) * log(1 - $1.1)
        }
        #expect(abs(try #require(found["distortion"]) - distortion / 5) < 1e-12)
        let likelihoods = model.logLikelihood(batch, codes: Tensor(z, shape: [5, 3])).doubles()
        #expect(abs(likelihoods.reduce(0, +) + distortion) < 1e-11)
        let posterior = z.indices.reduce(0) { $0 + log(normal(z[$1], mean[$1], deviation[$1])) }
        let ofPrior = (0..<5).reduce(0) { $0 + logPrior(prior, Array(z[$1 * 3..<$1 * 3 + 3])) }
        #expect(abs(try #require(found["rate"]) - (posterior - ofPrior) / 5) < 1e-12)
      }
    }
  }

  /// The network's second half of outputs are logarithms of standard deviations.
  @Test func theEncoderGivesLogarithmsOfDeviations() throws {
    try tensors {
      let model = try build(.standardNormal)
      try model.parameters.set("encoder/posterior/weight", [Double](repeating: 0, count: 30))
      try model.parameters.set("encoder/posterior/bias", [1, 2, 3, -1, 0, 0.5])
      let q = model.encode(batch)
      #expect(Array(q.mean.doubles()[3..<6]) == [1, 2, 3])
      let deviations = Array(q.standardDeviation.doubles()[3..<6])
      #expect(distance(deviations, [exp(-1), 1, exp(0.5)]) < 1e-14)
    }
  }

  /// log p(z) by the paper's equation (7) for the subspaces (2, 1).
  private func logPrior(_ prior: ISAVAEPriorConfiguration, _ z: [Double]) -> Double {
    guard prior == isa else { return z.reduce(0) { $0 + log(normal($1, 0, 1)) } }
    let (p0, p, sizes) = (2.1, [2.2, 1.7], [2.0, 1.0])
    let v = [pow(pow(abs(z[0]), p[0]) + pow(abs(z[1]), p[0]), 1 / p[0]), abs(z[2])]
    let f = pow(pow(v[0], p0) + pow(v[1], p0), 1 / p0)
    var surface = 3 * log(2) - log(p0) - lgamma(3 / p0)
    for (l, p) in zip(sizes, p) {
      surface += lgamma(l / p0) + l * lgamma(1 / p) - (l - 1) * log(p) - lgamma(l / p)
    }
    let radial = log(p0) + 2 * log(f) - lgamma(3 / p0) - pow(f, p0)
    return radial - 2 * log(f) - surface
  }

  // MARK: Total correlation

  /// Estimates from 5 of 50 examples, from sums of densities.
  @Test(arguments: [MinibatchSampling.weighted, .stratified])
  func termsOfTheTotalCorrelation(_ sampling: MinibatchSampling) throws {
    try tensors {
      let model = try build(isa, sampling: sampling)
      let (z, mean, deviation) = codes(model)
      func weight(_ i: Int, _ j: Int) -> Double {
        if sampling == .weighted { return 1 / (5 * 50) }
        // M = 4 others.
        if i == j { return 1 / 50 }
        return j == (i + 1) % 5 ? (50 - 4) / (50 * 4) : 1 / 4
      }
      var sums = ["mutual-information": 0.0, "total-correlation": 0, "marginal-divergence": 0]
      for i in 0..<5 {
        let densities = (0..<5).map { j in
          (0..<3).map { normal(z[i * 3 + $0], mean[j * 3 + $0], deviation[j * 3 + $0]) }
        }
        let joint = log((0..<5).reduce(0) { $0 + weight(i, $1) * densities[$1].reduce(1, *) })
        let marginals = (0..<3).reduce(0) { sum, d in
          sum + log((0..<5).reduce(0) { $0 + weight(i, $1) * densities[$1][d] })
        }
        sums["mutual-information"]! += log(densities[i].reduce(1, *)) - joint
        sums["total-correlation"]! += joint - marginals
        sums["marginal-divergence"]! += marginals - logPrior(isa, Array(z[i * 3..<i * 3 + 3]))
      }
      let found = terms(model, "total-correlation")
      let names = configuration(isa).objectives["total-correlation"]?.losses ?? []
      #expect(Set(found.keys) == Set(names))
      for (name, sum) in sums {
        #expect(abs(try #require(found[name]) - sum / 5) < 1e-11, "\(name)")
      }
      // Together they are the rate, whatever the estimate.
      let plain = terms(model, "elbo")
      #expect(found["distortion"] == plain["distortion"])
      let together = sums.keys.reduce(0) { $0 + (found[$1] ?? .nan) }
      #expect(abs(together - (plain["rate"] ?? .nan)) < 1e-12)
    }
  }

  /// Stratified estimates of q(z) itself are right on average: over all batches that hold an example
  /// in the first place, in all orders.
  @Test func stratifiedSamplingIsUnbiased() throws {
    try tensors {
      let mean = scattered(5)
      let deviation = scattered(5, 1).map { 0.5 + 0.3 * abs($0) }
      let z = mean[0] + 0.4
      let wanted = (0..<5).reduce(0) { $0 + normal(z, mean[$1], deviation[$1]) } / 5
      func estimate(_ rows: [Int], _ sampling: MinibatchSampling) -> Double {
        let q = DiagonalGaussian(
          mean: Tensor(rows.map { mean[$0] }, shape: [3, 1]),
          logVariance: Tensor(rows.map { 2 * log(deviation[$0]) }, shape: [3, 1]))
        // Only the first code is looked at.
        let codes = Tensor([z, 0, 0], shape: [3, 1])
        return exp(AggregatePosterior(codes, q, sampling, examples: 5).joint.doubles()[0])
      }
      let others = (1..<5).flatMap { a in (1..<5).filter { $0 != a }.map { [0, a, $0] } }
      let average = others.reduce(0) { $0 + estimate($1, .stratified) } / Double(others.count)
      #expect(abs(average - wanted) < 1e-13)
      let weighted = others.reduce(0) { $0 + estimate($1, .weighted) } / Double(others.count)
      #expect(abs(weighted - wanted) > 1e-3)
    }
  }

  /// N(0; 0, I) is 1/2π in the plane and 1/√2π in each dimension. A batch of M = 1 of N = 9 has the weight
  /// 1/(M N) = 1/9; where it would be stratified, the example alone stands for all.
  @Test func aBatchOfOne() throws {
    try tensors {
      let q = DiagonalGaussian(
        mean: .zeros([1, 2], type: .float64), logVariance: .zeros([1, 2], type: .float64))
      for (sampling, weight) in [(MinibatchSampling.weighted, 1.0 / 9), (.stratified, 1)] {
        let aggregate = AggregatePosterior(q.mean, q, sampling, examples: 9)
        #expect(aggregate.joint.shape == [1] && aggregate.marginals.shape == [1])
        let joint = log(weight / (2 * Double.pi))
        #expect(abs(aggregate.joint.item() - joint) < 1e-14, "\(sampling)")
        let marginals = 2 * log(weight / (2 * Double.pi).squareRoot())
        #expect(abs(aggregate.marginals.item() - marginals) < 1e-14, "\(sampling)")
      }
    }
  }

  /// The gradient of every term against central differences, for some parameters of each kind.
  @Test(arguments: ["elbo", "total-correlation"])
  func gradients(_ objective: String) throws {
    try tensors {
      let model = try build(
        .isa(
          ISAPriorConfiguration(
            subspaces: [2, 1], rootExponent: 2.1, exponents: [2.2, 1.7], learned: true)),
        sampling: .stratified)
      func loss() -> Tensor {
        let losses = model.terms(objective, batch, progress, randomness).losses
        return losses.enumerated().map { $1.value * (1 + 0.3 * Double($0)) }.reduce(.zeros([]), +)
      }
      for path in [
        "encoder/0/weight", "encoder/posterior/bias", "decoder/1/weight", "prior/exponents",
      ] {
        let parameter = try #require(model.parameters[path]).value
        let values = parameter.doubles()
        let found = loss().gradients([parameter])[0].doubles()
        for index in [0, values.count - 1] {
          let sides = [1e-5, -1e-5].map { step in
            var moved = values
            moved[index] += step
            withoutGradients { parameter.assign(Tensor(moved, shape: parameter.shape)) }
            return loss().item()
          }
          withoutGradients { parameter.assign(Tensor(values, shape: parameter.shape)) }
          #expect(abs(found[index] - (sides[0] - sides[1]) / 2e-5) < 1e-7, "\(path) \(index)")
        }
      }
    }
  }

  @Test func priorSamples() throws {
    try tensors {
      for prior in [ISAVAEPriorConfiguration.standardNormal, isa] {
        let drawn = try build(prior).samplePrior(20_000, Randomness(seed: 1).stream("prior"))
        #expect(drawn.shape == [20_000, 3])
        let last = moments((0..<20_000).map { pow(abs(drawn.doubles()[3 * $0 + 2]), 2.1) })
        // N(0, 1): E|z|^q = 2^(q/2) Γ((q + 1)/2) / √π; a subspace of one: E v^p₀ = s l / p₀.
        let normal = pow(2, 1.05) * exp(lgamma(1.55)) / Double.pi.squareRoot()
        #expect(abs(last.mean - (prior == isa ? 1 / 2.1 : normal)) < 5 * last.error)
      }
    }
  }

  @Test func problems() {
    func problem(_ change: (inout ISAVAEConfiguration) -> Void) -> String? {
      var configuration = configuration(.standardNormal)
      #expect(
        configuration.problem(for: ["angle": []])
          == "isa-vae needs data with a tensor named 'image'")
      change(&configuration)
      return configuration.problem(for: ["image": [1, 2, 3]])
    }
    func prior(
      _ subspaces: [Int], _ exponents: [Double], root: Double = 2.1, scale: Double = 1
    ) -> String? {
      problem {
        $0.prior = .isa(
          ISAPriorConfiguration(
            subspaces: subspaces, rootExponent: root, exponents: exponents, scale: scale))
      }
    }
    #expect(problem { _ in } == nil)
    #expect(problem { $0.latent = 0 } == "latent must be from 1 to 10000")
    #expect(prior([1, 2], [2, 3]) == nil)
    #expect(
      prior([2, 2], [2, 2])
        == "prior: the subspaces have 4 dimensions together, and the code has 3")
    #expect(
      prior([0, 3], [2, 2]) == "prior: a subspace must have from 1 to 3 dimensions, and one has 0")
    #expect(
      prior([.max, .max], [2, 2])
        == "prior: a subspace must have from 1 to 3 dimensions, and one has \(Int.max)")
    #expect(
      prior([], [])
        == "prior: the subspaces have 0 dimensions together, and the code has 3")
    #expect(prior([3], [2, 2]) == "prior: there are 1 subspaces and 2 exponents")
    #expect(prior([3], [0]) == "prior: an exponent must be from 0.5 to 100, and one is 0.0")
    #expect(
      prior([3], [2], root: .nan) == "prior: an exponent must be from 0.5 to 100, and one is nan")
    #expect(prior([3], [2], scale: 0) == "prior: scale must be from 1e-6 to 1e6")
    #expect(
      problem { $0.decoder = .mlp(hidden: [5]) }
        == "the decoder's output has shape [5], and an image of the data has [1, 2, 3]")
    #expect(
      problem { $0.encoder = .sequence([]) } == "encoder: a network needs at least one layer")
  }
}
