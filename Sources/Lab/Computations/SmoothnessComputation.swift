/// Smoothness of interpolations by feature, as the measure of that name takes it: `smoothness/mean
/// [features]` and `smoothness/deviation [features]` (n) over all paths, and `smoothness/unreachable`, how
/// many pairs no way joins; `smoothness/feature [features]`, their names, where the data has such.
public struct SmoothnessComputation: Computation {
  public static let name = "smoothness"
  /// Graphs, and the pairs of examples that are joined in each.
  public var graphs: Int
  public var paths: Int
  /// Draws from the prior in a graph, and how many of the nearest each is joined to.
  public var nodes: Int
  public var neighbours: Int

  private var smoothness: Smoothness {
    Smoothness(graphs: graphs, paths: paths, size: .init(nodes: nodes, neighbours: neighbours))
  }

  public var problem: String? { smoothness.problem }

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.code] }

  public var arrays: [String] {
    ["mean", "deviation", "unreachable", "feature"].map { "smoothness/" + $0 }
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let graphs = try smoothness.roughness(run)
    let values = graphs.flatMap(\.values)
    let summaries = try (0..<(values.first?.count ?? 0)).map { feature in
      try Summary(values.map { $0[feature] })
    }
    let names = try run.dataset.featureNames.map { ResultArray("smoothness/feature", texts: $0) }
    return [
      ResultArray("smoothness/mean", summaries.map(\.mean), shape: [summaries.count]),
      ResultArray(
        "smoothness/deviation", summaries.map(\.populationDeviation), shape: [summaries.count]),
      ResultArray(
        "smoothness/unreachable", [Double(graphs.map(\.unreachable).reduce(0, +))], shape: [1]),
    ] + [names].compactMap(\.self)
  }
}
