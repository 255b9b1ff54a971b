import Torch

/// The examples of one split, held as they are stored; asking for some prepares those.
///
/// A stored image stays a byte a pixel in memory, and becomes numbers a batch at a time.
public struct Split {
  private let stored: Batch
  private let preparations: [String: Preparation]

  /// - Parameter preparations: by tensor; one without stays as it is stored.
  public init(_ stored: Batch, preparations: [String: Preparation] = [:]) {
    self.stored = stored
    self.preparations = preparations
  }

  /// Number of examples.
  public var count: Int { stored.count }

  /// Names of the tensors, sorted.
  public var names: [String] { stored.names }

  /// The least and the greatest value of a tensor, prepared; nil where there is none of that name, or
  /// none in order, such as NaN.
  public func bounds(of name: String) -> ClosedRange<Double>? {
    guard let tensor = stored[name], tensor.count > 0 else { return nil }
    let scale = preparations[name]?.scale ?? 1
    let (low, high) = (tensor.minimum().item() / scale, tensor.maximum().item() / scale)
    return low <= high ? low...high : nil
  }

  /// Whether a tensor holds whole numbers; false where there is none of that name.
  public func isWhole(_ name: String) -> Bool {
    guard let type = stored[name]?.type, (preparations[name]?.scale ?? 1) == 1 else { return false }
    return type == .int64 || type == .uint8
  }

  /// All examples of one tensor, prepared for evaluation, or nil where there is none of that name.
  public subscript(name: String) -> Tensor? {
    stored[name].map { preparations[name]?.apply(to: $0, nil) ?? $0 }
  }

  /// Consecutive examples, prepared for evaluation: every call gives the same.
  public func rows(_ range: Range<Int>) -> Batch {
    prepared(stored.rows(range), nil)
  }

  /// Examples by their places, prepared for evaluation.
  public func rows(at places: [Int]) -> Batch {
    prepared(stored.rows(Tensor(places.map(Int64.init), shape: [places.count])), nil)
  }

  /// The examples named by an integer tensor, prepared for a step of training.
  ///
  /// - Parameter randomness: the step's; what is drawn afresh at every use is drawn from it.
  public func rows(_ indices: Tensor, _ randomness: StepRandomness) -> Batch {
    prepared(stored.rows(indices), randomness)
  }

  /// The examples on another device.
  public func to(_ device: Device) -> Split {
    Split(stored.to(device), preparations: preparations)
  }

  private func prepared(_ batch: Batch, _ randomness: StepRandomness?) -> Batch {
    guard !preparations.isEmpty else { return batch }
    let tensors = batch.names.compactMap { name in
      batch[name].map { tensor in
        (
          name,
          preparations[name]?.apply(to: tensor, randomness?.stream("prepare/" + name)) ?? tensor
        )
      }
    }
    return Batch(Dictionary(uniqueKeysWithValues: tensors))
  }
}

/// How a stored tensor becomes what a model sees.
public struct Preparation: Equatable, Sendable {
  /// What the stored numbers are divided by: 255 for grey values.
  public var scale: Double
  /// Whether each use for training draws a binary image with the grey values as probabilities; an
  /// evaluation sees the grey values.
  public var resamples: Bool

  public init(scale: Double = 1, resamples: Bool = false) {
    self.scale = scale
    self.resamples = resamples
  }

  func apply(to stored: Tensor, _ stream: RandomStream?) -> Tensor {
    let numbers = stored.type == .uint8 ? stored.to(.float32) : stored
    let scaled = scale == 1 ? numbers : numbers / scale
    guard resamples, let stream else { return scaled }
    return stream.bernoulli(scaled)
  }
}
