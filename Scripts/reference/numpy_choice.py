"""Reference values for draws of NumPy's legacy generator, which Tests/DatasetsTests/MersenneTwisterTests.swift
holds.

    python3 Scripts/reference/numpy_choice.py
"""

import numpy as np

print("bits, seed 5489:", np.random.RandomState(5489).randint(0, 2**32, 5, dtype=np.uint32).tolist())
for seed in [0, 1, 3, 2**32 - 1]:
    np.random.seed(seed)
    print(f"permutation of 10, seed {seed}:", np.random.permutation(10).tolist())
for seed in [0, 2, 3]:
    np.random.seed(seed)
    train = np.random.choice(4800, 3840, replace=False)
    test = np.setdiff1d(np.arange(4800), train)
    print(f"choice of 3840 of 4800, seed {seed}: first", train[:6].tolist(), "last", train[-3:].tolist(),
          "sum of place × number", int((np.arange(3840) * train).sum()),
          "; the rest: first", test[:6].tolist(), "sum", int(test.sum()))
