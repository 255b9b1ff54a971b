import Modelling
import Torch

/// When a phase ends before its time, and with which parameters:
/// `{of: [distortion, rate], patience: 50, from: {weight: rate, at-least: 0.99}}`.
///
/// At the end of each epoch, and of the phase, the sum of some loss terms is taken on the split
/// `validation`, in evaluation mode and with the same random numbers each time. The phase ends with the
/// parameters of the smallest sum, and as soon as so many epochs in a row have brought no smaller one.
public struct EarlyStopping: Codable, Equatable, Sendable {
  /// The split that decides.
  public static let split = "validation"

  /// Loss terms of the phase's objectives, whose sum without weights is to be small.
  public var of: [String]
  /// Epochs without a smaller sum.
  public var patience: Int
  /// Which epochs count; all where this is nil.
  public var from: Threshold?

  /// Epochs whose last step had at least this weight of a loss term.
  public struct Threshold: Codable, Equatable, Sendable {
    /// The loss term.
    public var weight: String
    public var atLeast: Double

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case weight
      case atLeast = "at-least"
    }
  }

  private static let longest = 1_000_000

  /// What is impossible about the settings, or nil.
  var problem: String? {
    if of.isEmpty { return "early-stopping: of must hold at least one loss term" }
    if Set(of).count < of.count { return "early-stopping: of names a loss term twice" }
    if !(1...Self.longest ~= patience) {
      return "early-stopping: patience must be from 1 to 10⁶ epochs"
    }
    return from?.atLeast.isFinite == false ? "early-stopping: at-least must be finite" : nil
  }

  /// Whether an epoch counts, by the values of its last step.
  func counts(_ record: [String: Double]) -> Bool {
    from.map { (record[RecordName.weight($0.weight)] ?? 1) >= $0.atLeast } ?? true
  }
}

/// Where the early stopping of a phase stands.
struct StoppingState {
  /// The smallest sum so far, with the step after which it was found and the parameters that gave it.
  struct Best {
    let value: Double
    let step: Int
    let parameters: ParameterValues
  }

  var best: Best?
  /// Epochs that count since then.
  var worse = 0

  /// Takes the sum of an epoch.
  mutating func take(
    _ value: Double, step: Int, counts: Bool, _ parameters: @autoclosure () -> ParameterValues
  ) {
    if best.map({ value < $0.value }) ?? true {
      best = Best(value: value, step: step, parameters: parameters())
      worse = 0
    } else if counts {
      worse += 1
    }
  }
}

/// Copies of all parameters of a model, and of its state that is not trained.
struct ParameterValues {
  /// By the names that parameter files have: `parameters/<path>`, `state/<path>`.
  let tensors: [String: Tensor]

  init(_ tensors: [String: Tensor]) {
    self.tensors = tensors
  }

  /// Copies the present values.
  init(of store: ParameterStore) {
    tensors = Dictionary(
      uniqueKeysWithValues: ParameterFile.named(store).map { name, parameter in
        let value = parameter.value
        let copy = Tensor.zeros(value.shape, type: value.type, device: value.device)
        copy.assign(value)
        return (name, copy)
      })
  }

  /// Puts the values back.
  func restore(to store: ParameterStore) {
    for (name, parameter) in ParameterFile.named(store) {
      if let value = tensors[name] { parameter.value.assign(value) }
    }
  }
}
