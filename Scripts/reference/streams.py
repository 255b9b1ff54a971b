"""Reference values for the random streams of Sources/Torch/RandomStream.swift.

A second implementation, in plain Python and NumPy's own Mersenne twister, of the derivation of a
stream's key, of the generator's state and of the numbers that libtorch draws from it. Prints the
literals that Tests/TorchTests and Tests/DatasetsTests hold.

    python3 Scripts/reference/streams.py
"""

import math

import numpy as np

MASK = (1 << 64) - 1


class SplitMix64:
    """Steele, Lea and Flood 2014; the constants are those of Vigna's splitmix64.c."""

    def __init__(self, state):
        self.state = state & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def key(seed, purpose, step):
    first = SplitMix64(seed)
    second = SplitMix64(first.next() ^ fnv1a(purpose))
    third = SplitMix64(second.next() ^ (step & MASK))
    return third.next(), third.next()


def generator(seed, purpose, step=0):
    a, b = key(seed, purpose, step)
    return SplitMix64(a ^ ((b << 1) & MASK))


def twister(seed, purpose, step=0):
    """NumPy's MT19937 with all 624 words of state from the stream's key."""
    a, b = (SplitMix64(part) for part in key(seed, purpose, step))
    words = [((a.next() ^ (b.next() >> 7)) & MASK) >> 32 for _ in range(624)]
    engine = np.random.MT19937()
    engine.state = {"bit_generator": "MT19937",
                    "state": {"key": np.array(words, dtype=np.uint32), "pos": 624}}
    return engine


def word(engine):
    return int(engine.random_raw())


def uniform32(engine):
    return (word(engine) & ((1 << 24) - 1)) * 2.0**-24


def uniform64(engine):
    high, low = word(engine), word(engine)
    return (((high << 32) | low) & ((1 << 53) - 1)) * 2.0**-53


def normals64(engine, count):
    """Box and Muller, one number at a time, as libtorch draws fewer than 16."""
    numbers = []
    while len(numbers) < count:
        u, v = uniform64(engine), uniform64(engine)
        radius = math.sqrt(-2 * math.log1p(-v))
        numbers += [radius * math.cos(2 * math.pi * u), radius * math.sin(2 * math.pi * u)]
    return numbers[:count]


if __name__ == "__main__":
    for state in [0, 1234567, MASK]:
        splitmix = SplitMix64(state)
        print(f"SplitMix64({state}):", ", ".join(f"0x{splitmix.next():016X}" for _ in range(5)))
    splitmix = SplitMix64(42)
    print("uniform, state 42:", [splitmix.uniform() for _ in range(3)])
    for arguments in [(7, "z", 3), (7, "z", 3 + 2**32), (-1, "train/0/zeta", 0)]:
        engine = twister(*arguments)
        print(f"float32 uniform {arguments}:", [uniform32(engine) for _ in range(3)])
        engine = twister(*arguments)
        print(f"float64 uniform {arguments}:", [uniform64(engine) for _ in range(3)])
        print(f"float64 normal {arguments}:", normals64(twister(*arguments), 3))
        draws = generator(*arguments)
        print(f"generator {arguments}:", ", ".join(f"0x{draws.next():016X}" for _ in range(2)))
