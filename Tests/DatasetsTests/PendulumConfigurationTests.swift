import Foundation
import Testing

@testable import Datasets

@Suite struct PendulumConfigurationTests {
  private let good = PendulumConfiguration(
    images: 7, size: 5, rodLength: 2, rodWidth: 0.5, noise: 0, seed: 1)

  @Test func keysAreThoseOfManifests() throws {
    let json = """
      {"images": 7, "size": 5, "rod-length": 2, "rod-width": 0.5, "noise": 0, "seed": 1}
      """
    let decoded = try JSONDecoder().decode(PendulumConfiguration.self, from: Data(json.utf8))
    #expect(try JSONEncoder.sorted.encode(decoded) == JSONEncoder.sorted.encode(good))
    #expect((decoded.rodLength, decoded.rodWidth) == (2, 0.5))
    #expect(PendulumConfiguration.name == "pendulum")
  }

  @Test func whatIsKnownBeforeLoadingIsTrueAfterwards() throws {
    let data = try good.load()
    #expect(data.train.count == good.trainingExamples)
    #expect(data.contentIdentity == good.contentIdentity)
    #expect(Set(data.train.names) == Set(good.exampleShapes.keys))
    for (name, shape) in good.exampleShapes { #expect(data.train[name]?.shape == [7] + shape) }
    #expect(data.standIn == nil)
    #expect(data.others.isEmpty)
  }

  @Test func impossibleSettingsAreNamed() {
    func problem(_ change: (inout PendulumConfiguration) -> Void) -> String? {
      var configuration = good
      change(&configuration)
      return configuration.problem
    }
    #expect(good.problem == nil)
    let count = "images and size must be at least 1"
    let rod = "rod-length and rod-width must be positive"
    #expect(problem { $0.images = 0 } == count)
    #expect(problem { $0.size = 0 } == count)
    #expect(problem { $0.rodLength = 0 } == rod)
    #expect(problem { $0.rodWidth = -1 } == rod)
    #expect(problem { $0.rodWidth = .nan } == rod)
    #expect(problem { $0.noise = -0.1 } == "noise must not be negative")
    #expect(problem { $0.noise = 0.1 } == nil)
    let start = "rod-start must be from 0 to rod-length"
    for value in [-0.1, good.rodLength + 0.1, .nan] {
      #expect(problem { $0.rodStart = value } == start)
    }
    #expect(problem { $0.rodStart = $0.rodLength } == nil)
  }
}

extension JSONEncoder {
  fileprivate static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return encoder
  }
}
