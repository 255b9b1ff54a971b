import Testing

@testable import Lab

@Suite struct SubstitutionTests {
  @Test func replacesWholeScalars() throws {
    let root = try parseYAML(
      """
      rate: "{beta}"
      phases: [{id: train, weight: "{beta}", prior: "{my-prior}"}]
      label: "β = {beta}"
      """)
    let table = ["beta": try parseYAML("4"), "my-prior": try parseYAML("{normal: {}}")]
    #expect(
      try root.substituting(table).yaml() == """
        rate: 4
        phases:
          - id: train
            weight: 4
            prior:
              normal: {}
        label: "β = {beta}"

        """)
  }

  @Test func leavesWhatIsPutInAlone() throws {
    let table = ["a": try parseYAML("'{b}'"), "b": try parseYAML("1")]
    #expect(try parseYAML("'{a}'").substituting(table).text == "{b}")
  }

  @Test func wordsUnknownNames() throws {
    let root = try parseYAML("phases:\n  - id: train\n    rate: '{bta}'\n")
    let table = ["beta": try parseYAML("1"), "method": try parseYAML("vae")]
    #expect(
      manifestMessage { try root.substituting(table) }
        == "x.yaml:3:11: phases.train.rate: unknown placeholder '{bta}'; did you mean '{beta}'?"
        + " Known are {beta}, {method}")
    #expect(
      manifestMessage { try root.substituting([:]) }
        == "x.yaml:3:11: phases.train.rate: unknown placeholder '{bta}'. None are known here")
  }
}
