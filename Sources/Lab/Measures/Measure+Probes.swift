import Datasets
import Modelling
import Torch

extension MeasureFamily {
  /// Accuracy of a classifier that is trained on codes of the training split and reads those of the test
  /// split (Falck et al. 2021, table 1): of one facet's codes, counted from 1, `accuracy/probe/facet-2`, or
  /// of all facets' one after the other, `accuracy/probe/all-facets`. The mean of three repetitions with
  /// codes, start and order of their own; `accuracy/probe/deviation/facet-2` is their standard deviation
  /// (n − 1). The classes are in `label`, or in another tensor: `accuracy/probe/of-shape/facet-2`. Trained on
  /// so many examples, the same for all runs: `accuracy/probe/1000-examples/facet-2`. None where the model
  /// has not that facet.
  public static let probes = MeasureFamily(
    pattern: "accuracy/probe/[deviation/][of-<tensor>/][<examples>-examples/](facet-<j>|all-facets)"
  ) { id in
    Probe(id).map { probe in
      Measure(
        id: id, summary: probe.summary, unit: "%",
        direction: probe.isDeviation ? .neither : .moreIsBetter,
        abilities: [.mixturePriors], needs: probe.needs
      ) { run in
        let accuracies = try run.shared(probe.accuracyID) { try probe.accuracies(run) }
        if accuracies.isEmpty { return nil }
        let summary = try Summary(accuracies)
        return probe.isDeviation ? summary.standardDeviation : summary.mean
      }
    }
  }
}

/// What an id such as `accuracy/probe/deviation/facet-2` says.
struct Probe: Equatable {
  /// The facet whose codes are read, counted from 1; nil for all.
  let facet: Int?
  /// The tensor that holds the classes.
  let labels: String
  /// How many examples it is trained on; nil for all.
  let examples: Int?
  let isDeviation: Bool

  static let repetitions = 3
  private static let prefix = "accuracy/probe/"
  private static let defaultLabels = "label"

  /// Reads an id; nil where it is another's.
  init?(_ id: String) {
    guard id.hasPrefix(Self.prefix) else { return nil }
    var parts = id.dropFirst(Self.prefix.count)
      .split(separator: "/", omittingEmptySubsequences: false)[...]
    isDeviation = parts.first == "deviation"
    if isDeviation { parts.removeFirst() }
    if parts.first?.hasPrefix("of-") == true {
      labels = String(parts.removeFirst().dropFirst("of-".count))
      // One id for a measure.
      if labels.isEmpty || labels == Self.defaultLabels { return nil }
    } else {
      labels = Self.defaultLabels
    }
    examples = parts.first.flatMap { MeasureFamily.number($0, suffix: "-examples") }
    if examples != nil { parts.removeFirst() }
    guard parts.count == 1, let inputs = parts.first else { return nil }
    facet = MeasureFamily.number(inputs, prefix: "facet-")
    if facet == nil && inputs != "all-facets" { return nil }
  }

  /// What the codes are of, as ids say it.
  private var inputs: String { facet.map { "facet-\($0)" } ?? "all-facets" }

  /// The id of the mean.
  var accuracyID: String {
    Self.prefix + (labels == Self.defaultLabels ? "" : "of-\(labels)/")
      + (examples.map { "\($0)-examples/" } ?? "") + inputs
  }

  var summary: String {
    let codes = facet.map { "codes of facet \($0)" } ?? "codes of all facets"
    let training = examples.map { ", trained on \($0) examples" } ?? ""
    let accuracy = "accuracy of a classifier that reads the \(labels) in drawn \(codes)\(training)"
    return isDeviation
      ? "standard deviation over \(Self.repetitions) repetitions of the \(accuracy)"
      : "\(accuracy), mean of \(Self.repetitions) repetitions"
  }

  var needs: [DataNeed] {
    ["train", "test"].flatMap { split in
      [
        DataNeed(split: split, tensor: "image"),
        DataNeed(
          split: split, tensor: labels, shape: [],
          range: 0...Double(ClusterAccuracy.mostLabels - 1), isWhole: true),
      ]
    }
  }

  /// The accuracy of each repetition in percent; none where the model has not the facet.
  func accuracies(_ run: MeasuredRun) throws -> [Double] {
    let dataset = try run.dataset
    let testSplit = try run.examples(of: "test", for: accuracyID)
    let (train, test) = try run.shared("posteriors by facet") {
      (
        try FacetPosteriors(run, dataset.train, for: accuracyID),
        try FacetPosteriors(run, testSplit, for: accuracyID)
      )
    }
    guard facet ?? 1 <= train.count else { return [] }
    let (trainLabels, testLabels) = try (classes(of: dataset.train), classes(of: testSplit))
    let chosen = try checked(accuracyID) { places(of: trainLabels.count) }
    return try (0..<Self.repetitions).map { repetition in
      // The same codes for all facets and for all together.
      let draws = StepRandomness(run.randomness, "measure/probe", step: repetition)
      let (trainCodes, testCodes) = try checked(accuracyID) {
        (train.draw(facet, draws, "train"), test.draw(facet, draws, "test"))
      }
      guard trainCodes.isFinite, testCodes.isFinite else {
        throw MeasureError.codesNotFinite(accuracyID)
      }
      let classifier = try MLPClassifier(
        trainCodes.rows(chosen), labels: chosen.integers().map { trainLabels[Int($0)] },
        StepRandomness(run.randomness, "measure/probe/\(inputs)", step: repetition))
      return try classifier.accuracy(testCodes, labels: testLabels)
    }
  }

  /// The training examples' places: all, or those that every run takes.
  private func places(of count: Int) -> Tensor {
    let order = Randomness(seed: 0).stream("examples of the training split").permutation(count)
    return order.narrowed(0, 0..<min(examples ?? count, count))
  }

  private func classes(of split: Split) throws -> [Int] {
    guard let tensor = split[labels] else {
      throw MeasureError.needsTensor(accuracyID, name: labels)
    }
    return tensor.integers().map(Int.init)
  }
}

/// q(z_j|x) of all examples of a split for each facet, on the CPU.
private struct FacetPosteriors {
  /// `[examples, latent]` each.
  private let facets: [DiagonalGaussian]

  var count: Int { facets.count }

  init(_ run: MeasuredRun, _ split: Split, for purpose: String) throws {
    let model: any MixturePriorModel = try run.model(.mixturePriors, for: purpose)
    if split.count == 0 { throw MeasureError.tooFewPoints(purpose, needed: 1) }
    var batches: [[DiagonalGaussian]] = []
    try MeasuredRun.evaluate(split, for: purpose) { batch, _ in
      batches.append(model.posteriors(batch))
    }
    func joined(_ facet: Int, _ part: (DiagonalGaussian) -> Tensor) -> Tensor {
      .concatenated(batches.map { part($0[facet]).to(.cpu) }, 0)
    }
    facets = try checked(purpose) {
      (0..<(batches.first?.count ?? 0)).map { facet in
        DiagonalGaussian(mean: joined(facet, \.mean), logVariance: joined(facet, \.logVariance))
      }
    }
  }

  /// A draw for each example, `[examples, latent]`: of one facet, counted from 1, or of all facets one
  /// after the other.
  func draw(_ facet: Int?, _ randomness: StepRandomness, _ split: String) -> Tensor {
    let chosen = facet.map { [$0 - 1] } ?? Array(facets.indices)
    let draws = chosen.map { index in
      let q = facets[index]
      return q.sample(
        randomness.stream("\(split)/z/\(index + 1)").normal(q.mean.shape, like: q.mean))
    }
    return .concatenated(draws, 1)
  }
}

extension Tensor {
  /// Whether all elements are finite.
  fileprivate var isFinite: Bool {
    // NaN and infinities stay what they are under a product with zero, or become NaN.
    (self * 0).sum().item() == 0
  }
}
