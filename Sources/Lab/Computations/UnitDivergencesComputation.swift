/// The divergences of the dimensions of the innermost code from N(0, 1), the largest first:
/// `units/divergence [dimensions]`, and the dimensions' own places, `units/dimension`.
public struct UnitDivergencesComputation: Computation {
  public static let name = "unit-divergences"

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.innermostCode] }
  public var needs: [DataNeed] { [DataNeed(split: "test", tensor: "image")] }

  public var arrays: [String] {
    ["units/divergence", "units/dimension"]
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    guard let divergences = try UnitDivergences(run, for: Self.name) else {
      throw MeasureError.needsStandardNormal(Self.name)
    }
    let order = divergences.order
    return [
      ResultArray("units/divergence", order.map { divergences.values[$0] }, shape: [order.count]),
      ResultArray("units/dimension", order.map(Double.init), shape: [order.count]),
    ]
  }
}
