import Testing

@testable import Lab

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("lernrate", "rate"), ("rte", "rate"), ("arte", "rate"), ("latnet", "latent"),
    ("LATENT", "latent"), ("epoch", "epochs"), ("p0", "p"), ("latent-dimension", "latent"),
  ])
  func findsWhatWasMeant(name: String, expected: String) {
    let names = ["rate", "latent", "epochs", "p", "weights"]
    #expect(nearest(name, among: names) == expected)
  }

  @Test(arguments: ["q", "zzz", "", "at", String(repeating: "rate", count: 1000)])
  func staysSilentWhenNothingIsNear(name: String) {
    #expect(nearest(name, among: ["rate", "latent", "epochs", "p", "", "weights"]) == nil)
  }

  @Test func prefersTheNearest() {
    #expect(nearest("step", among: ["stop", "steps", "step-size"]) == "stop")
    #expect(nearest("steps", among: ["stops", "steps"]) == "steps")
  }
}
