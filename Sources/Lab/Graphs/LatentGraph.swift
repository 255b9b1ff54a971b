import Datasets
import Modelling
import Torch

/// A graph of draws from a model's prior, along which codes are interpolated (Klushyn et al. 2019,
/// section 2.3).
struct LatentGraph {
  /// How many draws, and how many neighbours each is joined to.
  struct Size: Equatable {
    let nodes: Int
    let neighbours: Int

    static let mostNodes = 100_000
    static let mostEdges = 10_000_000

    /// What is impossible about the size, or nil.
    var problem: String? {
      if !(2...Self.mostNodes ~= nodes) { return "nodes must be from 2 to 100,000" }
      let most = min(1000, Self.mostEdges / nodes)
      return 1...most ~= neighbours ? nil : "neighbours must be from 1 to \(most)"
    }
  }

  /// An interpolation: codes from one end to the other.
  struct Interpolation {
    /// `[steps, latent]`, row by row; the first and the last are the codes of the ends.
    let codes: [Double]
    /// The graph's nodes between the two ends.
    let nodes: [Int]
    /// In the space of codes.
    let length: Double
    let dimensions: Int

    var steps: Int { codes.count / dimensions }
  }

  let graph: NeighbourGraph
  private let model: any LatentVariableModel
  /// A code's type and device.
  private let example: Tensor

  /// - Throws: `MeasureError` where a draw is not finite.
  init(
    _ size: Size, of model: any LatentVariableModel, _ stream: RandomStream, for purpose: String
  ) throws {
    self.model = model
    let (samples, values, graph) = try checked(purpose) {
      withoutGradients {
        let samples = model.samplePrior(size.nodes, stream)
        let values = samples.doubles()
        return (
          samples, values,
          NeighbourGraph(
            values, dimensions: samples.shape.last ?? 1, neighbours: size.neighbours)
        )
      }
    }
    guard values.allSatisfy(\.isFinite) else { throw MeasureError.codesNotFinite(purpose) }
    example = samples.narrowed(0, 0..<1)
    self.graph = graph
  }

  /// The shortest ways between pairs of examples, from posterior mean to posterior mean; nil where there is
  /// none.
  ///
  /// - Parameters:
  ///   - starts: the places of the examples at which the ways begin.
  ///   - goals: and end, in the same order.
  /// - Throws: `MeasureError` where a code is not finite.
  func interpolations(
    among examples: Split, from starts: [Int], to goals: [Int], for purpose: String
  ) throws -> [Interpolation?] {
    let ends = try [starts, goals].map { places in
      var codes: [Double] = []
      try SpacedExamples.visit(places, of: examples, for: purpose) {
        codes += model.encode($0).mean.doubles()
      }
      return codes
    }
    guard ends.joined().allSatisfy(\.isFinite) else { throw MeasureError.codesNotFinite(purpose) }
    let dimensions = graph.dimensions
    return try (0..<starts.count).map { pair in
      let range = pair * dimensions..<(pair + 1) * dimensions
      let connected = try checked(purpose) {
        graph.connecting(Array(ends[0][range]) + Array(ends[1][range]))
      }
      let nodes = graph.edges.count
      guard let path = connected.shortestPath(from: nodes, to: nodes + 1) else { return nil }
      return Interpolation(
        codes: path.nodes.flatMap {
          connected.points[$0 * dimensions..<($0 + 1) * dimensions]
        }, nodes: Array(path.nodes.dropFirst().dropLast()), length: path.length,
        dimensions: dimensions)
    }
  }

  /// E p(x|z) of codes `[n, latent]`: `[n, features]`, row by row.
  ///
  /// - Throws: `MeasureError` where a feature is not finite, `TensorError`.
  func features(of codes: [Double], for purpose: String) throws -> [Double] {
    let features = try checked(purpose) { withoutGradients { decode(codes).doubles() } }
    guard features.allSatisfy(\.isFinite) else { throw MeasureError.decodedNotFinite(purpose) }
    return features
  }

  /// E p(x|z) of codes `[n, latent]`: `[n, features]`.
  func decode(_ codes: [Double]) -> Tensor {
    let rows = codes.count / graph.dimensions
    let codes = Tensor(codes, shape: [rows, graph.dimensions])
    return model.decode(codes.to(example.type).to(example.device))
  }
}
