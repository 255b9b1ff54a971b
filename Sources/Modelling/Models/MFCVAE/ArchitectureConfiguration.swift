/// How the facets share networks, as a manifest names it.
public enum ArchitectureConfiguration: Codable, Equatable, Sendable {
  /// A rung for each facet, as in a variational ladder autoencoder (Zhao et al. 2017).
  case ladder(LadderConfiguration)
  /// One trunk for all facets on either side.
  case shared(SharedConfiguration)

  enum CodingKeys: String, CodingKey, CaseIterable { case ladder, shared }

  /// What is impossible about the networks for such images and facets, or nil.
  ///
  /// - Parameter numbersPerFeature: those of the likelihood, in the decoder's output.
  func problem(
    image: [Int], facets: [FacetConfiguration], numbersPerFeature: Int
  ) -> String? {
    do {
      let output =
        switch self {
        case .ladder(let ladder): try ladder.outputShape(image: image, facets: facets)
        case .shared(let shared): try shared.outputShape(image: image, facets: facets)
        }
      if output.reduce(1, *) == numbersPerFeature * image.reduce(1, *) { return nil }
      return "the decoder's output has shape \(output), and an image of the data has \(image)"
        + (numbersPerFeature == 1 ? "" : ", each number of which needs \(numbersPerFeature)")
    } catch {
      return error.message
    }
  }
}

/// Falck et al. 2021, eqs. (76)–(80): h_j = b_j(h_{j−1}) upwards with q(z_j|x) read from rung r_j(h_j);
/// u_j = b_j(merge(u_{j+1}, r_j(z_j))) downwards from u_J = b_J(r_J(z_J)). The decoder's block 1 ends in
/// the output.
public struct LadderConfiguration: Codable, Equatable, Sendable {
  /// For each facet, from the one nearest to the data.
  public var encoder: [EncoderStage]
  public var decoder: [DecoderStage]
  public var merge: Merge

  /// b_j and r_j of the encoder; without a rung, the heads stand on the block.
  public struct EncoderStage: Codable, Equatable, Sendable {
    public var block: NetworkConfiguration
    public var rung: NetworkConfiguration?
  }

  /// r_j and b_j of the decoder.
  public struct DecoderStage: Codable, Equatable, Sendable {
    public var rung: NetworkConfiguration
    public var block: NetworkConfiguration
  }

  /// How a decoder's rung joins what comes from the facets above it.
  public enum Merge: Codable, Equatable, Sendable {
    /// upper + gate · rung, of equal shapes: the official code's fully connected models.
    case gatedAddition(gate: Double)
    /// Rung and upper one after the other, along the first axis of an example: the paper, and the
    /// official code's convolutional models.
    case concatenation

    enum CodingKeys: String, CodingKey, CaseIterable {
      case gatedAddition = "gated-addition"
      case concatenation
    }

    func outputShape(_ rung: [Int], _ upper: [Int]) throws(NetworkProblem) -> [Int] {
      switch self {
      case .gatedAddition(let gate):
        if !gate.isFinite { throw NetworkProblem("the gate must be finite") }
        guard rung == upper else {
          throw NetworkProblem("a rung of shape \(rung) cannot be added to \(upper)")
        }
        return upper
      case .concatenation:
        guard rung.count == upper.count, rung.dropFirst() == upper.dropFirst(), !rung.isEmpty else {
          throw NetworkProblem("a rung of shape \(rung) cannot be concatenated with \(upper)")
        }
        return [rung[0] + upper[0]] + upper.dropFirst()
      }
    }
  }

  func outputShape(image: [Int], facets: [FacetConfiguration]) throws(NetworkProblem) -> [Int] {
    for (name, count) in [("encoder", encoder.count), ("decoder", decoder.count)]
    where count != facets.count {
      throw NetworkProblem(
        "the ladder's \(name) has \(count) stages, and there are \(facets.count) facets")
    }
    var features = image
    for (index, (stage, facet)) in zip(encoder, facets).enumerated() {
      features = try stage.block.outputShape(for: features, "block \(index + 1) of the encoder")
      let rung =
        try stage.rung?.outputShape(for: features, "rung \(index + 1) of the encoder") ?? features
      try NetworkConfiguration.checkHead(rung, facet.latent)
    }
    var upper: [Int]?
    for (index, (stage, facet)) in zip(decoder, facets).enumerated().reversed() {
      let name = "\(index + 1) of the decoder"
      let rung = try stage.rung.outputShape(for: [facet.latent], "rung " + name)
      let merged = if let upper { try merge.outputShape(rung, upper) } else { rung }
      upper = try stage.block.outputShape(for: merged, "block " + name)
    }
    return upper ?? []
  }
}

/// Falck et al. 2021, eq. (85) and table 6: one trunk with heads for each facet, and one decoder of the
/// codes one after the other.
public struct SharedConfiguration: Codable, Equatable, Sendable {
  public var encoder: NetworkConfiguration
  public var decoder: NetworkConfiguration

  func outputShape(image: [Int], facets: [FacetConfiguration]) throws(NetworkProblem) -> [Int] {
    let features = try encoder.outputShape(for: image, "encoder")
    var codes = 0
    for facet in facets {
      try NetworkConfiguration.checkHead(features, facet.latent)
      codes += facet.latent
    }
    return try decoder.outputShape(for: [codes], "decoder")
  }
}

extension NetworkConfiguration {
  /// The output's shape; a problem says in which network it is.
  fileprivate func outputShape(for input: [Int], _ name: String) throws(NetworkProblem) -> [Int] {
    do {
      return try outputShape(for: input)
    } catch {
      throw NetworkProblem("\(name): \(error.message)")
    }
  }

  fileprivate static func checkHead(_ features: [Int], _ units: Int) throws(NetworkProblem) {
    if let problem = LayerConfiguration.tooManyWeights([features.reduce(1, *), units]) {
      throw NetworkProblem("a head of the encoder: " + problem)
    }
  }
}
