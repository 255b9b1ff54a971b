import Modelling
import Torch

/// KL(q(ζ_j|·) ‖ N(0, 1)) in nats of each dimension of the innermost code, mean over the test images
/// (Sønderby et al. 2016; Klushyn et al. 2019, appendix D.2).
///
/// Klushyn et al. write q(ζ|x); the model has q(ζ|z), so it is taken at one draw of z from q(z|x) for each
/// image. The draws are the same for all that ask.
struct UnitDivergences {
  /// A dimension whose mean divergence is above this counts as active.
  static let threshold = 0.01

  /// By dimension.
  let values: [Double]

  /// Nil where the model has no innermost code, or its prior is not N(0, I).
  init?(_ run: MeasuredRun, for purpose: String) throws {
    values = try run.shared("unit divergences") { try Self.means(run, for: purpose) }
    if values.isEmpty { return nil }
  }

  private static func means(_ run: MeasuredRun, for purpose: String) throws -> [Double] {
    guard let model = run.model as? any InnermostCodeModel else { return [] }
    let test = try run.examples(of: "test", for: purpose)
    if test.count == 0 { throw MeasureError.emptySplit(purpose, name: "test") }
    var sums: [Double] = []
    try MeasuredRun.evaluate(test, for: purpose) { batch, range in
      let random = StepRandomness(run.randomness, "measure/units", step: range.lowerBound)
      guard let posterior = model.innermostPosterior(batch, random) else { return }
      let divergences = posterior.divergencesFromStandardNormal.sum(0).doubles()
      sums = sums.isEmpty ? divergences : zip(sums, divergences).map(+)
    }
    return sums.map { $0 / Double(test.count) }
  }

  /// Dimensions that the posterior uses.
  var active: Int { values.count { $0 > Self.threshold } }

  /// Places of the dimensions, from the largest divergence on; equal ones in their own order.
  var order: [Int] { values.indices.sorted { (values[$1], $0) < (values[$0], $1) } }
}

extension Measure {
  /// Dimensions of the innermost code that its posterior uses.
  public static let activeUnits = Measure(
    id: "active-units/test",
    summary:
      "dimensions of the innermost code whose expected KL divergence from N(0, 1) over the test "
      + "images is above 0.01 nats",
    unit: "", direction: .neither, abilities: [.innermostCode],
    needs: [DataNeed(split: "test", tensor: "image")]
  ) { try UnitDivergences($0, for: "active-units/test").map { Double($0.active) } }
}
