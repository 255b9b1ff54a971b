import Files
import Foundation
import Testing
import Torch

@testable import Lab

/// What another program is given to find the same paths.
@Suite struct GraphTimerTests {
  /// The lengths are those of Floyd and Warshall's algorithm on the points of the file.
  @Test func exportsPointsAndPaths() throws {
    let path = NSTemporaryDirectory() + "priorlab-paths-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (nodes, neighbours) = (60, 4)
    let timer = try GraphTimer(nodes: nodes, dimensions: 3, neighbours: neighbours, paths: 12)
    try timer.export(to: path)
    let file = try HDF5File(reading: path)
    let points = try file.read(Double.self, at: "points").values
    #expect(try file.shape(at: "points") == [nodes, 3])
    #expect(try file.read(Double.self, at: "neighbours").values == [Double(neighbours)])

    func distance(_ a: Int, _ b: Int) -> Double {
      (0..<3).reduce(0) {
        let difference = points[3 * a + $1] - points[3 * b + $1]
        return $0 + difference * difference
      }.squareRoot()
    }
    var shortest = (0..<nodes).map { a in
      (0..<nodes).map { a == $0 ? 0 : Double.infinity }
    }
    for a in 0..<nodes {
      let others = (0..<nodes).filter { $0 != a }.sorted { distance(a, $0) < distance(a, $1) }
      for b in others.prefix(neighbours) {
        shortest[a][b] = distance(a, b)
        shortest[b][a] = distance(a, b)
      }
    }
    for k in 0..<nodes {
      for a in 0..<nodes {
        for b in 0..<nodes {
          shortest[a][b] = min(shortest[a][b], shortest[a][k] + shortest[k][b])
        }
      }
    }
    let from = try file.read(Double.self, at: "from").values.map { Int($0) }
    let to = try file.read(Double.self, at: "to").values.map { Int($0) }
    let lengths = try file.read(Double.self, at: "length").values
    #expect(from.count == 12 && to.count == 12 && lengths.count == 12)
    for (index, length) in lengths.enumerated() {
      let expected = shortest[from[index]][to[index]]
      #expect(expected > 0 && (length == expected || abs(length / expected - 1) < 1e-12))
    }
    try file.close()

    let timing = try timer.time()
    #expect(timing.lengths == lengths && timing.graph > 0 && timing.paths > 0)
  }
}
