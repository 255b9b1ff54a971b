import Testing

@testable import Lab

@Suite struct StepRateTests {
  /// A pause of nine seconds in every ten, with a report each half second.
  @Test func pausesAreEvenedOut() {
    var rate = StepRate(step: 100, at: 5)
    var step = 100
    for tick in 1...1200 {
      let seconds = 5 + Double(tick) / 2
      if tick % 20 < 2 { step += 50 }
      let found = rate.reached(step, at: seconds)
      // 100 steps in ten seconds; the window is at least a minute.
      if tick > 130 { #expect(found > 8 && found < 12, "\(tick)") }
    }
  }

  @Test func aBusyMachineIsNoticed() {
    var rate = StepRate(step: 0, at: 0)
    var found = 0.0
    for second in 1...600 { found = rate.reached(10 * second, at: Double(second)) }
    #expect(found == 10)
    for second in 1...120 { found = rate.reached(6000 + second, at: 600 + Double(second)) }
    #expect(found == 1)
  }

  /// Before the first minute is over, all that there is.
  @Test func theFirstReport() {
    var rate = StepRate(step: 40, at: 2)
    #expect(rate.reached(50, at: 4) == 5)
    #expect(rate.reached(50, at: 2) > 0)
  }
}
