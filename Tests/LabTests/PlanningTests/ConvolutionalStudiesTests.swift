import Modelling
import Testing
import Torch

@testable import Lab

/// The convolutional studies of MFCVAE, against what its paper and its official code say.
@Suite struct ConvolutionalStudiesTests {
  private func templates(_ study: String) throws -> [RunTemplate] {
    let library = try #require(ShippedManifestsTests.library)
    return try library.study(
      study, ProfileName(name: ProfileName.paper), kinds: ShippedManifestsTests.kinds
    ).templates
  }

  private func parameters(_ template: RunTemplate) throws -> ParameterStore {
    try checked("building") {
      let store = ParameterStore(Randomness(seed: 0))
      _ = template.model.build(for: template.dataset.exampleShapes, parameters: store)
      return store
    }
  }

  private func count(_ store: ParameterStore, _ part: String) -> Int {
    store.all.filter { $0.path.hasPrefix(part + "/") }.reduce(0) { $0 + $1.value.count }
  }

  /// Parameters of encoder and decoder, counted by hand from table 5: without weight normalisation, and
  /// with it; and of the mixtures: means, as many diagonals, and square matrices.
  @Test(arguments: [
    ("mfcvae/svhn", [1_206_138, 1_206_842], 1_178_185, 200 * 22 * 24 + 50 * 7 * 9),
    (
      "mfcvae/shapes3d", [1_183_340, 1_183_340, 1_184_044, 1_184_044], 1_063_497,
      60 * 20 * 22 + 20 * 2 * 4
    ),
  ])
  func sizes(_ study: String, _ encoders: [Int], _ decoder: Int, _ prior: Int) throws {
    let templates = try templates(study)
    #expect(templates.count == encoders.count)
    for (template, encoder) in zip(templates, encoders) {
      let store = try parameters(template)
      #expect(count(store, "encoder") == encoder, "\(template.cell.label)")
      #expect(count(store, "decoder") == decoder)
      #expect(count(store, "prior") == prior)
    }
  }

  /// By hand: k·k·in·out + out of each convolution and 2·out of its normalisation, and dense layers.
  @Test func sizesOfVaDE() throws {
    func layer(_ inputs: Int, _ outputs: Int, _ area: Int = 16) -> Int {
      inputs * outputs * area + 3 * outputs
    }
    let trunk = layer(64, 128) + layer(128, 128) + layer(128, 256)
    let up = layer(256, 128) + layer(128, 64, 9)
    for (study, channels, features, latent, rung) in [
      ("mfcvae/vade-convolutional", 1, 256, 10, 12_544),
      ("mfcvae/vade-convolutional-svhn", 3, 1024, 22, 16_384),
    ] {
      let store = try parameters(try #require(try templates(study).first))
      #expect(
        count(store, "encoder") == layer(channels, 64) + trunk + 2 * (features + 1) * latent)
      #expect(count(store, "decoder") == layer(latent, rung, 1) + up + layer(64, channels))
    }
    let dense = try parameters(try #require(try templates("mfcvae/vade-svhn").first))
    let widths = [3072, 500, 500, 2000]
    let maps = zip(widths, widths.dropFirst()).map { $0 * $1 }.reduce(0, +)
    #expect(count(dense, "encoder") == maps + 3000 + 2 * (2000 * 10 + 10))
    #expect(count(dense, "decoder") == 10 * 2000 + 2000 + maps + 500 + 500 + 3072)
  }

  /// The first layers with weight normalisation start as PyTorch's, with directions of their own length.
  @Test func weightNormalisation() throws {
    let templates = try templates("mfcvae/svhn")
    let paths = try templates.map { try parameters($0).all.map(\.path) }
    #expect(!paths[0].contains { $0.hasSuffix("/length") })
    #expect(paths[1].count { $0.hasSuffix("/length") } == 6)
    let weights = try parameters(templates[1]).all.first { $0.path == "encoder/1/rung/0/weight" }
    let bound = 1 / Double(64 * 16).squareRoot()
    let values = try #require(weights).value.doubles()
    #expect(values.allSatisfy { abs($0) <= bound } && values.contains { abs($0) > 0.99 * bound })
  }

  /// 3D Shapes' configurations with the split of each run.
  @Test func configurations() throws {
    let templates = try templates("mfcvae/shapes3d")
    let plain = templates.filter { $0.cell["convolutions"] == "plain" }
    #expect(plain.map { $0.cell["configuration"] } == ["1", "2"])
    #expect(plain.allSatisfy { $0.dataset.trainingExamples == 3840 })
    #expect(
      plain.map { $0.measures[0] } == ["accuracy/majority/of-floor", "accuracy/majority/of-wall"])
    for template in plain {
      // 26 batches an epoch, the last one of 90.
      #expect(template.plan.steps(examples: 3840) == 401 * 26)
      let identities = try [0, 1].map {
        try RunSpecification(template, seed: $0, profile: ProfileName(name: "paper"))
      }
      let path = try ConfigPath("dataset.shapes3d.test.numpy-choice.seed", origin: .resolved)
      #expect(try identities.map { try $0.resolved()[path]?.text } == ["0", "1"])
    }
  }
}
