import Files
import Torch

/// A graph of interpolations and paths along it, of draws of a standard normal distribution, with a clock
/// beside them.
public struct GraphTimer {
  private let dimensions: Int
  private let neighbours: Int
  /// `[nodes, dimensions]`, row by row.
  private let points: [Double]
  /// The nodes between which paths are looked for.
  private let pairs: [(from: Int, to: Int)]

  /// What a time was measured of.
  public struct Timing {
    /// Seconds to join all nodes to their neighbours.
    public let graph: Double
    /// Seconds to find all paths.
    public let paths: Double
    /// Of each path; infinite where there is none.
    public let lengths: [Double]
  }

  /// The graph of the largest interpolations of Klushyn et al. 2019 (figures 9, 22 and 23).
  ///
  /// - Throws: `TensorError` where there is no memory for it.
  public init() throws {
    try self.init(nodes: 10_000, dimensions: 32, neighbours: 18, paths: 8)
  }

  init(nodes: Int, dimensions: Int, neighbours: Int, paths: Int) throws {
    self.dimensions = dimensions
    self.neighbours = neighbours
    let randomness = Randomness(seed: 0)
    points = try checked("drawing") {
      randomness.stream("bench").normal([nodes, dimensions], type: .float64).doubles()
    }
    var generator = randomness.generator("bench")
    pairs = (0..<paths).map { _ in generator.twoPlaces(below: nodes) }
  }

  /// Builds the graph anew and finds all paths.
  public func time() throws -> Timing {
    let start = ContinuousClock.now
    let graph = try checked("the graph") {
      NeighbourGraph(points, dimensions: dimensions, neighbours: neighbours)
    }
    let built = ContinuousClock.now
    let lengths = pairs.map { graph.shortestPath(from: $0.from, to: $0.to)?.length ?? .infinity }
    return Timing(
      graph: (built - start).seconds, paths: (ContinuousClock.now - built).seconds,
      lengths: lengths)
  }

  /// Writes what another program needs to find the same paths: `points [nodes, dimensions]`, `from [paths]`,
  /// `to [paths]`, `neighbours [1]`, and the `length [paths]` of ours.
  public func export(to path: String) throws {
    let file = try HDF5File(creating: path)
    try file.write(points, shape: [points.count / dimensions, dimensions], at: "points")
    let lengths = try time().lengths
    for (name, values) in [
      ("from", pairs.map { Double($0.from) }), ("to", pairs.map { Double($0.to) }),
      ("neighbours", [Double(neighbours)]), ("length", lengths),
    ] {
      try file.write(values, shape: [values.count], at: name)
    }
    try file.close()
  }
}
