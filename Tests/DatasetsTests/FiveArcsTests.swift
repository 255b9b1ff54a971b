import Foundation
import Testing
import Torch

@testable import Datasets

/// The arcs of five circles against closed forms of their recipe.
@Suite struct FiveArcsTests {
  private static let count = 20_000

  /// Points of each arc, relative to the centre at 0.6 (cos, sin)(2πk/5) and turned so that the arc's
  /// middle lies at angle 0.
  private func arcs(seed: Int = 0) throws -> [[SIMD2<Double>]] {
    let data = try FiveArcsConfiguration(points: Self.count, seed: seed).load().train
    let points = try #require(data["image"]).doubles()
    let labels = try #require(data["label"]).integers()
    var arcs = [[SIMD2<Double>]](repeating: [], count: 5)
    for (row, label) in labels.enumerated() {
      let turn = 2 * Double.pi * Double(label) / 5
      let (x, y) = (points[2 * row] - 0.6 * cos(turn), points[2 * row + 1] - 0.6 * sin(turn))
      let middle = turn + Double.pi / 2
      arcs[Int(label)].append(
        SIMD2(x * cos(middle) + y * sin(middle), y * cos(middle) - x * sin(middle)))
    }
    return arcs
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func deviation(_ values: [Double]) -> Double {
    let middle = mean(values)
    return mean(values.map { ($0 - middle) * ($0 - middle) }).squareRoot()
  }

  @Test func whatIsKnownBeforeLoadingIsTrueAfterwards() throws {
    let configuration = FiveArcsConfiguration(points: 7, seed: 1)
    let data = try configuration.load()
    #expect(data.train.count == configuration.trainingExamples)
    #expect(data.contentIdentity == configuration.contentIdentity)
    #expect(Set(data.train.names) == Set(configuration.exampleShapes.keys))
    for (name, shape) in configuration.exampleShapes {
      #expect(data.train[name]?.shape == [7] + shape)
    }
    #expect(data.train.isWhole("label"))
    #expect(data.train["image"]?.type == .float32)
    #expect(data.standIn == nil)
    #expect(data.others.isEmpty)
  }

  /// The recipe of one point: a = 72°, φ = a + 90° + 0.5 · 0.8, and noise of 0.024.
  @Test func onePoint() {
    let found = FiveArcsConfiguration.point(on: 1, [0.8, -1, 2])
    let a = 72 * Double.pi / 180
    let phi = 162 * Double.pi / 180 + 0.4
    #expect(abs(Double(found[0]) - (0.6 * cos(a) + 0.4 * cos(phi) - 0.024)) < 1e-7)
    #expect(abs(Double(found[1]) - (0.6 * sin(a) + 0.4 * sin(phi) + 0.048)) < 1e-7)
  }

  /// With noise σ on each coordinate the mean distance from the centre is 0.4 + σ²/0.8 to second order,
  /// and its standard deviation σ; that of the angle is √(0.25 + (σ/0.4)²) to first order.
  @Test func radiusAngleAndNoiseOfEveryArc() throws {
    for (arc, points) in try arcs().enumerated() {
      let n = Double(points.count)
      let radii = points.map { ($0 * $0).sum().squareRoot() }
      let angles = points.map { atan2($0.y, $0.x) }
      #expect(abs(mean(radii) - (0.4 + 0.024 * 0.024 / 0.8)) < 5 * 0.024 / n.squareRoot())
      #expect(abs(deviation(radii) / 0.024 - 1) < 5 / (2 * n).squareRoot(), "arc \(arc)")
      #expect(abs(mean(angles)) < 5 * 0.5 / n.squareRoot(), "arc \(arc)")
      let spread = (0.25 + 0.06 * 0.06).squareRoot()
      #expect(abs(deviation(angles) / spread - 1) < 5 / (2 * n).squareRoot(), "arc \(arc)")
      // The residual does not depend on the angle.
      let product = zip(radii, angles).map { ($0 - mean(radii)) * $1 }
      #expect(abs(mean(product)) < 5 * 0.024 * 0.5 / n.squareRoot(), "arc \(arc)")
    }
  }

  /// The mean of the points of an arc: E cos(0.5 g) = exp(−0.125) shortens the radius, and no noise
  /// moves it.
  @Test func centresOfTheArcs() throws {
    for points in try arcs() {
      let n = Double(points.count)
      #expect(abs(mean(points.map(\.x)) - 0.4 * exp(-0.125)) < 5 * 0.07 / n.squareRoot())
      #expect(abs(mean(points.map(\.y))) < 5 * 0.2 / n.squareRoot())
    }
  }

  @Test func arcsAreUniform() throws {
    let counts = try arcs().map { Double($0.count) }
    let expected = Double(Self.count) / 5
    // 4 degrees of freedom: above 18.5 with probability 0.001.
    #expect(counts.map { ($0 - expected) * ($0 - expected) / expected }.reduce(0, +) < 18.5)
  }

  @Test func seedsDecideTheData() throws {
    func data(_ seed: Int) throws -> [Double] {
      let train = try FiveArcsConfiguration(points: 50, seed: seed).load().train
      return train.names.flatMap { train[$0]?.doubles() ?? [] }
    }
    #expect(try data(1) == data(1))
    #expect(try data(1) != data(2))
  }

  @Test func impossibleSettingsAreNamed() {
    for points in [0, -1, 10_000_001, .max] {
      #expect(
        FiveArcsConfiguration(points: points, seed: 0).problem
          == "points must be from 1 to 10,000,000")
    }
    #expect(FiveArcsConfiguration(points: 1, seed: 0).problem == nil)
  }
}
