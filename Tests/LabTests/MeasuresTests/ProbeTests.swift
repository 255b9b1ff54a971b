import Datasets
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// Probes of the codes of facets.
@Suite struct ProbeTests {
  @Test func readsIds() throws {
    let probe = try #require(Probe("accuracy/probe/facet-12"))
    #expect(probe.facet == 12 && probe.labels == "label" && !probe.isDeviation)
    #expect(probe.examples == nil)
    let some = try #require(Probe("accuracy/probe/of-x/100-examples/facet-1"))
    #expect(some.labels == "x" && some.examples == 100)
    #expect(some.accuracyID == "accuracy/probe/of-x/100-examples/facet-1")
    let all = try #require(Probe("accuracy/probe/deviation/of-floor-hue/all-facets"))
    #expect(all.facet == nil && all.labels == "floor-hue" && all.isDeviation)
    #expect(all.accuracyID == "accuracy/probe/of-floor-hue/all-facets")
    for id in [
      "accuracy/probe", "accuracy/probe/", "accuracy/probe/facet-0", "accuracy/probe/facet-01",
      "accuracy/probe/facets", "accuracy/probe/all-facets/", "accuracy/probe/facet-1/deviation",
      "accuracy/probe/of-x", "accuracy/probe/0-examples/facet-1",
      "accuracy/probe/9-examples/of-x/facet-1", "accuracy/probe/deviation/deviation/facet-1",
      "accuracy/majority/facet-1", "accuracy/probe/of-/facet-1", "accuracy/probe/of-label/facet-1",
    ] {
      #expect(Probe(id) == nil, "\(id)")
    }
  }

  private static func split(_ count: Int) -> Split {
    let labels = (0..<count).map { Int64($0 % 3) }
    return Split(
      Batch([
        "image": Tensor(labels.map { Float($0) * 2 }, shape: [count, 1]),
        "label": Tensor(labels, shape: [count]),
        "parity": Tensor(labels.map { $0 % 2 }, shape: [count]),
      ]))
  }

  private static func run(seed: Int = 0, deviation: Double = 0.5) -> MeasuredRun {
    MeasuredRun(
      model: LabelInOneFacet(deviation: deviation),
      dataset: Dataset(
        contentIdentity: "test", train: split(600), others: ["test": split(300)]),
      randomness: Randomness(seed: seed), curves: Curves(), events: [:])
  }

  private static func value(_ id: String, _ run: MeasuredRun) throws -> Double? {
    try #require(MeasureFamily.probes.measure(id)).value(run)
  }

  /// Codes 2·label ± 0.5 tell three labels apart with the probability of a Gaussian's middle: of the inner
  /// label both sides are lost, of the outer ones one side, each with 1 − Φ(2) = 0.02275.
  @Test func facets() throws {
    let run = Self.run()
    let best = 100 * (1 - 4.0 / 3 * 0.02275)
    let found = try #require(try Self.value("accuracy/probe/facet-2", run))
    // Five standard deviations of a mean over three draws of 300 codes.
    let tolerance = 500 * (0.03 * 0.97 / 900).squareRoot()
    #expect(abs(found - best) < tolerance)
    let blind = try #require(try Self.value("accuracy/probe/facet-1", run))
    let spread = 500 * (2.0 / 9 / 900).squareRoot()
    #expect(abs(blind - 100.0 / 3) < spread)
    let all = try #require(try Self.value("accuracy/probe/all-facets", run))
    #expect(abs(all - best) < tolerance + 1)
    #expect(try Self.value("accuracy/probe/facet-3", run) == nil)
    #expect(try Self.value("accuracy/probe/deviation/facet-3", run) == nil)
  }

  /// The spread of the three repetitions, which have draws of their own: n − 1 in the denominator.
  @Test func deviation() throws {
    let run = Self.run()
    let accuracies = try #require(Probe("accuracy/probe/facet-1")).accuracies(run)
    #expect(accuracies.count == 3 && Set(accuracies).count > 1)
    let mean = accuracies.reduce(0, +) / 3
    let square = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2
    #expect(try Self.value("accuracy/probe/facet-1", run) == mean)
    let found = try #require(try Self.value("accuracy/probe/deviation/facet-1", run))
    #expect(abs(found - square.squareRoot()) < 1e-12)
    // Another run has other draws, and the same run the same.
    #expect(try Self.value("accuracy/probe/facet-1", Self.run()) == mean)
    #expect(try Self.value("accuracy/probe/facet-1", Self.run(seed: 1)) != mean)
  }

  @Test func someExamples() throws {
    let run = Self.run(deviation: 0.1)
    #expect(try Self.value("accuracy/probe/60-examples/facet-2", run) == 100)
    // With two examples, one of three labels cannot be known.
    let two = try #require(try Self.value("accuracy/probe/2-examples/facet-2", run))
    #expect(two < 67)
    #expect(
      try Self.value("accuracy/probe/9999-examples/facet-1", run)
        == Self.value("accuracy/probe/600-examples/facet-1", run))
  }

  /// Another tensor has other classes: here the label's parity, which the codes tell as well.
  @Test func otherTensors() throws {
    let run = Self.run(deviation: 0.1)
    #expect(try Self.value("accuracy/probe/facet-2", run) == 100)
    #expect(try Self.value("accuracy/probe/of-parity/facet-2", run) == 100)
    let blind = try #require(try Self.value("accuracy/probe/of-parity/facet-1", run))
    // Two of three labels are even.
    #expect(abs(blind - 200.0 / 3) < 500 * (2.0 / 9 / 900).squareRoot())
    let needs = try #require(MeasureFamily.probes.measure("accuracy/probe/of-parity/facet-1")).needs
    #expect(needs.map(\.tensor) == ["image", "parity", "image", "parity"])
    let message = words { try Self.value("accuracy/probe/of-shape/facet-1", run) }
    #expect(
      message.hasPrefix("accuracy/probe/of-shape/facet-1 needs data with a tensor named 'shape'"))
  }

  @Test func whatCannotBeProbed() throws {
    let message = words { try Self.value("accuracy/probe/facet-2", Self.run(deviation: .nan)) }
    #expect(
      message == "accuracy/probe/facet-2 needs codes that are finite numbers: train the model "
        + "at a smaller rate")
    let plane = finished().run
    let other = words { try Self.value("accuracy/probe/facet-1", plane) }
    #expect(
      other
        == "accuracy/probe/facet-1 needs data with a split named 'test', which this data set has not: "
        + "name another split, or leave it out")
  }
}

/// Facet 1 is noise; facet 2 is the image with noise.
private final class LabelInOneFacet: MixturePriorModel {
  let parameters = ParameterStore(Randomness(seed: 0))
  let clusters = [1, 1]
  private let deviation: Double

  init(deviation: Double) {
    self.deviation = deviation
  }

  func clusterProbabilities(_ batch: Batch) -> [Tensor] { [] }

  func samplePrior(
    _ count: Int, _ temperature: Temperature, _ stream: RandomStream
  ) -> Tensor { .zeros([count, 2]) }

  func setPriorMeans(_ means: [[Double]]) {}

  func posteriors(_ batch: Batch) -> [DiagonalGaussian] {
    let image = batch["image"] ?? .zeros([batch.count, 1])
    let logVariance = Tensor.full(deviation * deviation, image.shape).log()
    return [
      DiagonalGaussian(mean: image * 0, logVariance: image * 0),
      DiagonalGaussian(mean: image, logVariance: logVariance),
    ]
  }
}
