import Datasets
import Foundation
import Lab
import Modelling
import Registry
import Torch

@testable import Lab

/// A study that trains in a moment: 40 images of 4 by 4 pixels, networks of 8 units, 6 steps.
enum Tiny {
  static let study = """
    study: test/tiny
    title: A study that trains in a moment
    dataset: {pendulum: {images: 40, size: 4, rod-length: 2, rod-width: 0.8, noise: 0, seed: 0}}
    model:
      vhp:
        latent: 2
        encoder: {mlp: {hidden: [8]}}
        decoder: {mlp: {hidden: [8]}}
        prior-encoder: {mlp: {hidden: [4]}}
        prior-decoder: {mlp: {hidden: [4]}}
        importance-samples: 2
        likelihood: {gaussian: {scale: 0.2}}
        initial: glorot-uniform
    axes:
      method:
        rewo:
          weights.rate:
            rewo:
              statistic: squared-error
              threshold: 0.05
              speed: 5
              steepness: 3
              start: 0.01
              smoothing: 0.9
              hold: [prior/**]
        plain:
          weights.rate: 1
    weights: {distortion: 1, rate: 1}
    phases:
      - id: train
        batch: 16
        updates: [{minimise: elbo, optimiser: {adam: {rate: 1e-3}}}]
        until: {steps: 6}
    seeds: 2
    keep: {snapshots: [2, 4]}
    record: {every: 2}
    measures: [angle-error/global-radius, final/weight/rate, event/constraint-first-met/rate]
    profiles:
      quick:
        because: a test
        seeds: [0, 3]
        set: {phases.train.until: {steps: 4}}
    """

  static let artefact = """
    artefact: test/table
    title: A tiny table
    use: [{study: test/tiny}]
    compute:
      - codes: {examples: 10}
      - prior-samples: {count: 5}
      - curves: {names: [weight/rate, loss/rate]}
      - angle-regression: {radius: global-radius}
    measures: [angle-error/global-radius, final/weight/rate]
    draw:
      - bars: {file: error, measures: [angle-error/global-radius], label: error}
    """

  /// Settings of the tensor library under which runs repeat to the last bit.
  static let environment: RunEnvironment = {
    let dense = Engine.configure(threads: 1, dense: .aten)
    return RunEnvironment(device: .cpu, dense: dense, threads: 1, root: "/")
  }()

  /// What the manifests of tests may name.
  static let kinds = registeredKinds.with(
    measures: [
      Measure(id: "test/less", summary: "an error", unit: "nats", direction: .lessIsBetter) { _ in
        0
      },
      Measure(id: "test/more", summary: "a score", unit: "", direction: .moreIsBetter) { _ in 0 },
      Measure(id: "test/more/part", summary: "a part", unit: "%", direction: .neither) { _ in 1 },
      Measure(
        id: "test/weighed", summary: "a weight", unit: "", direction: .neither,
        pretrained: "test-weights"
      ) { try $0.pretrained("test-weights")["scale"]?.item() },
      Measure(id: "test/undefined", summary: "nothing", unit: "", direction: .neither) { _ in
        throw StatisticsError.noValues
      },
      Measure(id: "test/too-large", summary: "too much", unit: "", direction: .neither) { _ in
        try checked("measuring") { Tensor([1.0, 2], shape: [2]).reshaped(3).item() }
      },
    ], computations: [NothingComputation.self], drawings: [BrokenDrawing.self])

  /// The tiny study, with parts of its text replaced, resolved.
  static func resolved(
    _ replacements: [String: String] = [:], profile: ProfileName = ProfileName(name: "paper")
  ) throws -> ResolvedStudy {
    try resolve(edited(study, replacements), profile)
  }

  /// A study's text, resolved.
  static func resolve(
    _ yaml: String, _ profile: ProfileName = ProfileName(name: "paper")
  ) throws -> ResolvedStudy {
    try ResolvedStudy(
      manifest: try ConfigNode(yaml: yaml, file: "x.yaml"), profile: profile, kinds: kinds)
  }

  /// One run of the tiny study.
  static func run(
    _ method: String = "plain", seed: Int = 0, _ replacements: [String: String] = [:],
    profile: ProfileName = ProfileName(name: "paper")
  ) throws -> RunSpecification {
    let study = try resolved(replacements, profile: profile)
    guard let template = study.templates.first(where: { $0.cell["method"] == method }) else {
      throw Missing(what: "the method \(method)")
    }
    return try RunSpecification(template, seed: seed, profile: profile)
  }
}

/// A drawing that cannot be drawn.
struct BrokenDrawing: Drawing {
  static let name = "broken"

  var file: String { Self.name }
  var arrays: [String] { [] }

  func figures(_ result: ResultFile) throws -> [(name: String, figure: Figure)] {
    throw DrawingError.failed("this drawing always fails")
  }
}

/// Something that a test relies on is not there.
struct Missing: Error {
  let what: String
}

/// A text with parts replaced, each of which must be there.
func edited(_ text: String, _ replacements: [String: String]) throws -> String {
  try replacements.sorted { $0.key < $1.key }.reduce(text) { text, edit in
    guard text.contains(edit.key) else { throw Missing(what: "'\(edit.key)' in the text") }
    return text.replacing(edit.key, with: edit.value)
  }
}

/// Line and column of a word in a text, as an error gives them.
func place(_ word: String, in text: String, file: String = "x.yaml") throws -> String {
  guard let range = text.firstRange(of: word) else { throw Missing(what: "'\(word)'") }
  let before = text[..<range.lowerBound].split(
    separator: "\n", omittingEmptySubsequences: false)
  return "\(file):\(before.count):\((before.last?.count ?? 0) + 1)"
}

/// The error of `body` in words, or what it gave instead.
func words<Value>(_ body: () throws -> Value) -> String {
  do {
    return "no error: \(try body())"
  } catch {
    return "\(error)"
  }
}
