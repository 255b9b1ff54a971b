import Foundation
import Testing
import Torch

@testable import Lab

/// Whatever is done to a manifest, it decodes or says what is wrong, and the program lives on.
@Suite struct FuzzTests {
  /// Altered manifests; the variable raises it for longer searches.
  private static let inputs =
    ProcessInfo.processInfo.environment["PRIORLAB_FUZZ_INPUTS"].flatMap(Int.init) ?? 2000

  @Test func mutationsDecodeOrThrowManifestErrors() throws {
    var random = SplitMix64(state: 20_240_229)
    var decoded = 0
    for _ in 0..<Self.inputs {
      var text = Array(Sample.yaml)
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&text, using: &random) }
      let yaml = String(text)
      do {
        let node = try parseYAML(yaml)
        #expect(try parseYAML(node.yaml()).yaml() == node.yaml())
        _ = try ConfigNode(encoding: node)
        let study = try StrictDecoder().decode(Sample.Study.self, from: node.substituting([:]))
        _ = try study.model.decode(Sample.VHP.self)
        _ = try ConfigNode(encoding: study)
        decoded += 1
      } catch let error as ManifestError {
        #expect(!error.description.isEmpty)
      } catch {
        Issue.record("not a ManifestError: \(error) for\n\(yaml)")
      }
    }
    #expect(decoded > Self.inputs / 30)
  }

  @Test func deepNestingIsSurvived() throws {
    let depth = 900
    let yaml = String(repeating: "[", count: depth) + "x" + String(repeating: "]", count: depth)
    let node = try parseYAML(yaml).substituting([:])
    #expect(try parseYAML(node.yaml()).yaml() == node.yaml())
    #expect(
      manifestMessage { try ConfigNode(encoding: node) }
        .hasPrefix("resolved configuration: cannot be written out: "))
    #expect(
      manifestMessage { try StrictDecoder().decode([[Int]].self, from: node) }.contains(
        "found a list"))
  }

  @Test func overridesApplyOrThrowManifestErrors() throws {
    var random = SplitMix64(state: 7)
    let root = try parseYAML(Sample.yaml)
    for _ in 0..<Self.inputs / 2 {
      var text = Array("phases.train.updates.0.optimiser={adam: {rate: 1}}")
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&text, using: &random) }
      do {
        let changed = try root.applying([ConfigOverride(String(text))])
        _ = try StrictDecoder().decode(Sample.Study.self, from: changed)
      } catch let error as ManifestError {
        #expect(!error.description.isEmpty)
      }
    }
  }

  private func mutate(_ text: inout [Character], using random: inout SplitMix64) {
    let alphabet = Array("{}[]:,-#&*!|>'\"%@?~ \n\t.0123459eabxyz<=\\\u{0}\u{FEFF}é😀")
    guard let new = alphabet.randomElement(using: &random) else { return }
    let place = Int.random(in: 0...text.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0 where place < text.count: text.remove(at: place)
    case 1 where place < text.count: text[place] = new
    default: text.insert(new, at: place)
    }
  }
}
