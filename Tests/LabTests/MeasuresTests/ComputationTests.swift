import Foundation
import Testing
import Torch
import Training

@testable import Lab

/// The arrays that figures are made of, on a model whose outputs are known.
@Suite struct ComputationTests {
  /// Snapshots at which the model's scale is the step itself.
  private final class Visits {
    var order: [Int] = []
  }

  private func snapshots(
    _ steps: [Int], _ model: PlaneModel, _ visits: Visits = Visits()
  ) -> Snapshots {
    Snapshots(steps: steps) { step in
      visits.order.append(step)
      model.scale.assign(Tensor([Double(step)], shape: []))
    }
  }

  private func array(_ name: String, _ arrays: [ResultArray]) throws -> ResultArray {
    try #require(arrays.first { $0.name == name })
  }

  @Test func codesAtEachSnapshot() throws {
    let model = PlaneModel()
    let visits = Visits()
    let angles = (0..<10).map { Double($0) / 10 }
    let (run, images) = finished(model, angles: angles)
    let arrays = try CodesComputation(examples: 4)
      .compute(run, snapshots([2, 5, 9], model, visits))
    #expect(visits.order == [2, 5, 9])
    #expect(model.scale.item() == 9)

    // Taken evenly over the ten images.
    let rows = [0, 2, 5, 7]
    let mean = try array("codes/mean", arrays)
    #expect(mean.shape == [3, 4, 2])
    let expected = [2.0, 5, 9].flatMap { step in
      rows.flatMap { [step * images[2 * $0], step * images[2 * $0 + 1]] }
    }
    #expect(mean.values == expected)
    let deviation = try array("codes/deviation", arrays)
    #expect(deviation.shape == [3, 4])
    let deviations = rows.map { (exp(images[2 * $0]) + exp(images[2 * $0 + 1])) / 2 }
    for (found, wanted) in zip(deviation.values, deviations + deviations + deviations) {
      #expect(abs(found - wanted) < 1e-12)
    }
    #expect(try array("codes/step", arrays).values == [2, 5, 9])
    #expect(try array("codes/angle", arrays).values == rows.map { angles[$0] })
    #expect(try array("codes/angle", arrays).shape == [4])
  }

  @Test(arguments: [(0, 1), (1, 1), (9, 9), (10, 10), (11, 10), (3000, 10)])
  func asManyExamplesAsThereAre(_ asked: Int, _ given: Int) throws {
    let model = PlaneModel()
    let (run, images) = finished(model)
    let arrays = try CodesComputation(examples: asked).compute(run, snapshots([1], model))
    let mean = try array("codes/mean", arrays)
    #expect(mean.shape == [1, given, 2])
    #expect(mean.values.count == 2 * given)
    if given == 10 { #expect(mean.values == images) }
    // Without angles in the data there are none in the result.
    #expect(!arrays.contains { $0.name == "codes/angle" })
  }

  @Test func priorSamplesAtEachSnapshot() throws {
    let model = PlaneModel()
    let visits = Visits()
    let (run, _) = finished(model)
    let computation = PriorSamplesComputation(count: 500)
    let arrays = try computation.compute(run, snapshots([3, 7], model, visits))
    #expect(visits.order == [3, 7])
    let samples = try array("prior/samples", arrays)
    #expect(samples.shape == [2, 500, 2])
    #expect(try array("prior/step", arrays).values == [3, 7])

    // The model's scale at the snapshot is in the draws: their spread is the step's.
    let halves = [Array(samples.values[..<1000]), Array(samples.values[1000...])]
    for (values, step) in zip(halves, [3.0, 7]) {
      let squares = values.reduce(0) { $0 + $1 * $1 } / 1000
      #expect(abs(squares.squareRoot() / step - 1) < 0.1)
    }
    // Draws are the run's own, and fresh at each snapshot.
    #expect(zip(halves[0], halves[1]).allSatisfy { $0 / 3 != $1 / 7 })
    let again = try computation.compute(run, snapshots([3, 7], model))
    #expect(try array("prior/samples", again).values == samples.values)
    let other = try computation.compute(finished(model, seed: 1).run, snapshots([3, 7], model))
    #expect(try array("prior/samples", other).values != samples.values)
  }

  @Test func recordedCurves() throws {
    var curves = Curves()
    curves.record(1, ["loss/rate": 3])
    curves.record(50, ["loss/rate": 2, "weight/rate": 0.5])
    let model = PlaneModel()
    let visits = Visits()
    let arrays = try CurvesComputation(names: ["weight/rate", "loss/rate", "loss/other"])
      .compute(finished(model, curves: curves).run, snapshots([1], model, visits))
    #expect(arrays.map(\.name) == ["curves/step", "curves/weight/rate", "curves/loss/rate"])
    #expect(arrays.map(\.shape) == [[2], [2], [2]])
    #expect(arrays[0].values == [1, 50])
    #expect(arrays[1].values[0].isNaN)
    #expect(arrays[1].values[1] == 0.5)
    #expect(arrays[2].values == [3, 2])
    // No parameters are read for curves.
    #expect(visits.order.isEmpty)
  }

  @Test func regressionOfAngles() throws {
    let model = PlaneModel(scale: 2)
    let angles = scattered(10, 4)
    let (run, images) = finished(model, angles: angles)
    for radius in AngleRegression.Radius.allCases {
      let arrays = try AngleRegressionComputation(radius: radius)
        .compute(run, snapshots([1], model))
      let fit = try AngleRegression(
        codes: (0..<10).map { SIMD2(images[2 * $0], images[2 * $0 + 1]) * 2 },
        angles: angles, radius: radius)
      #expect(try array("regression/regressor", arrays).values == fit.regressor)
      #expect(try array("regression/response", arrays).values == fit.response)
      #expect(try array("regression/line", arrays).values == [fit.slope, fit.intercept])
      #expect(arrays.map(\.shape) == [[10], [10], [2]])
    }
  }

  @Test func whatEachNeeds() throws {
    #expect(CodesComputation(examples: 1).parametersNeeded == .snapshots)
    #expect(PriorSamplesComputation(count: 1).parametersNeeded == .snapshots)
    #expect(CurvesComputation(names: []).parametersNeeded == .none)
    #expect(AngleRegressionComputation(radius: .global).parametersNeeded == .final)
  }

  @Test func failedLoadsArePassedOn() throws {
    let model = PlaneModel()
    let broken = Snapshots(steps: [1, 2]) { step in
      if step == 2 { throw Missing(what: "snapshot 2") }
    }
    #expect(throws: Missing.self) {
      try CodesComputation(examples: 2).compute(finished(model).run, broken)
    }
  }
}
