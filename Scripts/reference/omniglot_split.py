"""Draws the split of 'omniglot' where it is made of the 105 x 105 drawings, and prints the file's size and checksum.

The 32,460 drawings are those of images_background.npz, then those of images_evaluation.npz, character after
character. Of NumPy's permutation with the seed 0, the first 24,345 are for training, the next 8,070 for testing,
and 45 are left out; each list is in ascending order.

    python3 Scripts/reference/omniglot_split.py datasets/omniglot-split.npz
"""

import hashlib
import io
import sys
import zipfile

import numpy as np

order = np.random.RandomState(0).permutation(964 * 20 + 659 * 20)
lists = {"train": order[:24345], "test": order[24345:24345 + 8070]}

# Not numpy.savez, which writes the time of day.
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for name, places in lists.items():
        buffer = io.BytesIO()
        np.save(buffer, np.sort(places).astype("<u2"))
        archive.writestr(zipfile.ZipInfo(name + ".npy"), buffer.getvalue())

with open(sys.argv[1], "rb") as file:
    content = file.read()
print(len(content), hashlib.sha256(content).hexdigest())
