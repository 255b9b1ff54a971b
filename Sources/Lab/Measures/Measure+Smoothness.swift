import Modelling
import Torch

extension MeasureFamily {
  /// Smoothness of interpolations along graphs of draws from the prior (Klushyn et al. 2019, section 4.2):
  /// the root mean square of the decoded features' second differences along a path, averaged over
  /// features, over paths between random training examples, so many on each of so many graphs, and over the
  /// graphs, of so many nodes that are joined to so many neighbours each:
  /// `smoothness/10-graphs/100-paths/2530-nodes/15-neighbours`. Examples that no way joins are passed
  /// over; how many they are of a hundred: `smoothness/unreachable/10-graphs/…`. The standard error of the
  /// mean over the graphs, where all have a path: `smoothness/standard-error/10-graphs/…`.
  public static let smoothness = MeasureFamily(
    pattern:
      "smoothness/[standard-error/|unreachable/]<graphs>-graphs/<paths>-paths/<nodes>-nodes/<neighbours>-neighbours"
  ) { id in
    Smoothness(id).map { smoothness in
      Measure(
        id: id, summary: smoothness.summary,
        unit: smoothness.quantity == .unreachable ? "%" : "",
        direction: smoothness.quantity == .standardError ? .neither : .lessIsBetter,
        abilities: [.code], needs: [DataNeed(split: "train", tensor: "image")]
      ) { try smoothness.value($0) }
    }
  }
}

/// What an id such as `smoothness/10-graphs/100-paths/2530-nodes/15-neighbours` says.
struct Smoothness: Equatable {
  let graphs: Int
  let paths: Int
  let size: LatentGraph.Size
  let quantity: Quantity

  /// What is said of the interpolations; the value stands in the id.
  enum Quantity: String {
    case mean
    case standardError = "standard-error"
    case unreachable
  }

  /// Of all graphs together.
  static let mostPaths = 1_000_000

  init(graphs: Int, paths: Int, size: LatentGraph.Size, quantity: Quantity = .mean) {
    self.graphs = graphs
    self.paths = paths
    self.size = size
    self.quantity = quantity
  }

  /// Reads an id; nil where it is another's.
  init?(_ id: String) {
    var parts = id.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard parts.popFirst() == "smoothness" else { return nil }
    let named = parts.first.flatMap { Quantity(rawValue: String($0)) }
    if named == .mean { return nil }
    if named != nil { parts.removeFirst() }
    let names = ["-graphs", "-paths", "-nodes", "-neighbours"]
    let numbers = zip(parts, names).compactMap { MeasureFamily.number($0, suffix: $1) }
    guard parts.count == names.count, numbers.count == names.count else { return nil }
    self.init(
      graphs: numbers[0], paths: numbers[1],
      size: LatentGraph.Size(nodes: numbers[2], neighbours: numbers[3]),
      quantity: named ?? .mean)
    if problem != nil { return nil }
  }

  /// What is impossible about it, or nil.
  var problem: String? {
    if !(1...Self.mostPaths ~= graphs) { return "graphs must be from 1 to 1,000,000" }
    let most = Self.mostPaths / graphs
    return 1...most ~= paths ? size.problem : "paths must be from 1 to \(most)"
  }

  var summary: String {
    let mean =
      "root mean square of second differences of decoded features, mean over features, over "
      + "\(paths) interpolations on each of \(graphs) graphs of prior samples, and over the graphs"
    return switch quantity {
    case .mean: mean
    case .standardError: "standard error, over the graphs, of the \(mean)"
    case .unreachable: "interpolations that no way joins, which are not in the \(mean)"
    }
  }

  /// The quantity; nil for a mean of no graph, and for an error where a graph joins no pair.
  func value(_ run: MeasuredRun) throws -> Double? {
    let graphs = try roughness(run)
    if quantity == .unreachable {
      return 100 * Double(graphs.reduce(0) { $0 + $1.unreachable }) / Double(self.graphs * paths)
    }
    let means = graphs.compactMap(\.mean)
    if means.isEmpty { return nil }
    if quantity == .mean { return try Summary(means).mean }
    return means.count == graphs.count ? try Summary(means).standardError : nil
  }

  /// The paths of one graph.
  struct Graph {
    /// Root mean square of the second differences by path and feature, `[paths, features]`.
    var values: [[Double]] = []
    /// Pairs that no way joins.
    var unreachable = 0

    /// Mean over the features and over the paths; nil where there is none.
    var mean: Double? {
      let paths = values.map { $0.reduce(0, +) / Double($0.count) }
      return paths.isEmpty ? nil : paths.reduce(0, +) / Double(paths.count)
    }
  }

  /// Of each graph's paths.
  func roughness(_ run: MeasuredRun) throws -> [Graph] {
    let name = "smoothness/\(graphs)/\(paths)/\(size.nodes)/\(size.neighbours)"
    return try run.shared(name) {
      let model: any LatentVariableModel = try run.model(.code, for: "smoothness")
      let examples = try run.dataset.train
      if examples.count < 2 { throw MeasureError.tooFewPoints("smoothness", needed: 2) }
      return try (0..<graphs).map { try graph($0, model, run) }
    }
  }

  private func graph(
    _ index: Int, _ model: any LatentVariableModel, _ run: MeasuredRun
  ) throws -> Graph {
    let examples = try run.dataset.train
    let latent = try LatentGraph(
      size, of: model, run.randomness.stream("measure/smoothness", step: index),
      for: "smoothness")
    var generator = run.randomness.generator("measure/smoothness/ends", step: index)
    let pairs = (0..<paths).map { _ in generator.twoPlaces(below: examples.count) }
    let paths = try latent.interpolations(
      among: examples, from: pairs.map(\.0), to: pairs.map(\.1), for: "smoothness")
    var graph = Graph()
    for path in paths {
      guard let path else {
        graph.unreachable += 1
        continue
      }
      let features = try latent.features(of: path.codes, for: "smoothness")
      graph.values.append(Self.roughness(features, steps: path.steps))
    }
    return graph
  }

  /// √(mean over t of (y_{t+1} − 2 y_t + y_{t−1})²) of each feature of `[steps, features]`; 0 where there
  /// are less than three steps.
  static func roughness(_ values: [Double], steps: Int) -> [Double] {
    let features = values.count / max(steps, 1)
    guard steps > 2 else { return [Double](repeating: 0, count: features) }
    return (0..<features).map { feature in
      var sum = 0.0
      for t in 1..<steps - 1 {
        let second =
          values[(t + 1) * features + feature] - 2 * values[t * features + feature]
          + values[(t - 1) * features + feature]
        sum += second * second
      }
      return (sum / Double(steps - 2)).squareRoot()
    }
  }
}
