/// MT19937 (Matsumoto and Nishimura 1998) as NumPy's legacy generator uses it: `np.random.seed(s)`.
///
/// For splits that public code draws with NumPy, and for nothing else: what is drawn here comes from
/// streams.
struct MersenneTwister {
  private static let count = 624
  private static let distance = 397

  private var state: [UInt32]
  private var next: Int

  init(seed: UInt32) {
    state = [seed]
    for index in 1..<Self.count {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
    }
    next = Self.count
  }

  /// 32 random bits.
  mutating func bits() -> UInt32 {
    if next == Self.count { twist() }
    var y = state[next]
    next += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return y ^ (y >> 18)
  }

  private mutating func twist() {
    for index in 0..<Self.count {
      let upper = state[index] & 0x8000_0000
      let lower = state[(index + 1) % Self.count] & 0x7fff_ffff
      let y = upper | lower
      let mixed = (y >> 1) ^ (y & 1 == 1 ? 0x9908_b0df : 0)
      state[index] = state[(index + Self.distance) % Self.count] ^ mixed
    }
    next = 0
  }

  /// A whole number from 0 to `most`, of equal probability: bits in the smallest mask that holds
  /// `most`, drawn until they are not above it.
  private mutating func number(upTo most: UInt32) -> Int {
    let mask = UInt32.max >> UInt32(most.leadingZeroBitCount)
    var value = bits() & mask
    while value > most { value = bits() & mask }
    return Int(value)
  }

  /// The numbers 0..<count in random order, `np.random.permutation(count)`: from the last place on, each
  /// is exchanged with one that is not behind it. `np.random.choice(count, n, replace=False)` are the
  /// first n of them.
  ///
  /// - Parameter count: at most 2³¹.
  mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for place in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(place, number(upTo: UInt32(place)))
    }
    return order
  }
}
