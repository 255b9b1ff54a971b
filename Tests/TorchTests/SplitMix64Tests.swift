import Testing
import Torch

/// Literals by Scripts/reference/streams.py; those of states 0 and 1234567 are also published with
/// Vigna's splitmix64.c and on Rosetta Code.
@Suite struct SplitMix64Tests {
  private static let published: [UInt64: [UInt64]] = [
    0: [
      0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F, 0xF88B_B8A8_724C_81EC,
      0x1B39_896A_51A8_749B,
    ],
    1_234_567: [
      0x599E_D017_FB08_FC85, 0x2C73_F084_5854_0FA5, 0x883E_BCE5_A3F2_7C77, 0x3FBE_F740_E917_7B3F,
      0xE3B8_3467_08CB_5ECD,
    ],
    .max: [
      0xE4D9_7177_1B65_2C20, 0xE99F_F867_DBF6_82C9, 0x382F_F84C_B272_81E9, 0x6D1D_B36C_CBA9_82D2,
      0xB4A0_472E_5780_69AE,
    ],
  ]

  @Test func numbersAreThoseOfTheReference() {
    for (state, expected) in Self.published {
      var generator = SplitMix64(state: state)
      #expect(expected.map { _ in generator.next() } == expected)
    }
  }

  @Test func uniformNumbersTakeTheHighest53Bits() {
    var generator = SplitMix64(state: 42)
    let numbers = (0..<3).map { _ in generator.uniform() }
    #expect(numbers == [0.7415648787718233, 0.1599103928769201, 0.27860113025513866])
  }

  @Test func generatorsAreKeyedLikeStreams() {
    let late = 3 + (1 << 32)
    let expected: [(Int, String, Int, [UInt64])] = [
      (7, "z", 3, [0xDB78_2132_A0BE_C864, 0x3FE9_BB11_A75B_744C]),
      (7, "z", late, [0x5F62_F070_2551_634D, 0x8333_E6E1_733B_809C]),
      (-1, "train/0/zeta", 0, [0xE01A_F55B_B6E9_5A9F, 0x6D9C_FD55_FC4D_1558]),
    ]
    for (seed, purpose, step, numbers) in expected {
      var generator = Randomness(seed: seed).generator(purpose, step: step)
      #expect(numbers.map { _ in generator.next() } == numbers, "\(seed), \(purpose), \(step)")
    }
  }
}
