import Foundation
import Testing
import Torch

@testable import Modelling

/// k-means and expectation maximisation. Literals by scikit-learn: Scripts/reference/mixture_fit.py.
@Suite struct MixtureFitTests {
  private static let centres = [1.0, -0.5, 0.3, -0.8, 0.4, 0.9, 0.2, 1.1, -0.6]
  private static let spread = [0.5, 0.9, 0.3]

  /// 120 points of three dimensions in three clouds.
  private static let values = scattered(360).enumerated().map { index, noise in
    centres[index / 3 % 3 * 3 + index % 3] + spread[index % 3] * noise
  }

  private static func points() throws -> Points { try Points(values, dimensions: 3) }

  @Test func kMeansIsThatOfTheReference() throws {
    try tensors {
      let points = try Self.points()
      let found = KMeans(points, from: (0..<4).flatMap { points[$0] })
      let centres = [
        0.6190061175648871, 0.2667767912788589, -0.13659814075370588, -0.7879724094003727,
        0.3886736036573604, 0.8983463514697987, 0.0002485451254351789, 1.5652187366493953,
        -0.7086391025135896, 1.2234871714935271, -0.9950276298842793, 0.409038169036694,
      ]
      #expect(distance(points.uncentred(found.centres), centres) < 1e-13)
      #expect((0..<4).map { k in found.labels.count { $0 == k } } == [35, 40, 23, 22])
      #expect(found.iterations == 7)
    }
  }

  /// Centres without points take the points farthest from theirs.
  @Test func emptyClustersAreFilled() throws {
    try tensors {
      let points = try Points([0, 1, 1.4, 5, 5.5, 9], dimensions: 1)
      let start = [0.5, 0.5, 0.5, 6.0].map { $0 - points.mean[0] }
      let found = points.uncentred(KMeans(points, from: start).centres)
      #expect(distance(found, [0.8, 9, 5, 5.5]) < 1e-14)
      // No point lies off its centre: the others stay where they are.
      let same = try Points([2, 2, 2], dimensions: 1)
      #expect(KMeans(same, from: [0, 7, 7]).centres == [0, 7, 7])
    }
  }

  /// One seed lies in each of the clusters, however the draws fall.
  @Test func seedsLieInAllOfSeparatedClusters() throws {
    let noise = scattered(400)
    let values = (0..<400).map { index -> Double in
      let centre = Double(index / 2 % 8) * (index % 2 == 0 ? 1e4 : -2e4)
      return centre + noise[index]
    }
    let points = try Points(values, dimensions: 2)
    for seed in 0..<50 {
      var generator = Randomness(seed: seed).generator("test")
      let seeds = KMeans.seeds(points, 8, &generator)
      #expect(Set(seeds.map { $0 % 8 }).count == 8, "seed \(seed)")
    }
  }

  /// Of the points 0, 1, 3 and 7 the second of two seeds is the better of two draws: its probabilities
  /// by enumeration.
  @Test func seedsHaveTheProbabilitiesOfTheirDefinition() throws {
    let x = [0.0, 1, 3, 7]
    func potential(_ first: Int, _ second: Int) -> Double {
      x.reduce(0) { $0 + min(pow($1 - x[first], 2), pow($1 - x[second], 2)) }
    }
    var expected = [[Double]](repeating: [0, 0, 0, 0], count: 4)
    for first in x.indices {
      let weights = x.map { pow($0 - x[first], 2) }
      let total = weights.reduce(0, +)
      for a in x.indices {
        for b in x.indices {
          let better = potential(first, b) < potential(first, a) ? b : a
          expected[first][better] += weights[a] * weights[b] / total / total / 4
        }
      }
    }
    let points = try Points(x, dimensions: 1)
    var found = [[Double]](repeating: [0, 0, 0, 0], count: 4)
    var generator = Randomness(seed: 3).generator("test")
    let draws = 20_000
    for _ in 0..<draws {
      let seeds = KMeans.seeds(points, 2, &generator)
      found[seeds[0]][seeds[1]] += 1 / Double(draws)
    }
    for (p, q) in zip(expected.flatMap(\.self), found.flatMap(\.self)) {
      #expect(abs(p - q) <= 5 * (p * (1 - p) / Double(draws)).squareRoot())
    }
  }

  struct Optimum: Sendable {
    /// Cluster i % modulus of point i.
    let modulus: Int
    let tolerance: Double
    let weights: [Double]
    let means: [Double]
    let variances: [Double]
    let logLikelihood: Double
    let updates: Int
  }

  private static let everyThird = Optimum(
    modulus: 3, tolerance: 1e-12,
    weights: [0.3333547972444268, 0.3333346164671453, 0.33331058628842786],
    means: [
      1.0038451715528054, -0.491482776759231, 0.29218070491500325, -0.7879555689886178,
      0.388670954764778, 0.8983381857083402, 0.21078197650129288, 1.0777543936179723,
      -0.5942552280255634,
    ],
    variances: [
      0.12357002047228524, 0.3992186372111755, 0.046352754468910615, 0.12681162582189573,
      0.4010407853700024, 0.04423596567431651, 0.1260705280942038, 0.41152701745139125,
      0.04563558845839785,
    ], logLikelihood: -2.3098512597884553, updates: 7)

  private static let everyFifth = Optimum(
    modulus: 5, tolerance: MixtureFit.tolerance,
    weights: [
      0.13954418579611896, 0.23537740325242576, 0.18880185792311566, 0.24248696486553467,
      0.19378958816280495,
    ],
    means: [
      -1.0628742523030714, 1.0509632030449325, 0.7380070624727768, 0.07540366593253901,
      1.3984850547682965, -0.671839746121878, 0.5932750250743115, 0.2960167566927225,
      -0.15519445067975268, 1.1346467141308427, -0.7821936824353714, 0.3578066171736367,
      -0.5900175675626569, -0.08822989875829604, 1.0138024331481714,
    ],
    variances: [
      0.05647692884431707, 0.046936177600429424, 0.0197990914149708, 0.1055988203008385,
      0.22792593508183376, 0.0395658521049044, 0.02792797069873157, 0.011616512698251409,
      0.08075985488081774, 0.09832585342105746, 0.23441391437756762, 0.04301033054105552,
      0.08381219113013619, 0.11273961916989456, 0.029982624598194535,
    ], logLikelihood: -1.665673871725061, updates: 17)

  @Test(arguments: [everyThird, everyFifth])
  func theOptimumIsThatOfTheReference(_ wanted: Optimum) throws {
    try tensors {
      let found = MixtureFit(
        try Self.points(), labels: (0..<120).map { $0 % wanted.modulus },
        components: wanted.modulus,
        tolerance: wanted.tolerance)
      #expect(distance(found.weights, wanted.weights) < 1e-11)
      #expect(distance(found.means, wanted.means) < 1e-11)
      #expect(distance(found.variances, wanted.variances) < 1e-11)
      #expect(abs(try #require(found.logLikelihoods.last) - wanted.logLikelihood) < 1e-12)
      #expect(found.logLikelihoods.count == wanted.updates)
    }
  }

  /// From k-means to the mixture in one, with the same numbers each time.
  @Test func aFitRepeats() throws {
    try tensors {
      func fit(_ seed: Int) throws -> MixtureFit {
        var generator = Randomness(seed: seed).generator("test")
        return try MixtureFit(Self.values, dimensions: 3, components: 4, &generator)
      }
      #expect(try fit(1).means == fit(1).means)
      // Scikit-learn's optimum from its own k-means; which component is which depends on the seeds.
      let reference = [
        -0.7879198554007152, 0.030060276865301175, 0.590027532474849, 1.158664831413084,
      ]
      let firsts = try (0..<20).map { seed in
        let means = try fit(seed).means
        return stride(from: 0, to: 12, by: 3).map { means[$0] }.sorted()
      }
      #expect(firsts.contains { distance($0, reference) < 1e-4 })
    }
  }

  /// An update does not lessen the likelihood, but for what is added to the variances.
  @Test(arguments: 0..<6)
  func theLikelihoodNeverFalls(_ seed: Int) throws {
    try tensors {
      let drawn = Randomness(seed: seed).stream("labels").uniform([120]).doubles()
      let components = 2 + seed
      let found = MixtureFit(
        try Self.points(), labels: drawn.map { Int($0 * Double(components)) },
        components: components, tolerance: 0)
      let steps = zip(found.logLikelihoods, found.logLikelihoods.dropFirst())
      #expect(found.logLikelihoods.count > 20)
      #expect(steps.allSatisfy { $1 - $0 > -1e-9 })
      #expect(try #require(found.logLikelihoods.last) - found.logLikelihoods[0] > 0.1)
      #expect(abs(found.weights.reduce(0, +) - 1) < 1e-14)
    }
  }

  /// Far from the origin, and as many components as points or more than there are different ones.
  @Test func unusualPoints() throws {
    try tensors {
      var generator = Randomness(seed: 0).generator("test")
      let far = try MixtureFit(
        Self.values.map { $0 + 1e7 }, dimensions: 3, components: 3, &generator)
      #expect(distance(far.weights.sorted(), [Double](repeating: 1 / 3, count: 3)) < 1e-3)
      #expect(far.means.allSatisfy { abs($0 - 1e7) < 2 })
      let each = try MixtureFit([1, 5, 12], dimensions: 1, components: 3, &generator)
      #expect(distance(each.means.sorted(), [1, 5, 12]) < 1e-12)
      #expect(distance(each.variances, [1e-6, 1e-6, 1e-6]) < 1e-12)
      let equal = try MixtureFit([3, 3, 3, 3], dimensions: 1, components: 3, &generator)
      #expect(distance(equal.means, [3, 3, 3]) < 1e-12)
      let one = try MixtureFit([7, -2], dimensions: 2, components: 1, &generator)
      #expect(distance(one.means, [7, -2]) < 1e-15)
    }
  }

  @Test func impossiblePointsAreRefusedInWords() {
    func refusal(_ values: [Double], _ dimensions: Int, _ components: Int) -> String {
      var generator = Randomness(seed: 0).generator("test")
      do throws(ClusteringError) {
        _ = try MixtureFit(values, dimensions: dimensions, components: components, &generator)
        return "none"
      } catch {
        return error.description
      }
    }
    let fewer = "; take fewer clusters or more data"
    #expect(refusal([], 2, 1) == "too few points to cluster: found 0, needed 1" + fewer)
    #expect(refusal([1, 2], 2, 3) == "too few points to cluster: found 1, needed 3" + fewer)
    let give = ": give each point as many numbers as it has dimensions, at least one"
    #expect(
      refusal([1, 2, 3], 2, 1) == "points cannot have 2 dimensions and 3 numbers in all" + give)
    #expect(refusal([1], 0, 1) == "points cannot have 0 dimensions and 1 numbers in all" + give)
    #expect(
      refusal([1, .nan], 1, 1)
        == "clusters are fitted to finite numbers, and some of these are not: look for NaN and "
        + "infinity in the data, or try another seed")
  }
}
