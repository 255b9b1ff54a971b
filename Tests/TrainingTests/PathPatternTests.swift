import Testing

@testable import Training

@Suite struct PathPatternTests {
  @Test(arguments: [
    ("**", ["a", "a/b", "a/b/c"], [String]()),
    ("prior/**", ["prior/x", "prior/encoder/0/weight"], ["priors/x", "x/prior/y", "decoder/x"]),
    ("**/weight", ["weight", "a/weight", "a/b/weight"], ["a/weight/x", "a/weights", "a"]),
    ("encoder/*/weight", ["encoder/0/weight"], ["encoder/weight", "encoder/0/1/weight"]),
    ("*", ["a"], ["a/b"]),
    ("*/*", ["a/b"], ["a", "a/b/c"]),
    ("a/**/c/**/e", ["a/c/e", "a/b/c/d/e", "a/c/c/e/e"], ["a/e", "a/c/e/f", "c/e"]),
    ("a/b", ["a/b"], ["a", "a/b/c", "a/bb", "A/b"]),
    ("**/**", ["a", "a/b"], []),
    ("a*", [], ["ab", "a"]),
    ("", [], ["a"]),
  ])
  func patterns(pattern: String, matching: [String], others: [String]) {
    for path in matching { #expect(PathPattern(pattern).matches(path), "\(path)") }
    for path in others { #expect(!PathPattern(pattern).matches(path), "\(path)") }
  }

  @Test func anEndOfAnyLengthMayBeEmpty() {
    #expect(PathPattern("prior/**").matches("prior"))
  }
}
