import Testing

@testable import Training

@Suite struct GoldenTrajectoryTests {
  /// The first five steps of a small run, as version 1 of the numerics computed them; the prior joins in the
  /// fourth.
  ///
  /// When this fails, a change has altered the numbers of training runs. If that was not meant, undo it.
  /// If it was, raise `Numerics.version` (so that no cached run of the old numbers is taken for one of
  /// the new), put the values of the failure here, and set `version` to the new number. Never change the
  /// literals alone.
  @Test func theFirstStepsAreThoseOfThisNumericsVersion() throws {
    let version = 1
    let expected: [String: [Double]] = [
      "loss/distortion": [
        21.163484573364258, 18.932331085205078, 17.497100830078125, 17.001798629760742,
        16.165992736816406,
      ],
      "loss/rate": [
        0.26011428236961365, 0.25190266966819763, -0.07008500397205353, 0.19937603175640106,
        0.19419102370738983,
      ],
      "statistic/squared-error": [
        0.18104159832000732, 0.1519830971956253, 0.13461662828922272, 0.13017800450325012,
        0.12150642275810242,
      ],
    ]
    let curves = try tensors {
      let run = try SmallVHP(recordEvery: 1)
      try run.run(to: 5)
      return run.trainer.state.curves
    }
    #expect(Numerics.version == version)
    compare(curves, expected)
  }

  /// The same for convolutions, batch normalisation and a discrete code.
  @Test func theFirstStepsOfAClusteringModelToo() throws {
    let version = 1
    let expected: [String: [Double]] = [
      "loss/distortion": [
        46.63915252685547, 45.87677764892578, 45.07499313354492, 44.319419860839844,
        44.370269775390625,
      ],
      "loss/conditional-prior": [
        0.3239402174949646, 0.2429031878709793, 0.3527151942253113, 0.2538679242134094,
        0.18671610951423645,
      ],
      "loss/w-prior": [
        0.24532413482666016, 0.0854078009724617, 0.06347809731960297, 0.05246599018573761,
        0.060843706130981445,
      ],
      "loss/z-prior": [
        0.018609508872032166, 0.006431654095649719, 0.015062510967254639, 0.008420199155807495,
        0.003729894757270813,
      ],
      "loss/consistency-violation": [
        1.055533528327942, 1.006291389465332, 1.0178556442260742, 1.0092897415161133,
        1.0704877376556396,
      ],
    ]
    let curves = try tensors {
      let run = try SmallGMVAE(recordEvery: 1)
      try run.run(to: 5)
      return run.trainer.state.curves
    }
    #expect(Numerics.version == version)
    compare(curves, expected)
  }

  /// The same of each other model, objective and controller.
  @Test(arguments: GoldenTrajectory.all)
  func theFirstStepsOf(_ trajectory: GoldenTrajectory) throws {
    let version = 1
    let curves = try tensors { try trajectory.curves() }
    #expect(Numerics.version == version)
    let names = curves.values.keys.filter { $0.hasPrefix("loss/") }
    #expect(Set(names).isSubset(of: trajectory.expected.keys), "\(curves.values)")
    compare(curves, trajectory.expected)
  }

  private func compare(_ curves: Curves, _ expected: [String: [Double]]) {
    for (name, values) in expected {
      let found = curves.values[name] ?? []
      #expect(found.count == values.count, "\(name): \(found)")
      for (f, e) in zip(found, values) {
        // A rate is a difference of larger numbers.
        #expect(abs(f - e) < 1e-5 * max(abs(e), 0.2), "\(name): \(found)")
      }
    }
  }
}
