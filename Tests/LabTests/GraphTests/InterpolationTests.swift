import Datasets
import Foundation
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// Interpolations of a model whose codes, draws and decoded examples are known.
@Suite struct InterpolationTests {
  private let noSnapshots = Snapshots(steps: []) { _ in }

  private func computation(_ json: String) throws -> InterpolationComputation {
    try StrictDecoder().decode(
      InterpolationComputation.self, from: try ConfigNode(yaml: json, file: "x.yaml"))
  }

  private func array(_ name: String, _ arrays: [ResultArray]) throws -> ResultArray {
    try #require(arrays.first { $0.name == name }, "\(name)")
  }

  @Test func pathsRunFromCodeToCodeThroughTheGraph() throws {
    let angles = [0.3, 0.1, 2.9, 0.1, 3.2, 1, 1, 1, 1, 1]
    let (run, images) = finished(PlaneModel(scale: 2), angles: angles)
    let arrays = try computation(
      "{nodes: 60, neighbours: 5, between: [{from: {angle: 0.2}, to: {angle: 3.1}}]}"
    ).compute(run, noSnapshots)

    // 0.1 and 0.3 are equally near to 0.2 but for rounding; 3.2 is the nearest to 3.1.
    let from = try #require(try array("interpolation/from", arrays).values.first)
    #expect([0, 1, 3].contains(from))
    #expect(try array("interpolation/to", arrays).values == [4])

    let codes = try array("interpolation/path-1/codes", arrays)
    let steps = codes.shape[0]
    #expect(steps > 2 && codes.shape == [steps, 2])
    let points = stride(from: 0, to: 2 * steps, by: 2).map {
      SIMD2(codes.values[$0], codes.values[$0 + 1])
    }
    func code(_ example: Double) -> SIMD2<Double> {
      2 * SIMD2(images[2 * Int(example)], images[2 * Int(example) + 1])
    }
    #expect(points.first == code(from) && points.last == code(4))
    // In between are nodes, and each step is an edge.
    let nodes = try array("graph/nodes", arrays)
    #expect(nodes.shape == [60, 2])
    let places = stride(from: 0, to: 120, by: 2).map {
      SIMD2(nodes.values[$0], nodes.values[$0 + 1])
    }
    let visited = try points[1..<steps - 1].map { try #require(places.firstIndex(of: $0)) }
    #expect(try array("interpolation/path-1/nodes", arrays).values == visited.map(Double.init))
    let edges = try array("graph/edges", arrays)
    let lengths = try array("graph/length", arrays).values
    #expect(edges.shape == [lengths.count, 2])
    let pairs = lengths.indices.map { [Int(edges.values[2 * $0]), Int(edges.values[2 * $0 + 1])] }
    for (a, b) in zip(visited, visited.dropFirst()) {
      #expect(pairs.contains([min(a, b), max(a, b)]))
    }
    for (pair, length) in zip(pairs, lengths) {
      let d = places[pair[0]] - places[pair[1]]
      #expect(abs((d * d).sum().squareRoot() - length) < 1e-12)
    }
    let sum = zip(points, points.dropFirst()).reduce(0.0) {
      let d = $1.1 - $1.0
      return $0 + (d * d).sum().squareRoot()
    }
    #expect(abs(try array("interpolation/length", arrays).values[0] - sum) < 1e-12)
    // The model decodes a code to itself and a quarter.
    let features = try array("interpolation/path-1/features", arrays)
    #expect(features.shape == codes.shape)
    #expect(features.values == codes.values.map { $0 + PlaneModel.shift })
  }

  @Test func randomPairsAreTheSameForAllRunsAndDiffer() throws {
    let some = try computation("{nodes: 20, neighbours: 4, random: 30}")
    var ends: [[Double]] = []
    for seed in [0, 1] {
      let arrays = try some.compute(finished(seed: seed).run, noSnapshots)
      let from = try array("interpolation/from", arrays).values
      let to = try array("interpolation/to", arrays).values
      #expect(zip(from, to).allSatisfy { $0 != $1 && (0..<10 ~= $0) && (0..<10 ~= $1) })
      #expect(Set(from).count > 5 && Set(to).count > 5)
      ends.append(from + to)
    }
    #expect(ends[0] == ends[1])
  }

  @Test func pairsThatNoWayJoins() throws {
    // Far from one another, each node has its nearest neighbour alone.
    let (run, _) = finished(IslandModel(), count: 4)
    let arrays = try computation("{nodes: 4, neighbours: 1, random: 40}").compute(run, noSnapshots)
    let lengths = try array("interpolation/length", arrays).values
    let from = try array("interpolation/from", arrays).values
    let to = try array("interpolation/to", arrays).values
    for index in lengths.indices {
      // Examples 0 and 1 are near one island, 2 and 3 near the other.
      let isJoined = (from[index] < 2) == (to[index] < 2)
      #expect(lengths[index].isNaN != isJoined)
      #expect(arrays.contains { $0.name == "interpolation/path-\(index + 1)/codes" } == isJoined)
    }
    #expect(lengths.contains { $0.isNaN } && lengths.contains { $0.isFinite })
    let smoothness = try Smoothness(
      graphs: 3, paths: 20, size: .init(nodes: 4, neighbours: 1)
    ).roughness(run)
    for graph in smoothness {
      #expect(graph.unreachable > 0 && graph.values.count + graph.unreachable == 20)
    }
  }

  @Test func imagesStandInRowsOfEqualLength() throws {
    let images = scattered(20).map { ($0 + 1.5) / 3 }
    let run = MeasuredRun(
      model: PictureModel(),
      dataset: Dataset(
        contentIdentity: "test",
        train: Split(Batch(["image": Tensor(images, shape: [10, 1, 1, 2])]))),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
    let arrays = try computation("{nodes: 50, neighbours: 4, random: 6}").compute(run, noSnapshots)
    let found = try array("interpolation/images", arrays)
    let steps = try (1...6).map {
      try array("interpolation/path-\($0)/codes", arrays).shape[0]
    }
    let longest = try #require(steps.max())
    #expect(found.shape == [6, longest, 1, 1, 2])
    #expect(Set(steps).count > 1)
    for path in 0..<6 {
      let codes = try array("interpolation/path-\(path + 1)/codes", arrays).values
      let row = found.values[path * longest * 2..<(path + 1) * longest * 2]
      let decoded = codes.map { (255 * min(max($0, 0), 1)).rounded() }
      #expect(
        Array(row) == decoded + [Double](repeating: 255, count: 2 * longest - decoded.count))
    }
    let few = try computation("{nodes: 50, neighbours: 4, random: 6, columns: 3}")
      .compute(run, noSnapshots)
    let row = try array("interpolation/images", few)
    #expect(row.shape == [6, 3, 1, 1, 2])
    #expect(row.values.prefix(2) == found.values.prefix(2))
  }

  @Test func evenlySpacedSteps() {
    func spaced(_ steps: Int, _ count: Int) -> [Double] {
      LatentGraph.Interpolation(
        codes: (0..<steps).map(Double.init), nodes: [], length: 0, dimensions: 1
      )
      .spaced(count)
    }
    #expect(spaced(5, 9) == [0, 1, 2, 3, 4])
    #expect(spaced(5, 3) == [0, 2, 4])
    #expect(spaced(11, 2) == [0, 10])
    #expect(spaced(10, 4) == [0, 3, 6, 9])
  }

  @Test(arguments: [
    ("{nodes: 1, neighbours: 5, random: 1}", "nodes"),
    ("{nodes: 200000, neighbours: 5, random: 1}", "nodes"),
    ("{nodes: 100, neighbours: 0, random: 1}", "neighbours"),
    ("{nodes: 100, neighbours: 5}", "either"),
    ("{nodes: 100, neighbours: 5, random: 0}", "paths"),
    ("{nodes: 100, neighbours: 5, random: 2, columns: 1}", "columns"),
    ("{nodes: 9, neighbours: 5, random: 2, between: [{from: {a: 0}, to: {a: 1}}]}", "either"),
  ])
  func impossibleSettings(_ json: String, _ word: String) throws {
    #expect(try computation(json).problem?.contains(word) == true)
  }

  @Test func anEndIsOneTensorAndItsNumber() {
    let found = words {
      try computation("{nodes: 9, neighbours: 5, between: [{from: {a: 0, b: 1}, to: {a: 1}}]}")
    }
    #expect(found.contains("expected one tensor and its number"), "\(found)")
    #expect(throws: MeasureError.self) {
      try computation("{nodes: 9, neighbours: 5, between: [{from: {a: 0}, to: {a: 1}}]}")
        .compute(finished().run, noSnapshots)
    }
  }
}

/// Smoothness against sequences whose second differences are known.
@Suite struct SmoothnessTests {
  @Test func secondDifferencesOfKnownSequences() {
    // t² has the second difference 2, a line none, and sin ωt that of −4 sin²(ω/2) sin ωt.
    let (steps, turn) = (40, 0.7)
    let values = (0..<steps).flatMap { t -> [Double] in
      [Double(t * t), 3 - 2 * Double(t), sin(turn * Double(t))]
    }
    let squares = (1..<steps - 1).map { pow(sin(turn * Double($0)), 2) }
    let sine = 4 * pow(sin(turn / 2), 2) * (squares.reduce(0, +) / Double(steps - 2)).squareRoot()
    let found = Smoothness.roughness(values, steps: steps)
    #expect(zip(found, [2, 0, sine]).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(Smoothness.roughness([1, 2, 3, 4], steps: 2) == [0, 0])
  }

  private func value(_ id: String, _ run: MeasuredRun) throws -> Double {
    let measure = try #require(MeasureFamily.smoothness.measure(id))
    return try #require(try measure.value(run))
  }

  @Test func ofGraphsAndPaths() throws {
    let id = "smoothness/4-graphs/6-paths/50-nodes/4-neighbours"
    let run = finished(PlaneModel()).run
    let mean = try value(id, run)
    // Codes and draws twice as far apart give the same ways, twice as rough.
    #expect(abs(try value(id, finished(PlaneModel(scale: 2)).run) / mean - 2) < 1e-12)
    #expect(try value(id, finished(seed: 1).run) != mean)

    let graphs = try Smoothness(graphs: 4, paths: 6, size: .init(nodes: 50, neighbours: 4))
      .roughness(run)
    #expect(graphs.map(\.values.count) == [6, 6, 6, 6])
    let means = graphs.map { graph in
      graph.values.map { ($0[0] + $0[1]) / 2 }.reduce(0, +) / 6
    }
    let overall = means.reduce(0, +) / 4
    #expect(abs(overall - mean) < 1e-12)
    let error = (means.reduce(0) { $0 + pow($1 - overall, 2) } / 3 / 4).squareRoot()
    let found = try value("smoothness/standard-error/4-graphs/6-paths/50-nodes/4-neighbours", run)
    #expect(abs(found - error) < 1e-12)

    let arrays = try SmoothnessComputation(graphs: 4, paths: 6, nodes: 50, neighbours: 4)
      .compute(run, Snapshots(steps: []) { _ in })
    let all = graphs.flatMap(\.values)
    #expect(
      arrays.map(\.name) == ["smoothness/mean", "smoothness/deviation", "smoothness/unreachable"])
    for feature in 0..<2 {
      let values = all.map { $0[feature] }
      let mean = values.reduce(0, +) / 24
      #expect(abs(arrays[0].values[feature] - mean) < 1e-12)
      let variance = values.reduce(0) { $0 + pow($1 - mean, 2) } / 24
      #expect(abs(arrays[1].values[feature] - variance.squareRoot()) < 1e-12)
    }
    #expect(arrays[2].values == [0])
  }

  /// The measures of a run on two islands, from the pairs that the model was asked to encode: those on
  /// one island are joined.
  @Test func pairsThatAreJoinedAndThoseThatAreNot() throws {
    // From (0.1, 0.2) by (0, 0) and (1, 0) to (0.9, −0.1) the second differences are ±1.1, and 0.2 and
    // −0.1; on the other island ±1.2, and 0.3 and 0.2. The way back has the same.
    let roughness = [(1.1 + (0.025).squareRoot()) / 2, (1.2 + (0.065).squareRoot()) / 2]
    let (graphs, paths) = (3, 5)
    func average(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    func areNear(_ found: Double?, _ expected: Double?) -> Bool {
      guard let found, let expected else { return found == nil && expected == nil }
      return abs(found - expected) < 1e-12
    }
    var (unequal, empty) = (0, 0)
    for seed in 0..<8 {
      let model = IslandModel()
      let run = finished(model, count: 4, seed: seed).run
      func found(_ quantity: String) throws -> Double? {
        let id = "smoothness/\(quantity)\(graphs)-graphs/\(paths)-paths/4-nodes/1-neighbours"
        let measure = try #require(MeasureFamily.smoothness.measure(id))
        return try measure.value(run)
      }
      let mean = try found("")
      // Of each graph first where its paths begin, then where they end.
      let ends = model.encoded
      try #require(ends.count == 2 * graphs && ends.allSatisfy { $0.count == paths })
      let joined = (0..<graphs).map { graph -> [Double] in
        let pairs = zip(ends[2 * graph], ends[2 * graph + 1]).filter { ($0 < 2) == ($1 < 2) }
        return pairs.map { roughness[$0.0 / 2] }
      }
      let means = joined.compactMap(average)
      let middle = average(means) ?? .nan
      #expect(areNear(mean, middle), "seed \(seed)")

      let unreachable = try found("unreachable/")
      let all = Array(joined.joined())
      let apart = Double(graphs * paths - all.count)
      #expect(areNear(unreachable, 100 * apart / 15), "seed \(seed)")

      var squares = 0.0
      for own in means { squares += (own - middle) * (own - middle) }
      let error: Double? = means.count < graphs ? nil : (squares / 6).squareRoot()
      let standardError = try found("standard-error/")
      #expect(areNear(standardError, error), "seed \(seed)")
      if let pooled = average(all), abs(pooled - middle) > 1e-3 { unequal += 1 }
      if means.count < graphs { empty += 1 }
    }
    // Where graphs have unequal numbers of joined pairs, the mean is not that of all paths together; a graph
    // without one has no part in it, and leaves no error.
    #expect(unequal > 0 && empty > 0)
  }

  /// Of two examples that no way joins there is neither a mean nor an error.
  @Test func noPairIsJoined() throws {
    let all = scattered(8)
    let images = [all[0], all[1], all[4], all[5]]
    let run = MeasuredRun(
      model: IslandModel(),
      dataset: Dataset(
        contentIdentity: "test", train: Split(Batch(["image": Tensor(images, shape: [2, 2])]))),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
    let wanted: [(String, Double?)] = [
      ("", nil), ("standard-error/", nil), ("unreachable/", 100),
    ]
    for (quantity, expected) in wanted {
      let id = "smoothness/\(quantity)2-graphs/3-paths/4-nodes/1-neighbours"
      let measure = try #require(MeasureFamily.smoothness.measure(id))
      #expect(try measure.value(run) == expected, "\(id)")
    }
    let arrays = try SmoothnessComputation(graphs: 2, paths: 3, nodes: 4, neighbours: 1)
      .compute(run, Snapshots(steps: []) { _ in })
    #expect(arrays.map(\.shape) == [[0], [0], [1]])
    #expect(arrays.map(\.values) == [[], [], [6]])
  }

  /// The names of the features are the data's.
  @Test func namesOfFeatures() throws {
    let names = ["knee.rx", "toe.rx"]
    let run = MeasuredRun(
      model: PlaneModel(),
      dataset: Dataset(
        contentIdentity: "test", featureNames: names,
        train: Split(Batch(["image": Tensor(scattered(20), shape: [10, 2])]))),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
    let arrays = try SmoothnessComputation(graphs: 1, paths: 2, nodes: 50, neighbours: 4)
      .compute(run, Snapshots(steps: []) { _ in })
    let last = try #require(arrays.last)
    #expect(last.name == "smoothness/feature")
    #expect(last.content == .texts(names) && last.shape == [2])
    #expect(arrays.dropLast().map(\.shape) == [[2], [2], [1]])
  }

  @Test(arguments: [
    "smoothness", "smoothness/10-graphs", "smoothness/1-graphs/2-paths/3-nodes",
    "smoothness/0-graphs/2-paths/3-nodes/1-neighbours",
    "smoothness/1-graphs/2-paths/1-nodes/1-neighbours",
    "smoothness/1000000-graphs/2-paths/10-nodes/1-neighbours",
    "smoothness/01-graphs/2-paths/30-nodes/1-neighbours",
    "smoothness/1-graphs/2-paths/30-nodes/1-neighbours/x",
  ])
  func idsOfOthers(_ id: String) {
    #expect(MeasureFamily.smoothness.measure(id) == nil)
  }
}

/// Two far islands of two nodes, with two examples near each.
private final class IslandModel: LatentVariableModel {
  let parameters = ParameterStore(Randomness(seed: 0), type: .float64)
  /// The examples of each batch that it was asked for.
  private(set) var encoded: [[Int]] = []

  func encode(_ batch: Batch) -> DiagonalGaussian {
    // The test's images are scattered: which rows they are in tells the examples apart.
    let all = Tensor(scattered(8), shape: [4, 2])
    let codes = Tensor([0.1, 0.2, 0.9, -0.1, 100.2, 0.3, 100.8, 0.2], shape: [4, 2])
    let places = (batch["image"] ?? all).distances(from: all).placesOfSmallest(1).reshaped(-1)
    encoded.append(places.integers().map(Int.init))
    let mean = codes.rows(places)
    return DiagonalGaussian(mean: mean, logVariance: mean * 0)
  }

  func decode(_ codes: Tensor) -> Tensor { codes }

  func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    Tensor([0.0, 0, 1, 0, 100, 0, 101, 0], shape: [4, 2])
  }
}

/// A model whose code is its picture of two pixels.
private final class PictureModel: LatentVariableModel {
  let parameters = ParameterStore(Randomness(seed: 0), type: .float64)

  func encode(_ batch: Batch) -> DiagonalGaussian {
    let codes = (batch["image"] ?? .zeros([0, 2])).reshaped(-1, 2)
    return DiagonalGaussian(mean: codes, logVariance: codes)
  }

  func decode(_ codes: Tensor) -> Tensor { codes }

  func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor {
    stream.normal([count, 2], type: .float64) * 0.5 + 0.5
  }
}
