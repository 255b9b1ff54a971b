import Foundation
import Testing

@testable import Training

/// Literals by Scripts/reference/schedules.py, from the papers' equations on β itself.
@Suite struct WeightControllerTests {
  private static func patterns(_ texts: String...) -> [PathPattern] { texts.map(PathPattern.init) }

  private static let statistics = [0.9, 0.5, 0.1, 0.05, 0.02, 0.7, 0.6, 0.01, 0.0, 0.3]

  static func rewo(
    threshold: Double = 0.3, speed: Double = 2, steepness: Double = 3, start: Double = 0.01,
    smoothing: Double = 0.4
  ) -> WeightController {
    let schedule = WeightSchedule.REWO(
      statistic: "error", threshold: threshold, speed: speed, steepness: steepness, start: start,
      smoothing: smoothing, hold: ["prior/**", "extra/*"])
    return WeightController(.rewo(schedule), batchesPerEpoch: 1)
  }

  static func geco(
    threshold: Double = 0.3, speed: Double = 2, start: Double = 0.5, smoothing: Double = 0.4
  ) -> WeightController {
    let schedule = WeightSchedule.GECO(
      statistic: "error", threshold: threshold, speed: speed, start: start, smoothing: smoothing)
    return WeightController(.geco(schedule), batchesPerEpoch: 1)
  }

  @Test func rewoFollowsItsAlgorithm() {
    // The constraint is met at the fourth step, broken at the sixth and met again at the eighth.
    let expected: [(average: Double, weight: Double, held: Bool)] = [
      (0.9, 0.01, true),
      (0.66, 0.01, true),
      (0.324, 0.01, true),
      (0.1596, 0.01322237969562982, false),
      (0.07584, 0.020652393259400405, false),
      (0.450336, 0.015289391303296629, false),
      (0.5401344, 0.009458278682268203, false),
      (0.22205376, 0.011044881025905359, false),
      (0.088821504, 0.01681199588609765, false),
      (0.2155286016, 0.01988790138020688, false),
    ]
    var controller = Self.rewo()
    #expect(controller.held == Self.patterns("prior/**", "extra/*"))
    for (step, wanted) in expected.enumerated() {
      let weight = controller.weight(step: step, statistic: Self.statistics[step])
      #expect(abs(weight / wanted.weight - 1) < 1e-13, "step \(step)")
      #expect(abs((controller.state.average ?? .nan) - wanted.average) < 1e-15, "step \(step)")
      #expect(
        controller.held == (wanted.held ? Self.patterns("prior/**", "extra/*") : []), "step \(step)"
      )
      #expect(controller.state.firstSatisfied == (wanted.held ? nil : 4), "step \(step)")
    }
  }

  @Test func rewoComesToOneFromAbove() {
    let expected = [
      0.9539833898784823, 1.0217130985214942, 0.9890178161113004, 1.0054391233340134,
      0.9972701565624541, 1.001362024074035,
    ]
    var controller = Self.rewo(start: 1.5)
    let weights = expected.indices.map { controller.weight(step: $0, statistic: 0.05) }
    #expect(distance(weights, expected) < 1e-13)
    #expect(controller.state.firstSatisfied == 1)
  }

  @Test(arguments: [1e-3, 0.5, 1.0, 1.9, 40])
  func oneIsRewosFixedPoint(start: Double) {
    var controller = Self.rewo(speed: 1, start: start, smoothing: 0)
    var before = start
    for step in 0..<400 {
      let weight = controller.weight(step: step, statistic: 0.1)
      // ν|δ|τ = 0.6 is below 1, so the weight never goes past its goal.
      #expect(abs(weight - 1) <= abs(before - 1) && (weight - 1) * (start - 1) >= 0)
      before = weight
    }
    #expect(abs(before - 1) < 1e-9)
  }

  @Test func rewoGrowsNoFasterThanItsBound() {
    // Per step log β grows by at most ν·κ²·tanh τ, reached for a vanishing β and error.
    let bound = 5 * 4e-4 * tanh(3.0)
    var controller = Self.rewo(
      threshold: 4e-4, speed: 5, start: 1e-9, smoothing: 0.9)
    var before = log(1e-9)
    for step in 0..<200 {
      let weight = log(controller.weight(step: step, statistic: step.isMultiple(of: 2) ? 0 : 1e-4))
      #expect(weight - before <= bound * (1 + 1e-9) && weight > before)
      before = weight
    }
    var fastest = Self.rewo(threshold: 4e-4, speed: 5, start: 1e-9, smoothing: 0)
    let growth = log(fastest.weight(step: 0, statistic: 0)) - log(1e-9)
    #expect(abs(growth / bound - 1) < 1e-6)
  }

  @Test func aStatisticEqualToTheThresholdDoesNotMeetIt() {
    var controller = Self.rewo(smoothing: 0)
    #expect(abs(controller.weight(step: 0, statistic: 0.3) - 0.01) < 1e-16)
    #expect(controller.state.firstSatisfied == nil)
  }

  @Test func gecoFollowsItsEquation() {
    let expected: [(average: Double, weight: Double)] = [
      (0.9, 0.15059710595610104),
      (0.66, 0.07330348106517506),
      (0.324, 0.06986802451361447),
      (0.1596, 0.09251845132613598),
      (0.07584, 0.14485425491635176),
      (0.450336, 0.1072385828386013),
      (0.5401344, 0.06633961953477495),
      (0.22205376, 0.07753114901794766),
      (0.088821504, 0.1182778799017976),
      (0.2155286016, 0.14004720820335279),
    ]
    var controller = Self.geco()
    for (step, wanted) in expected.enumerated() {
      let weight = controller.weight(step: step, statistic: Self.statistics[step])
      #expect(abs(weight / wanted.weight - 1) < 1e-13, "step \(step)")
      #expect(abs((controller.state.average ?? .nan) - wanted.average) < 1e-15, "step \(step)")
      #expect(controller.held.isEmpty)
      #expect(controller.state.firstSatisfied == (step < 3 ? nil : 4), "step \(step)")
    }
  }

  @Test func gecoGoesAboveOne() {
    var controller = Self.geco(start: 1, smoothing: 0)
    for step in 0..<10 { _ = controller.weight(step: step, statistic: 0) }
    #expect(abs(controller.weight(step: 10, statistic: 0) / exp(0.6 * 11) - 1) < 1e-12)
  }

  /// The violation of the first steps takes β far below every float; its logarithm comes back.
  @Test func gecoRecoversFromWeightsBelowEveryFloat() {
    var controller = Self.geco(speed: 5, start: 1, smoothing: 0)
    for step in 0..<1000 { _ = controller.weight(step: step, statistic: 0.7) }
    #expect(controller.weight(step: 1000, statistic: 0.3) == 0)
    #expect(abs(controller.state.logWeight + 2000) < 1e-9)
    var weights: [Double] = []
    for step in 1001..<2401 { weights.append(controller.weight(step: step, statistic: 0)) }
    // log β = −2000 + 1.5 n.
    #expect(abs((weights.last ?? 0) / exp(100) - 1) < 1e-8)
    #expect(abs(weights[1199] / exp(-200) - 1) < 1e-8)
    #expect(weights[0] == 0)
  }

  static func multiplier(
    threshold: Double = 0.3, speed: Double = 2, slope: Double = 3, start: Double = 20,
    smoothing: Double = 0.4
  ) -> WeightController {
    let schedule = WeightSchedule.Multiplier(
      statistic: "error", threshold: threshold, speed: speed, slope: slope, start: start,
      smoothing: smoothing, hold: ["prior/**"])
    return WeightController(.multiplier(schedule), batchesPerEpoch: 1)
  }

  @Test func theMultiplierFollowsItsEquations() {
    // The constraint is met at the fourth step, broken at the sixth and met again at the eighth.
    let expected: [(average: Double, weight: Double, held: Bool)] = [
      (0.9, 0.01639344262295082, true),
      (0.66, 0.01639344262295082, true),
      (0.324, 0.01639344262295082, true),
      (0.1596, 0.021593253280894786, false),
      (0.07584, 0.033400138733174815, false),
      (0.450336, 0.02494314949812177, false),
      (0.5401344, 0.015578454579111832, false),
      (0.22205376, 0.01815882514909449, false),
      (0.088821504, 0.02744037568052815, false),
      (0.2155286016, 0.03232757348173385, false),
    ]
    var controller = Self.multiplier()
    #expect(controller.held == Self.patterns("prior/**"))
    for (step, wanted) in expected.enumerated() {
      let weight = controller.weight(step: step, statistic: Self.statistics[step])
      #expect(abs(weight / wanted.weight - 1) < 1e-13, "step \(step)")
      #expect(abs((controller.state.average ?? .nan) - wanted.average) < 1e-15, "step \(step)")
      #expect(controller.held == (wanted.held ? Self.patterns("prior/**") : []), "step \(step)")
      #expect(controller.state.firstSatisfied == (wanted.held ? nil : 4), "step \(step)")
    }
  }

  /// With slack β rises to 1 and never beyond; at the threshold it stands still; far above it, it goes
  /// below every float and its logarithm comes back.
  @Test func theMultipliersWeightIsFromZeroToOne() {
    var controller = Self.multiplier(start: 1e6, smoothing: 0)
    var before = 0.0
    for step in 0..<200 {
      let weight = controller.weight(step: step, statistic: 0)
      #expect(weight >= before && weight <= 1)
      before = weight
    }
    #expect(before == 1)
    // γ₂₀₀ = 10⁶·exp(−0.6·200).
    #expect(abs(controller.state.logWeight - (log(1e6) - 120)) < 1e-11)
    #expect(abs(controller.weight(step: 200, statistic: 0.3) - 1) < 1e-15)
    #expect(abs(controller.state.logWeight - (log(1e6) - 120)) < 1e-11)
    for step in 201..<2201 { _ = controller.weight(step: step, statistic: 0.8) }
    #expect(controller.weight(step: 2201, statistic: 0.3) == 0)
    for step in 2202..<6202 { before = controller.weight(step: step, statistic: 0) }
    #expect(before == 1)
  }

  /// The paper's τ and γ₀ act through their product alone.
  @Test func slopeAndStartAreOneNumber() {
    var (one, other) = (Self.multiplier(), Self.multiplier(slope: 0.5, start: 120))
    for (step, statistic) in Self.statistics.enumerated() {
      let weight = one.weight(step: step, statistic: statistic)
      #expect(abs(other.weight(step: step, statistic: statistic) / weight - 1) < 1e-14)
    }
  }

  @Test func ramps() {
    let ramp = WeightSchedule.Ramp(from: 0.5, to: -1.5, over: .epochs(2))
    var controller = WeightController(.ramp(ramp), batchesPerEpoch: 4)
    let weights = [0, 1, 4, 7, 8, 9, 1000].map { controller.weight(step: $0, statistic: nil) }
    #expect(weights == [0.5, 0.25, -0.5, -1.25, -1.5, -1.5, -1.5])
    #expect(controller.held.isEmpty)
    // The same, three epochs later.
    let late = WeightSchedule.Ramp(from: 0.5, to: -1.5, after: .epochs(3), over: .epochs(2))
    let later = WeightController(.ramp(late), batchesPerEpoch: 4)
    let steps = [0, 11, 12, 13, 16, 19, 20, 21, 1012]
    #expect(
      steps.map { later.scheduledWeight(step: $0) }
        == [0.5, 0.5, 0.5, 0.25, -0.5, -1.25, -1.5, -1.5, -1.5])
  }

  /// What depends on a statistic is not known before the step.
  @Test func scheduledWeights() {
    #expect(WeightController(.constant(0.25), batchesPerEpoch: 4).scheduledWeight(step: 3) == 0.25)
    #expect(Self.rewo().scheduledWeight(step: 3) == nil)
    #expect(Self.geco().scheduledWeight(step: 3) == nil)
    #expect(Self.multiplier().scheduledWeight(step: 3) == nil)
  }

  @Test func constants() {
    var controller = WeightController(.constant(0.25), batchesPerEpoch: 4)
    #expect(controller.weight(step: 0, statistic: nil) == 0.25)
    #expect(controller.weight(step: 9, statistic: 3) == 0.25)
  }

  @Test func controllersGoOnFromAState() throws {
    for make in [{ Self.rewo() }, { Self.geco() }, { Self.multiplier() }] {
      var whole = make()
      for step in 0..<5 { _ = whole.weight(step: step, statistic: Self.statistics[step]) }
      let saved = try decode(WeightController.State.self, try encode(whole.state))
      #expect(saved == whole.state)
      var resumed = make()
      resumed.restore(saved)
      for step in 5..<10 {
        let statistic = Self.statistics[step]
        #expect(
          whole.weight(step: step, statistic: statistic)
            == resumed.weight(step: step, statistic: statistic))
      }
      #expect(whole.state == resumed.state)
    }
  }
}
