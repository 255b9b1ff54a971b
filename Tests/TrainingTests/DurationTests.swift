import Testing

@testable import Training

@Suite struct DurationTests {
  @Test func durationsAreCodedByOneKey() throws {
    #expect(try decode(Duration.self, #"{"steps": 150}"#) == .steps(150))
    #expect(try decode(Duration.self, #"{"epochs": 2.5}"#) == .epochs(2.5))
    #expect(try encode(Duration.steps(150)) == #"{"steps":150}"#)
    #expect(try encode(Duration.epochs(2.5)) == #"{"epochs":2.5}"#)
  }

  @Test(arguments: [
    "{}", #"{"steps": 0}"#, #"{"steps": -1}"#, #"{"epochs": 0}"#, #"{"epochs": -0.5}"#,
    #"{"steps": 1, "epochs": 1}"#, #"{"days": 1}"#, #"{"steps": 1000000000001}"#,
    #"{"epochs": 1e7}"#, #"{"epochs": 1e300}"#,
  ])
  func otherSpansAreRefused(json: String) {
    let expected = "expected either {steps: N} or {epochs: N}, N above 0"
    #expect(refusal(Duration.self, json)?.hasPrefix(expected) == true)
  }

  @Test func longSpansAreCounted() throws {
    #expect(try decode(Duration.self, #"{"steps": 1000000000000}"#) == .steps(1_000_000_000_000))
    let epochs = try decode(Duration.self, #"{"epochs": 1e6}"#)
    #expect(epochs.steps(batchesPerEpoch: 1_000_000) == 1_000_000_000_000)
  }

  @Test func wrongTypesAreRefused() {
    #expect(refusal(Duration.self, #"{"steps": 1.5}"#) != nil)
    #expect(refusal(Duration.self, #"{"epochs": "2"}"#) != nil)
    #expect(refusal(Duration.self, "7") != nil)
  }

  @Test func epochsAreRoundedToSteps() {
    #expect(Duration.steps(7).steps(batchesPerEpoch: 100) == 7)
    #expect(Duration.epochs(20).steps(batchesPerEpoch: 118) == 2360)
    #expect(Duration.epochs(0.5).steps(batchesPerEpoch: 3) == 2)
    #expect(Duration.epochs(0.25).steps(batchesPerEpoch: 5) == 1)
    #expect(Duration.epochs(0.01).steps(batchesPerEpoch: 3) == 1)
  }
}
