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
    public var from: Double
    public var to: Double
    /// How long the weight stays at `from` before it moves; not at all where this is nil.
    public var after: Duration?
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

  /// The statistic that the schedule reads, if it reads one.
  public var statistic: String? {
    switch self {
    case .constant, .ramp: nil
    case .rewo(let rewo): rewo.statistic
    case .geco(let geco): geco.statistic
    case .multiplier(let multiplier): multiplier.statistic
    }
  }

  /// What is impossible about the schedule, or nil.
  public var problem: String? {
    func controller(_ threshold: Double, _ speed: Double, _ start: Double, _ smoothing: Double)
      -> String?
    {
      if !(threshold > 0) { return "threshold must be positive" }
      if !(speed > 0) { return "speed must be positive" }
      if !(start > 0) { return "start must be positive" }
      return smoothing >= 0 && smoothing < 1 ? nil : "smoothing must be at least 0 and below 1"
    }
    return switch self {
    case .constant(let value): value.isFinite ? nil : "a weight must be finite"
    case .ramp(let ramp):
      ramp.from.isFinite && ramp.to.isFinite ? nil : "a ramp's ends must be finite"
    case .rewo(let r):
      r.steepness > 0
        ? controller(r.threshold, r.speed, r.start, r.smoothing) : "steepness must be positive"
    case .geco(let g): controller(g.threshold, g.speed, g.start, g.smoothing)
    case .multiplier(let m):
      m.slope > 0
        ? controller(m.threshold, m.speed, m.start, m.smoothing) : "slope must be positive"
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
