import Datasets
import Foundation
import Testing
import Torch
import Training

@testable import Lab

/// The measures on a model whose outputs are known.
@Suite struct StandardMeasuresTests {
  /// More images than an evaluation batch holds, and not a multiple of it.
  @Test(arguments: [1, 7, 1000, 2345])
  func reconstructionError(_ count: Int) throws {
    let (run, images) = finished(PlaneModel(scale: 0.5), count: count)
    let errors = images.map { 0.5 * $0 - PlaneModel.shift }
    let squares = errors.map { $0 * $0 }.reduce(0, +)
    let expected = (squares / Double(images.count)).squareRoot()
    let found = try #require(try Measure.reconstructionError.value(run))
    #expect(abs(found - expected) < 1e-12)
  }

  @Test func angleErrorReadsPosteriorMeans() throws {
    let angles = (0..<1500).map { Double($0) * 0.37 }
    let (run, images) = finished(PlaneModel(scale: 3), count: 1500, angles: angles)
    let codes = (0..<1500).map { SIMD2(images[2 * $0], images[2 * $0 + 1]) * 3 }
    for radius in AngleRegression.Radius.allCases {
      let expected = try AngleRegression(codes: codes, angles: angles, radius: radius)
      let found = try #require(try Measure.angleError(radius).value(run))
      #expect(abs(found - expected.meanAbsoluteError) < 1e-12)
      #expect(found > 0.1)
    }
    let centre = codes.reduce(SIMD2(0, 0), +) / 1500
    let radii = codes.map { hypot($0.x - centre.x, $0.y - centre.y) }
    let mean = radii.reduce(0, +) / 1500
    let variance = radii.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 1500
    let variation = try #require(try Measure.radiusVariation.value(run))
    #expect(abs(variation - variance.squareRoot() / mean) < 1e-12)
  }

  /// Curves whose crossings, steps and distances from the angle are known, each degree of the angle
  /// with a code a quarter before its middle and one a quarter behind it.
  @Test func ringsOfCodes() throws {
    let degrees = (0..<720).map { Double($0 / 2) + ($0.isMultiple(of: 2) ? 0.25 : 0.75) }
    func values(
      _ degrees: [Double], _ curve: (Int, Double) -> SIMD2<Double>
    ) throws -> (crossings: Double, gap: Double, error: Double) {
      let angles = degrees.map { $0 * Double.pi / 180 }
      let images = angles.indices.flatMap { index -> [Double] in
        let point = curve(index, angles[index])
        return [point.x, point.y]
      }
      let batch = Batch([
        "image": Tensor(images, shape: [angles.count, 2]),
        "angle": Tensor(angles, shape: [angles.count]),
      ])
      let run = MeasuredRun(
        model: PlaneModel(scale: 3),
        dataset: Dataset(contentIdentity: "test", train: Split(batch)),
        randomness: Randomness(seed: 0), curves: Curves(), events: [:])
      let crossings = try #require(try Measure.ringCrossings.value(run))
      let gap = try #require(try Measure.ringGap.value(run))
      let error = try #require(try Measure.unfoldedAngleError.value(run))
      return (crossings, gap, error)
    }
    // Codes of a circle that are in turns ahead of the angle and behind it: their means in each degree
    // lie evenly on a smaller circle.
    for shift in [0, 0.2] {
      let circle = try values(degrees) { index, angle in
        let turned = angle + (index.isMultiple(of: 2) ? shift : -shift)
        return SIMD2(4 + cos(turned), sin(turned) - 1)
      }
      #expect(circle.crossings == 0)
      #expect(abs(circle.gap - 1) < 1e-10)
      #expect(abs(circle.error - shift) < 1e-12)
    }
    let lemniscate = try values(degrees) { _, angle in SIMD2(cos(angle), sin(2 * angle)) }
    #expect(lemniscate.crossings == 1)
    // Without the first 60 degrees one step is the chord of 61, and all others that of 1.
    let cut = try values(Array(degrees.dropFirst(120))) { _, angle in
      SIMD2(cos(angle), sin(angle))
    }
    #expect(cut.crossings == 0)
    let chords = [61, 1].map { sin($0 * Double.pi / 360) }
    #expect(abs(cut.gap - chords[0] / chords[1]) < 1e-9)
    // Twice the angle: wherever the zero is, the distances of opposite angles add up to half a turn.
    let twice = try values(degrees) { _, angle in SIMD2(cos(2 * angle), sin(2 * angle)) }
    #expect(abs(twice.error - Double.pi / 2) < 1e-12)
  }

  @Test func lastValueOfACurve() throws {
    var curves = Curves()
    curves.record(1, ["weight/rate": 0.5])
    curves.record(50, ["weight/rate": 0.25, "loss/rate": 9])
    let (run, _) = finished(curves: curves)
    let measure = Measure.final("weight/rate")
    #expect(measure.id == "final/weight/rate")
    #expect(try measure.value(run) == 0.25)
    #expect(try Measure.final("loss/rate").value(run) == 9)
    #expect(try Measure.final("loss/none").value(run) == nil)
    #expect(try Measure.final("weight/rate").value(finished().run) == nil)
  }

  @Test func firstStepBeyondAValue() throws {
    var curves = Curves()
    for (step, weight) in [(1, 0.5), (50, .nan), (100, 0.75), (150, 0.7), (200, 1)] {
      curves.record(step, weight.isNaN ? ["loss/rate": 9] : ["weight/rate": weight])
    }
    let (run, _) = finished(curves: curves)
    func step(_ condition: String) throws -> Double? {
      let id = "first-step/weight/rate/" + condition
      let measure = try #require(MeasureFamily.firstStep.measure(id))
      #expect(measure.id == id && measure.unit == "steps")
      #expect(measure.record == .curve("weight/rate"))
      #expect(measure.ofRecord?(curves, [:]) == (try measure.value(run)))
      return try measure.value(run)
    }
    #expect(try step("above-0.5") == 100)
    #expect(try step("above-0.75") == 200)
    #expect(try step("above-1") == nil)
    #expect(try step("below-0.6") == 1)
    #expect(try step("below-5e-1") == nil)
    #expect(try step("above--1") == 1)
    for wrong in [
      "first-step/weight/rate", "first-step/above-1", "first-step//above-1",
      "first-step/weight/rate/above-", "first-step/weight/rate/above-nan",
      "first-step/weight/rate/above-inf", "first-step/weight/rate/over-1", "final/rate/above-1",
    ] {
      #expect(MeasureFamily.firstStep.measure(wrong) == nil, "\(wrong)")
    }
  }

  /// Against all pairs of codes.
  @Test(arguments: [1, 3, 38, 39, 100])
  func neighboursOfTheSameLabel(_ count: Int) throws {
    let pixels = scattered(80)
    let labels = (0..<40).map { Double(pixels[2 * $0] > 0.5 ? $0 % 2 : 2) }
    let run = MeasuredRun(
      model: PlaneModel(scale: 3),
      dataset: Dataset(
        contentIdentity: "test",
        train: Split(
          Batch([
            "image": Tensor(pixels, shape: [40, 2]), "label": Tensor(labels, shape: [40]),
          ]))), randomness: Randomness(seed: 0), curves: Curves(), events: [:])
    var (same, all) = (0, 0)
    for a in 0..<40 {
      let nearest = (0..<40).filter { $0 != a }.sorted {
        func distance(_ b: Int) -> Double {
          hypot(pixels[2 * a] - pixels[2 * b], pixels[2 * a + 1] - pixels[2 * b + 1])
        }
        return distance($0) < distance($1)
      }.prefix(count)
      same += nearest.count { labels[$0] == labels[a] }
      all += nearest.count
    }
    let id = "code-neighbours/same-label/\(count)"
    let measure = try #require(MeasureFamily.sameLabelNeighbours.measure(id))
    let found = try #require(try measure.value(run))
    #expect(abs(found - 100 * Double(same) / Double(all)) < 1e-9)
    #expect(found > 0 && found < 100)
    #expect(throws: MeasureError.self) { try measure.value(finished().run) }
  }

  @Test func stepOfAnEvent() throws {
    let (run, _) = finished(events: ["met": 350])
    let measure = Measure.event("met")
    #expect(measure.id == "event/met")
    #expect(measure.unit == "steps")
    #expect(try measure.value(run) == 350)
    #expect(try Measure.event("never").value(run) == nil)
  }

  /// What a measure cannot be taken of is said, with what would be needed.
  @Test func unfitRunsAreRefused() throws {
    let angles = [Double](repeating: 0, count: 10)
    #expect(
      words { try Measure.reconstructionError.value(finished(CodelessModel()).run) }
        == "reconstruction/rms-from-mean needs a model with a continuous code: leave it out")
    #expect(
      words { try Measure.angleError(.global).value(finished(dimensions: 3, angles: angles).run) }
        == "angle-error/global-radius needs a code of 2 dimensions, and this model's has 3: "
        + "give it two, or leave the measure out")
    #expect(
      words { try Measure.radiusVariation.value(finished().run) }
        == "code-radius/variation needs data with a tensor named 'angle', which this data set has "
        + "not: leave it out, or choose other data")
    let bare = MeasuredRun(
      model: PlaneModel(),
      dataset: Dataset(
        contentIdentity: "", train: Split(Batch(["angle": Tensor(angles, shape: [10])]))),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
    #expect(
      words { try Measure.reconstructionError.value(bare) }
        == "reconstruction/rms-from-mean needs data with a tensor named 'image', which this data "
        + "set has not: leave it out, or choose other data")
  }
}
