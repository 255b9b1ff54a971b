import Foundation
import Testing
import Torch

@testable import Modelling

/// The Gaussian mixture VAE against the equations on plain numbers.
@Suite struct GMVAETests: TinyGMVAE {
  /// Parameters of Table A.1 to A.3 for MNIST, counted by hand in the specification.
  @Test(arguments: [(10, 7_826_435), (16, 9_031_841)])
  func sizesForMNIST(_ clusters: Int, _ expected: Int) throws {
    let configuration = GMVAEConfiguration(
      clusters: clusters, samples: 1, x: 200, w: 150,
      encoder: GMVAEForMNIST.encoder, prior: GMVAEForMNIST.prior,
      decoder: GMVAEForMNIST.decoder, initial: .torch7)
    let shapes = ["image": [1, 28, 28]]
    #expect(configuration.problem(for: shapes) == nil)
    try tensors {
      let store = ParameterStore(Randomness(seed: 0))
      _ = configuration.build(for: shapes, parameters: store)
      #expect(store.count == expected)
    }
  }

  /// The same for SVHN, with 256 channels where the tables have 246.
  @Test func sizeForSVHN() throws {
    func layer(
      _ channels: Int, stride: Int, padding: Int, last: Bool = false
    ) -> ConvolutionConfiguration {
      ConvolutionConfiguration(
        channels: channels, kernel: 4, stride: stride, padding: padding,
        batchNorm: last ? .none : .beforeActivation, activation: last ? .none : .relu)
    }
    let configuration = GMVAEConfiguration(
      clusters: 10, samples: 1, x: 200, w: 150,
      encoder: .sequence([
        .convolution(layer(64, stride: 2, padding: 1)),
        .convolution(layer(128, stride: 2, padding: 1)),
        .convolution(layer(256, stride: 2, padding: 1)),
        .convolution(layer(500, stride: 1, padding: 0)),
      ]), prior: GMVAEForMNIST.prior,
      decoder: .sequence([
        .dense(DenseConfiguration(units: 500, batchNorm: true)), .reshape([500, 1, 1]),
        .transposedConvolution(layer(256, stride: 1, padding: 0)),
        .transposedConvolution(layer(128, stride: 2, padding: 1)),
        .transposedConvolution(layer(64, stride: 2, padding: 1)),
        .transposedConvolution(layer(3, stride: 2, padding: 1, last: true)),
      ]), initial: .torch7)
    let shapes = ["image": [3, 32, 32]]
    #expect(configuration.problem(for: shapes) == nil)
    try tensors {
      let store = ParameterStore(Randomness(seed: 0))
      _ = configuration.build(for: shapes, parameters: store)
      #expect(store.count == 7_953_765)
    }
  }

  /// Every term from the heads' outputs, one example, draw and component at a time.
  @Test func termsAreThoseOfTheEquations() throws {
    try tensors {
      let model = try build()
      let terms = model.terms(
        "elbo", batch, Progress(step: 0, totalSteps: 0, epoch: 0), randomness)
      let q = model.posterior(batch, .evaluation)
      let plain = PlainGMVAE(
        code: (q.code.mean.doubles(), q.code.logVariance.doubles()),
        style: (q.style.mean.doubles(), q.style.logVariance.doubles()),
        cluster: q.cluster.probabilities.doubles(), clusters: 3, x: 2, w: 3)
      let xNoise = randomness.stream("x").normal([2, 5, 2], type: .float64).doubles()
      let wNoise = randomness.stream("w").normal([2, 5, 3], type: .float64).doubles()
      var sums = ["distortion": 0.0, "conditional-prior": 0, "consistency-violation": 0]
      for draw in 0..<2 {
        for example in 0..<5 {
          let row = draw * 5 + example
          let code = plain.draw(plain.code, example, 2, Array(xNoise[row * 2..<row * 2 + 2]))
          let style = plain.draw(plain.style, example, 3, Array(wNoise[row * 3..<row * 3 + 3]))
          let components = model.components(Tensor(style, shape: [1, 3]), .evaluation)
          let p = (components.mean.doubles(), components.logVariance.doubles())
          let decoded = model.decode(Tensor(code, shape: [1, 2])).doubles()
          let image = Array(images[example * 6..<example * 6 + 6])
          sums["distortion"]! -= zip(image, decoded).reduce(0) {
            $0 + $1.0 * log($1.1) + (1 - $1.0) * log(1 - $1.1)
          }
          sums["conditional-prior"]! += plain.conditionalPrior(example, p)
          sums["consistency-violation"]! += plain.violation(code, p)
        }
      }
      for (name, sum) in sums {
        let found = try #require(terms.losses[name]).item()
        #expect(abs(found - sum / 10) < 1e-10, "\(name)")
      }
      let wPrior = (0..<5).reduce(0) { $0 + plain.stylePrior($1) } / 5
      #expect(abs(try #require(terms.losses["w-prior"]).item() - wPrior) < 1e-12)
      let zPrior = (0..<5).reduce(0) { $0 + plain.clusterPrior($1) } / 5
      #expect(abs(try #require(terms.losses["z-prior"]).item() - zPrior) < 1e-12)
      #expect(
        Set(terms.losses.keys) == Set(configuration().objectives["elbo"]?.losses ?? []))
    }
  }

  /// For fixed q(x) and q(w), the best q(z) is softmax_k(−KL_k / η): any other costs more.
  @Test func bestClusterProbabilities() throws {
    try tensors {
      let model = try build()
      let q = model.posterior(batch, .evaluation)
      let components = model.components(
        q.style.sample(.zeros([2, 5, 3], type: .float64)).reshaped(-1, 3), .evaluation)
      for eta in [1.0, 0.3] {
        func cost(_ logits: Tensor) -> Double {
          let cluster = Categorical(logits: logits)
          let some = GMVAE.Posterior(code: q.code, style: q.style, cluster: cluster)
          return
            (model.conditionalPrior(some, components).mean()
            + cluster.divergenceFromUniform(categories: 3).mean() * eta).item()
        }
        // KL_k of each example: all probability on one component.
        let divergences = (0..<3).map { k in
          let certain = Tensor((0..<15).map { $0 % 3 == k ? 500.0 : 0 }, shape: [5, 3])
          let some = GMVAE.Posterior(
            code: q.code, style: q.style, cluster: Categorical(logits: certain))
          return model.conditionalPrior(some, components).mean(0).doubles()
        }
        let best = (0..<15).map { -divergences[$0 % 3][$0 / 3] / eta }
        let least = cost(Tensor(best, shape: [5, 3]))
        for phase in 0..<6 {
          let other = zip(best, scattered(15, Double(phase))).map { $0 + 0.2 * $1 }
          #expect(cost(Tensor(other, shape: [5, 3])) > least)
        }
      }
    }
  }

  /// As η falls, the best q(z) becomes the nearest component's alone, and costs no more than its KL.
  @Test func hardAssignmentWithoutTheClusterPrior() throws {
    try tensors {
      let model = try build()
      let q = model.posterior(batch, .evaluation)
      let components = model.components(
        q.style.sample(.zeros([2, 5, 3], type: .float64)).reshaped(-1, 3), .evaluation)
      func cost(_ logits: [Double]) -> [Double] {
        let some = GMVAE.Posterior(
          code: q.code, style: q.style,
          cluster: Categorical(logits: Tensor(logits, shape: [5, 3])))
        return model.conditionalPrior(some, components).mean(0).doubles()
      }
      let divergences = (0..<3).map { k in cost((0..<15).map { $0 % 3 == k ? 500 : 0 }) }
      let soft = cost((0..<15).map { -divergences[$0 % 3][$0 / 3] / 1e-5 })
      let least = (0..<5).map { n in divergences.map { $0[n] }.min() ?? .nan }
      #expect(distance(soft, least) < 1e-9)
      // With equal probabilities it costs more.
      #expect(zip(cost([Double](repeating: 0, count: 15)), least).allSatisfy { $0 > $1 })
    }
  }

  /// L_CV is 0 where one component explains a draw, and log K where all do equally.
  @Test func boundsOfTheViolation() throws {
    try tensors {
      let model = try build(samples: 1)
      let codes = Tensor([0.0, 0], shape: [1, 1, 2])
      func components(_ means: [Double]) -> DiagonalGaussian {
        DiagonalGaussian(
          mean: Tensor(means, shape: [1, 3, 2]), logVariance: .zeros([1, 3, 2], type: .float64))
      }
      let equal = model.consistencyViolation(codes, components([1, 2, 1, 2, 1, 2])).item()
      #expect(abs(equal - log(3)) < 1e-12)
      let clear = model.consistencyViolation(codes, components([0, 0, 40, 0, 0, 40])).item()
      #expect(abs(clear) < 1e-12)
    }
  }

  /// Without recorded batch statistics nothing of an evaluation is random, and probabilities add up.
  @Test func clusterProbabilities() throws {
    try tensors {
      let model = try build()
      let facets = model.clusterProbabilities(batch)
      #expect(facets.count == 1)
      let found = facets[0]
      #expect(found.shape == [5, 3])
      #expect(distance(found.sum(-1).doubles(), [1, 1, 1, 1, 1]) < 1e-12)
    }
  }

  /// Draws come from every component, at its place.
  @Test func priorSamples() throws {
    try tensors {
      let model = try build(samples: 1)
      // Components at ±100 and 0 whatever w is, with hardly a spread.
      try model.parameters.set("prior/mean/weight", [Double](repeating: 0, count: 30))
      try model.parameters.set("prior/mean/bias", [-100, 1, 0, 2, 100, 3])
      try model.parameters.set("prior/log-variance/weight", [Double](repeating: 0, count: 30))
      try model.parameters.set("prior/log-variance/bias", [Double](repeating: -20, count: 6))
      let drawn = model.samplePrior(600, Randomness(seed: 1).stream("prior")).doubles()
      var counts = [0, 0, 0]
      for row in 0..<600 {
        let k = Int((drawn[2 * row] / 100).rounded()) + 1
        #expect(abs(drawn[2 * row + 1] - Double(k + 1)) < 0.01)
        counts[k] += 1
      }
      for count in counts { #expect(abs(Double(count) - 200) < 5 * (600 * 2.0 / 9).squareRoot()) }
    }
  }

  @Test func problems() {
    func problem(_ change: (inout GMVAEConfiguration) -> Void) -> String? {
      var configuration = GMVAEConfiguration(
        clusters: 3, samples: 2, x: 2, w: 3, encoder: .mlp(hidden: [4]), prior: .mlp(hidden: [4]),
        decoder: .sequence([.dense(DenseConfiguration(units: 6)), .reshape([1, 2, 3])]),
        initial: .torch7)
      #expect(
        configuration.problem(for: ["angle": []]) == "gmvae needs data with a tensor named 'image'")
      change(&configuration)
      return configuration.problem(for: ["image": [1, 2, 3]])
    }
    #expect(problem { _ in } == nil)
    #expect(problem { $0.clusters = 0 } == "clusters must be from 1 to 10000")
    #expect(problem { $0.samples = -1 } == "samples must be from 1 to 10000")
    #expect(problem { $0.w = 0 } == "w must be from 1 to 65536")
    #expect(
      problem { $0.decoder = .mlp(hidden: [5]) }
        == "the decoder's output has shape [5], and an image of the data has [1, 2, 3]")
    // With a head, the network's own output may have any shape.
    #expect(
      problem {
        $0.decoder = .mlp(hidden: [5])
        $0.likelihood = .gaussianPredicted
      } == nil)
    #expect(
      problem {
        $0.decoder = .sequence([])
        $0.likelihood = .gaussian(scale: 1)
      } == "decoder: a network needs at least one layer")
    #expect(
      problem { $0.likelihood = .gaussian(scale: 0) }
        == "likelihood: the standard deviation must be positive")
    #expect(
      problem { $0.prior = .sequence([]) } == "prior: a network needs at least one layer")
  }
}

/// The terms on plain numbers, with densities and probabilities rather than their logarithms.
private struct PlainGMVAE {
  typealias Heads = (mean: [Double], logVariance: [Double])
  let code: Heads
  let style: Heads
  let cluster: [Double]
  let clusters: Int
  let x: Int
  let w: Int

  func draw(_ heads: Heads, _ example: Int, _ width: Int, _ noise: [Double]) -> [Double] {
    noise.indices.map {
      heads.mean[example * width + $0]
        + exp(heads.logVariance[example * width + $0]).squareRoot() * noise[$0]
    }
  }

  /// KL of two Gaussians of one dimension, by standard deviations.
  private func divergence(_ m1: Double, _ s1: Double, _ m2: Double, _ s2: Double) -> Double {
    log(s2 / s1) + (s1 * s1 + (m1 - m2) * (m1 - m2)) / (2 * s2 * s2) - 0.5
  }

  func conditionalPrior(_ example: Int, _ components: Heads) -> Double {
    (0..<clusters).reduce(0) { sum, k in
      let sides = (0..<x).reduce(0) { inner, d in
        let (i, j) = (example * x + d, k * x + d)
        return inner
          + divergence(
            code.mean[i], exp(code.logVariance[i] / 2), components.mean[j],
            exp(components.logVariance[j] / 2))
      }
      return sum + cluster[example * clusters + k] * sides
    }
  }

  func violation(_ code: [Double], _ components: Heads) -> Double {
    let densities = (0..<clusters).map { k in
      (0..<x).reduce(1) { product, d in
        let variance = exp(components.logVariance[k * x + d])
        let difference = code[d] - components.mean[k * x + d]
        return product * exp(-difference * difference / (2 * variance))
          / (2 * Double.pi * variance).squareRoot()
      }
    }
    let total = densities.reduce(0, +)
    return densities.reduce(0) { $0 - $1 / total * log($1 / total) }
  }

  func stylePrior(_ example: Int) -> Double {
    (0..<w).reduce(0) { sum, d in
      let i = example * w + d
      return sum + divergence(style.mean[i], exp(style.logVariance[i] / 2), 0, 1)
    }
  }

  func clusterPrior(_ example: Int) -> Double {
    (0..<clusters).reduce(0) { sum, k in
      let q = cluster[example * clusters + k]
      return sum + q * log(Double(clusters) * q)
    }
  }
}
