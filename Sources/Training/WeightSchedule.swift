import Foundation

/// How the weight of a loss term is set, as a manifest says it: a number, or one tag.
public enum WeightSchedule: Equatable, Sendable {
  case constant(Double)
  case ramp(Ramp)
  case rewo(REWO)
  case geco(GECO)
  case multiplier(Multiplier)

  /// Constant, then linear in the number of steps, then constant.
  public struct Ramp: Codable, Equatable, Sendable {
    /// The weight at the beginning, and from the end of the ramp on.
    public var from: Double
    public var to: Double
    /// How long the weight stays at `from` before it moves; not at all where this is nil.
    public var after: Duration?
    /// How long it moves.
    public var over: Duration
  }

  /// Reconstruction-error-based weighted objective (Klushyn et al. 2019, eqs. 12–13, algorithm 1).
  ///
  /// The weight β stands still, and so do the held parameters, until the running mean of the statistic
  /// first falls below the threshold κ². From then on β ← β·exp(ν f δ), δ = mean − κ², with
  /// f = tanh(τ(β − 1)) where δ < 0 and f = −1 elsewhere.
  public struct REWO: Codable, Equatable, Sendable {
    /// The model's statistic that is held against the threshold.
    public var statistic: String
    /// κ², in the statistic's unit.
    public var threshold: Double
    /// ν.
    public var speed: Double
    /// τ.
    public var steepness: Double
    /// β₀.
    public var start: Double
    /// α: share of the old running mean in the new one.
    public var smoothing: Double
    /// Parameters (patterns of paths) that are not trained until the threshold is first met.
    public var hold: [String]
  }

  /// Generalised ELBO with constrained optimisation (Rezende and Viola 2018; Klushyn et al. 2019,
  /// eq. 5): λ ← λ·exp(ν δ) from the first step, weight β = 1/λ.
  public struct GECO: Codable, Equatable, Sendable {
    public var statistic: String
    /// κ².
    public var threshold: Double
    /// ν.
    public var speed: Double
    /// β₀ = 1/λ₀.
    public var start: Double
    /// α: share of the old running mean in the new one.
    public var smoothing: Double
  }

  /// REWO with the update of Klushyn et al. 2019, appendix B.1, in place of that of eq. 12:
  /// γ ← γ·exp(ν δ), weight β = 1/(1 + τγ) (eqs. 15–16), which is always below 1. Only the product
  /// τγ₀ matters.
  ///
  /// As in ``REWO``, β and the held parameters stand still until the running mean of the statistic
  /// first falls below the threshold.
  public struct Multiplier: Codable, Equatable, Sendable {
    public var statistic: String
    /// κ².
    public var threshold: Double
    /// ν.
    public var speed: Double
    /// τ.
    public var slope: Double
    /// γ₀: β starts at 1/(1 + τγ₀).
    public var start: Double
    /// α: share of the old running mean in the new one.
    public var smoothing: Double
    /// Parameters (patterns of paths) that are not trained until the threshold is first met.
    public var hold: [String]
  }

  /// What the schedules that follow a statistic have in common.
  struct Constraint {
    /// What the model's statistic of that name is held against, in its unit.
    let statistic: String
    let threshold: Double
    let speed: Double
    /// What the controller starts from: β₀, or γ₀.
    let start: Double
    let smoothing: Double
    /// Parameters (patterns of paths) that stand still until the threshold is first met.
    let hold: [String]

    var problem: String? {
      if !threshold.isFinite { return "threshold must be finite" }
      if !(speed > 0) { return "speed must be positive" }
      if !(start > 0) { return "start must be positive" }
      return smoothing >= 0 && smoothing < 1 ? nil : "smoothing must be at least 0 and below 1"
    }
  }

  /// Nil for a schedule that follows no statistic.
  var constraint: Constraint? {
    switch self {
    case .constant, .ramp: nil
    case .rewo(let r):
      Constraint(
        statistic: r.statistic, threshold: r.threshold, speed: r.speed, start: r.start,
        smoothing: r.smoothing, hold: r.hold)
    case .geco(let g):
      Constraint(
        statistic: g.statistic, threshold: g.threshold, speed: g.speed, start: g.start,
        smoothing: g.smoothing, hold: [])
    case .multiplier(let m):
      Constraint(
        statistic: m.statistic, threshold: m.threshold, speed: m.speed, start: m.start,
        smoothing: m.smoothing, hold: m.hold)
    }
  }

  /// The statistic that the schedule reads, if it reads one.
  public var statistic: String? { constraint?.statistic }

  /// What is impossible about the schedule, or nil.
  public var problem: String? {
    switch self {
    case .constant(let value) where !value.isFinite: "a weight must be finite"
    case .ramp(let ramp) where !(ramp.from.isFinite && ramp.to.isFinite):
      "a ramp's ends must be finite"
    case .rewo(let rewo) where !(rewo.steepness > 0): "steepness must be positive"
    case .multiplier(let multiplier) where !(multiplier.slope > 0): "slope must be positive"
    default: constraint?.problem
    }
  }
}

extension WeightSchedule: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case ramp, rewo, geco, multiplier }

  public init(from decoder: any Decoder) throws {
    if let value = try? decoder.singleValueContainer().decode(Double.self) {
      self = .constant(value)
      try refuseImpossible(decoder)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch container.allKeys.count == 1 ? container.allKeys.first : nil {
    case .ramp: self = .ramp(try container.decode(Ramp.self, forKey: .ramp))
    case .rewo: self = .rewo(try container.decode(REWO.self, forKey: .rewo))
    case .geco: self = .geco(try container.decode(GECO.self, forKey: .geco))
    case .multiplier:
      self = .multiplier(try container.decode(Multiplier.self, forKey: .multiplier))
    case nil:
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "expected a number or one of ramp, rewo, geco, multiplier"))
    }
    try refuseImpossible(decoder)
  }

  private func refuseImpossible(_ decoder: any Decoder) throws {
    guard let problem else { return }
    throw DecodingError.dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: problem))
  }

  public func encode(to encoder: any Encoder) throws {
    if case .constant(let value) = self {
      var container = encoder.singleValueContainer()
      return try container.encode(value)
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .constant: break
    case .ramp(let ramp): try container.encode(ramp, forKey: .ramp)
    case .rewo(let rewo): try container.encode(rewo, forKey: .rewo)
    case .geco(let geco): try container.encode(geco, forKey: .geco)
    case .multiplier(let multiplier): try container.encode(multiplier, forKey: .multiplier)
    }
  }
}
