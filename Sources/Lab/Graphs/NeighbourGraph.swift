import HeapModule
import Torch

/// Points in space with undirected edges between near ones, as long as their distance (Klushyn et al. 2019,
/// section 2.3).
struct NeighbourGraph {
  /// A way to another node.
  struct Edge: Equatable {
    let node: Int
    let length: Double
  }

  /// A way through the graph.
  struct Path: Equatable {
    /// From one end to the other, both included.
    let nodes: [Int]
    /// Sum of its edges' lengths.
    let length: Double
  }

  let dimensions: Int
  /// How many neighbours each node is joined to; it may be a neighbour of more.
  let neighbours: Int
  /// `[nodes, dimensions]`, row by row.
  private(set) var points: [Double]
  /// Of each node, by the other nodes' numbers.
  private(set) var edges: [[Edge]]

  /// Joins each point to its nearest ones, as many as there are where these are fewer.
  ///
  /// - Parameter points: `[nodes, dimensions]`, row by row.
  init(_ points: [Double], dimensions: Int, neighbours: Int) {
    self.points = points
    self.dimensions = dimensions
    self.neighbours = neighbours
    edges = []
    let nearest = Self.nearest(
      to: points, among: points, dimensions: dimensions, count: neighbours + 1)
    var joined = [[Int]](repeating: [], count: nearest.count)
    for (node, others) in nearest.enumerated() {
      // A point is the nearest to itself, unless others lie on it.
      for other in others.filter({ $0 != node }).prefix(neighbours) {
        joined[node].append(other)
        joined[other].append(node)
      }
    }
    edges = joined.enumerated().map { node, others in
      // Two points may each be among the other's nearest.
      Set(others).sorted().map { Edge(node: $0, length: distance(node, $0)) }
    }
  }

  /// The same graph with these points as further nodes, each joined to its nearest nodes of this graph.
  ///
  /// - Parameter added: `[count, dimensions]`, row by row.
  func connecting(_ added: [Double]) -> NeighbourGraph {
    var graph = self
    let nearest = Self.nearest(
      to: added, among: points, dimensions: dimensions, count: neighbours)
    graph.points += added
    graph.edges += Array(repeating: [], count: nearest.count)
    for (index, others) in nearest.enumerated() {
      let node = edges.count + index
      for other in others {
        let length = graph.distance(node, other)
        graph.edges[node].append(Edge(node: other, length: length))
        graph.edges[other].append(Edge(node: node, length: length))
      }
    }
    return graph
  }

  /// The shortest way from one node to another, by A* with the straight line as the estimate of what is
  /// left (Hart, Nilsson and Raphael 1968); nil where there is none.
  func shortestPath(from start: Int, to goal: Int) -> Path? {
    var lengths = [Double](repeating: .infinity, count: edges.count)
    var previous = [Int](repeating: -1, count: edges.count)
    var open = Heap([Candidate(node: start, length: 0, estimate: distance(start, goal))])
    lengths[start] = 0
    while let next = open.popMin() {
      if next.node == goal {
        var nodes = [goal]
        while let node = nodes.last, node != start { nodes.append(previous[node]) }
        return Path(nodes: nodes.reversed(), length: next.length)
      }
      // A shorter way to it was found since.
      if next.length > lengths[next.node] { continue }
      for edge in edges[next.node] {
        let length = next.length + edge.length
        guard length < lengths[edge.node] else { continue }
        lengths[edge.node] = length
        previous[edge.node] = next.node
        open.insert(
          Candidate(
            node: edge.node, length: length, estimate: length + distance(edge.node, goal)))
      }
    }
    return nil
  }

  /// A node that was reached, by the length of the way to it and on to the goal.
  private struct Candidate: Comparable {
    let node: Int
    let length: Double
    let estimate: Double

    static func < (a: Candidate, b: Candidate) -> Bool { a.estimate < b.estimate }
  }

  private func distance(_ a: Int, _ b: Int) -> Double {
    var sum = 0.0
    for d in 0..<dimensions {
      let difference = points[a * dimensions + d] - points[b * dimensions + d]
      sum += difference * difference
    }
    return sum.squareRoot()
  }

  /// Of each point the nearest among others, from the nearest.
  ///
  /// - Parameters:
  ///   - points: `[rows, dimensions]`, row by row.
  ///   - others: `[columns, dimensions]`.
  ///   - count: how many of each, at most.
  /// - Returns: places among the others; empty rows where a tensor operation failed.
  static func nearest(
    to points: [Double], among others: [Double], dimensions: Int, count: Int
  ) -> [[Int]] {
    guard dimensions > 0 else { return [] }
    let rows = points.count / dimensions
    let columns = others.count / dimensions
    let taken = min(count, columns)
    let all = Tensor(others, shape: [columns, dimensions])
    // No more than 64 MiB of distances at a time.
    let chunk = max(1, (1 << 23) / max(columns, 1))
    return stride(from: 0, to: rows, by: chunk).flatMap { first -> [[Int]] in
      let last = min(first + chunk, rows)
      let some = Array(points[first * dimensions..<last * dimensions])
      let places = Tensor(some, shape: [last - first, dimensions])
        .distances(from: all).placesOfSmallest(taken).integers()
      // A failed operation gives no numbers; whoever asked is told of it.
      guard places.count == (last - first) * taken else {
        return Array(repeating: [], count: last - first)
      }
      return (0..<last - first).map { row in
        places[row * taken..<(row + 1) * taken].map(Int.init)
      }
    }
  }
}
