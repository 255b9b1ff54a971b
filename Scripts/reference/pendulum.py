"""Reference values for Sources/Datasets/Pendulum.swift, which Tests/DatasetsTests holds.

The images are drawn in another way than the code's: the distance to the rod is the smallest one over
40,001 points along it, not a projection.

    python3 Scripts/reference/pendulum.py
"""

import numpy as np

from streams import generator

POINTS = np.linspace(0, 1, 40_001)


def image(angle, size, length, width):
    x, y = length * np.sin(angle) * POINTS, -length * np.cos(angle) * POINTS
    result = np.empty((size, size))
    for row in range(size):
        for column in range(size):
            # y grows upward, rows grow downward.
            px, py = column + 0.5 - size / 2, size / 2 - (row + 0.5)
            square = np.min((px - x) ** 2 + (py - y) ** 2)
            result[row, column] = np.exp(-square / (2 * width**2))
    return result


def literal(values):
    return "[" + ", ".join(f"{v:.7g}" for v in np.asarray(values).ravel()) + "]"


print("// 5 × 5 pixels, rod 1.8 long and 0.7 wide")
for angle in [0.0, np.pi / 2, 2.5, 5.9]:
    print(f"({angle!r}, {literal(image(angle, 5, 1.8, 0.7))}),")
print("// 4 × 4 pixels, rod 1.5 long and 0.6 wide")
print(f"(4.0, {literal(image(4.0, 4, 1.5, 0.6))}),")

draws = generator(3, "pendulum")
angles = [2 * np.pi * draws.uniform() for _ in range(3)]
print("// seed 3, 3 images of 16 × 16, rod 6 long and 0.8 wide: angles, then means of the pixels")
print([float(a) for a in angles])
print(literal([image(a, 16, 6, 0.8).mean() for a in angles]))

# The specification's variance, as an integral over the angle.
images = np.stack([image(a, 16, 6, 0.8) for a in 2 * np.pi * (np.arange(360) + 0.5) / 360])
print("// variance around the mean image:", images.var(axis=0).mean(), "mean:", images.mean())
