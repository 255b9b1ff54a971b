import Modelling
import Torch

/// Test examples of the clusters of each facet: rows are clusters, from the surest, columns their
/// examples likewise. Below `examples/facet-<j>/`: `images [rows, columns, channels, height, width]`,
/// `probability` and `index [rows, columns]`, `cluster` and `confidence [rows]`. Where a cluster has fewer
/// examples, images are white, probabilities NaN and indices −1.
public struct ClusterExamplesComputation: Computation {
  public static let name = "cluster-examples"
  /// Rows; all clusters where left out.
  public var clusters: Int?
  public var columns: Int

  public var problem: String? { gridProblem(clusters, columns) }

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.clusters] }
  public var needs: [DataNeed] { [DataNeed(split: "test", tensor: "image", isPicture: true)] }

  public var arrays: [String] {
    ["images", "index", "probability", "cluster", "confidence"].map { "examples/facet-*/" + $0 }
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let examples = try run.examples(of: "test", for: Self.name)
    return try run.clusterProbabilities("test", for: Self.name).enumerated().flatMap {
      facet, probabilities in
      let shown = RankedClusters(probabilities).clusters.prefix(clusters ?? .max)
      let size = [shown.count, columns]
      var images: [UInt8] = []
      var indices: [Double] = []
      var values: [Double] = []
      var shape: [Int] = []
      for cluster in shown {
        let members = cluster.members.prefix(columns)
        let missing = columns - members.count
        let pictures = try Pictures(
          of: examples, at: members.map(\.example), for: Self.name)
        shape = pictures.shape
        images += pictures.bytes
        images += [UInt8](repeating: 255, count: missing * shape.reduce(1, *))
        indices += members.map { Double($0.example) } + [Double](repeating: -1, count: missing)
        values +=
          members.map { Double($0.probability) } + [Double](repeating: .nan, count: missing)
      }
      let path = "examples/facet-\(facet + 1)/"
      return [
        ResultArray(path + "images", pixels: images, shape: size + shape),
        ResultArray(path + "index", indices, shape: size),
        ResultArray(path + "probability", values, shape: size),
        ResultArray(path + "cluster", shown.map { Double($0.index) }, shape: [shown.count]),
        ResultArray(path + "confidence", shown.map(\.confidence), shape: [shown.count]),
      ]
    }
  }
}

/// Generated examples of the clusters of each facet: rows are clusters, columns draws of their codes with
/// the other facets drawn from their priors, decoded to the mean of p(x|z). Below `samples/facet-<j>/`:
/// `images [rows, columns, channels, height, width]` and `cluster [rows]`.
public struct ClusterSamplesComputation: Computation {
  public static let name = "cluster-samples"
  /// Rows; all clusters where left out.
  public var clusters: Int?
  public var columns: Int
  /// By default the prior as it is.
  public var temperature: Temperature?
  /// By default `confidence`.
  public var order: Order?

  /// Which clusters come first.
  public enum Order: String, Codable, CaseIterable, Sendable {
    /// As in `cluster-examples`: those that a test example is assigned to, from the surest.
    case confidence
    /// All of them by their number.
    case number
  }

  public var problem: String? { gridProblem(clusters, columns) ?? temperature?.problem }

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.clusterSamples] }
  public var needs: [DataNeed] {
    [DataNeed(split: order == .number ? "train" : "test", tensor: "image", isPicture: true)]
  }

  public var arrays: [String] {
    ["samples/facet-*/images", "samples/facet-*/cluster"]
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let model: any ClusterGenerator = try run.model(.clusterSamples, for: Self.name)
    let shape = try run.imageShape(for: Self.name)
    let ranked =
      order == .number
      ? model.clusters.map { Array(0..<$0) }
      : try run.clusterProbabilities("test", for: Self.name).map {
        RankedClusters($0).clusters.map(\.index)
      }
    return try ranked.enumerated().flatMap { facet, ranked in
      let shown = ranked.prefix(clusters ?? .max)
      var images: [UInt8] = []
      for cluster in shown {
        let stream = run.randomness.stream("compute/\(Self.name)/\(facet + 1)", step: cluster)
        images += try checked(Self.name) {
          withoutGradients {
            let codes = model.sample(
              columns, ofCluster: cluster, facet: facet, temperature ?? .one, stream)
            return Pictures.bytes(of: model.decode(codes))
          }
        }
      }
      let path = "samples/facet-\(facet + 1)/"
      return [
        ResultArray(path + "images", pixels: images, shape: [shown.count, columns] + shape),
        ResultArray(path + "cluster", shown.map(Double.init), shape: [shown.count]),
      ]
    }
  }
}

/// Test examples of pairs of clusters of one facet, and their reconstructions with the codes of that
/// facet exchanged (Falck et al. 2021, section 4.2). Clusters are paired from the surest, the first with
/// the second, the third with the fourth; their examples likewise. Below `swap/<pair>/`: `images [4,
/// columns, channels, height, width]` (examples of either cluster; the first ones decoded with the second
/// ones' code of the facet, and the other way round), `index [2, columns]` and `cluster [2]`.
public struct FacetSwapComputation: Computation {
  public static let name = "facet-swap"
  /// Counted from 1.
  public var facet: Int
  public var pairs: Int
  public var columns: Int

  public var problem: String? {
    if facet < 1 { return "facet must be at least 1" }
    return gridProblem(pairs, columns)
  }

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.mixturePriors, .code, .facets(facet)] }
  public var needs: [DataNeed] { [DataNeed(split: "test", tensor: "image", isPicture: true)] }

  public var arrays: [String] {
    ["images", "index", "cluster"].map { "swap/*/" + $0 }
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let model: any MixturePriorModel & LatentVariableModel = try run.model(
      .mixturePriors, for: Self.name)
    let examples = try run.examples(of: "test", for: Self.name)
    let facets = try run.clusterProbabilities("test", for: Self.name)
    guard facets.indices.contains(facet - 1) else {
      throw MeasureError.lacks(Self.name, .facets(facet))
    }
    let ranked = RankedClusters(facets[facet - 1]).clusters
    return try (0..<min(pairs, ranked.count / 2)).flatMap { pair in
      let both = [ranked[2 * pair], ranked[2 * pair + 1]]
      let count = min(columns, both[0].members.count, both[1].members.count)
      let places = both.map { $0.members.prefix(count).map(\.example) }
      let pictures = try places.map { try Pictures(of: examples, at: $0, for: Self.name) }
      let swapped = try checked(Self.name) {
        withoutGradients {
          let means = places.map { places in
            model.posteriors(examples.rows(at: places)).map(\.mean)
          }
          return [(0, 1), (1, 0)].flatMap { own, other in
            var codes = means[own]
            codes[facet - 1] = means[other][facet - 1]
            return Pictures.bytes(of: model.decode(.concatenated(codes, 1)))
          }
        }
      }
      let path = "swap/\(pair + 1)/"
      return [
        ResultArray(
          path + "images", pixels: pictures.flatMap(\.bytes) + swapped,
          shape: [4, count] + pictures[0].shape),
        ResultArray(path + "index", places.flatMap { $0.map(Double.init) }, shape: [2, count]),
        ResultArray(path + "cluster", both.map { Double($0.index) }, shape: [2]),
      ]
    }
  }
}

/// Images of one cluster while its style moves along straight lines, one line a row, decoded from the
/// cluster's mean: `styles/images [lines, columns, channels, height, width]`, and `styles/cluster`. The
/// cluster is the one that is surest of its test examples.
public struct StyleTraversalComputation: Computation {
  public static let name = "style-traversal"
  public var lines: Int
  public var columns: Int
  /// Half a line's length, in units of what most draws of a style have.
  public var reach: Double

  public var problem: String? {
    if let problem = gridProblem(lines, columns) { return problem }
    return reach > 0 && reach.isFinite ? nil : "reach must be above 0"
  }

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.styles] }
  public var needs: [DataNeed] { [DataNeed(split: "test", tensor: "image", isPicture: true)] }

  public var arrays: [String] {
    ["styles/images", "styles/cluster"]
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let model: any StyledClusterModel = try run.model(.styles, for: Self.name)
    let probabilities = try run.clusterProbabilities("test", for: Self.name)
    let cluster = probabilities.first.flatMap { RankedClusters($0).clusters.first?.index } ?? 0
    let images = try checked(Self.name) {
      withoutGradients {
        let codes = model.traverseStyle(
          of: cluster, lines: lines, steps: columns, reach: reach,
          run.randomness.stream("compute/" + Self.name))
        return Pictures.bytes(of: model.decode(codes))
      }
    }
    return [
      ResultArray(
        "styles/images", pixels: images,
        shape: [lines, columns] + (try run.imageShape(for: Self.name))),
      ResultArray("styles/cluster", [Double(cluster)], shape: [1]),
    ]
  }
}

/// What is impossible about a grid, or nil.
private func gridProblem(_ rows: Int?, _ columns: Int) -> String? {
  if let rows, !(1...10_000 ~= rows) { return "a grid has from 1 to 10,000 rows" }
  return 1...1000 ~= columns ? nil : "columns must be from 1 to 1000"
}
