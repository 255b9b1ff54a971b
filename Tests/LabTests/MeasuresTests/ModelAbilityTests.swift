import Modelling
import Testing

@testable import Lab

/// What the models of the papers can be asked for, by their configurations alone.
@Suite struct ModelAbilityTests {
  static let all: [ModelAbility] = [
    .code, .likelihood, .importanceWeights, .clusters, .clusterSamples, .styles, .gaussianClusters,
    .mixturePriors, .facets(1), .facets(2), .facets(3),
  ]

  @Test(
    arguments: [
      ("vhp/pendulum", [.code, .importanceWeights, .facets(1)]),
      (
        "gmvae/arcs", [.code, .clusters, .clusterSamples, .styles, .gaussianClusters, .facets(1)]
      ),
      (
        "mfcvae/mnist",
        [.code, .clusters, .clusterSamples, .mixturePriors, .facets(1), .facets(2)]
      ),
      ("mfcvae/vade", [.code, .clusters, .clusterSamples, .mixturePriors, .facets(1)]),
      ("isa-vae/dsprites", [.code, .likelihood, .facets(1)]),
    ] as [(String, [ModelAbility])])
  func abilitiesOfTheModels(_ study: String, _ expected: [ModelAbility]) throws {
    let library = try #require(ShippedManifestsTests.library)
    let resolved = try library.study(
      study, ProfileName(name: "smoke"), kinds: ShippedManifestsTests.kinds)
    let model = try #require(resolved.templates.first).model
    #expect(Self.all.filter { [$0].lacking(in: model) == nil } == expected)
    #expect(Self.all.lacking(in: model) == Self.all.first { !expected.contains($0) })
  }
}
