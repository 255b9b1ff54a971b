import Testing

@testable import Training

@Suite struct GoldenTrajectoryTests {
  /// The first three steps of a small run, as version 1 of the numerics computed them.
  ///
  /// When this fails, a change has altered the numbers of training runs. If that was not meant, undo it.
  /// If it was, raise `Numerics.version` (so that no cached run of the old numbers is taken for one of
  /// the new), put the printed values here, and set `version` to the new number. Never change the
  /// literals alone.
  @Test func theFirstStepsAreThoseOfThisNumericsVersion() throws {
    let version = 1
    let expected: [String: [Double]] = [:]
    let curves = try tensors {
      let run = try SmallVHP(recordEvery: 1)
      try run.run(to: 3)
      return run.trainer.state.curves
    }
    #expect(Numerics.version == version)
    for (name, values) in expected {
      let found = curves.values[name] ?? []
      #expect(found.count == 3)
      for (f, e) in zip(found, values) { #expect(abs(f - e) < 1e-5 * abs(e), "\(name): \(found)") }
    }
    print(curves)
  }
}
