import Foundation
import Testing
import Torch

@testable import Modelling

/// Draws of the codes of all facets at a temperature.
@Suite struct MFCVAESamplesTests {
  private let weights: [[Double]] = [[0.5, 0.2, 0.3], [0.1, 0.4, 0.25, 0.25]]
  /// Far apart in the first dimension of each facet, where they are those of no other facet.
  private let means: [[[Double]]] = [
    [[-100, 3], [0, 1], [100, -2]],
    [[-350, 5, -5], [-250, 6, 0], [250, 7, 5], [350, 8, 10]],
  ]

  /// Variances of 0.8 in facet 1 and 0.5 in facet 2, or L = (0.8, 0; 0.6, 0.8) and 0.5 I.
  private func build(_ covariance: Covariance) throws -> MFCVAE {
    let model = try MFCVAETests.build(MFCVAETests.configuration(covariance))
    let store = model.parameters
    for (facet, scale) in [0.8, 0.5].enumerated() {
      let path = "prior/\(facet + 1)"
      let flat = means[facet].flatMap { $0 }
      try store.set(path + "/logits", weights[facet].map { log($0) })
      try store.set(path + "/mean", flat)
      let start = GaussianMixture.inverseSoftplus(scale)
      try store.set(path + "/scale", [Double](repeating: start, count: flat.count))
    }
    if covariance == .full {
      // What is above the diagonal, 7, is no part of L.
      try store.set("prior/1/lower", [0, 7, 0.6, 0, 0, 7, 0.6, 0, 0, 7, 0.6, 0])
      try store.set("prior/2/lower", [Double](repeating: 0, count: 36))
    }
    return model
  }

  /// Facet 1 fills the first two columns and facet 2 the next three. Components have the shares of their
  /// weights, their own means, and at 0.3 Σ, or as the official code reads 0.4, their variances.
  @Test(arguments: [Covariance.diagonal, .full], [Temperature.covariance(0.3), .official(0.4)])
  func priorSamplesAtATemperature(_ covariance: Covariance, _ temperature: Temperature) throws {
    try tensors {
      let count = 6000
      let drawn = try build(covariance)
        .samplePrior(count, temperature, Randomness(seed: 5).stream("prior"))
      #expect(drawn.shape == [count, 5])
      let values = drawn.doubles()
      let rows = (0..<count).map { Array(values[5 * $0..<5 * $0 + 5]) }
      // The official reading takes σ² for a deviation, and L for itself: (0.4 · 0.8)² and (0.4 · 0.5)²,
      // and 0.16 of L Lᵀ = (0.64, 0.48; 0.48, 1) and 0.25 I.
      let wanted: (variances: [[Double]], together: Double) =
        switch (covariance, temperature) {
        case (.diagonal, .covariance): ([[0.24, 0.24], [0.15, 0.15, 0.15]], 0)
        case (.diagonal, .official): ([[0.1024, 0.1024], [0.04, 0.04, 0.04]], 0)
        case (.full, .covariance): ([[0.192, 0.3], [0.075, 0.075, 0.075]], 0.144)
        case (.full, .official): ([[0.1024, 0.16], [0.04, 0.04, 0.04]], 0.0768)
        }
      for (facet, start) in [0, 2].enumerated() {
        for (k, (weight, mean)) in zip(weights[facet], means[facet]).enumerated() {
          let own = rows.filter { abs($0[start] - mean[0]) < 40 }
          let n = Double(own.count)
          let expected = weight * Double(count)
          let spread = (expected * (1 - weight)).squareRoot()
          #expect(abs(n - expected) < 5 * spread, "facet \(facet), component \(k)")
          for (d, variance) in wanted.variances[facet].enumerated() {
            let found = moments(own.map { $0[start + d] })
            let words: Comment = "facet \(facet), component \(k), dimension \(d)"
            #expect(abs(found.mean - mean[d]) < 5 * (variance / n).squareRoot(), words)
            // A Gaussian's sample variance has the standard error σ² √(2/(n − 1)).
            let error = variance * (2 / (n - 1)).squareRoot()
            #expect(abs(found.variance - variance) < 5 * error, words)
          }
        }
      }
      // And a product of deviations the variance σ₁² σ₂² + σ₁₂².
      for mean in means[0] {
        let own = rows.filter { abs($0[0] - mean[0]) < 40 }
        let products = own.map { ($0[0] - mean[0]) * ($0[1] - mean[1]) }
        let variance =
          wanted.variances[0][0] * wanted.variances[0][1] + wanted.together * wanted.together
        let error = (variance / Double(own.count)).squareRoot()
        #expect(abs(moments(products).mean - wanted.together) < 5 * error)
      }
    }
  }
}
