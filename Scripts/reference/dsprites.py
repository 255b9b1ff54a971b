"""Reference images for Sources/Datasets/DSprites, which Tests/DatasetsTests holds as checksums.

Every pixel is tested by itself: a ray from its centre to the left crosses an odd number of edges if
it is inside. The code under test flips runs of pixels instead. With the path of an npz file of true
frames (`imgs` and their `index` in the set), these are compared first.

    python3 Scripts/reference/dsprites.py [FRAMES.npz]
"""

import hashlib
import sys

import numpy as np

SIZES = [1, 3, 6, 40, 32, 32]
VALUES = [
    np.array([1.0]), np.array([1.0, 2.0, 3.0]), np.linspace(0.5, 1, 6),
    np.linspace(0, 2 * np.pi, 40), np.linspace(0, 1, 32), np.linspace(0, 1, 32),
]
RADIUS = 9.6


def vertices(shape):
    if shape == 0:
        return RADIUS * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    if shape == 1:
        t = 2 * np.pi * np.arange(100) / 100
        return RADIUS * np.stack([np.cos(t) * 1.33, np.sin(t) / 1.33], 1)
    t = 2 * np.pi * np.arange(150) / 150
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return RADIUS * np.stack([np.sin(t) ** 3, -(y / 14.5 + 0.15)], 1)


def image(index):
    classes = np.unravel_index(index, SIZES)
    _, _, scale, angle, x, y = (values[c] for values, c in zip(VALUES, classes))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    placed = scale * vertices(classes[1]) @ turn.T + 16 + 32 * np.array([x, y])
    # Whole numbers of 1/256 pixel from here on, so that nothing is rounded.
    points = np.rint(placed * 256).astype(np.int64)
    centres = np.arange(64) * 256 + 128
    py, px = centres[:, None], centres[None, :]
    inside = np.zeros((64, 64), bool)
    for (ax, ay), (bx, by) in zip(points, np.roll(points, -1, 0)):
        spans = (py > min(ay, by)) & (py <= max(ay, by))
        # On or right of the edge: left edges count as inside, right ones do not.
        side = (px - ax) * (by - ay) - (py - ay) * (bx - ax)
        inside ^= spans & (side * np.sign(by - ay) >= 0)
    return inside.astype(np.uint8)


if len(sys.argv) > 1:
    with np.load(sys.argv[1]) as frames:
        for index, frame in zip(frames["index"], frames["imgs"]):
            assert np.array_equal(image(index), frame), index
        print(f"// {len(frames['index'])} true frames are equal")

# Spread over the set by a step that has no factor in common with its size.
for index in [0, 737_279] + [(17 + 30_727 * k) % 737_280 for k in range(46)]:
    pixels = image(index)
    print(f'({index}, {int(pixels.sum())}, "{hashlib.sha256(pixels.tobytes()).hexdigest()[:16]}"),')
