import Foundation
import Testing
import Torch

@testable import Modelling

/// A small VHP in float64 whose every width differs from the others.
struct TinyVHP {
  let model: VAE
  let batch: Batch
  let images: [[Double]]
  let importanceSamples: Int
  let randomness = StepRandomness(Randomness(seed: 11), "test", step: 4)

  static let latent = 2
  static let features = 6

  init(
    importanceSamples: Int, likelihood: LikelihoodConfiguration = .gaussian(scale: 0.3),
    examples: Int = 5
  ) throws {
    let configuration = VHPConfiguration(
      latent: Self.latent, encoder: .mlp(hidden: [4, 3]), decoder: .mlp(hidden: [5]),
      priorEncoder: .mlp(hidden: [3]), priorDecoder: .mlp(hidden: [4]),
      importanceSamples: importanceSamples, likelihood: likelihood, initial: .torchDefault)
    let shapes = ["image": [1, 2, 3]]
    #expect(configuration.problem(for: shapes) == nil)
    let store = ParameterStore(Randomness(seed: 7), type: .float64)
    model = configuration.build(for: shapes, parameters: store)
    self.importanceSamples = importanceSamples
    let pixels = scattered(examples * Self.features, 2)
    batch = Batch(["image": Tensor(pixels, shape: [examples, 1, 2, 3])])
    images = (0..<examples).map { Array(pixels[$0 * Self.features..<($0 + 1) * Self.features]) }
  }

  var terms: Terms {
    model.terms("elbo", batch, Progress(step: 0, totalSteps: 0, epoch: 0), randomness)
  }
}

/// The same equations on plain numbers, one example at a time.
struct PlainVHP {
  let parameters: ParameterStore

  struct Gaussian {
    var mean: [Double]
    var logVariance: [Double]

    func logDensity(_ x: [Double]) -> Double {
      x.indices.reduce(0) { sum, i in
        let variance = exp(logVariance[i])
        let density =
          exp(-(x[i] - mean[i]) * (x[i] - mean[i]) / (2 * variance))
          / (2 * Double.pi * variance).squareRoot()
        return sum + log(density)
      }
    }

    func sample(_ noise: [Double]) -> [Double] {
      noise.indices.map { mean[$0] + exp(logVariance[$0]).squareRoot() * noise[$0] }
    }
  }

  func layer(_ x: [Double], _ path: String) -> [Double] {
    let weight = parameters.numbers(path + "/weight")
    return parameters.numbers(path + "/bias").enumerated().map { row, bias in
      x.indices.reduce(bias) { $0 + weight[row * x.count + $1] * x[$1] }
    }
  }

  func trunk(_ x: [Double], _ path: String) -> [Double] {
    var features = x
    var index = 0
    while parameters["\(path)/\(index)/weight"] != nil {
      features = layer(features, "\(path)/\(index)").map { max($0, 0) }
      index += 1
    }
    return features
  }

  func gaussian(_ x: [Double], _ path: String) -> Gaussian {
    let features = trunk(x, path)
    return Gaussian(
      mean: layer(features, path + "/mean"), logVariance: layer(features, path + "/log-variance"))
  }

  /// Distortion, rate and squared error of one example with the given noise.
  func terms(_ x: [Double], noise: [Double], zetaNoise: [[Double]], scale: Double)
    -> (distortion: Double, rate: Double, squaredError: Double)
  {
    let posterior = gaussian(x, "encoder")
    let z = posterior.sample(noise)
    let decoded = layer(trunk(z, "decoder"), "decoder/mean")
    let data = Gaussian(mean: decoded, logVariance: decoded.map { _ in 2 * log(scale) })
    let second = gaussian(z, "prior/encoder")
    let weights = zetaNoise.map { noise in
      let zeta = second.sample(noise)
      let standard = Gaussian(mean: zeta.map { _ in 0 }, logVariance: zeta.map { _ in 0 })
      let likelihood = gaussian(zeta, "prior/decoder").logDensity(z)
      return exp(likelihood + standard.logDensity(zeta) - second.logDensity(zeta))
    }
    let prior = weights.reduce(0, +) / Double(weights.count)
    let squares = zip(x, decoded).map { ($0 - $1) * ($0 - $1) }
    return (
      -data.logDensity(x), posterior.logDensity(z) - log(prior),
      squares.reduce(0, +) / Double(x.count)
    )
  }
}
