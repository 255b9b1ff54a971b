"""Pictures cut out, made grey and reduced by area averaging with NumPy, and Omniglot's substitute.

Prints the literals of Tests/FilesTests/PicturePreparationTests.swift and, with the directory of the drawings, those of
Tests/LabTests/DatasetTests/RealDatasetTests.swift.

    python3 Scripts/reference/picture_files.py ../shared/datasets/omniglot
"""

import sys

import numpy as np


def weights(length, side):
    """[side, length]: the part of each pixel in each of the equal parts of a line, which adds up to 1."""
    begin = np.arange(side)[:, None] * length / side
    end = begin + length / side
    pixel = np.arange(length)[None]
    return np.clip(np.minimum(end, pixel + 1) - np.maximum(begin, pixel), 0, None) * side / length


def reduced(picture, side):
    """Of [..., height, width]."""
    rows, columns = weights(picture.shape[-2], side), weights(picture.shape[-1], side)
    return rows @ picture @ columns.T


def pattern(channels, height, width):
    c, h, w = np.indices((channels, height, width))
    return ((70 * c + 3 * h * h + 29 * w) % 256).astype("u1")


colours = pattern(3, 9, 11)
grey = np.tensordot([0.299, 0.587, 0.114], colours.astype(float), 1)[None]
print("reduced", np.floor(reduced(pattern(1, 7, 7).astype(float), 3) + 0.5).astype(int).ravel().tolist())
print("grey", np.floor(grey + 0.5).astype(int)[0, 4].tolist())
print("cut, grey", np.floor(reduced(grey[:, 1:8, 2:9], 3) + 0.5).astype(int).ravel().tolist())

if len(sys.argv) > 1:
    parts = [np.load(f"{sys.argv[1]}/images_{name}.npz")["images"] for name in ("background", "evaluation")]
    drawings = np.concatenate([part.reshape(-1, 105, 105) for part in parts])
    order = np.random.RandomState(0).permutation(len(drawings))
    for name, places in ("train", np.sort(order[:24345])), ("test", np.sort(order[24345:24345 + 8070])):
        ink = reduced(1.0 - drawings[places], 28)
        print(name, ink.shape, "mean", ink.mean(), "mean square", (ink**2).mean(), "first places", places[:3])
        for row in (0, 5000):
            print(row, [float(np.float32(v)) for v in ink[row, 13, 6:22]])
