import Foundation
import Testing
import Torch

@testable import Lab

/// Graphs of near points against all pairs of points, and shortest paths against all paths.
@Suite struct NeighbourGraphTests {
  private func graph(_ points: [Double], _ dimensions: Int, _ neighbours: Int) throws
    -> NeighbourGraph
  {
    try checked("graph") { NeighbourGraph(points, dimensions: dimensions, neighbours: neighbours) }
  }

  private func distance(_ points: [Double], _ dimensions: Int, _ a: Int, _ b: Int) -> Double {
    (0..<dimensions).reduce(0) {
      $0 + pow(points[a * dimensions + $1] - points[b * dimensions + $1], 2)
    }.squareRoot()
  }

  /// Draws of a standard normal distribution.
  private func drawn(_ count: Int, _ dimensions: Int, seed: UInt64 = 0) -> [Double] {
    var generator = SplitMix64(state: seed)
    return (0..<count * dimensions).map { _ in generator.normal() }
  }

  @Test(arguments: [(40, 2, 3), (25, 5, 1), (60, 1, 7), (8, 3, 20), (300, 32, 18)])
  func eachPointIsJoinedToItsNearest(_ count: Int, _ dimensions: Int, _ neighbours: Int) throws {
    let points = drawn(count, dimensions)
    let graph = try graph(points, dimensions, neighbours)
    var expected = Set<[Int]>()
    for a in 0..<count {
      let others = (0..<count).filter { $0 != a }
        .sorted { distance(points, dimensions, a, $0) < distance(points, dimensions, a, $1) }
      for b in others.prefix(neighbours) { expected.insert([min(a, b), max(a, b)]) }
    }
    var found = Set<[Int]>()
    for (a, edges) in graph.edges.enumerated() {
      #expect(edges.map(\.node) == Set(edges.map(\.node)).sorted())
      for edge in edges {
        found.insert([min(a, edge.node), max(a, edge.node)])
        #expect(abs(edge.length - distance(points, dimensions, a, edge.node)) < 1e-12)
        // The way back is there, and as long.
        #expect(graph.edges[edge.node].contains { $0.node == a && $0.length == edge.length })
      }
    }
    #expect(found == expected)
  }

  /// So many points that their distances are taken a part at a time.
  @Test func manyPointsAreJoinedToTheirNearest() throws {
    let (count, dimensions) = (3500, 8)
    let points = drawn(count, dimensions)
    let graph = try graph(points, dimensions, 5)
    // First and last rows, and those around where a part may end.
    for node in [0, 1, 1749, 1750, 2395, 2396, 2397, 3498, 3499] {
      let others = (0..<count).filter { $0 != node }
        .sorted {
          distance(points, dimensions, node, $0) < distance(points, dimensions, node, $1)
        }
      let found = Set(graph.edges[node].map(\.node))
      #expect(found.isSuperset(of: others.prefix(5)), "\(node)")
      // Any other is joined because this one is among its nearest.
      for other in found.subtracting(others.prefix(5)) {
        let closer = (0..<count).filter {
          $0 != other
            && distance(points, dimensions, other, $0) < distance(points, dimensions, other, node)
        }
        #expect(closer.count < 5, "\(node) \(other)")
      }
    }
  }

  @Test func pointsOnOneAnother() throws {
    let points = [0.0, 0, 0, 0, 1]
    let graph = try graph(points, 1, 2)
    for (node, edges) in graph.edges.enumerated() {
      #expect(edges.count >= 2 && !edges.contains { $0.node == node })
    }
    #expect(try self.graph([], 2, 3).edges.isEmpty)
    #expect(try self.graph([1, 2], 2, 3).edges == [[]])
  }

  @Test func nearnessIsNotLostFarFromTheOrigin() throws {
    // Distances by products of matrices would be all rounding here.
    let graph = try graph([1e6, 1e6 + 1e-4, 1e6 + 3e-4, 1e6 + 6e-4], 1, 1)
    #expect(graph.edges.map { $0.map(\.node) } == [[1], [0, 2], [1, 3], [2]])
  }

  /// Lengths of the shortest paths between all nodes (Floyd 1962).
  private func allLengths(_ graph: NeighbourGraph) -> [[Double]] {
    let count = graph.edges.count
    var lengths = [[Double]](
      repeating: [Double](repeating: .infinity, count: count), count: count)
    for a in 0..<count {
      lengths[a][a] = 0
      for edge in graph.edges[a] { lengths[a][edge.node] = edge.length }
    }
    for via in 0..<count {
      for a in 0..<count {
        for b in 0..<count {
          lengths[a][b] = min(lengths[a][b], lengths[a][via] + lengths[via][b])
        }
      }
    }
    return lengths
  }

  /// With few neighbours there are islands.
  @Test(arguments: [(30, 2, 3), (30, 3, 2), (40, 2, 1), (25, 8, 4), (100, 2, 6), (100, 32, 5)])
  func pathsAreShortest(_ count: Int, _ dimensions: Int, _ neighbours: Int) throws {
    for seed in 0..<3 {
      try checkPaths(graph(drawn(count, dimensions, seed: UInt64(seed)), dimensions, neighbours))
    }
    // Of points that have one neighbour each some are out of reach.
    let islands = try graph(drawn(count, dimensions), dimensions, 1)
    #expect(try checkPaths(islands) > 0)
  }

  /// Compares the paths between all pairs; returns how many pairs have none.
  @discardableResult
  private func checkPaths(_ graph: NeighbourGraph) throws -> Int {
    let count = graph.edges.count
    let lengths = allLengths(graph)
    var unreachable = 0
    for a in 0..<count {
      for b in 0..<count {
        guard let path = graph.shortestPath(from: a, to: b) else {
          #expect(lengths[a][b] == .infinity)
          unreachable += 1
          continue
        }
        #expect(abs(path.length - lengths[a][b]) < 1e-12 * max(1, path.length))
        #expect(path.nodes.first == a && path.nodes.last == b)
        let steps = zip(path.nodes, path.nodes.dropFirst()).map { from, to in
          graph.edges[from].first { $0.node == to }?.length ?? .nan
        }
        #expect(abs(steps.reduce(0, +) - path.length) < 1e-12)
      }
    }
    return unreachable
  }

  @Test func furtherPointsAreJoinedToTheGraphAlone() throws {
    // Two points that are nearest to each other, and a row of nodes.
    let graph = try graph([0, 0, 1, 0, 2, 0, 3, 0], 2, 1)
    let added = try checked("graph") { graph.connecting([1.4, 0.3, 1.4, 0.31]) }
    #expect(added.edges[4].map(\.node) == [1])
    #expect(added.edges[5].map(\.node) == [1])
    #expect(added.edges[1].map(\.node).sorted() == [0, 2, 4, 5])
    #expect(added.points.suffix(4) == [1.4, 0.3, 1.4, 0.31])
    #expect(graph.edges.count == 4)
    let path = try #require(added.shortestPath(from: 4, to: 5))
    #expect(path.nodes == [4, 1, 5])
  }

  @Test func aPathToWhereItBegins() throws {
    let graph = try graph([0, 0, 1, 0], 2, 1)
    let path = try #require(graph.shortestPath(from: 1, to: 1))
    #expect(path.nodes == [1] && path.length == 0)
  }
}
