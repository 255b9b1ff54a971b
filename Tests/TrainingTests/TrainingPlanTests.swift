import Testing

@testable import Training

@Suite struct TrainingPlanTests {
  private static let adam = #"{"adam": {"rate": 0.001}}"#

  private func phase(
    batch: Int = 128, updates: String? = nil, until: String = #"{"steps": 10}"#
  ) throws -> Phase {
    let updates = updates ?? #"[{"minimise": "elbo", "optimiser": \#(Self.adam)}]"#
    return try decode(
      Phase.self,
      #"{"id": "train", "batch": \#(batch), "updates": \#(updates), "until": \#(until)}"#)
  }

  @Test func settingsThatAreLeftOutAreTheUsualOnes() throws {
    let update = try #require(try phase().updates.first)
    #expect(update.parameters == ["**"])
    let adam = update.optimiser.adam
    #expect([adam.rate, adam.beta1, adam.beta2, adam.epsilon] == [0.001, 0.9, 0.999, 1e-8])
    let given = try decode(
      Adam.self, #"{"rate": 1, "beta1": 0.5, "beta2": 0.25, "epsilon": 0.125}"#)
    #expect([given.rate, given.beta1, given.beta2, given.epsilon] == [1, 0.5, 0.25, 0.125])
    #expect(refusal(Adam.self, #"{"beta1": 0.5}"#) != nil)
  }

  /// Numbers that are read before they are judged do not overflow.
  @Test func hugeNumbersAreCounted() throws {
    let huge = try phase(batch: .max, until: #"{"epochs": 3}"#)
    #expect(TrainingPlan(weights: [:], phases: [huge]).steps(examples: 10) == 3)
    let long = try phase(batch: 1, until: #"{"epochs": 1e6}"#)
    let phases = Array(repeating: long, count: 10_000)
    #expect(TrainingPlan(weights: [:], phases: phases).steps(examples: 1 << 31) == .max)
  }

  @Test func stepsOfAllPhasesAreCounted() throws {
    let phases = [
      try phase(batch: 100, until: #"{"epochs": 20}"#), try phase(until: #"{"steps": 7}"#),
      try phase(batch: 128, until: #"{"epochs": 2}"#),
    ]
    let plan = TrainingPlan(weights: [:], phases: phases)
    // 15,000 examples are 150 batches of 100, and 118 of 128 of which the last is smaller.
    #expect(plan.steps(examples: 15_000) == 3000 + 7 + 236)
    #expect(TrainingPlan(weights: [:], phases: []).steps(examples: 5) == 0)
  }

  @Test func impossiblePhasesAreNamed() throws {
    #expect(try phase().problem == nil)
    #expect(try phase(batch: 0).problem == "batch must be from 1 to 10⁹")
    #expect(try phase(batch: .max).problem == "batch must be from 1 to 10⁹")
    #expect(try phase(updates: "[]").problem == "a phase needs at least one update")
    let problems = [
      #"{"rate": 0}"#: "adam's rate must be positive",
      #"{"rate": 1, "beta1": 1}"#: "adam's betas must be in [0, 1)",
      #"{"rate": 1, "beta2": -0.1}"#: "adam's betas must be in [0, 1)",
      #"{"rate": 1, "epsilon": 0}"#: "adam's epsilon must be positive",
    ]
    for (adam, problem) in problems {
      let updates = #"[{"minimise": "elbo", "optimiser": {"adam": \#(adam)}}]"#
      #expect(try phase(updates: updates).problem == problem)
    }
  }

  @Test func plansSurviveCoding() throws {
    let updates = """
      [{"minimise": "elbo", "optimiser": \(Self.adam), "parameters": ["encoder/**"]},
       {"minimise": "prior", "optimiser": {"adam": {"rate": 1, "beta1": 0}}}]
      """
    let plan = TrainingPlan(
      weights: ["rate": .constant(2)], phases: [try phase(updates: updates), try phase()])
    #expect(try decode(TrainingPlan.self, try encode(plan)) == plan)
  }
}
