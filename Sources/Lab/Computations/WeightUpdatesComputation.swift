import Training

/// How weight schedules change a weight in one step (Klushyn et al. 2019, figures 1 and 10):
/// `weight-updates/weight [n]`, `weight-updates/excess [m]`, and for each schedule `weight-updates/<name>
/// [m, n]`, the change of the weight by the weight before and by how much the running mean of the statistic
/// is above its threshold.
public struct WeightUpdatesComputation: StandaloneComputation {
  public static let name = "weight-updates"
  /// The weight before the step, and the running mean of the statistic less its threshold.
  public var weights: Spacing
  public var excesses: Spacing
  /// Controllers by the name of their array.
  public var schedules: [String: WeightSchedule]

  /// Numbers at equal distances, both ends among them.
  public struct Spacing: Decodable, Sendable {
    public var from: Double
    public var to: Double
    public var count: Int

    var values: [Double] {
      (0..<count).map { from + (to - from) * Double($0) / Double(count - 1) }
    }

    func problem(_ name: String) -> String? {
      if !(2...1000 ~= count) { return "\(name): count must be from 2 to 1000" }
      return from < to && (to - from).isFinite ? nil : "\(name): from must be below to"
    }
  }

  public var problem: String? {
    if let problem = weights.problem("weights") ?? excesses.problem("excesses") { return problem }
    if !(weights.from > 0) { return "weights must be positive" }
    if schedules.isEmpty { return "schedules must hold at least one" }
    for (name, schedule) in schedules {
      if let problem = PathName.problem(ofFile: name) { return "schedules: \(problem)" }
      if ["weight", "excess"].contains(name) {
        return "schedules: '\(name)' is another array's name"
      }
      if schedule.statistic == nil { return "schedules.\(name) follows no statistic" }
    }
    return nil
  }

  public var arrays: [String] {
    (["weight", "excess"] + schedules.keys).map { "weight-updates/" + $0 }
  }

  public func compute() throws -> [ResultArray] {
    let (columns, rows) = (weights.values, excesses.values)
    return [
      ResultArray("weight-updates/weight", columns, shape: [columns.count]),
      ResultArray("weight-updates/excess", rows, shape: [rows.count]),
    ]
      + schedules.sorted { $0.key < $1.key }.map { name, schedule in
        let changes = rows.flatMap { excess in
          columns.map { (schedule.updated($0, excess: excess) ?? .nan) - $0 }
        }
        return ResultArray(
          "weight-updates/" + name, changes, shape: [rows.count, columns.count])
      }
  }
}
