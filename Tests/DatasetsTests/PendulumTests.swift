import Foundation
import Testing
import Torch

@testable import Datasets

/// Literals by Scripts/reference/pendulum.py, which finds distances by search, not projection.
@Suite struct PendulumTests {
  private func pendulum(
    images: Int = 3, size: Int = 16, length: Double = 6, width: Double = 0.8, noise: Double = 0,
    seed: Int = 3
  ) -> PendulumConfiguration {
    PendulumConfiguration(
      images: images, size: size, rodLength: length, rodWidth: width, noise: noise, seed: seed)
  }

  private func image(_ angle: Double, _ configuration: PendulumConfiguration) -> [Float] {
    var pixels: [Float] = []
    configuration.render(angle, into: &pixels)
    return pixels
  }

  private static let images: [(Double, [Float])] = [
    (
      0,
      [
        0.0002849305, 0.006084317, 0.01687988, 0.006084317, 0.0002849305, 0.006084317, 0.1299226,
        0.3604478, 0.1299226, 0.006084317, 0.01687988, 0.3604478, 1, 0.3604478, 0.01687988,
        0.01687988, 0.3604478, 1, 0.3604478, 0.01687988, 0.01620478, 0.3460318, 0.9600054,
        0.3460318, 0.01620478,
      ]
    ),
    (
      .pi / 2,
      [
        0.0002849305, 0.006084317, 0.01687988, 0.01687988, 0.01620478, 0.006084317, 0.1299226,
        0.3604478, 0.3604478, 0.3460318, 0.01687988, 0.3604478, 1, 1, 0.9600054, 0.006084317,
        0.1299226, 0.3604478, 0.3604478, 0.3460318, 0.0002849305, 0.006084317, 0.01687988,
        0.01687988, 0.01620478,
      ]
    ),
    (
      2.5,
      [
        0.0003369388, 0.01701207, 0.2317922, 0.7234375, 0.305289, 0.006084317, 0.1354839,
        0.6938646, 0.9589522, 0.3436098, 0.01687988, 0.3604478, 1, 0.5194786, 0.07282334,
        0.006084317, 0.1299226, 0.3604478, 0.1299226, 0.007138979, 0.0002849305, 0.006084317,
        0.01687988, 0.006084317, 0.0002849305,
      ]
    ),
    (
      5.9,
      [
        0.0002849305, 0.006084317, 0.01687988, 0.006084317, 0.0002849305, 0.006084317, 0.1299226,
        0.3604478, 0.1299226, 0.006084317, 0.02986444, 0.4157082, 1, 0.3604478, 0.01687988,
        0.1066326, 0.7314477, 0.8670692, 0.1776239, 0.006288199, 0.1483158, 0.8020282, 0.5634775,
        0.05705869, 0.0009954185,
      ]
    ),
  ]

  @Test func pixelsAreThoseOfTheReference() {
    for (angle, expected) in Self.images {
      let found = image(angle, pendulum(size: 5, length: 1.8, width: 0.7))
      #expect(found.count == 25)
      for (f, e) in zip(found, expected) { #expect(abs(f - e) < 2e-7, "angle \(angle)") }
    }
    let even: [Float] = [
      0.5713737, 0.4034862, 0.05136614, 0.001930454, 0.604444, 0.9963118, 0.4993518, 0.03104796,
      0.07694924, 0.5012003, 0.4993518, 0.03104796, 0.001995732, 0.03104796, 0.03104796,
      0.001930454,
    ]
    for (f, e) in zip(image(4, pendulum(size: 4, length: 1.5, width: 0.6)), even) {
      #expect(abs(f - e) < 2e-7)
    }
  }

  @Test func angleZeroHangsDownAndAnglesGrowCounterClockwise() {
    // Where the pixel mass lies from the middle: right and up.
    func centre(_ angle: Double) -> (right: Double, up: Double) {
      let pixels = image(angle, pendulum())
      let total = Double(pixels.reduce(0, +))
      var sum = (right: 0.0, up: 0.0)
      for (index, value) in pixels.enumerated() {
        sum.right += Double(value) * (Double(index % 16) - 7.5) / total
        sum.up += Double(value) * (7.5 - Double(index / 16)) / total
      }
      return sum
    }
    // In eighths of a turn; the middle of a rod of 6 pixels is 3 from the pivot.
    let places: [(eighths: Double, right: Double, up: Double)] = [
      (0, 0, -3), (1, 2.121, -2.121), (2, 3, 0), (4, 0, 3), (6, -3, 0), (8, 0, -3),
    ]
    for (eighths, right, up) in places {
      let angle = eighths * Double.pi / 4
      let found = centre(angle)
      #expect(abs(found.right - right) < 0.05 && abs(found.up - up) < 0.05, "angle \(angle)")
    }
  }

  /// A rod that begins where it ends is a bob: a Gaussian around its end.
  @Test(arguments: [0.0, 1.1, 4.4])
  func aBobIsAGaussian(_ angle: Double) {
    var configuration = pendulum(length: 5, width: 1.3)
    configuration.rodStart = 5
    let pixels = image(angle, configuration)
    let end = (x: 8 + 5 * sin(angle), y: 8 + 5 * cos(angle))  // y downwards
    for (index, pixel) in pixels.enumerated() {
      let (x, y) = (Double(index % 16) + 0.5, Double(index / 16) + 0.5)
      let square = (x - end.x) * (x - end.x) + (y - end.y) * (y - end.y)
      #expect(abs(Double(pixel) - exp(-square / (2 * 1.3 * 1.3))) < 1e-6)
    }
  }

  /// Between its ends it is the whole rod, and before its start it fades as behind its end.
  @Test func aRodMayBeginAwayFromThePivot() {
    var configuration = pendulum(size: 17)
    configuration.rodStart = 3
    let (part, whole) = (image(0, configuration), image(0, pendulum(size: 17)))
    // The column of the rod, from the pivot downwards: pixel centres lie on it.
    func column(_ pixels: [Float]) -> [Float] { (8..<17).map { pixels[$0 * 17 + 8] } }
    #expect(Array(column(part)[3...]) == Array(column(whole)[3...]))
    #expect(abs(Double(column(part)[1]) - exp(-4 / (2 * 0.8 * 0.8))) < 1e-6)
    #expect(abs(Double(column(part)[8]) - exp(-4 / (2 * 0.8 * 0.8))) < 1e-6)
  }

  @Test func anglesBelongToTheirImages() throws {
    let data = try pendulum().load()
    let angles = try #require(data.train["angle"]).doubles()
    let expected = [1.7203071921678255, 3.806493722459402, 5.298941119774367]
    #expect(angles == expected)
    let pixels = try #require(data.train["image"])
    #expect(pixels.shape == [3, 1, 16, 16])
    #expect(pixels.type == .float32)
    let means = pixels.mean(1, 2, 3).doubles()
    for (f, e) in zip(means, [0.06262763, 0.06269363, 0.06269469]) { #expect(abs(f - e) < 1e-7) }
    #expect(pixels.floats() == expected.flatMap { image($0, pendulum()) })
  }

  /// 0.025761 is the integral over all angles; the specification says about 0.028.
  @Test func varianceAroundTheMeanImageIsThatOfTheRecipe() throws {
    let x = try #require(try pendulum(images: 3000, seed: 0).load().train["image"])
    let variance = try checked("variance") { (x - x.mean(0)).square().mean().item() }
    #expect(abs(variance - 0.025761) < 2e-4)
    let pixels = x.floats()
    #expect(pixels.allSatisfy { 0 <= $0 && $0 <= 1 })
  }

  @Test func anglesAreUniform() throws {
    let angles = try #require(try pendulum(images: 4000, size: 1).load().train["angle"]).doubles()
    #expect(angles.allSatisfy { 0 <= $0 && $0 < 2 * .pi })
    var counts = [Double](repeating: 0, count: 16)
    for angle in angles { counts[Int(angle / (2 * .pi) * 16)] += 1 }
    // 15 degrees of freedom: above 37.7 with probability 0.001.
    #expect(counts.map { ($0 - 250) * ($0 - 250) / 250 }.reduce(0, +) < 37.7)
  }

  @Test func seedsDecideTheData() throws {
    func data(_ seed: Int, _ noise: Double) throws -> [Double] {
      let train = try pendulum(images: 20, noise: noise, seed: seed).load().train
      return train.names.flatMap { train[$0]?.doubles() ?? [] }
    }
    #expect(try data(1, 0.1) == data(1, 0.1))
    #expect(try Set(data(1, 0).prefix(20)).isDisjoint(with: data(2, 0).prefix(20)))
    // Noise leaves the angles as they are.
    #expect(try data(1, 0).prefix(20) == data(1, 0.1).prefix(20))
  }

  @Test func noiseHasItsStandardDeviation() throws {
    let (clean, noisy) = (pendulum(images: 200), pendulum(images: 200, noise: 0.25))
    let noise = try checked("noise") {
      let x = try #require(try noisy.load().train["image"])
      return (x - (try #require(try clean.load().train["image"]))).doubles()
    }
    let n = Double(noise.count)
    let mean = noise.reduce(0, +) / n
    let variance = noise.map { $0 * $0 }.reduce(0, +) / n
    #expect(abs(mean) < 5 * 0.25 / n.squareRoot())
    #expect(abs(variance / 0.0625 - 1) < 5 * (2 / n).squareRoot())
  }
}
