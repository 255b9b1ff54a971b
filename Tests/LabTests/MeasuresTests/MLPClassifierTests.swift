import Foundation
import Testing
import Torch

@testable import Lab

/// The classifier of probes against scikit-learn's; the numbers are printed by
/// Scripts/reference/mlp_classifier.py.
@Suite struct MLPClassifierTests {
  private static let count = 450

  /// The same numbers as in the script.
  private static func scattered(_ shape: [Int], _ phase: Double) -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { sin(Double($0) * 2.399 + 1.7 * phase + 0.3) }
    return Tensor(values, shape: shape)
  }

  private static func start(inputs: Int, classes: Int) -> [Tensor] {
    let first = (6 / Double(inputs + 100)).squareRoot()
    let second = (6 / Double(100 + classes)).squareRoot()
    return [
      scattered([100, inputs], 1) * first, scattered([100], 2) * first,
      scattered([classes, 100], 3) * second, scattered([classes], 4) * second,
    ]
  }

  private static func fit(_ codes: Tensor, _ labels: [Int]) throws -> MLPClassifier {
    let order = Tensor((0..<labels.count).map(Int64.init), shape: [labels.count])
    return try MLPClassifier(codes, labels: labels) { classes in
      start(inputs: codes.shape[1], classes: classes)
    } order: { _ in
      order
    }
  }

  private static var codes: Tensor { scattered([count, 3], 0) * 1.5 }

  private static let labels: [Int] = {
    let values = codes.doubles()
    return (0..<count).map { row in
      let code = values[3 * row..<3 * row + 3].map { $0 }
      let place = (code[0] + code[1] > 0 ? 2 : 0) + (code[1] * code[2] > 0.2 ? 1 : 0)
      return row % 29 == 0 ? 1 : [0, 1, 3, 7][place]
    }
  }()

  @Test func equalsTheReference() throws {
    let found = try Self.fit(Self.codes, Self.labels)
    #expect(found.classes == [0, 1, 3, 7])
    #expect(found.losses.count == 200)
    let first = [1.8481772730877706, 1.7264249965902185, 1.614032293999826]
    for (loss, expected) in zip(found.losses, first) { #expect(abs(loss - expected) < 1e-12) }
    // Rounding grows over the epochs.
    let later = [
      1.8481772730877706, 0.519090118769514, 0.4217537529109965, 0.3652086970787802,
      0.3287474367669058,
    ]
    for (index, expected) in later.enumerated() {
      #expect(abs(found.losses[40 * index] - expected) < 1e-9)
    }
    #expect(abs(try #require(found.losses.last) - 0.30294206711080274) < 1e-9)
    #expect(
      abs(try found.accuracy(Self.codes, labels: Self.labels) - 94.66666666666667) < 1e-9)
    #expect(
      try found.predictions(Self.codes.narrowed(0, 0..<40)) == [
        3, 7, 0, 0, 0, 0, 3, 3, 7, 0, 0, 0, 0, 3, 3, 3, 0, 0, 1, 3, 3, 3, 3, 0, 0, 1, 3, 3, 3, 3, 0,
        0, 0, 3, 3, 3, 3, 0, 0, 0,
      ])
  }

  /// The same code with every class in turn: nothing can be learnt, and training ends early.
  @Test func endsWhereTheReferenceEnds() throws {
    let found = try Self.fit(
      .full(0.5, [Self.count, 3], type: .float64), (0..<Self.count).map { [0, 1, 3, 7][$0 % 4] })
    #expect(found.losses.count == 60)
    #expect(abs(try #require(found.losses.last) - 1.3863372553953903) < 1e-9)
  }

  /// Eleven epochs in a row without a gain, and not ten, end it.
  @Test func stops() {
    func epochs(_ losses: [Double]) -> Int? {
      var rule = StoppingRule()
      return losses.firstIndex { rule.ends(after: $0) }.map { $0 + 1 }
    }
    let same = [Double](repeating: 1, count: 30)
    #expect(epochs(same) == 12)
    // A gain by less than the tolerance is none, however often it comes; one by more begins anew.
    #expect(epochs((0..<30).map { 1 - 0.9e-5 * Double($0) }) == 12)
    #expect(epochs((0..<30).map { 1 - 1.1e-4 * Double($0) }) == nil)
    #expect(epochs([Double](repeating: 1, count: 11) + [0.9] + same) == 23)
    // The best loss counts, also where it was no gain of more than the tolerance.
    #expect(epochs([1, 0.99995] + [Double](repeating: 0.99989, count: 30)) == 12)
    #expect(epochs([]) == nil)
  }

  @Test func learnsWhatCanBeLearnt() throws {
    let (codes, labels) = Self.rings(1000, seed: 0)
    let (others, truth) = Self.rings(500, seed: 1)
    let random = StepRandomness(Randomness(seed: 3), "test")
    let found = try MLPClassifier(codes, labels: labels, random)
    #expect(try found.accuracy(others, labels: truth) > 97)
    // The start and the orders are the stream's.
    let again = try MLPClassifier(codes, labels: labels, random)
    #expect(again.losses == found.losses)
    let other = try MLPClassifier(
      codes, labels: labels, StepRandomness(Randomness(seed: 4), "test"))
    #expect(other.losses != found.losses)
  }

  @Test func guessesWhatCannot() throws {
    let stream = Randomness(seed: 5).stream("codes")
    let codes = stream.normal([2000, 2])
    let labels = (0..<2000).map { $0 % 5 }
    let found = try MLPClassifier(
      codes, labels: labels, StepRandomness(Randomness(seed: 3), "test"))
    // Five binomial standard deviations around one fifth.
    let accuracy = try found.accuracy(stream.normal([2000, 2]), labels: labels)
    let deviation = 100 * (0.2 * 0.8 / 2000).squareRoot()
    #expect(abs(accuracy - 20) < 5 * deviation)
  }

  /// A class that training has not seen is never predicted; a single class always is.
  @Test func unusualLabels() throws {
    let codes = Tensor([0, 1, 2] as [Float], shape: [3, 1])
    let random = StepRandomness(Randomness(seed: 0), "test")
    let one = try MLPClassifier(codes, labels: [4, 4, 4], random)
    #expect(try one.predictions(codes) == [4, 4, 4])
    #expect(try one.accuracy(codes, labels: [4, 9, 9]) == 100.0 / 3)
    #expect(throws: MeasureError.self) {
      try MLPClassifier(.zeros([0, 2]), labels: [], random)
    }
    #expect(throws: MeasureError.self) {
      try MLPClassifier(.zeros([1001, 1]), labels: Array(0...1000), random)
    }
    #expect(
      words { try MLPClassifier(codes, labels: [4, 4], random) }
        == "a probe needs one label an example, and there are 2 labels of 3 examples: name a tensor of "
        + "one number an example")
  }

  /// Points of three rings around the origin.
  private static func rings(_ count: Int, seed: Int) -> (Tensor, [Int]) {
    var generator = Randomness(seed: seed).generator("rings")
    var points: [Float] = []
    let labels = (0..<count).map { $0 % 3 }
    for label in labels {
      let angle = 2 * Double.pi * generator.uniform()
      let radius = 1 + Double(label) + 0.4 * (generator.uniform() - 0.5)
      points += [Float(radius * cos(angle)), Float(radius * sin(angle))]
    }
    return (Tensor(points, shape: [count, 2]), labels)
  }
}
