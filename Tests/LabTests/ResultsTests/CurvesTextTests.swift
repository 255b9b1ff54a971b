import Testing
import Training

@testable import Lab

/// A run's curves as text.
@Suite struct CurvesTextTests {
  @Test func aCellIsEmptyWhereACurveHasNoValue() {
    var curves = Curves()
    curves.record(1, ["loss/rate": 2.5, "weight/rate": 1e-30])
    curves.record(50, ["loss/rate": .infinity, "measure/nll": -7])
    #expect(
      curves.csv == """
        step,loss/rate,measure/nll,weight/rate
        1,2.5,,1e-30
        50,inf,-7.0,

        """)
  }

  @Test func withoutCurvesThereIsAHeaderAlone() {
    #expect(Curves().csv == "step\n")
  }
}
