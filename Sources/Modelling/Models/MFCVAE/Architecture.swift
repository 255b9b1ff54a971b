import Torch

/// The networks of an ``MFCVAE``.
protocol Architecture {
  /// q(z_j|x) of each facet for images `[batch] + shape`.
  func encode(_ image: Tensor, _ mode: Mode) -> [DiagonalGaussian]

  /// The likelihood's parameters `[batch, features]` for the codes of each facet, `[batch, latent]`.
  ///
  /// - Parameter fadeIn: α_j of each facet, which scales its way into the decoder.
  func decode(_ codes: [Tensor], fadeIn: [Double], _ mode: Mode) -> Tensor
}

extension ArchitectureConfiguration {
  func build(
    image: [Int], facets: [FacetConfiguration], at scope: ParameterScope, initial: Initializer
  ) -> any Architecture {
    switch self {
    case .ladder(let ladder):
      Ladder(ladder, image: image, facets: facets, at: scope, initial: initial)
    case .shared(let shared):
      SharedArchitecture(shared, image: image, facets: facets, at: scope, initial: initial)
    }
  }
}

/// The networks of a ``LadderConfiguration``.
struct Ladder: Architecture {
  private var up: [(block: Network, rung: Network?, head: GaussianHead)] = []
  /// From the facet nearest to the data.
  private var down: [(rung: Network, block: Network)] = []
  private let merge: LadderConfiguration.Merge

  init(
    _ configuration: LadderConfiguration, image: [Int], facets: [FacetConfiguration],
    at scope: ParameterScope, initial: Initializer
  ) {
    merge = configuration.merge
    var shape = image
    for (index, (stage, facet)) in zip(configuration.encoder, facets).enumerated() {
      let scope = scope / "encoder" / "\(index + 1)"
      let block = stage.block.build(shape, at: scope / "block", initial: initial)
      shape = block.outputShape
      let rung = stage.rung?.build(shape, at: scope / "rung", initial: initial)
      let features = rung?.outputs ?? block.outputs
      up.append(
        (block, rung, GaussianHead(features, facet.latent, at: scope, initial: initial)))
    }
    var upper: [Int]?
    for (index, (stage, facet)) in zip(configuration.decoder, facets).enumerated().reversed() {
      let scope = scope / "decoder" / "\(index + 1)"
      let rung = stage.rung.build([facet.latent], at: scope / "rung", initial: initial)
      let merged = upper.flatMap { try? merge.outputShape(rung.outputShape, $0) }
      let block = stage.block.build(
        merged ?? rung.outputShape, at: scope / "block", initial: initial)
      upper = block.outputShape
      down.insert((rung, block), at: 0)
    }
  }

  func encode(_ image: Tensor, _ mode: Mode) -> [DiagonalGaussian] {
    var features = image
    return up.map { stage in
      features = stage.block(features, mode)
      return stage.head(flat(stage.rung.map { $0(features, mode) } ?? features), mode)
    }
  }

  func decode(_ codes: [Tensor], fadeIn: [Double], _ mode: Mode) -> Tensor {
    var upper: Tensor?
    for (stage, (code, alpha)) in zip(down, zip(codes, fadeIn)).reversed() {
      let rung = stage.rung(code, mode)
      upper = stage.block(upper.map { merged(rung, alpha, $0) } ?? faded(rung, alpha), mode)
    }
    return flat(upper ?? .zeros([0, 0]))
  }

  private func merged(_ rung: Tensor, _ alpha: Double, _ upper: Tensor) -> Tensor {
    switch merge {
    case .gatedAddition(let gate): upper + rung * (gate * alpha)
    case .concatenation: .concatenated([faded(rung, alpha), upper], 1)
    }
  }
}

/// The networks of a ``SharedConfiguration``.
struct SharedArchitecture: Architecture {
  private let trunk: Network
  private let heads: [GaussianHead]
  private let decoder: Network

  init(
    _ configuration: SharedConfiguration, image: [Int], facets: [FacetConfiguration],
    at scope: ParameterScope, initial: Initializer
  ) {
    let trunk = configuration.encoder.build(
      image, at: scope / "encoder" / "trunk", initial: initial)
    heads = facets.enumerated().map { index, facet in
      GaussianHead(
        trunk.outputs, facet.latent, at: scope / "encoder" / "\(index + 1)", initial: initial)
    }
    self.trunk = trunk
    decoder = configuration.decoder.build(
      [facets.reduce(0) { $0 + $1.latent }], at: scope / "decoder", initial: initial)
  }

  func encode(_ image: Tensor, _ mode: Mode) -> [DiagonalGaussian] {
    let features = flat(trunk(image, mode))
    return heads.map { $0(features, mode) }
  }

  func decode(_ codes: [Tensor], fadeIn: [Double], _ mode: Mode) -> Tensor {
    let codes = zip(codes, fadeIn).map { faded($0, $1) }
    return flat(decoder(.concatenated(codes, 1), mode))
  }
}

/// `[batch, …]` as `[batch, features]`.
private func flat(_ x: Tensor) -> Tensor { x.reshaped(x.extent(0), -1) }

private func faded(_ x: Tensor, _ alpha: Double) -> Tensor { alpha == 1 ? x : x * alpha }
