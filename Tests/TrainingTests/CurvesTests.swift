import Files
import Foundation
import Testing

@testable import Training

@Suite struct CurvesTests {
  private func curves(_ count: Int) -> Curves {
    var curves = Curves()
    for step in 0..<count { curves.record(step * 10, ["a": Double(step), "b": -Double(step)]) }
    return curves
  }

  @Test func valuesAreRecordedByName() {
    let curves = curves(3)
    #expect(curves.steps == [0, 10, 20])
    #expect(curves.values == ["a": [0, 1, 2], "b": [0, -1, -2]])
  }

  @Test func gapsAreFilled() {
    var curves = Curves()
    curves.record(1, ["a": 1])
    curves.record(2, ["b": 2])
    curves.record(3, ["a": 3, "b": 4, "c": 5])
    let text = curves.values.mapValues { "\($0)" }
    #expect(
      text == ["a": "[1.0, nan, 3.0]", "b": "[nan, 2.0, 4.0]", "c": "[nan, nan, 5.0]"])
    #expect(curves.steps == [1, 2, 3])
  }

  /// What is measured at a step joins what was recorded there.
  @Test func aStepHasOnePoint() {
    var curves = Curves()
    curves.record(0, ["m": 1])
    curves.record(1, ["a": 2])
    curves.record(3, ["a": 3])
    curves.record(3, ["m": 4])
    #expect(curves.steps == [0, 1, 3])
    #expect(
      curves.values.mapValues { "\($0)" } == ["a": "[nan, 2.0, 3.0]", "m": "[1.0, nan, 4.0]"])
  }

  @Test func thinningKeepsTheFirstAndTheLast() {
    let thin = curves(11).thinned(to: 6)
    // Evenly 0, 5 and 10 of the indices, by equal ratios 0, √11 − 1 and 10.
    #expect(thin.steps == [0, 20, 50, 100])
    #expect(thin.values == ["a": [0, 2, 5, 10], "b": [0, -2, -5, -10]])
    #expect(curves(11).thinned(to: 2).steps == [0, 100])
    #expect(curves(5).thinned(to: 5) == curves(5))
    #expect(curves(5).thinned(to: 9) == curves(5))
    for count in 2...20 {
      let thin = curves(20).thinned(to: count)
      #expect(thin.steps.count <= count && thin.steps.count >= min(count, 3) - 1)
      #expect(thin.steps == Set(thin.steps).sorted())
      #expect(thin.steps.first == 0 && thin.steps.last == 190)
      #expect(thin.values["a"] == thin.steps.map { Double($0) / 10 })
    }
    #expect(Curves().thinned(to: 3) == Curves())
  }

  /// A curve that has values at few steps keeps enough of them.
  @Test func thinningKeepsWhatIsRare() {
    var curves = Curves()
    for step in 0..<10_000 {
      var values = ["a": Double(step)]
      // At steps that an even choice of 200 hardly meets.
      if step % 101 == 7 { values["rare"] = Double(-step) }
      if step == 4321 { values["once"] = 1 }
      curves.record(step, values)
    }
    let thin = curves.thinned(to: 200)
    let rare = zip(thin.steps, thin.values["rare"] ?? []).filter { !$1.isNaN }
    #expect(rare.count >= 35 && rare.count <= 60)
    #expect(rare.allSatisfy { $0 % 101 == 7 && $1 == Double(-$0) })
    #expect(rare.first?.0 == 7 && rare.last?.0 == 7 + 101 * 98)
    #expect(zip(thin.steps, thin.values["once"] ?? []).contains { $0 == 4321 && $1 == 1 })
    #expect(thin.steps.count <= 260 && thin.values["a"] == thin.steps.map(Double.init))
    // 10,000 steps have 99 of them.
    let whole = curves.thinned(to: 200, whole: 99)
    let all = zip(whole.steps, whole.values["rare"] ?? []).filter { !$1.isNaN }.map(\.0)
    #expect(all == Array(stride(from: 7, to: 10_000, by: 101)))
    #expect(whole.steps.count <= 310 && whole.values["a"] == whole.steps.map(Double.init))
    #expect(curves.thinned(to: 200, whole: 98).steps == thin.steps)
  }

  @Test func roundingKeepsFloatsPrecision() {
    let values = ["a": [0.1, 1 / 3, 1e-30, -2, .nan, 123_456_789]]
    let rounded = Curves(steps: [1, 2, 3, 4, 5, 6], values: values).rounded()
    #expect(rounded.steps == [1, 2, 3, 4, 5, 6])
    let found = rounded.values["a"]?.map { "\($0)" }
    #expect(found == ["0.1", "0.33333334", "1e-30", "-2.0", "nan", "123456790.0"])
  }

  @Test func filesGiveThemBack() throws {
    var curves = curves(7)
    curves.record(70, ["loss/rate": 1 / 3, "a": -.infinity])
    for curves in [curves, Curves()] {
      try withTemporaryDirectory { directory in
        let file = try HDF5File(creating: directory + "/curves.h5")
        try CurvesFile.write(curves, into: file)
        try file.close()
        let found = try CurvesFile.read(from: try HDF5File(reading: directory + "/curves.h5"))
        #expect(found.steps == curves.steps)
        func bits(_ curves: Curves) -> [String: [UInt64]] {
          curves.values.mapValues { $0.map(\.bitPattern) }
        }
        #expect(bits(found) == bits(curves))
      }
    }
  }

  /// A file may hold anything: what cannot be curves is said to be damaged.
  @Test(arguments: [([1, 2], [0.5]), ([2, 2], [1, 1]), ([3, 2], [1, 1]), ([-1, 2], [1, 1])])
  func filesOfNoCurves(_ steps: [Int], _ values: [Double]) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/curves.h5"
      let file = try HDF5File(creating: path)
      try CurvesFile.write(Curves(steps: steps, values: ["a": values]), into: file)
      try file.close()
      #expect(throws: HDF5Error.self) { try CurvesFile.read(from: try HDF5File(reading: path)) }
    }
  }
}
