import Foundation
import Testing
import Torch

@testable import Modelling

/// The Lᵖ-nested prior. Literals by SciPy from the paper's equations: Scripts/reference/isa_prior.py.
@Suite struct ISAPriorTests {
  private func prior(
    _ sizes: [Int], _ rootExponent: Double, _ exponents: [Double], scale: Double = 1,
    learned: Bool = false, type: ElementType = .float64,
    store: ParameterStore = ParameterStore(Randomness(seed: 0), type: .float64)
  ) -> ISAPrior {
    let configuration = ISAPriorConfiguration(
      subspaces: sizes, rootExponent: rootExponent, exponents: exponents, scale: scale,
      learned: learned)
    #expect(configuration.problem(latent: sizes.reduce(0, +)) == nil)
    return ISAPrior(configuration, like: .zeros([], type: type), at: store.root / "prior")
  }

  private func density(_ prior: ISAPrior, _ z: [Double]) -> Double {
    prior.logDensity(Tensor(z, shape: [1, z.count])).item()
  }

  private let point = [0.5, -1.2, 0.3, 0.8, -0.4, 1.1]

  @Test func densitiesOfThePaper() throws {
    try tensors {
      let mixed = prior([2, 3, 1], 2.1, [2.2, 1.9, 1.5])
      #expect(abs(density(mixed, point) - -7.162205763769398) < 1e-13)
      #expect(abs(density(mixed, [0, 0, 0, 0, 0, 0]) - -3.3464151066) < 1e-9)
      let narrow = prior([2, 3, 1], 2.1, [2.2, 1.9, 1.5], scale: 0.7)
      #expect(abs(density(narrow, point) - -7.7784733484285615) < 1e-13)
      let z = (1...20).map { 0.1 * Double($0) * ($0.isMultiple(of: 2) ? -1 : 1) }
      for (scale, expected) in [(1.0, -39.85008037931723), (2, -32.430845736558446)] {
        let five = prior([4, 4, 4, 4, 4], 2.1, [2.2, 2.2, 2.2, 2.2, 2.2], scale: scale)
        #expect(abs(density(five, z) - expected) < 1e-12)
      }
    }
  }

  /// Small coordinates with a large exponent, whose powers a float does not hold.
  @Test(arguments: [ElementType.float64, .float32])
  func smallCoordinates(type: ElementType) throws {
    try tensors {
      let steep = prior([2, 1], 1, [9, 1], type: type)
      let z = Tensor([0.2, -0.9, 0.6, 1e-8, -2e-9, 0.6], shape: [2, 3]).to(type)
      let tolerance = type == .float64 ? 1e-13 : 2e-6
      #expect(
        distance(steep.logDensity(z).doubles(), [-4.25509023744429, -3.3550901152882187])
          < tolerance)
    }
  }

  @Test func normalAndGeneralisedNormalAreSpecialCases() throws {
    try tensors {
      let z = Tensor(scattered(30), shape: [6, 5])
      // p₀ = p_k = 2: N(0, s/2 I).
      for scale in [1, 2, 0.3] {
        let normal = prior([2, 3], 2, [2, 2], scale: scale)
        let wanted =
          StandardNormal.logDensity(z * (2 / scale).squareRoot()) + 2.5 * log(2 / scale)
        #expect(distance(normal.logDensity(z).doubles(), wanted.doubles()) < 1e-13)
      }
      // p_k = p₀: coordinates independent, each p / (2 s^(1/p) Γ(1/p)) exp(−|z|^p / s).
      let (p, s) = (1.3, 0.8)
      let constant: Double = log(p / 2) - log(s) / p - lgamma(1 / p)
      let coordinates: [Double] = scattered(30).map { constant - pow(abs($0), p) / s }
      let wanted = (0..<6).map { row in coordinates[5 * row..<5 * row + 5].reduce(0, +) }
      for sizes in [[2, 3], [5], [1, 1, 1, 1, 1]] {
        let laplace = prior(sizes, p, sizes.map { _ in p }, scale: s)
        #expect(distance(laplace.logDensity(z).doubles(), wanted) < 1e-13)
      }
    }
  }

  /// An exponent of 2 makes its subspace invariant under rotation, another one does not.
  @Test func rotations() throws {
    try tensors {
      let prior = prior([2, 2], 2.1, [2, 2.2])
      let before = density(prior, [0.6, 0.8, 0.5, -0.4])
      let angle = 0.7
      func turned(_ x: Double, _ y: Double) -> [Double] {
        [x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)]
      }
      #expect(abs(density(prior, turned(0.6, 0.8) + [0.5, -0.4]) - before) < 1e-14)
      #expect(abs(density(prior, [0.6, 0.8] + turned(0.5, -0.4)) - before) > 1e-3)
    }
  }

  /// By the midpoint rule: the subspaces (1, 2) in space, one of two dimensions in the plane.
  @Test func densitiesIntegrateToOne() throws {
    try tensors {
      func integral(_ prior: ISAPrior, _ dimensions: Int, _ points: Int, _ edge: Double) -> Double {
        let spacing = 2 * edge / Double(points)
        let axis = (0..<points).map { -edge + (Double($0) + 0.5) * spacing }
        var rows: [[Double]] = [[]]
        for _ in 0..<dimensions { rows = rows.flatMap { row in axis.map { row + [$0] } } }
        let z = Tensor(rows.flatMap(\.self), shape: [rows.count, dimensions])
        return prior.logDensity(z).exp().sum().item() * pow(spacing, Double(dimensions))
      }
      #expect(abs(integral(prior([1, 2], 2.1, [1.7, 2.2], scale: 0.9), 3, 60, 4) - 1) < 1e-3)
      #expect(abs(integral(prior([2], 3, [1.4], scale: 1.3), 2, 400, 3.5) - 1) < 1e-4)
      #expect(abs(integral(prior([1, 1], 1.2, [2.5, 1.5]), 2, 600, 12) - 1) < 1e-3)
    }
  }

  /// Gradients against central differences, also with respect to trained exponents.
  @Test func gradients() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 0), type: .float64)
      let prior = prior([2, 3, 1], 2.1, [2.2, 1.9, 1.5], scale: 0.8, learned: true, store: store)
      let exponents = try #require(store["prior/exponents"]).value
      let z = Tensor(point, shape: [1, 6]).leaf()
      let found = prior.logDensity(z).sum().gradients([z, exponents]).map { $0.doubles() }
      func difference(_ tensor: Tensor, _ index: Int) -> Double {
        let values = tensor.doubles()
        let sides = [1e-6, -1e-6].map { step in
          var moved = values
          moved[index] += step
          withoutGradients { tensor.assign(Tensor(moved, shape: tensor.shape)) }
          return prior.logDensity(z).item()
        }
        withoutGradients { tensor.assign(Tensor(values, shape: tensor.shape)) }
        return (sides[0] - sides[1]) / 2e-6
      }
      #expect(distance(found[0], (0..<6).map { difference(z, $0) }) < 1e-8)
      #expect(distance(found[1], (0..<3).map { difference(exponents, $0) }) < 1e-8)
      // −(p₀/s) v^(p₀ − p) |z|^(p − 1) sign z for the second coordinate.
      let v = pow(pow(0.5, 2.2) + pow(1.2, 2.2), 1 / 2.2)
      #expect(abs(found[0][1] - 2.1 / 0.8 * pow(v, -0.1) * pow(1.2, 1.2)) < 1e-12)
    }
  }

  /// Where a coordinate or a whole subspace is zero the gradient is zero and not undefined.
  @Test(arguments: [ElementType.float64, .float32])
  func gradientsAtZero(type: ElementType) throws {
    try tensors {
      for exponents in [[2.2, 1.05], [3, 1]] {
        let prior = prior([2, 2], 2.1, exponents, type: type)
        let z = Tensor([0, 0, 0, 0.7, 0, 0, 0, 0], shape: [2, 4]).to(type).leaf()
        let density = prior.logDensity(z)
        #expect(density.doubles().allSatisfy { $0.isFinite })
        let gradient = density.sum().gradients([z])[0].doubles()
        #expect(gradient.enumerated().allSatisfy { $0 == 3 ? $1 < -0.1 : $1 == 0 })
      }
    }
  }

  @Test func trainedExponentsHaveAFloor() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 0), type: .float64)
      let learned = prior([2, 1], 2.1, [2.2, 1.9], learned: true, store: store)
      try store.set("prior/exponents", [0.7, 1.9])
      let floor = prior([2, 1], 2.1, [1.05, 1.9])
      #expect(density(learned, [0.3, 0.4, 0.5]) == density(floor, [0.3, 0.4, 0.5]))
      // Fixed ones are not among the parameters.
      #expect(store.all.map(\.path) == ["prior/exponents"])
    }
  }

  // MARK: Draws

  /// Moments and a probability of a subspace of the plane, by quadrature, within five standard errors.
  @Test(arguments: [ElementType.float64, .float32])
  func drawsInThePlane(type: ElementType) throws {
    try tensors {
      let prior = prior([2], 3, [1.4], scale: 1.3, type: type)
      let count = 100_000
      let z = prior.sample(count, Randomness(seed: 4).stream("prior"), like: .zeros([], type: type))
      #expect(z.shape == [count, 2])
      #expect(z.type == type)
      let values = z.doubles()
      let x = (0..<count).map { values[2 * $0] }
      let y = (0..<count).map { values[2 * $0 + 1] }
      for column in [x, y] {
        near(column, 0)
        near(column.map { $0 * $0 }, 0.3312947903579353)
        near(column.map { pow($0, 4) }, 0.30139290328411894)
        near(column.map { abs($0) < 0.3 ? 1 : 0 }, 0.38880099785547195)
      }
      near(zip(x, y).map { $0 * $0 * $1 * $1 }, 0.07501351857593447)
      near(zip(x, y).map { $0 * $1 }, 0)
      near(zip(x, y).map { $0 > 0 && $1 > 0 ? 1 : 0 }, 0.25)
    }
  }

  /// E v_k^p₀ = s l_k / p₀ in each subspace, and subspaces do not know of each other.
  @Test func drawsInSubspaces() throws {
    try tensors {
      let sizes = [2, 3, 1]
      let exponents = [2.2, 1.9, 1.5]
      let prior = prior(sizes, 2.1, exponents, scale: 0.7)
      let count = 50_000
      let values = prior.sample(
        count, Randomness(seed: 5).stream("prior"), like: .zeros([], type: .float64)
      ).doubles()
      let radii = (0..<count).map { row in
        var start = row * 6
        return zip(sizes, exponents).map { size, p in
          defer { start += size }
          return pow(values[start..<start + size].reduce(0) { $0 + pow(abs($1), p) }, 2.1 / p)
        }
      }
      for (k, size) in sizes.enumerated() { near(radii.map { $0[k] }, 0.7 * Double(size) / 2.1) }
      near(radii.map { $0[0] * $0[1] }, 0.7 * 2 / 2.1 * 0.7 * 3 / 2.1)
      let again = prior.sample(
        3, Randomness(seed: 5).stream("prior"), like: .zeros([], type: .float64)
      ).doubles()
      #expect(
        again
          == prior.sample(3, Randomness(seed: 5).stream("prior"), like: .zeros([], type: .float64))
          .doubles())
    }
  }

  private func near(
    _ values: [Double], _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (mean, error, _) = moments(values)
    #expect(abs(mean - expected) < 5 * error, sourceLocation: sourceLocation)
  }
}
