import Foundation
import Testing
import Torch

@testable import Modelling

@Suite struct VHPConfigurationTests {
  /// The networks of the pendulum experiments (Klushyn et al. 2019, Table 3).
  private static func pendulum(_ likelihood: String) -> String {
    let network = #"{"mlp": {"hidden": [256, 256, 256, 256]}}"#
    return """
      {"latent": 2, "encoder": \(network), "decoder": \(network), "prior-encoder": \(network),
       "prior-decoder": \(network), "importance-samples": 16, "likelihood": \(likelihood),
       "initial": "glorot-uniform"}
      """
  }

  private static func decode(_ json: String) throws -> VHPConfiguration {
    try JSONDecoder().decode(VHPConfiguration.self, from: Data(json.utf8))
  }

  @Test func pendulumNetworksHaveThePapersNumberOfParameters() throws {
    let shapes = ["image": [1, 16, 16], "angle": []]
    let counts = try tensors {
      try [#"{"gaussian": {"scale": 0.2}}"#, #"{"gaussian-learned": {"initial": 0.5}}"#].map {
        let store = ParameterStore(Randomness(seed: 0))
        let model = try Self.decode(Self.pendulum($0)).build(for: shapes, parameters: store)
        #expect(model.parameters === store)
        func count(_ prefix: String) -> Int {
          store.all.filter { $0.path.hasPrefix(prefix) }.reduce(0) { $0 + $1.value.count }
        }
        let parts = ["encoder/", "decoder/", "prior/encoder/", "prior/decoder/"]
        return [store.count] + parts.map(count)
      }
    }
    #expect(counts[0] == [926_476, 264_196, 263_936, 199_172, 199_172])
    #expect(counts[1] == [926_477, 264_196, 263_937, 199_172, 199_172])
  }

  @Test func parametersHaveStablePaths() throws {
    let tiny = try tensors {
      try TinyVHP(importanceSamples: 1, likelihood: .gaussianLearned(initial: 2))
    }
    let shapes = tiny.model.parameters.all.map { "\($0.path) \($0.value.shape)" }
    #expect(
      shapes == [
        "encoder/0/weight [4, 6]", "encoder/0/bias [4]",
        "encoder/1/weight [3, 4]", "encoder/1/bias [3]",
        "encoder/mean/weight [2, 3]", "encoder/mean/bias [2]",
        "encoder/log-variance/weight [2, 3]", "encoder/log-variance/bias [2]",
        "decoder/0/weight [5, 2]", "decoder/0/bias [5]",
        "decoder/mean/weight [6, 5]", "decoder/mean/bias [6]",
        "decoder/log-scale []",
        "prior/encoder/0/weight [3, 2]", "prior/encoder/0/bias [3]",
        "prior/encoder/mean/weight [2, 3]", "prior/encoder/mean/bias [2]",
        "prior/encoder/log-variance/weight [2, 3]", "prior/encoder/log-variance/bias [2]",
        "prior/decoder/0/weight [4, 2]", "prior/decoder/0/bias [4]",
        "prior/decoder/mean/weight [2, 4]", "prior/decoder/mean/bias [2]",
        "prior/decoder/log-variance/weight [2, 4]", "prior/decoder/log-variance/bias [2]",
      ])
    #expect(abs(tiny.model.parameters.numbers("decoder/log-scale")[0] - log(2)) < 1e-15)
  }

  @Test func impossibleSettingsAreNamed() throws {
    let good = try Self.decode(Self.pendulum(#"{"gaussian": {"scale": 0.2}}"#))
    let shapes = ["image": [1, 16, 16]]
    #expect(good.problem(for: shapes) == nil)
    #expect(good.problem(for: ["angle": []]) == "vhp needs data with a tensor named 'image'")
    func problem(_ change: (inout VHPConfiguration) -> Void) -> String? {
      var configuration = good
      change(&configuration)
      return configuration.problem(for: shapes)
    }
    #expect(problem { $0.latent = 0 } == "latent must be from 1 to 65536")
    #expect(problem { $0.latent = 1_000_000 } == "latent must be from 1 to 65536")
    #expect(problem { $0.importanceSamples = 0 } == "importance-samples must be from 1 to 10000")
    #expect(
      problem { $0.encoder = .mlp(hidden: [100_000_000]) }
        == "layer 0 of the network: units must be from 1 to 65536, and is 100000000")
    // Each width is possible, but not one after the other.
    #expect(
      problem { $0.encoder = .mlp(hidden: [65_536, 65_536]) }
        == "layer 1 of the network: its weights would be 65536 × 65536, more than 2²⁸ (1 GiB)")
    #expect(
      problem {
        $0.latent = 65_536
        $0.encoder = .mlp(hidden: [65_536])
      }
        == "the layer behind the network: its weights would be 65536 × 65536, more than 2²⁸ (1 GiB)"
    )
    for path in [
      \VHPConfiguration.encoder, \.decoder, \.priorEncoder, \.priorDecoder,
    ] {
      for hidden in [[], [3, 0]] {
        #expect(
          problem { $0[keyPath: path] = .mlp(hidden: hidden) }
            == (hidden.isEmpty
              ? "a network needs at least one layer"
              : "layer 1 of the network: units must be from 1 to 65536, and is 0"))
      }
    }
    for scale in [0, -1, .infinity, .nan] {
      #expect(problem { $0.likelihood = .gaussian(scale: scale) } != nil)
      #expect(problem { $0.likelihood = .gaussianLearned(initial: scale) } != nil)
    }
  }

  @Test func configurationsSurviveCoding() throws {
    for likelihood in [#"{"gaussian": {"scale": 0.2}}"#, #"{"gaussian-learned": {"initial": 1}}"#] {
      let configuration = try Self.decode(Self.pendulum(likelihood))
      let json = String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
      let again = try Self.decode(json)
      #expect(again.likelihood == configuration.likelihood)
      #expect(again.priorDecoder == .mlp(hidden: [256, 256, 256, 256]))
      #expect((again.latent, again.importanceSamples) == (2, 16))
      #expect(again.initial == .glorotUniform)
    }
    #expect(throws: DecodingError.self) { try Self.decode(Self.pendulum(#"{"cauchy": {}}"#)) }
  }

  @Test func modelsEncodeAndDecodeRows() throws {
    try tensors {
      let tiny = try TinyVHP(importanceSamples: 1)
      let plain = PlainVHP(parameters: tiny.model.parameters)
      let posterior = tiny.model.encode(tiny.batch)
      let expected = tiny.images.map { plain.gaussian($0, "encoder") }
      #expect(distance(posterior.mean.doubles(), expected.flatMap(\.mean)) < 1e-14)
      #expect(distance(posterior.logVariance.doubles(), expected.flatMap(\.logVariance)) < 1e-14)
      let codes = [[0.5, -1], [2, 0.25]]
      let decoded = tiny.model.decode(Tensor(codes.flatMap(\.self), shape: [2, 2]))
      let wanted = codes.flatMap { plain.layer(plain.trunk($0, "decoder"), "decoder/mean") }
      #expect(distance(decoded.doubles(), wanted) < 1e-14)
    }
  }
}
