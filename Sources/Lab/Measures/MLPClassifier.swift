import Foundation
import Torch

/// A multi-layer perceptron with one hidden layer, trained to tell classes apart: scikit-learn's
/// `MLPClassifier` with its defaults.
///
/// 100 hidden units with ReLU and a softmax, Glorot-uniform weights and biases, Adam with the rate 10⁻³ on
/// batches of 200 in a fresh order each epoch. The loss is the mean negative log-probability of a batch's
/// labels and α/2 Σ w² over its size, with α = 10⁻⁴ and biases left out. Training ends as
/// ``StoppingRule`` says, or after 200 epochs. Two classes are a softmax too, where scikit-learn has one
/// logistic unit.
///
/// It is computed in fp32, whatever the precision of the run: it measures the model, and is no part of it.
struct MLPClassifier {
  /// The classes, ascending.
  let classes: [Int]
  /// The loss of each epoch, the mean over its examples as they were met.
  let losses: [Double]
  /// Weights and biases of the hidden layer, `[100, inputs]` and `[100]`, and of the output layer.
  private let parameters: [Tensor]

  static let hidden = 100
  /// As many as there are labels, few enough that a batch's targets take little memory.
  static let mostClasses = ClusterAccuracy.mostLabels
  private static let batch = 200
  private static let mostEpochs = 200
  private static let decay = 1e-4
  private static let rate = 1e-3
  private static let beta1 = 0.9
  private static let beta2 = 0.999
  private static let epsilon = 1e-8

  /// Trains on codes `[examples, inputs]`, on the CPU.
  ///
  /// - Parameters:
  ///   - labels: the class of each example; any whole numbers.
  ///   - start: the parameters before training, in the order of the hidden layer's weights, its biases,
  ///     the output layer's weights, its biases; made of the number of classes.
  ///   - order: the order of the examples in an epoch.
  /// - Throws: `MeasureError` where there are no examples, too many classes, or another number of labels
  ///   than of examples; `TensorError`.
  init(
    _ codes: Tensor, labels: [Int], start: (_ classes: Int) -> [Tensor],
    order: (_ epoch: Int) -> Tensor
  ) throws {
    let classes = Set(labels).sorted()
    guard !classes.isEmpty else { throw MeasureError.tooFewPoints("a probe", needed: 1) }
    guard let examples = codes.shape.first, examples == labels.count else {
      throw MeasureError.needsOneLabel(
        "a probe", examples: codes.shape.first ?? 0, labels: labels.count)
    }
    guard classes.count <= Self.mostClasses else {
      throw MeasureError.tooManyClasses(classes.count, limit: Self.mostClasses)
    }
    let numbers = Dictionary(uniqueKeysWithValues: zip(classes, 0...))
    let targets = Tensor(labels.map { Int64(numbers[$0] ?? 0) }, shape: [labels.count])
    var training = try checked("a probe") {
      Training(
        parameters: start(classes.count).map { $0.leaf() },
        oneHot: Tensor.full(1, [classes.count], type: codes.type).diagonalMatrices())
    }
    var losses: [Double] = []
    var rule = StoppingRule()
    try withPrecision(.fp32) {
      while losses.count < Self.mostEpochs {
        let loss = try checked("a probe") {
          let places = order(losses.count)
          return training.epoch(codes.rows(places), targets.rows(places))
        }
        losses.append(loss)
        if rule.ends(after: loss) { break }
      }
    }
    self.classes = classes
    self.losses = losses
    parameters = training.parameters.map { $0.detached() }
  }

  /// Trains from a random start and in random orders.
  ///
  /// - Throws: as the initialiser with a given start does.
  init(_ codes: Tensor, labels: [Int], _ randomness: StepRandomness) throws {
    let start = randomness.stream("start")
    let order = randomness.stream("order")
    let inputs = codes.extent(-1)
    try self.init(codes, labels: labels) { classes in
      Self.layer(inputs, Self.hidden, start, codes.type)
        + Self.layer(Self.hidden, classes, start, codes.type)
    } order: { _ in
      order.permutation(labels.count)
    }
  }

  /// Weights `[outputs, inputs]` and biases, uniform within ±√(6 / (inputs + outputs)).
  private static func layer(
    _ inputs: Int, _ outputs: Int, _ stream: RandomStream, _ type: ElementType
  ) -> [Tensor] {
    let bound = (6 / Double(inputs + outputs)).squareRoot()
    return [[outputs, inputs], [outputs]].map {
      (stream.uniform($0, type: type) * 2 - 1) * bound
    }
  }

  /// The most probable class of each code, `[examples, inputs]`.
  ///
  /// - Throws: `TensorError`.
  func predictions(_ codes: Tensor) throws -> [Int] {
    let logits = try checked("a probe") {
      withoutGradients {
        withPrecision(.fp32) { Self.logits(parameters, codes).doubles() }
      }
    }
    return stride(from: 0, to: logits.count, by: classes.count).map { row in
      classes[classes.indices.max { logits[row + $0] < logits[row + $1] } ?? 0]
    }
  }

  /// Share in percent of examples whose label is predicted.
  ///
  /// - Throws: `TensorError`.
  func accuracy(_ codes: Tensor, labels: [Int]) throws -> Double {
    let right = zip(try predictions(codes), labels).count { $0 == $1 }
    return 100 * Double(right) / Double(max(labels.count, 1))
  }

  private static func logits(_ parameters: [Tensor], _ codes: Tensor) -> Tensor {
    codes.dense(parameters[0], parameters[1], relu: true).dense(parameters[2], parameters[3])
  }

  /// The parameters with the state of their optimiser.
  private struct Training {
    let parameters: [Tensor]
    /// The targets of each class, `[classes, classes]`.
    let oneHot: Tensor
    private let states: [AdamState]
    private var steps = 0

    init(parameters: [Tensor], oneHot: Tensor) {
      self.parameters = parameters
      self.oneHot = oneHot
      states = parameters.map { AdamState(for: $0) }
    }

    /// One pass over examples in their order; returns the mean of the batches' losses.
    mutating func epoch(_ codes: Tensor, _ targets: Tensor) -> Double {
      let count = codes.extent(0)
      var sum = 0.0
      for first in stride(from: 0, to: count, by: MLPClassifier.batch) {
        let range = first..<min(first + MLPClassifier.batch, count)
        let loss = step(codes.narrowed(0, range), oneHot.rows(targets.narrowed(0, range)))
        sum += loss * Double(range.count)
      }
      return sum / Double(count)
    }

    private mutating func step(_ codes: Tensor, _ targets: Tensor) -> Double {
      let size = Double(codes.shape.first ?? 1)
      let fit = (logits(parameters, codes).logSoftmax(-1) * targets).sum() * (-1 / size)
      let weights = parameters[0].square().sum() + parameters[2].square().sum()
      let loss = fit + weights * (MLPClassifier.decay / 2 / size)
      steps += 1
      // scikit-learn adds ε to the root of the running mean before the latter is corrected for its start.
      let corrected =
        MLPClassifier.epsilon / (1 - pow(MLPClassifier.beta2, Double(steps))).squareRoot()
      adamStep(
        parameters, gradients: loss.gradients(parameters), states: states,
        rate: MLPClassifier.rate, beta1: MLPClassifier.beta1, beta2: MLPClassifier.beta2,
        epsilon: corrected)
      return loss.item()
    }
  }
}

/// When training has nothing more to gain: after the eleventh epoch in a row whose loss is not below the
/// best one by more than 10⁻⁴ (scikit-learn's `tol` and `n_iter_no_change`, which may be reached and not
/// passed).
struct StoppingRule {
  private static let tolerance = 1e-4
  private static let patience = 10
  private var best = Double.infinity
  private var idle = 0

  /// Takes the loss of one more epoch; whether training ends with it.
  mutating func ends(after loss: Double) -> Bool {
    idle = loss > best - Self.tolerance ? idle + 1 : 0
    best = min(best, loss)
    return idle > Self.patience
  }
}
