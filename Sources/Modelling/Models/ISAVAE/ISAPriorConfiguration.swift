/// The prior of a code, as a manifest names it: `normal` or `{isa: {…}}`.
public enum ISAVAEPriorConfiguration: Codable, Equatable, Sendable {
  case standardNormal
  case isa(ISAPriorConfiguration)

  enum CodingKeys: String, CodingKey, CaseIterable {
    case isa
    case standardNormal = "normal"
  }

  /// What is impossible about the prior for a code of so many dimensions, or nil.
  func problem(latent: Int) -> String? {
    switch self {
    case .standardNormal: nil
    case .isa(let isa): isa.problem(latent: latent)
    }
  }
}

/// The Lᵖ-nested prior of independent subspaces, as a manifest describes it (Stühmer et al. 2019, eqs. 7–11).
public struct ISAPriorConfiguration: Codable, Equatable, Sendable {
  /// l₁ …, the dimensions of each subspace, in the order of the code.
  public var subspaces: [Int]
  /// p₀.
  public var rootExponent: Double
  /// p₁ …, one for each subspace.
  public var exponents: [Double]
  /// s, which only rescales the code.
  public var scale: Double
  /// Whether the exponents of the subspaces are trained; p₀ never is.
  public var learned: Bool

  enum CodingKeys: String, CodingKey, CaseIterable {
    case subspaces, exponents, scale, learned
    case rootExponent = "root-exponent"
  }

  public init(
    subspaces: [Int], rootExponent: Double, exponents: [Double], scale: Double = 1,
    learned: Bool = false
  ) {
    self.subspaces = subspaces
    self.rootExponent = rootExponent
    self.exponents = exponents
    self.scale = scale
    self.learned = learned
  }

  /// Wider than any use; beyond it powers leave the range of a float.
  private static let range = 0.5...100

  func problem(latent: Int) -> String? {
    for size in subspaces where !(1...latent ~= size) {
      return "prior: a subspace must have from 1 to \(latent) dimensions, and one has \(size)"
    }
    let total = subspaces.reduce(0, +)
    if total != latent {
      return "prior: the subspaces have \(total) dimensions together, and the code has \(latent)"
    }
    if subspaces.count * latent > 1_000_000 {
      return
        "prior: \(subspaces.count) subspaces of \(latent) dimensions are too many: their product "
        + "may be 1000000 at most"
    }
    if exponents.count != subspaces.count {
      return "prior: there are \(subspaces.count) subspaces and \(exponents.count) exponents"
    }
    for exponent in exponents + [rootExponent] where !(Self.range ~= exponent) {
      return "prior: an exponent must be from 0.5 to 100, and one is \(exponent)"
    }
    return 1e-6...1e6 ~= scale ? nil : "prior: scale must be from 1e-6 to 1e6"
  }
}
