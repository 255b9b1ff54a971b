import LibTorchShim

/// The randomness of one run: streams keyed by (seed, purpose, step), with no state of their own.
///
/// Two streams with different keys are independent, and the same key always gives the same numbers,
/// so resuming at a step needs no generator state.
public struct Randomness: Sendable {
  public let seed: UInt64

  public init(seed: Int) {
    self.seed = UInt64(bitPattern: Int64(seed))
  }

  /// A stream for one purpose at one step.
  public func stream(_ purpose: String, step: Int = 0) -> RandomStream {
    RandomStream(Self.key(seed, purpose, UInt64(bitPattern: Int64(step))))
  }

  /// Numbers for code without tensors, such as generated data.
  public func generator(_ purpose: String, step: Int = 0) -> SplitMix64 {
    let key = Self.key(seed, purpose, UInt64(bitPattern: Int64(step)))
    return SplitMix64(state: key.0 ^ (key.1 << 1))
  }

  private static func key(_ seed: UInt64, _ purpose: String, _ step: UInt64) -> (UInt64, UInt64) {
    // FNV-1a of the purpose, then each part through a full SplitMix64 round.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    var first = SplitMix64(state: seed)
    var second = SplitMix64(state: first.next() ^ hash)
    var third = SplitMix64(state: second.next() ^ step)
    return (third.next(), third.next())
  }
}

/// The randomness of one step of training or of one evaluation: streams by purpose.
public struct StepRandomness: Sendable {
  private let randomness: Randomness
  private let activity: String
  private let step: Int

  /// - Parameter activity: what the streams serve (`train/0`, `measure/mig`): streams of different
  ///   activities are independent.
  public init(_ randomness: Randomness, _ activity: String, step: Int = 0) {
    self.randomness = randomness
    self.activity = activity
    self.step = step
  }

  /// The stream of this step for one purpose.
  public func stream(_ purpose: String) -> RandomStream {
    randomness.stream("\(activity)/\(purpose)", step: step)
  }

  /// Numbers of this step for one purpose, for code without tensors.
  public func generator(_ purpose: String) -> SplitMix64 {
    randomness.generator("\(activity)/\(purpose)", step: step)
  }
}

/// A stream of random tensors; consecutive draws differ.
public final class RandomStream {
  private let handle: OpaquePointer?

  init(_ key: (UInt64, UInt64)) {
    handle = pl_generator(key.0, key.1)
  }

  deinit {
    pl_generator_free(handle)
  }

  /// Standard normal numbers.
  public func normal(_ shape: [Int], type: ElementType = .float32) -> Tensor {
    Tensor(pl_normal(handle, shape.map(Int64.init), Int32(shape.count), type.shim))
  }

  /// Standard normal numbers of a tensor's element type, on its device; the same numbers on each.
  public func normal(_ shape: [Int], like tensor: Tensor) -> Tensor {
    normal(shape, type: tensor.type).to(tensor.device)
  }

  /// Numbers uniform in [0, 1).
  public func uniform(_ shape: [Int], type: ElementType = .float32) -> Tensor {
    Tensor(pl_uniform(handle, shape.map(Int64.init), Int32(shape.count), type.shim))
  }

  /// Draws from the gamma distribution with each element's shape parameter and the scale 1.
  public func gamma(_ shape: Tensor) -> Tensor {
    let here = shape.to(.cpu)
    // Nothing else keeps the copy alive during the call.
    let drawn = withExtendedLifetime(here) { Tensor(pl_gamma(handle, here.handle)) }
    return drawn.to(shape.device)
  }

  /// 1 with the probability that each element gives, else 0.
  public func bernoulli(_ probability: Tensor) -> Tensor {
    let here = probability.to(.cpu)
    // Nothing else keeps the copy alive during the call.
    let drawn = withExtendedLifetime(here) { Tensor(pl_bernoulli(handle, here.handle)) }
    return drawn.to(probability.device)
  }

  /// The numbers 0..<count in random order.
  public func permutation(_ count: Int) -> Tensor {
    Tensor(pl_permutation(handle, Int64(count)))
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014): a small generator for code without tensors.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(state: UInt64) {
    self.state = state
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number uniform in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A place below `count`, which is at least 1.
  public mutating func place(below count: Int) -> Int {
    min(Int(uniform() * Double(count)), count - 1)
  }

  /// Two different places below `count`, which is at least 2.
  public mutating func twoPlaces(below count: Int) -> (Int, Int) {
    let first = place(below: count)
    let second = place(below: count - 1)
    return (first, second < first ? second : second + 1)
  }
}
