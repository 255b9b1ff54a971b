import Datasets
import Modelling
import Torch

/// Interpolations between examples along a graph of draws from the prior (Klushyn et al. 2019, section
/// 2.3). `interpolation/from`, `/to` and `/length [paths]`: the examples' places, and the lengths in the
/// space of codes, NaN where the graph holds no way. Below `interpolation/path-<p>/`, counted from 1:
/// `codes [steps, latent]` and `nodes [steps − 2]`, those between the ends. Of images also
/// `interpolation/images [paths, columns, channels, height, width]`, white behind the end of a shorter
/// row; of other data `features [steps, features]` of each path, and of motion capture `bones [columns,
/// bones, 2, 3]`, where each bone begins and ends. Of codes in the plane also the graph: `graph/nodes
/// [nodes, 2]`, `graph/edges [edges, 2]` and `graph/length [edges]`.
public struct InterpolationComputation: Computation {
  public static let name = "interpolation"
  /// Draws from the prior, and how many of the nearest each is joined to.
  public var nodes: Int
  public var neighbours: Int
  /// The ends of each path; or `random`.
  public var between: [Ends]?
  /// So many pairs of examples, the same for all runs.
  public var random: Int?
  /// The split of the examples; that to train on where left out.
  public var split: String?
  /// Images or persons of each path, taken evenly over its steps, both ends included; all steps where left
  /// out.
  public var columns: Int?

  /// Where a path begins and ends.
  public struct Ends: Decodable, Sendable {
    public var from: Example
    public var to: Example
  }

  /// An example whose value of a tensor is nearest to a number: `{angle: 0}`. Of several that are equally
  /// near one is drawn, the same for all runs.
  public struct Example: Decodable, Sendable {
    public var tensor: String
    public var value: Double

    public init(from decoder: any Decoder) throws {
      let values = try decoder.singleValueContainer().decode([String: Double].self)
      guard let (tensor, value) = values.first, values.count == 1, value.isFinite else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "expected one tensor and its number, such as {angle: 0}"))
      }
      self.tensor = tensor
      self.value = value
    }
  }

  public var problem: String? {
    if let problem = LatentGraph.Size(nodes: nodes, neighbours: neighbours).problem {
      return problem
    }
    if (between == nil) == (random == nil) { return "give either 'between' or 'random'" }
    if !(1...1000 ~= between?.count ?? random ?? 0) { return "there must be from 1 to 1000 paths" }
    if let columns, !(2...1000 ~= columns) { return "columns must be from 2 to 1000" }
    return nil
  }

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.code] }
  public var needs: [DataNeed] {
    let tensors = (between ?? []).flatMap { [$0.from.tensor, $0.to.tensor] }
    let split = split ?? "train"
    return [DataNeed(split: split, tensor: "image")]
      + tensors.map { DataNeed(split: split, tensor: $0, shape: []) }
  }

  public var arrays: [String] {
    [
      "from", "to", "length", "images", "path-*/codes", "path-*/nodes", "path-*/features",
      "path-*/bones",
    ].map { "interpolation/" + $0 } + ["nodes", "edges", "length"].map { "graph/" + $0 }
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let examples = try run.examples(of: split ?? "train", for: Self.name)
    let (from, to) = try ends(among: examples)
    let graph = try LatentGraph(
      .init(nodes: nodes, neighbours: neighbours), of: try run.model(.code, for: Self.name),
      run.randomness.stream("compute/" + Self.name), for: Self.name)
    let paths = try graph.interpolations(
      among: examples, from: from, to: to, for: Self.name)
    let count = [paths.count]
    return [
      ResultArray("interpolation/from", from.map(Double.init), shape: count),
      ResultArray("interpolation/to", to.map(Double.init), shape: count),
      ResultArray("interpolation/length", paths.map { $0?.length ?? .nan }, shape: count),
    ]
      + paths.enumerated().flatMap { index, path -> [ResultArray] in
        guard let path else { return [] }
        let group = "interpolation/path-\(index + 1)/"
        return [
          ResultArray(group + "codes", path.codes, shape: [path.steps, path.dimensions]),
          ResultArray(group + "nodes", path.nodes.map(Double.init), shape: [path.nodes.count]),
        ]
      } + (try decoded(paths, graph, examples, try run.dataset.figure)) + plane(graph.graph)
  }

  /// Places of the examples at which the paths begin and end.
  private func ends(among examples: Split) throws -> (from: [Int], to: [Int]) {
    if examples.count < 2 { throw MeasureError.tooFewPoints(Self.name, needed: 2) }
    var generator = Randomness(seed: 0).generator("ends of interpolations")
    if let random {
      var pairs: (from: [Int], to: [Int]) = ([], [])
      for _ in 0..<random {
        let (from, to) = generator.twoPlaces(below: examples.count)
        pairs.from.append(from)
        pairs.to.append(to)
      }
      return pairs
    }
    let between = between ?? []
    return (
      try between.map { try place(of: $0.from, among: examples, &generator) },
      try between.map { try place(of: $0.to, among: examples, &generator) }
    )
  }

  private func place(
    of example: Example, among examples: Split, _ generator: inout SplitMix64
  ) throws -> Int {
    guard let values = examples[example.tensor]?.doubles(), values.count == examples.count else {
      throw MeasureError.needsNumbers(Self.name, name: example.tensor)
    }
    let distances = values.map { abs($0 - example.value) }
    let least = distances.min() ?? 0
    let nearest = distances.indices.filter { distances[$0] == least }
    return nearest.isEmpty ? 0 : nearest[generator.place(below: nearest.count)]
  }

  private func decoded(
    _ paths: [LatentGraph.Interpolation?], _ graph: LatentGraph, _ examples: Split,
    _ figure: MotionFigure?
  ) throws -> [ResultArray] {
    guard let image = examples.rows(0..<1)["image"], image.shape.count == 4 else {
      return try paths.enumerated().flatMap { index, path -> [ResultArray] in
        guard let path else { return [] }
        let values = try graph.features(of: path.codes, for: Self.name)
        return [
          ResultArray(
            "interpolation/path-\(index + 1)/features", values,
            shape: [path.steps, values.count / path.steps])
        ] + (try figure.map { [try bones(path, index, graph, $0)] } ?? [])
      }
    }
    let shape = Array(image.shape.dropFirst())
    let shown = paths.map { path in path.map { $0.spaced(columns ?? $0.steps) } ?? [] }
    let longest = shown.map { $0.count / graph.graph.dimensions }.max() ?? 0
    let size = longest * shape.reduce(1, *)
    let pixels = try shown.flatMap { codes -> [UInt8] in
      let bytes = codes.isEmpty ? [] : Pictures.bytes(of: try decode(codes, graph))
      return bytes + [UInt8](repeating: 255, count: size - bytes.count)
    }
    return [
      ResultArray("interpolation/images", pixels: pixels, shape: [paths.count, longest] + shape)
    ]
  }

  private func bones(
    _ path: LatentGraph.Interpolation, _ index: Int, _ graph: LatentGraph, _ figure: MotionFigure
  ) throws -> ResultArray {
    let shown = path.spaced(columns ?? path.steps)
    let count = shown.count / graph.graph.dimensions
    let values = try graph.features(of: shown, for: Self.name)
    let features = values.count / max(count, 1)
    let bones = (0..<count).map {
      figure.bones(of: values[$0 * features..<($0 + 1) * features])
    }
    return ResultArray(
      "interpolation/path-\(index + 1)/bones",
      bones.joined().flatMap { [$0.from, $0.to] }.flatMap { [$0.x, $0.y, $0.z] },
      shape: [count, bones.first?.count ?? 0, 2, 3])
  }

  private func decode(_ codes: [Double], _ graph: LatentGraph) throws -> Tensor {
    try checked(Self.name) { withoutGradients { graph.decode(codes) } }
  }

  private func plane(_ graph: NeighbourGraph) -> [ResultArray] {
    guard graph.dimensions == 2 else { return [] }
    let edges = graph.edges.enumerated().flatMap { node, edges in
      edges.filter { $0.node > node }.map { (from: node, to: $0.node, length: $0.length) }
    }
    return [
      ResultArray("graph/nodes", graph.points, shape: [graph.edges.count, 2]),
      ResultArray(
        "graph/edges", edges.flatMap { [Double($0.from), Double($0.to)] },
        shape: [edges.count, 2]),
      ResultArray("graph/length", edges.map(\.length), shape: [edges.count]),
    ]
  }
}

extension LatentGraph.Interpolation {
  /// At most so many of its codes, taken evenly, with the first and the last among them.
  func spaced(_ count: Int) -> [Double] {
    guard count < steps, count > 1 else { return codes }
    return (0..<count).flatMap { index in
      let step = Int((Double(index) * Double(steps - 1) / Double(count - 1)).rounded())
      return codes[step * dimensions..<(step + 1) * dimensions]
    }
  }
}
