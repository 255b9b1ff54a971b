import Foundation
import Testing
import Torch

@testable import Modelling

/// The Gaussian mixture VAE on points of the plane, with predicted variances, and what figures ask of it.
@Suite struct GMVAEPointsTests: TinyGMVAE {
  /// Parameters of Tables A.1 to A.3 for the synthetic data, counted by hand in the specification.
  @Test func sizeForPoints() throws {
    let configuration = GMVAEConfiguration(
      clusters: 8, samples: 1, x: 2, w: 2, encoder: .mlp(hidden: [120, 120]),
      prior: .sequence([.dense(DenseConfiguration(units: 120, activation: .tanh))]),
      decoder: .mlp(hidden: [120, 120]), likelihood: .gaussianPredicted, initial: .torch7)
    let shapes = ["image": [2]]
    #expect(configuration.problem(for: shapes) == nil)
    try tensors {
      let store = ParameterStore(Randomness(seed: 0))
      _ = configuration.build(for: shapes, parameters: store)
      // Encoder 14,880 and its heads 1,936; prior 360 and its heads 3,872; decoder 15,364.
      #expect(store.count == 36_412)
    }
  }

  /// The distortion under predicted variances, the decoder computed on plain numbers too.
  @Test func distortionOfPoints() throws {
    try tensors {
      let model = try buildForPoints()
      let found = try #require(terms(model, pointBatch).losses["distortion"]).item()
      let code = model.posterior(pointBatch, .evaluation).code
      let (means, logVariances) = (code.mean.doubles(), code.logVariance.doubles())
      let noise = randomness.stream("x").normal([2, 5, 2], type: .float64).doubles()
      let store = model.parameters
      func affine(_ path: String, _ input: [Double]) -> [Double] {
        let (weight, bias) = (store.numbers(path + "/weight"), store.numbers(path + "/bias"))
        return bias.indices.map { row in
          bias[row] + input.indices.reduce(0) { $0 + weight[row * input.count + $1] * input[$1] }
        }
      }
      var sum = 0.0
      for row in 0..<10 {
        let example = row % 5
        let x = (0..<2).map { d in
          means[2 * example + d] + exp(logVariances[2 * example + d] / 2) * noise[2 * row + d]
        }
        let hidden = affine("decoder/0", x).map { max($0, 0) }
        let mean = affine("decoder/mean", hidden)
        let variance = affine("decoder/log-variance", hidden).map { exp($0) }
        for d in 0..<2 {
          let difference = points[2 * example + d] - mean[d]
          sum -= log(
            exp(-difference * difference / (2 * variance[d]))
              / (2 * Double.pi * variance[d]).squareRoot())
        }
      }
      #expect(abs(found - sum / 10) < 1e-11)
      // What is decoded is the mean.
      let hidden = affine("decoder/0", [0.3, -0.7]).map { max($0, 0) }
      let decoded = model.decode(Tensor([0.3, -0.7], shape: [1, 2]))
      #expect(decoded.shape == [1, 2])
      #expect(distance(decoded.doubles(), affine("decoder/mean", hidden)) < 1e-14)
    }
  }

  /// Each term by each parameter against central differences; a term that a parameter says nothing of
  /// has no gradient there.
  @Test(arguments: [
    "distortion", "conditional-prior", "w-prior", "z-prior", "consistency-violation",
  ])
  func gradientsAreThoseOfCentralDifferences(_ term: String) throws {
    try tensors {
      let model = try buildForPoints()
      let parameters = model.parameters.all
      // Added nothing of the others, so that every parameter is in the graph.
      func loss() throws -> Tensor {
        let losses = terms(model, pointBatch).losses
        return losses.reduce(.zeros([], type: .float64)) {
          $0 + $1.value * ($1.key == term ? 1 : 0)
        }
      }
      let gradients = try loss().gradients(parameters.map(\.value))
      var silent: Set<String> = []
      for (parameter, gradient) in zip(parameters, gradients) {
        let values = parameter.value.doubles()
        let numeric = try values.indices.map { index in
          let sides = try [1e-5, -1e-5].map { step in
            var moved = values
            moved[index] += step
            parameter.value.assign(Tensor(moved, shape: parameter.value.shape))
            return try loss().item()
          }
          return (sides[0] - sides[1]) / 2e-5
        }
        parameter.value.assign(Tensor(values, shape: parameter.value.shape))
        #expect(distance(gradient.doubles(), numeric) < 1e-7, "\(parameter.path)")
        if !numeric.contains(where: { abs($0) > 1e-4 }) {
          silent.insert(parameter.path.split(separator: "/").prefix(2).joined(separator: "/"))
        }
      }
      // Above all, the violation moves q(x), q(w) and the components, and not q(z).
      let expected: [String: Set<String>] = [
        "distortion": ["encoder/w", "encoder/z", "prior/0", "prior/mean", "prior/log-variance"],
        "conditional-prior": ["decoder/0", "decoder/mean", "decoder/log-variance"],
        "w-prior": [
          "encoder/x", "encoder/z", "prior/0", "prior/mean", "prior/log-variance", "decoder/0",
          "decoder/mean", "decoder/log-variance",
        ],
        "z-prior": [
          "encoder/x", "encoder/w", "prior/0", "prior/mean", "prior/log-variance", "decoder/0",
          "decoder/mean", "decoder/log-variance",
        ],
        "consistency-violation": [
          "encoder/z", "decoder/0", "decoder/mean", "decoder/log-variance",
        ],
      ]
      #expect(silent == expected[term])
    }
  }

  /// Where all components are equal, no q(z) is nearer to one than to another: the uniform one costs
  /// nothing, nothing pulls it away, and the violation is as large as can be.
  @Test func collapse() throws {
    try tensors {
      let model = try buildForPoints()
      for path in ["prior/mean", "prior/log-variance"] {
        for part in ["/weight", "/bias"] {
          let values = model.parameters.numbers(path + part)
          let row = values.count / 3
          try model.parameters.set(path + part, (0..<3).flatMap { _ in values[..<row] })
        }
      }
      for part in ["/weight", "/bias"] {
        let count = model.parameters.numbers("encoder/z" + part).count
        try model.parameters.set("encoder/z" + part, [Double](repeating: 0, count: count))
      }
      let losses = terms(model, pointBatch).losses
      #expect(abs(try #require(losses["z-prior"]).item()) < 1e-15)
      #expect(abs(try #require(losses["consistency-violation"]).item() - log(3)) < 1e-12)
      let bias = try #require(model.parameters["encoder/z/bias"]).value
      let bound = try #require(losses["z-prior"]) + (try #require(losses["conditional-prior"]))
      #expect(bound.gradients([bias])[0].doubles().allSatisfy { abs($0) < 1e-14 })
      #expect(
        model.clusterEntropy(pointBatch, randomness).doubles().allSatisfy {
          abs($0 - log(3)) < 1e-12
        })
    }
  }

  /// The entropy that is measured is the term's, at other draws and in evaluation.
  @Test func clusterEntropy() throws {
    try tensors {
      let model = try buildForPoints()
      let found = model.clusterEntropy(pointBatch, randomness)
      #expect(found.shape == [5])
      #expect(found.doubles().allSatisfy { $0 > 0 && $0 < log(3) })
      // These networks are the same in training, and so are the draws of equal streams.
      let term = try #require(terms(model, pointBatch).losses["consistency-violation"]).item()
      #expect(abs(found.mean().item() - term) < 1e-14)
    }
  }

  /// Figures 2 to 4 show the components at w = 0; draws from one have its mean and its variances.
  @Test func drawsOfOneComponent() throws {
    try tensors {
      let model = try build()
      let components = model.clusterGaussians
      #expect(components.mean.shape == [3, 2])
      let atZero = model.components(.zeros([1, 3], type: .float64), .evaluation)
      #expect(components.mean.doubles() == atZero.mean.doubles())
      #expect(components.logVariance.doubles() == atZero.logVariance.doubles())
      let (means, logVariances) = (components.mean.doubles(), components.logVariance.doubles())
      for k in 0..<3 {
        let drawn = model.sample(
          4000, ofCluster: k, facet: 0, .one, Randomness(seed: 5).stream("draws"))
        #expect(drawn.shape == [4000, 2])
        let values = drawn.doubles()
        for d in 0..<2 {
          let found = moments((0..<4000).map { values[2 * $0 + d] })
          #expect(abs(found.mean - means[2 * k + d]) < 5 * found.error)
          #expect(
            abs(found.variance / exp(logVariances[2 * k + d]) - 1) < 5 * (2 / 4000.0).squareRoot())
        }
      }
    }
  }

  /// A temperature scales the variances of a component at w = 0, and leaves its mean where it is.
  @Test(arguments: [Temperature.covariance(0.3), .official(0.4)])
  func drawsAtATemperature(_ temperature: Temperature) throws {
    try tensors {
      let model = try build()
      // What enters the heads is 0 at w = 0 alone, and at another w their weights would show it.
      try model.parameters.set("prior/0/bias", [Double](repeating: 0, count: 5))
      for head in ["mean", "log-variance"] {
        try model.parameters.set("prior/\(head)/weight", [Double](repeating: 9, count: 30))
      }
      try model.parameters.set("prior/mean/bias", [-100, 1, 5, -7, 100, 3])
      try model.parameters.set("prior/log-variance/bias", [9, 9, log(0.5), log(2), 9, 9])
      let count = 4000
      let drawn = model.sample(
        count, ofCluster: 1, facet: 0, temperature, Randomness(seed: 6).stream("draws"))
      #expect(drawn.shape == [count, 2])
      let values = drawn.doubles()
      let columns = (0..<2).map { d in (0..<count).map { values[2 * $0 + d] } }
      let means: [Double] = [5, -7]
      // 0.3 σ² of σ² = ½ and 2, or the squares of the deviations 0.4 σ².
      let variances: [Double] =
        switch temperature {
        case .covariance: [0.15, 0.6]
        case .official: [0.04, 0.64]
        }
      let freedom = Double(count - 1)
      for (d, variance) in variances.enumerated() {
        let found = moments(columns[d])
        #expect(abs(found.mean - means[d]) < 5 * (variance / Double(count)).squareRoot())
        // A Gaussian's sample variance has the standard error σ² √(2/(n − 1)).
        #expect(abs(found.variance - variance) < 5 * variance * (2 / freedom).squareRoot())
      }
      let products = zip(columns[0], columns[1]).map { ($0 - means[0]) * ($1 - means[1]) }
      let together = products.reduce(0, +) / Double(count)
      let error = (variances[0] * variances[1] / Double(count)).squareRoot()
      #expect(abs(together) < 5 * error)
    }
  }

  /// Lines of w through 0, of 2 · 2 · √3 in length, and the means of one component along them.
  @Test func traversalOfStyles() throws {
    try tensors {
      let model = try build()
      func stream() -> RandomStream { Randomness(seed: 5).stream("lines") }
      let lines = model.styleLines(4, steps: 5, reach: 2, stream())
      #expect(lines.shape == [4, 5, 3])
      let places = lines.doubles()
      for line in 0..<4 {
        let ends = (0..<3).map { places[line * 15 + 12 + $0] }
        #expect(abs(ends.reduce(0) { $0 + $1 * $1 } - 12) < 1e-12)
        for (step, share) in [-1, -0.5, 0, 0.5, 1].enumerated() {
          let place = (0..<3).map { places[line * 15 + step * 3 + $0] }
          #expect(distance(place, ends.map { $0 * share }) < 1e-14)
        }
      }
      let means = model.traverseStyle(of: 1, lines: 4, steps: 5, reach: 2, stream())
      #expect(means.shape == [20, 2])
      for row in 0..<20 {
        let style = Tensor(Array(places[row * 3..<row * 3 + 3]), shape: [1, 3])
        let expected = model.components(style, .evaluation).mean.doubles()[2..<4]
        #expect(distance(Array(means.doubles()[row * 2..<row * 2 + 2]), Array(expected)) < 1e-14)
      }
      let alone = model.styleLines(2, steps: 1, reach: 2, stream()).doubles()
      #expect(alone == [Double](repeating: 0, count: 6))
    }
  }

  /// A study that names no likelihood has the settings that it had before there was a choice.
  @Test func likelihoodMayBeLeftOut() throws {
    let plain = configuration()
    #expect(
      !String(decoding: try JSONEncoder().encode(plain), as: UTF8.self).contains("likelihood"))
    #expect(plain.range(of: "image") == 0...1)
    #expect(plain.range(of: "label") == nil)
    var predicted = plain
    predicted.likelihood = .gaussianPredicted
    #expect(predicted.range(of: "image") == nil)
    let again = try JSONDecoder().decode(
      GMVAEConfiguration.self, from: try JSONEncoder().encode(predicted))
    #expect(again.likelihood == .gaussianPredicted)
  }
}
