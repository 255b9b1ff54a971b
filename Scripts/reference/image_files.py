"""Small files in the form of SVHN's, Omniglot's and 3D Shapes', and what MFCVAE's official code makes of them: SciPy and
h5py write them, OpenCV resizes, NumPy draws the split.

Prints Tests/LabTests/DatasetTests/ImageFixtures.swift. Needs h5py and opencv-python-headless besides.

    python3 Scripts/reference/image_files.py > Tests/LabTests/DatasetTests/ImageFixtures.swift
"""

import base64
import io
import os
import tempfile

import cv2
import h5py
import numpy as np
import scipy.io


def saved(write):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "a")
        write(path)
        with open(path, "rb") as file:
            return file.read()


def svhn(labels):
    """Version 5, compressed; X is height × width × colour × example, y a column of 1 to 10."""
    h, w, c, n = np.indices((32, 32, 3, len(labels)))
    values = ((7 * h + 3 * w + 50 * c + 31 * n) % 256).astype("u1")
    return mat({"X": values, "y": np.array(labels, "u1")[:, None]})


def chardata(train, test):
    """Version 5, compressed; a column of a matrix is an image of 28 × 28, itself column by column."""
    def columns(count, first):
        w, h, n = np.indices((28, 28, count))
        return ((h + 28 * w + 100 * (n + first)) / 1024).reshape(784, count)
    return mat({"data": columns(train, 0), "testdata": columns(test, train)})


def mat(matrices):
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, matrices, do_compression=True)
    # The header says when it was written.
    return b"MATLAB 5.0 MAT-file".ljust(116) + buffer.getvalue()[116:]


def shapes(sizes, path):
    """Images of 4 × 4 in compressed chunks of many of them, and labels as numbers between 0 and 1."""
    count = int(np.prod(sizes))
    n, h, w, c = np.indices((count, 4, 4, 3))
    images = ((37 * n + 11 * h + 7 * w + 50 * c + n * h * w % 13) % 256).astype("u1")
    index = np.stack(np.unravel_index(np.arange(count), sizes), 1)
    with h5py.File(path, "w") as file:
        file.create_dataset("images", data=images, chunks=(50, 4, 2, 1), compression="gzip")
        file.create_dataset("labels", data=index / np.array(sizes, float))
    return images, index


def sparse(path):
    """Far more rows than memory, of which a few were written."""
    with h5py.File(path, "w") as file:
        data = file.create_dataset("images", (10**12, 4), "u1", chunks=(1000, 4), compression="gzip")
        data[123_456_789_000:123_456_789_003] = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]
        data[999_999_999_999] = [13, 14, 15, 16]


def text(name, data):
    encoded = base64.b64encode(data).decode()
    print(f'  static let {name} = """')
    for start in range(0, len(encoded), 98):
        print("    " + encoded[start:start + 98] + ("\\" if start + 98 < len(encoded) else ""))
    print('    """\n')


def numbers(name, values):
    print(f"  static let {name}: [Int] = [")
    for start in range(0, len(values), 16):
        print("    " + ", ".join(str(int(v)) for v in values[start:start + 16]) + ",")
    print("  ]\n")


SIZES = (2, 3, 2, 2, 2, 3)
print("// Printed by Scripts/reference/image_files.py; do not edit.\n// swift-format-ignore-file\n")
print("/// Files in base64, and whole numbers.\nenum ImageFixtures {")
text("svhnTrain", svhn([1, 10, 2, 10, 9]))
text("svhnTest", svhn([10, 3]))
text("chardata", chardata(2, 1))
text("sparse", saved(sparse))
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "3dshapes.h5")
    images, index = shapes(SIZES, path)
    with open(path, "rb") as file:
        text("shapes", file.read())
# wall 2 and object 1, as the official code selects, resizes and splits.
chosen = (index[:, 1] == 2) & (index[:, 2] == 1)
data = np.stack([cv2.resize(image, dsize=(2, 2)) for image in images[chosen]])
index = index[chosen]
np.random.seed(3)
train = np.random.choice(len(data), 20, replace=False)
test = np.setdiff1d(np.arange(len(data)), train)
numbers("trainImages", data[train].transpose(0, 3, 1, 2).ravel())
numbers("testImages", data[test].transpose(0, 3, 1, 2).ravel())
for column, factor in [(0, "Floor"), (4, "Shape"), (5, "Orientation")]:
    numbers("train" + factor, index[train, column])
    numbers("test" + factor, index[test, column])
print("}")
