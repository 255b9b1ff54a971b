import Foundation
import Testing
import Torch

@testable import Modelling

/// The theorems of Falck et al. 2021 (section 3.1, appendix B) on q(c|x) at five draws of two facets: on
/// plain numbers, and as bounds of what the model's loss is.
@Suite struct MFCVAETheoremsTests {
  /// Two facets with three and four components, several of which are likely at each draw.
  private func facets(_ covariance: Covariance) throws -> [Facet] {
    try [Facet(1, components: 3, covariance), Facet(2, components: 4, covariance)]
  }

  /// Theorem 1: of all q(c), that of the geometric means has the least mean divergence, −log Z; and its
  /// excess over that is the divergence from it.
  @Test(arguments: [Covariance.diagonal, .full])
  func geometricMeansAreTheOptimum(_ covariance: Covariance) throws {
    try tensors {
      for facet in try facets(covariance) {
        let rows = facet.draws.responsibilities
        let optimum = Optimum(rows)
        #expect(optimum.least > 0.1)
        #expect(abs(meanDivergence(optimum.q, rows) - optimum.least) < 1e-12)
        for q in distributions(200, around: optimum.q) {
          let excess = meanDivergence(q, rows) - optimum.least
          #expect(excess > 0)
          #expect(abs(excess - divergence(q, optimum.q)) < 1e-12)
        }
        // The same of what the model is made of.
        let logDensities = facet.prior.logDensities(facet.codes)
        let found = Categorical(logits: logDensities + facet.prior.logWeights).logProbabilities
        let expected = facet.draws.densities.flatMap { $0.map { log($0) } }
        #expect(distance(logDensities.doubles(), expected) < 1e-12)
        #expect(distance(found.exp().doubles(), rows.flatMap { $0 }) < 1e-12)
        let assignment = Categorical(logits: found.mean(0)).probabilities
        #expect(distance(assignment.doubles(), optimum.q) < 1e-12)
        #expect(abs(found.mean(0).logSumExp(0).item() + optimum.least) < 1e-12)
      }
    }
  }

  /// VaDE's q(c) = mean_l p(c|z_l) does not make the divergence zero, nor as small as it can be.
  @Test(arguments: [Covariance.diagonal, .full])
  func arithmeticMeansAreNot(_ covariance: Covariance) throws {
    try tensors {
      for facet in try facets(covariance) {
        let rows = facet.draws.responsibilities
        let excess = meanDivergence(arithmeticMeans(rows), rows) - Optimum(rows).least
        #expect(excess > 1e-3)
        // Of one draw both are p(c|z), and nothing is left.
        for row in rows {
          #expect(distance(Optimum([row]).q, row) < 1e-14)
          #expect(abs(Optimum([row]).least) < 1e-14)
          #expect(abs(meanDivergence(arithmeticMeans([row]), [row])) < 1e-14)
        }
      }
    }
  }

  /// Theorem 2: over all pairs (c₁, c₂), the optimum is the product of those of the facets, and its
  /// divergence the sum of theirs.
  @Test(arguments: [Covariance.diagonal, .full])
  func theOptimumFactorises(_ covariance: Covariance) throws {
    try tensors {
      let draws = try facets(covariance).map(\.draws)
      // p(c₁, c₂|z₁, z₂) of the twelve pairs, from densities and not from those of each facet.
      let rows = (0..<5).map { normalised(pairs(draws[0].joint($0), draws[1].joint($0))) }
      #expect(rows.allSatisfy { $0.count == 12 })
      let optima = draws.map { Optimum($0.responsibilities) }
      let least = optima[0].least + optima[1].least
      let product = pairs(optima[0].q, optima[1].q)
      #expect(distance(Optimum(rows).q, product) < 1e-12)
      #expect(abs(Optimum(rows).least - least) < 1e-12)
      #expect(abs(meanDivergence(product, rows) - least) < 1e-12)
      for q in distributions(200, around: product) { #expect(meanDivergence(q, rows) > least) }
      let means = draws.map { arithmeticMeans($0.responsibilities) }
      for q in [arithmeticMeans(rows), pairs(means[0], means[1])] {
        #expect(meanDivergence(q, rows) > least + 1e-3)
      }
    }
  }

  /// Theorem 3: where the prior of (c₁, c₂) does not factorise, the optimum over all pairs is one that
  /// does not either.
  @Test(arguments: [Covariance.diagonal, .full])
  func theOptimumOverPairs(_ covariance: Covariance) throws {
    try tensors {
      let facets = try facets(covariance)
      let weights = normalised(scattered(12, 15).map { exp($0) })
      let rows = (0..<5).map { draw in
        let densities = pairs(
          facets[0].draws.densities[draw], facets[1].draws.densities[draw])
        return normalised(zip(weights, densities).map { $0 * $1 })
      }
      let optimum = Optimum(rows)
      #expect(optimum.least > 0.1)
      #expect(abs(meanDivergence(optimum.q, rows) - optimum.least) < 1e-12)
      for q in distributions(200, around: optimum.q) {
        #expect(meanDivergence(q, rows) > optimum.least)
      }
      let first = (0..<3).map { c in (0..<4).reduce(0.0) { $0 + optimum.q[4 * c + $1] } }
      let second = (0..<4).map { c in (0..<3).reduce(0.0) { $0 + optimum.q[4 * $1 + c] } }
      let ofFacets = facets.map { Optimum($0.draws.responsibilities).q }
      for q in [arithmeticMeans(rows), pairs(first, second), pairs(ofFacets[0], ofFacets[1])] {
        #expect(meanDivergence(q, rows) > optimum.least + 1e-3)
      }
      // The same of the library's densities.
      let logDensities = facets.map { $0.prior.logDensities($0.codes) }
      let joint = logDensities[0].reshaped(5, 3, 1) + logDensities[1].reshaped(5, 1, 4)
      let logWeights = Tensor(weights.map { log($0) }, shape: [12])
      let found = Categorical(logits: joint.reshaped(5, 12) + logWeights).logProbabilities.mean(0)
      #expect(distance(Categorical(logits: found).probabilities.doubles(), optimum.q) < 1e-12)
      #expect(abs(found.logSumExp(0).item() + optimum.least) < 1e-12)
    }
  }

  /// At each draw the model's divergence is the least that eq. (62) gives for any q(c), which is at
  /// p(c|z): any other one adds its divergence from that. With one q(c) for all five draws, −log Z is
  /// added at least.
  @Test(arguments: [Covariance.diagonal, .full], MFCVAE.Form.allCases)
  func theModelsDivergenceIsTheLeast(_ covariance: Covariance, _ form: MFCVAE.Form) throws {
    try tensors {
      for facet in try facets(covariance) {
        let draws = facet.draws
        let found = MFCVAE.divergence(facet.posterior, facet.prior, facet.codes, form).doubles()
        try #require(found.count == 5)
        for (draw, own) in draws.responsibilities.enumerated() {
          #expect(abs(found[draw] - draws.fourTerms(own, draw)) < 1e-12)
          for q in distributions(200, around: own) {
            let excess = draws.fourTerms(q, draw) - found[draw]
            #expect(excess > 0)
            #expect(abs(excess - divergence(q, own)) < 1e-12)
          }
        }
        let optimum = Optimum(draws.responsibilities)
        let excess = mean((0..<5).map { draws.fourTerms(optimum.q, $0) - found[$0] })
        #expect(abs(excess - optimum.least) < 1e-12)
      }
    }
  }

  /// The loss of five copies of one image is that of five draws of its codes.
  @Test(arguments: [Covariance.diagonal, .full], MFCVAE.Form.allCases)
  func theLossOfFiveDraws(_ covariance: Covariance, _ form: MFCVAE.Form) throws {
    try tensors {
      let model = try MFCVAETests.build(MFCVAETests.configuration(covariance))
      let image = Array(MFCVAETests.images[0..<6])
      let copies = (0..<5).flatMap { _ in image }
      let batch = Batch(["image": Tensor(copies, shape: [5, 1, 2, 3])])
      let q = model.encode(batch)
      let (means, logVariances) = (q.mean.doubles(), q.logVariance.doubles())
      let terms = model.terms(
        form.rawValue, batch, Progress(step: 0, totalSteps: 0, epoch: 0), MFCVAETests.randomness)
      for (index, width) in [2, 3].enumerated() {
        let name = "\(index + 1)"
        let own = 2 * index..<2 * index + width
        let draws = FiveDraws(
          try PlainMixture(model.parameters, "prior/" + name, width, covariance),
          mean: Array(means[own]), logVariance: Array(logVariances[own]),
          noise: MFCVAETests.randomness.stream("z/" + name).normal([5, width], type: .float64)
            .doubles())
        let loss = try #require(terms.losses["facet/" + name]).item()
        let optimum = Optimum(draws.responsibilities)
        let least = mean((0..<5).map { draws.fourTerms(optimum.q, $0) })
        #expect(optimum.least > 0)
        #expect(abs(least - loss - optimum.least) < 1e-10)
        let arithmetic = arithmeticMeans(draws.responsibilities)
        #expect(mean((0..<5).map { draws.fourTerms(arithmetic, $0) }) > least)
      }
    }
  }
}

/// A facet of one example in the library, and five draws of its code.
private struct Facet {
  let prior: GaussianMixture
  let posterior: DiagonalGaussian
  /// `[5, 2]`.
  let codes: Tensor
  let draws: FiveDraws

  init(_ index: Int, components: Int, _ covariance: Covariance) throws {
    let phase = Double(index)
    let store = ParameterStore(Randomness(seed: 7), type: .float64)
    prior = GaussianMixture(
      components, 2, covariance, trainsWeights: true, at: store.root / "prior")
    try store.set("prior/mean", scattered(2 * components, phase).map { 0.8 * $0 })
    try store.set("prior/scale", scattered(2 * components, phase + 2).map { 1 + 0.3 * $0 })
    try store.set("prior/logits", scattered(components, phase + 4).map { 0.8 * $0 })
    if covariance == .full {
      try store.set("prior/lower", scattered(4 * components, phase + 6).map { 0.4 * $0 })
    }
    let mean = scattered(2, phase + 8).map { 0.6 * $0 }
    let logVariance = scattered(2, phase + 10).map { 0.6 * $0 }
    posterior = DiagonalGaussian(
      mean: Tensor(mean, shape: [2]), logVariance: Tensor(logVariance, shape: [2]))
    draws = FiveDraws(
      try PlainMixture(store, "prior", 2, covariance), mean: mean, logVariance: logVariance,
      noise: scattered(10, phase + 12))
    codes = Tensor(draws.codes.flatMap { $0 }, shape: [5, 2])
  }
}

/// Five draws z_l of a facet's code from q(z|x), and their densities, on plain numbers.
private struct FiveDraws {
  let codes: [[Double]]
  /// log q(z_l|x).
  let logPosteriors: [Double]
  /// N(z_l; μ_c, Σ_c) of each component, and π.
  let densities: [[Double]]
  let weights: [Double]

  init(_ prior: PlainMixture, mean: [Double], logVariance: [Double], noise: [Double]) {
    let width = mean.count
    let deviations = logVariance.map { exp($0 / 2) }
    let rows = (0..<5).map { Array(noise[$0 * width..<($0 + 1) * width]) }
    codes = rows.map { row in row.indices.map { mean[$0] + deviations[$0] * row[$0] } }
    logPosteriors = rows.map { row in
      row.indices.reduce(0.0) { (sum: Double, d: Int) -> Double in
        sum - row[d] * row[d] / 2 - log(deviations[d] * (2 * Double.pi).squareRoot())
      }
    }
    densities = codes.map { prior.densities($0) }
    weights = prior.weights
  }

  /// p(c, z_l) of each component.
  func joint(_ draw: Int) -> [Double] { zip(weights, densities[draw]).map { $0 * $1 } }

  /// p(c|z_l), a row each draw.
  var responsibilities: [[Double]] { (0..<5).map { normalised(joint($0)) } }

  /// Minus the terms of eq. (62) but the likelihood, at one draw and for any q(c).
  func fourTerms(_ q: [Double], _ draw: Int) -> Double {
    q.indices.reduce(logPosteriors[draw]) { (sum: Double, c: Int) -> Double in
      q[c] > 0 ? sum + q[c] * (log(q[c]) - log(weights[c]) - log(densities[draw][c])) : sum
    }
  }
}

/// q(c) ∝ exp(mean_l log p_l(c)), and −log Z.
private struct Optimum {
  let q: [Double]
  let least: Double

  init(_ rows: [[Double]]) {
    let means = rows[0].indices.map { (c: Int) -> Double in
      let product = rows.reduce(1.0) { $0 * $1[c] }
      return pow(product, 1 / Double(rows.count))
    }
    q = normalised(means)
    least = -log(means.reduce(0, +))
  }
}

private func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

private func arithmeticMeans(_ rows: [[Double]]) -> [Double] {
  rows[0].indices.map { c in mean(rows.map { $0[c] }) }
}

private func normalised(_ x: [Double]) -> [Double] {
  let total = x.reduce(0, +)
  return x.map { $0 / total }
}

/// Products of all pairs, the second number varying faster.
private func pairs(_ a: [Double], _ b: [Double]) -> [Double] {
  a.flatMap { x in b.map { x * $0 } }
}

/// KL(q ‖ p) in nats.
private func divergence(_ q: [Double], _ p: [Double]) -> Double {
  q.indices.reduce(0.0) { (sum: Double, c: Int) -> Double in
    q[c] > 0 ? sum + q[c] * log(q[c] / p[c]) : sum
  }
}

/// mean_l KL(q ‖ p_l) in nats.
private func meanDivergence(_ q: [Double], _ rows: [[Double]]) -> Double {
  mean(rows.map { divergence(q, $0) })
}

/// So many distributions at random, every other one of them near `centre`.
private func distributions(_ count: Int, around centre: [Double]) -> [[Double]] {
  var generator = Randomness(seed: 5).generator("distributions")
  return (0..<count).map { index in
    let numbers = centre.map { (share: Double) -> Double in
      let number = -log(1 - generator.uniform())
      return index.isMultiple(of: 2) ? number : share * exp(0.1 * number)
    }
    return normalised(numbers)
  }
}
