import Foundation
import Testing

/// The code that CONTRIBUTING.md shows is compiled with the tests.
@Suite struct SamplesTests {
  @Test(arguments: [
    "DatasetsTests/Samples/Circle", "ModellingTests/Samples/PlainVAEConfiguration",
    "ModellingTests/Samples/PlainVAE", "LabTests/Samples/CodeNorm",
  ])
  func isInTheGuide(_ name: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../..")
    let guide = try String(
      contentsOf: root.appendingPathComponent("CONTRIBUTING.md"), encoding: .utf8)
    let file = root.appendingPathComponent("Tests/\(name).swift")
    let code = try String(contentsOf: file, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0.isEmpty || $0.contains("import ") }.joined(separator: "\n")
    #expect(code.count > 100 && guide.contains(code), "\(name) is not what CONTRIBUTING.md shows")
  }
}
