import Foundation
import Testing
import Torch

@testable import Modelling

/// The multi-facet clustering VAE against the equations on plain numbers.
@Suite struct MFCVAETests {
  static let randomness = StepRandomness(Randomness(seed: 11), "test", step: 4)

  static let images = scattered(5 * 6, 2).map { 0.5 + 0.5 * $0 }
  static var batch: Batch { Batch(["image": Tensor(images, shape: [5, 1, 2, 3])]) }

  static let ladder = ArchitectureConfiguration.ladder(
    LadderConfiguration(
      encoder: [
        .init(block: .mlp(hidden: [5])),
        .init(block: .mlp(hidden: [7]), rung: .mlp(hidden: [4])),
      ],
      decoder: [
        .init(rung: .mlp(hidden: [5]), block: outputs),
        .init(rung: .mlp(hidden: [4]), block: .mlp(hidden: [5])),
      ], merge: .gatedAddition(gate: 0.1)))

  static let shared = ArchitectureConfiguration.shared(
    SharedConfiguration(encoder: .mlp(hidden: [5, 7]), decoder: outputs))

  private static let outputs = NetworkConfiguration.sequence([
    .dense(DenseConfiguration(units: 4, activation: .tanh)),
    .dense(DenseConfiguration(units: 6, activation: .none)),
  ])

  static func configuration(
    _ covariance: Covariance = .diagonal, architecture: ArchitectureConfiguration = ladder,
    weights: MFCVAEConfiguration.MixtureWeights = .trained
  ) -> MFCVAEConfiguration {
    MFCVAEConfiguration(
      facets: [.init(latent: 2, components: 3), .init(latent: 3, components: 4)],
      covariance: covariance, mixtureWeights: weights, architecture: architecture,
      likelihood: .bernoulli, initial: .torchDefault)
  }

  /// A model whose priors are wide and unlike, so that several components matter at each draw.
  static func build(_ configuration: MFCVAEConfiguration = configuration()) throws -> MFCVAE {
    let shapes = ["image": [1, 2, 3]]
    #expect(configuration.problem(for: shapes) == nil)
    let store = ParameterStore(Randomness(seed: 7), type: .float64)
    let model = configuration.build(for: shapes, parameters: store)
    for (index, parameter) in store.all.enumerated() where parameter.path.hasPrefix("prior/") {
      let spread = parameter.path.hasSuffix("scale") ? 0.7 : 0
      let values = scattered(parameter.value.count, Double(index))
      try store.set(parameter.path, values.map { spread + 0.4 * $0 })
    }
    return model
  }

  private func terms(
    _ model: MFCVAE, _ form: String, weights: [String: Double] = [:]
  ) -> [String: Tensor] {
    let progress = Progress(step: 0, totalSteps: 0, epoch: 0, weights: weights)
    let terms = model.terms(form, Self.batch, progress, Self.randomness)
    return Dictionary(uniqueKeysWithValues: terms.losses.map { ($0, $1) })
  }

  /// Parameters counted by hand in the paper's table 4 with the official code's extra layer, in its
  /// table 6, and of VaDE, each with the mixtures.
  @Test(arguments: MFCVAEForMNIST.sizes)
  func sizesForMNIST(_ configuration: MFCVAEConfiguration, _ networks: Int, _ mixtures: Int) throws
  {
    let shapes = ["image": [1, 28, 28]]
    #expect(configuration.problem(for: shapes) == nil)
    try tensors {
      let store = ParameterStore(Randomness(seed: 0))
      _ = configuration.build(for: shapes, parameters: store)
      let prior = store.all.filter { $0.path.hasPrefix("prior/") }
      #expect(prior.reduce(0) { $0 + $1.value.count } == mixtures)
      #expect(store.count == networks + mixtures)
    }
  }

  /// A density is no product of a layer: precision of products makes no difference to it.
  @Test(arguments: [Covariance.diagonal, .full])
  func densitiesAreNeverRounded(_ covariance: Covariance) throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3))
      let prior = GaussianMixture(4, 3, covariance, trainsWeights: true, at: store.root)
      let z = Tensor(scattered(30).map { Float(3 * $0) }, shape: [10, 3])
      let expected = prior.logDensities(z).floats()
      #expect(withPrecision(.bf16) { prior.logDensities(z).floats() } == expected)
    }
  }

  /// Both forms of the bound, one example, facet and component at a time, with densities rather than
  /// their logarithms.
  @Test(
    arguments: [Covariance.diagonal, .full], [MFCVAEConfiguration.MixtureWeights.trained, .uniform])
  func termsAreThoseOfTheEquations(
    _ covariance: Covariance, _ weights: MFCVAEConfiguration.MixtureWeights
  ) throws {
    try tensors {
      let configuration = Self.configuration(covariance, weights: weights)
      let model = try Self.build(configuration)
      let q = model.encode(Self.batch)
      let (mean, logVariance) = (q.mean.doubles(), q.logVariance.doubles())
      let priors = try [2, 3].enumerated().map { index, width in
        try PlainMixture(model.parameters, "prior/\(index + 1)", width, covariance)
      }
      let noise = [2, 3].enumerated().map { index, width in
        Self.randomness.stream("z/\(index + 1)").normal([5, width], type: .float64).doubles()
      }
      var sums = ["distortion": 0.0, "facet/1": 0, "facet/2": 0]
      for example in 0..<5 {
        var codes: [Double] = []
        for (facet, width) in [2, 3].enumerated() {
          var logPosterior = 0.0
          let z = (0..<width).map { d in
            let i = example * 5 + facet * 2 + d
            let e = noise[facet][example * width + d]
            let deviation = exp(logVariance[i] / 2)
            logPosterior += -e * e / 2 - log(deviation) - log(2 * Double.pi) / 2
            return mean[i] + deviation * e
          }
          codes += z
          let p = priors[facet]
          // Eq. (62) term by term.
          let joint = p.densities(z).enumerated().map { $1 * p.weights[$0] }
          let r = joint.map { $0 / joint.reduce(0, +) }
          for k in r.indices {
            sums["facet/\(facet + 1)"]! +=
              r[k] * (log(r[k]) - log(p.weights[k]) - log(p.densities(z)[k]))
          }
          sums["facet/\(facet + 1)"]! += logPosterior
        }
        let decoded = model.decode(Tensor(codes, shape: [1, 5])).doubles()
        let image = Array(Self.images[example * 6..<example * 6 + 6])
        sums["distortion"]! -= zip(image, decoded).reduce(0) {
          $0 + $1.0 * log($1.1) + (1 - $1.0) * log(1 - $1.1)
        }
      }
      for form in ["five-terms", "three-terms"] {
        let found = terms(model, form)
        for (name, sum) in sums {
          #expect(abs(try #require(found[name]).item() - sum / 5) < 1e-10, "\(form): \(name)")
        }
        #expect(Set(found.keys) == Set(configuration.objectives[form]?.losses ?? []))
      }
    }
  }

  /// The two forms are one function: their gradients agree too, contrary to the paper's appendix C.3.
  @Test(arguments: [Covariance.diagonal, .full], [ladder, shared])
  func bothFormsHaveTheSameGradients(
    _ covariance: Covariance, _ architecture: ArchitectureConfiguration
  ) throws {
    try tensors {
      let model = try Self.build(Self.configuration(covariance, architecture: architecture))
      let parameters = model.parameters.all
      let gradients = ["five-terms", "three-terms"].map { form in
        terms(model, form).values.reduce(.zeros([], type: .float64), +)
          .gradients(parameters.map(\.value)).map { $0.doubles() }
      }
      for (index, parameter) in parameters.enumerated() {
        #expect(distance(gradients[0][index], gradients[1][index]) < 1e-11, "\(parameter.path)")
        #expect(gradients[0][index].contains { abs($0) > 1e-6 }, "\(parameter.path)")
      }
    }
  }

  /// Gradients of everything against differences.
  @Test(arguments: [Covariance.diagonal, .full])
  func gradientsAreThoseOfTheLoss(_ covariance: Covariance) throws {
    try tensors {
      let model = try Self.build(Self.configuration(covariance))
      func loss() -> Tensor {
        terms(model, "five-terms", weights: ["facet/1": 0.3]).values
          .reduce(.zeros([], type: .float64), +)
      }
      for parameter in model.parameters.all {
        let gradient = loss().gradients([parameter.value])[0].doubles()
        let values = parameter.value.doubles()
        for i in stride(from: 0, to: values.count, by: max(1, values.count / 5)) {
          let sides = [1e-5, -1e-5].map { step in
            var moved = values
            moved[i] += step
            parameter.value.assign(Tensor(moved, shape: parameter.value.shape))
            return loss().item()
          }
          parameter.value.assign(Tensor(values, shape: parameter.value.shape))
          #expect(abs(gradient[i] - (sides[0] - sides[1]) / 2e-5) < 1e-6, "\(parameter.path)[\(i)]")
        }
      }
    }
  }

  /// A facet with α = 0 has no part in the distortion, and its heads, rungs and prior no gradient; the
  /// blocks have, because they are on the way of the facets above.
  @Test func aFacetOutsideIsNotTrained() throws {
    try tensors {
      let model = try Self.build()
      let weights = ["facet/1": 0.0, "facet/2": 1]
      let found = terms(model, "five-terms", weights: weights)
      let loss = try found.reduce(Tensor.zeros([], type: .float64)) {
        $0 + (try #require(found[$1.key])) * (weights[$1.key] ?? 1)
      }
      let still = [
        "encoder/1/mean/", "encoder/1/log-variance/", "decoder/1/rung/", "prior/1/",
      ]
      let gradients = loss.gradients(model.parameters.all.map(\.value))
      for (parameter, gradient) in zip(model.parameters.all, gradients) {
        let isStill = still.contains { parameter.path.hasPrefix($0) }
        #expect(gradient.doubles().allSatisfy { $0 == 0 } == isStill, "\(parameter.path)")
      }
      // Evaluation decodes with the α of the last step: z₁ makes no difference.
      let codes = [[1.0, -2, 0.3, 0.4, 0.5], [-3, 0.7, 0.3, 0.4, 0.5]].map {
        model.decode(Tensor($0, shape: [1, 5])).doubles()
      }
      #expect(codes[0] == codes[1])
      _ = terms(model, "five-terms", weights: ["facet/1": 1])
      #expect(model.decode(Tensor([1.0, -2, 0.3, 0.4, 0.5], shape: [1, 5])).doubles() != codes[0])
    }
  }

  /// upper + gate · α · rung, and the rung before the upper features along channels.
  @Test(arguments: [0.0, 0.25, 1])
  func rungsAreMerged(_ alpha: Double) throws {
    try tensors {
      func model(_ merge: LadderConfiguration.Merge) throws -> ParameterStore {
        let one = NetworkConfiguration.sequence([
          .dense(DenseConfiguration(units: 1, activation: .none))
        ])
        let ladder = LadderConfiguration(
          encoder: [.init(block: one), .init(block: one)],
          decoder: [.init(rung: one, block: one), .init(rung: one, block: one)], merge: merge)
        let facet = FacetConfiguration(latent: 1, components: 1)
        let store = ParameterStore(Randomness(seed: 7), type: .float64)
        let built = Ladder(
          ladder, image: [1], facets: [facet, facet], at: store.root, initial: .heNormal)
        try store.set("decoder/1/rung/0/weight", [2])
        try store.set("decoder/2/rung/0/weight", [3])
        try store.set("decoder/2/block/0/weight", [1])
        try store.set("decoder/2/block/0/bias", [0.5])
        if merge == .concatenation {
          try store.set("decoder/1/block/0/weight", [10, 100])
        } else {
          try store.set("decoder/1/block/0/weight", [10])
        }
        let codes = [Tensor([0.7], shape: [1, 1]), Tensor([0.2], shape: [1, 1])]
        let found = built.decode(codes, fadeIn: [alpha, 0.5], .evaluation).item()
        let upper = 3 * 0.2 * 0.5 + 0.5
        let expected =
          merge == .concatenation
          ? 10 * 2 * 0.7 * alpha + 100 * upper : 10 * (upper + 0.1 * alpha * 2 * 0.7)
        #expect(abs(found - expected) < 1e-12)
        return store
      }
      let added = try model(.gatedAddition(gate: 0.1))
      let concatenated = try model(.concatenation)
      #expect(added.count == concatenated.count - 1)
    }
  }

  /// The assignments at the means of the posterior, and their most probable component.
  @Test func clusterProbabilities() throws {
    try tensors {
      let model = try Self.build()
      #expect(model.clusters == [3, 4])
      let found = model.clusterProbabilities(Self.batch)
      let means = model.encode(Self.batch).mean.doubles()
      for (facet, width) in [2, 3].enumerated() {
        let p = try PlainMixture(model.parameters, "prior/\(facet + 1)", width, .diagonal)
        for example in 0..<5 {
          let start = example * 5 + facet * 2
          let z = Array(means[start..<start + width])
          let joint = p.densities(z).enumerated().map { $1 * p.weights[$0] }
          let row = found[facet].narrowed(0, example..<example + 1).doubles()
          #expect(distance(row, joint.map { $0 / joint.reduce(0, +) }) < 1e-12)
        }
      }
    }
  }

  /// The convolutional ladder for images of 3 × 32 × 32: parameters of encoder and decoder counted by
  /// hand from table 5, without and with weight normalisation.
  @Test(arguments: [
    (20, 2, false, 1_183_340, 1_063_497), (20, 2, true, 1_184_044, 1_063_497),
    (22, 7, false, 1_206_138, 1_178_185), (22, 7, true, 1_206_842, 1_178_185),
  ])
  func convolutionalSizes(
    _ first: Int, _ second: Int, _ weightNorm: Bool, _ encoder: Int, _ decoder: Int
  ) throws {
    let configuration = MFCVAEConvolutional.configuration(
      [.init(latent: first, components: 6), .init(latent: second, components: 4)],
      weightNorm: weightNorm)
    let shapes = ["image": [3, 32, 32]]
    #expect(configuration.problem(for: shapes) == nil)
    try tensors {
      let store = ParameterStore(Randomness(seed: 0))
      let model = configuration.build(for: shapes, parameters: store)
      func count(_ part: String) -> Int {
        store.all.filter { $0.path.hasPrefix(part + "/") }.reduce(0) { $0 + $1.value.count }
      }
      #expect(count("encoder") == encoder)
      #expect(count("decoder") == decoder)
      // 6·D₁ + 4·D₂ means, as many scales, and square matrices.
      #expect(count("prior") == 6 * first * (2 + first) + 4 * second * (2 + second))
      let values = scattered(4 * 3072).map { Float(0.5 + 0.5 * $0) }
      let batch = Batch(["image": Tensor(values, shape: [4, 3, 32, 32])])
      model.start(DataDependentStart(scale: 0.1), on: batch, Self.randomness)
      let terms = model.terms(
        "five-terms", batch, Progress(step: 0, totalSteps: 0, epoch: 0), Self.randomness)
      #expect(terms.losses.values.allSatisfy { $0.item().isFinite })
      #expect(model.decode(model.encode(batch).mean).shape == [4, 3072])
    }
  }

  /// After the start each head's outputs have mean 0 and the asked deviation on the batch, whatever the
  /// weights were, and nothing of the prior has moved.
  @Test(arguments: [ladder, shared])
  func dataDependentStart(_ architecture: ArchitectureConfiguration) throws {
    try tensors {
      let model = try Self.build(Self.configuration(architecture: architecture))
      let prior = model.parameters.numbers("prior/1/mean")
      let before = model.encode(Self.batch).mean.doubles()
      model.start(DataDependentStart(scale: 2), on: Self.batch, Self.randomness)
      let q = model.encode(Self.batch)
      #expect(distance(q.mean.doubles(), before) > 0.1)
      for values in [q.mean.doubles(), q.logVariance.doubles()] {
        for d in 0..<5 {
          let found = moments((0..<5).map { values[$0 * 5 + d] })
          #expect(abs(found.mean) < 1e-12)
          #expect(abs(found.variance.squareRoot() - 2) < 0.01)
        }
      }
      #expect(model.parameters.numbers("prior/1/mean") == prior)
    }
  }

  /// Each facet's means are those of a mixture of its own codes; weights and variances stay.
  @Test func startFromAMixtureOfCodes() throws {
    try tensors {
      let model = try Self.build()
      let before = model.parameters.all.map { $0.value.doubles() }
      let batches = [0..<2, 2..<5].map { Self.batch.rows($0) }
      try MixtureMeansStart(codes: .mean).apply(to: model, on: batches, Self.randomness)
      for (parameter, values) in zip(model.parameters.all, before) {
        let isMean = parameter.path.hasPrefix("prior/") && parameter.path.hasSuffix("/mean")
        #expect((parameter.value.doubles() != values) == isMean, "\(parameter.path)")
      }
      let codes = model.encode(Self.batch).mean.doubles()
      for (facet, width) in [2, 3].enumerated() {
        let own = (0..<5).flatMap { row in
          (0..<width).map { codes[row * 5 + facet * 2 + $0] }
        }
        var generator = Self.randomness.generator("k-means/\(facet + 1)")
        let fit = try MixtureFit(
          own, dimensions: width, components: model.clusters[facet], &generator)
        #expect(distance(model.parameters.numbers("prior/\(facet + 1)/mean"), fit.means) < 1e-15)
      }
    }
  }

  /// Draws from the prior: each component in proportion to its weight, with its mean and covariance.
  @Test(arguments: [Covariance.diagonal, .full])
  func priorSamples(_ covariance: Covariance) throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 7), type: .float64)
      let mixture = GaussianMixture(
        3, 2, covariance, trainsWeights: true, at: store.root / "m")
      try store.set("m/logits", [log(0.5), log(0.2), log(0.3)])
      try store.set("m/mean", [-100, 3, 0, 1, 100, -2])
      try store.set("m/scale", [Double](repeating: GaussianMixture.inverseSoftplus(0.8), count: 6))
      if covariance == .full {
        try store.set("m/lower", [0, 7, 0.6, 0, 0, 7, 0.6, 0, 0, 7, 0.6, 0])
      }
      let count = 6000
      let drawn = mixture.sample(count, Randomness(seed: 1).stream("prior")).doubles()
      let rows = (0..<count).map { (drawn[2 * $0], drawn[2 * $0 + 1]) }
      for (k, (weight, mean)) in zip([0.5, 0.2, 0.3], [(-100.0, 3.0), (0, 1), (100, -2)])
        .enumerated()
      {
        let own = rows.filter { abs($0.0 - mean.0) < 50 }
        let expected = weight * Double(count)
        #expect(abs(Double(own.count) - expected) < 5 * (expected * (1 - weight)).squareRoot())
        let (x, y) = (moments(own.map(\.0)), moments(own.map(\.1)))
        #expect(abs(x.mean - mean.0) < 5 * x.error && abs(y.mean - mean.1) < 5 * y.error, "\(k)")
        let covarianceFound =
          own.reduce(0) { $0 + ($1.0 - x.mean) * ($1.1 - y.mean) } / Double(own.count)
        // L = (0.8, 0; 0.6, 0.8), of which the 7 is no part, or a variance of 0.8.
        let wanted = covariance == .full ? (0.64, 1.0, 0.48) : (0.8, 0.8, 0)
        #expect(abs(x.variance - wanted.0) < 0.15)
        #expect(abs(y.variance - wanted.1) < 0.15)
        #expect(abs(covarianceFound - wanted.2) < 0.15)
      }
    }
  }

  /// Draws of one cluster: its mean and covariance, τ times as large; the other facet from all of its prior.
  @Test(arguments: [Covariance.diagonal, .full], [Temperature.covariance(0.25), .official(0.5)])
  func samplesOfACluster(_ covariance: Covariance, _ temperature: Temperature) throws {
    try tensors {
      let model = try Self.build(Self.configuration(covariance))
      let store = model.parameters
      // Variances of 0.8, or L = (0.8, 0; 0.6, 0.8).
      try store.set("prior/1/mean", [-100, 3, 5, 1, 100, -2])
      try store.set(
        "prior/1/scale", [Double](repeating: GaussianMixture.inverseSoftplus(0.8), count: 6))
      if covariance == .full {
        try store.set("prior/1/lower", [0, 7, 0.6, 0, 0, 7, 0.6, 0, 0, 7, 0.6, 0])
      }
      // Facet 2 has components at −50 and 50 alone, the latter with three quarters of the weight.
      try store.set("prior/2/logits", [-100, log(0.25), log(0.75), -100])
      try store.set("prior/2/mean", [0, 0, 0, -50, 0, 0, 50, 0, 0, 0, 0, 0])
      let count = 4000
      let drawn = model.sample(
        count, ofCluster: 1, facet: 0, temperature, Randomness(seed: 3).stream("test"))
      #expect(drawn.shape == [count, 5])
      let values = drawn.doubles()
      let first = (0..<count).map { values[5 * $0] }
      let second = (0..<count).map { values[5 * $0 + 1] }
      let (x, y) = (moments(first), moments(second))
      #expect(abs(x.mean - 5) < 5 * x.error && abs(y.mean - 1) < 5 * y.error)
      // The official reading takes a variance of 0.8 for a deviation, and halves it.
      let wanted: (Double, Double, Double) =
        switch (covariance, temperature) {
        case (.full, _): (0.16, 0.25, 0.12)
        case (.diagonal, .covariance): (0.2, 0.2, 0)
        case (.diagonal, .official): (0.16, 0.16, 0)
        }
      let together =
        zip(first, second).reduce(0) { $0 + ($1.0 - x.mean) * ($1.1 - y.mean) } / Double(count)
      #expect(abs(x.variance - wanted.0) < 0.02)
      #expect(abs(y.variance - wanted.1) < 0.03)
      #expect(abs(together - wanted.2) < 0.02)
      let right = (0..<count).count { values[5 * $0 + 2] > 0 }
      #expect(abs(Double(right) - 3000) < 5 * (750.0).squareRoot())
    }
  }

  @Test func problems() {
    func problem(_ change: (inout MFCVAEConfiguration) -> Void) -> String? {
      var configuration = Self.configuration()
      change(&configuration)
      return configuration.problem(for: ["image": [1, 2, 3]])
    }
    #expect(problem { _ in } == nil)
    #expect(
      Self.configuration().problem(for: [:]) == "mfcvae needs data with a tensor named 'image'")
    #expect(problem { $0.facets = [] } == "mfcvae needs from 1 to 64 facets")
    #expect(problem { $0.facets[1].latent = 0 } == "facet 2: latent must be from 1 to 65536")
    #expect(
      problem { $0.facets[0].components = -1 } == "facet 1: components must be from 1 to 65536")
    #expect(
      problem {
        $0.covariance = .full
        $0.facets[0] = .init(latent: 65_536, components: 65_536)
      }
        == "facet 1: the prior: its weights would be 65536 × 65536 × 65536, more than 2²⁸ (1 GiB)")
    #expect(
      problem { $0.facets.append($0.facets[0]) }
        == "the ladder's encoder has 2 stages, and there are 3 facets")
    #expect(
      problem { $0.likelihood = .gaussian(scale: -1) }
        == "likelihood: the standard deviation must be positive")
    // A decoder without a head gives a mean and a log-variance of each number itself.
    #expect(
      problem { $0.likelihood = .gaussianPredicted }?
        .hasSuffix(", each number of which needs 2") == true)
    func ladder(_ change: (inout LadderConfiguration) -> Void) -> String? {
      guard case .ladder(var ladder) = Self.ladder else { return nil }
      change(&ladder)
      return problem { $0.architecture = .ladder(ladder) }
    }
    #expect(
      ladder { $0.decoder[1].block = .mlp(hidden: [3]) }
        == "a rung of shape [5] cannot be added to [3]")
    #expect(ladder { $0.merge = .gatedAddition(gate: .nan) } == "the gate must be finite")
    #expect(
      ladder {
        $0.merge = .concatenation
        $0.decoder[0].rung = .sequence([.dense(.init(units: 4)), .reshape([1, 2, 2])])
      } == "a rung of shape [1, 2, 2] cannot be concatenated with [5]")
    #expect(
      ladder { $0.encoder[1].rung = .sequence([]) }
        == "rung 2 of the encoder: a network needs at least one layer")
    #expect(
      ladder { $0.decoder[0].block = .mlp(hidden: [5]) }
        == "the decoder's output has shape [5], and an image of the data has [1, 2, 3]")
    #expect(
      problem {
        $0.architecture = .shared(
          .init(encoder: .mlp(hidden: [0]), decoder: .mlp(hidden: [6])))
      } == "encoder: layer 0 of the network: units must be from 1 to 65536, and is 0")
  }
}

/// A mixture on plain numbers: densities by the inverse and the determinant of each covariance.
struct PlainMixture {
  let weights: [Double]
  private let means: [[Double]]
  private let covariances: [[[Double]]]

  init(
    _ store: ParameterStore, _ path: String, _ width: Int, _ covariance: Covariance
  ) throws {
    let mean = store.numbers(path + "/mean")
    let scale = store.numbers(path + "/scale").map { log(1 + exp(10 * $0)) / 10 }
    let count = mean.count / width
    means = (0..<count).map { Array(mean[$0 * width..<($0 + 1) * width]) }
    let logits = store[path + "/logits"]?.value.doubles() ?? [Double](repeating: 0, count: count)
    let total = logits.map(exp).reduce(0, +)
    weights = logits.map { exp($0) / total }
    let lower = store[path + "/lower"]?.value.doubles()
    covariances = (0..<count).map { k in
      func factor(_ i: Int, _ j: Int) -> Double {
        if i == j { return scale[k * width + i] }
        return i > j ? lower?[(k * width + i) * width + j] ?? 0 : 0
      }
      return (0..<width).map { i in
        (0..<width).map { j in
          guard covariance == .full else { return i == j ? scale[k * width + i] : 0 }
          return (0..<width).reduce(0) { $0 + factor(i, $1) * factor(j, $1) }
        }
      }
    }
  }

  /// N(z; μ_k, Σ_k) of each component, by Gaussian elimination of Σ_k x = z − μ_k.
  func densities(_ z: [Double]) -> [Double] {
    zip(means, covariances).map { mean, covariance in
      let difference = zip(z, mean).map { $0 - $1 }
      var rows = zip(covariance, difference).map { $0 + [$1] }
      var determinant = 1.0
      for i in rows.indices {
        determinant *= rows[i][i]
        for j in rows.indices where j != i {
          let factor = rows[j][i] / rows[i][i]
          for c in rows[j].indices { rows[j][c] -= factor * rows[i][c] }
        }
      }
      let solved = rows.indices.map { rows[$0][rows.count] / rows[$0][$0] }
      let form = zip(solved, difference).reduce(0) { $0 + $1.0 * $1.1 }
      return exp(-form / 2)
        / (pow(2 * Double.pi, Double(z.count)) * determinant).squareRoot()
    }
  }
}

/// The models of tables 4 and 6, and VaDE's.
enum MFCVAEForMNIST {
  private static func outputs(_ hidden: [Int]) -> NetworkConfiguration {
    .sequence(
      hidden.map { .dense(DenseConfiguration(units: $0)) }
        + [.dense(DenseConfiguration(units: 784, activation: .none))])
  }

  private static func configuration(
    _ architecture: ArchitectureConfiguration, _ facets: [FacetConfiguration]
  ) -> MFCVAEConfiguration {
    MFCVAEConfiguration(
      facets: facets, covariance: .diagonal, mixtureWeights: .trained, architecture: architecture,
      likelihood: .bernoulli, initial: .torchDefault)
  }

  private static func ladder(_ hidden: [Int]) -> ArchitectureConfiguration {
    .ladder(
      LadderConfiguration(
        encoder: [.init(block: .mlp(hidden: [500])), .init(block: .mlp(hidden: [2000]))],
        decoder: [
          .init(rung: .mlp(hidden: [500]), block: outputs(hidden)),
          .init(rung: .mlp(hidden: [2000]), block: .mlp(hidden: [500])),
        ], merge: .gatedAddition(gate: 0.1)))
  }

  private static let two = [FacetConfiguration](
    repeating: .init(latent: 5, components: 25), count: 2)

  static let sizes: [(MFCVAEConfiguration, Int, Int)] = [
    (configuration(ladder([]), two), 2_827_804, 550),
    (configuration(ladder([500]), two), 3_078_304, 550),
    (
      configuration(
        .shared(.init(encoder: .mlp(hidden: [500, 2000]), decoder: outputs([2000, 500]))), two),
      2_849_804, 550
    ),
    (
      configuration(
        .shared(
          .init(encoder: .mlp(hidden: [500, 500, 2000]), decoder: outputs([2000, 500, 500]))),
        [.init(latent: 10, components: 10)]), 3_350_804, 210
    ),
  ]
}

/// The ladder of table 5, with kernels and sizes as the official code has them.
enum MFCVAEConvolutional {
  private static func layer(
    _ channels: Int, kernel: Int = 4, stride: Int = 2, weightNorm: Bool? = nil
  ) -> ConvolutionConfiguration {
    ConvolutionConfiguration(
      channels: channels, kernel: kernel, stride: stride, padding: 1, batchNorm: .afterActivation,
      activation: .elu, weightNorm: weightNorm, initial: weightNorm == true ? .torchDefault : nil)
  }

  static func configuration(_ facets: [FacetConfiguration], weightNorm: Bool) -> MFCVAEConfiguration
  {
    func down(_ channels: Int, stride: Int = 2) -> LayerConfiguration {
      .convolution(layer(channels, stride: stride, weightNorm: weightNorm ? true : nil))
    }
    func up(_ channels: Int, kernel: Int = 4, stride: Int = 2) -> LayerConfiguration {
      .transposedConvolution(layer(channels, kernel: kernel, stride: stride))
    }
    func rung(_ shape: [Int]) -> NetworkConfiguration {
      .sequence([
        .dense(
          DenseConfiguration(units: 16_384, batchNorm: .afterActivation, activation: .elu)),
        .reshape(shape),
      ])
    }
    return MFCVAEConfiguration(
      facets: facets, covariance: .full, mixtureWeights: .uniform,
      architecture: .ladder(
        LadderConfiguration(
          encoder: [
            .init(
              block: .sequence([down(64)]), rung: .sequence([down(64), down(64, stride: 1)])),
            .init(block: .sequence([down(128)]), rung: .sequence([down(128), down(256)])),
          ],
          decoder: [
            .init(rung: rung([64, 16, 16]), block: .sequence([up(3)])),
            .init(
              rung: rung([256, 8, 8]), block: .sequence([up(128), up(64, kernel: 3, stride: 1)])),
          ], merge: .concatenation)),
      likelihood: .gaussian(scale: 0.3), initial: .heNormal)
  }
}
