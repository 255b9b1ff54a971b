"""Array files made by NumPy, SciPy and h5py, for the readers in Sources/Files/Arrays.

Prints Tests/FilesTests/ArrayFixtures.swift, whose tests say which numbers must come out. Files that
these libraries do not write (IDX, big-endian MATLAB files, and MATLAB's narrow storage) are put
together by the published formats, and what SciPy reads of the latter is checked here.

    python3 Scripts/reference/array_files.py > Tests/FilesTests/ArrayFixtures.swift
"""

import base64
import gzip
import io
import os
import struct
import tempfile
import zipfile
import zlib

import h5py
import numpy as np
import scipy.io
import scipy.sparse

INTEGERS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]
fixtures = {}


def values(kind):
    """Two rows of three: the ends of the type's range, and what is between."""
    dtype = np.dtype(kind)
    if dtype.kind == "f":
        return np.array([[-1.5, 0, 1], [2.25, 3, 1e30]], dtype)
    info = np.iinfo(dtype)
    return np.array([[info.min, 0, 1], [2, 3, info.max]], dtype)


def arrays():
    result = {"bool": np.array([[True, False, True], [False, False, True]])}
    for kind in INTEGERS + ["f4", "f8"]:
        result[kind] = values(kind)
        if kind[1] != "1":
            result["big-" + kind] = values(kind).astype(">" + kind)
    result["columns"] = np.asfortranarray(values("i2"))
    result["cube"] = np.asfortranarray(np.arange(24, dtype="i4").reshape(2, 3, 4))
    # What other programs make of booleans may have any byte for true.
    result["loose-bool"] = np.array([[255, 0, 2], [0, 0, 1]], "u1").view(bool)
    result["scalar"] = np.array(7.5)
    result["empty"] = np.zeros((0, 4), "f4")
    return result


def saved(write):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "a")
        write(path)
        with open(path, "rb") as file:
            return file.read()


def npz():
    def stored(path):
        with open(path, "wb") as file:
            np.savez(file, **arrays())

    def deflated(path):
        with open(path, "wb") as file:
            np.savez_compressed(file, **arrays())

    fixtures["stored.npz"] = saved(stored)
    fixtures["deflated.npz"] = saved(deflated)
    # Every field that zip64 has is used when these limits are low.
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 0, 0
    fixtures["zip64.npz"] = saved(deflated)
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
    with zipfile.ZipFile(io.BytesIO(fixtures["zip64.npz"])) as archive:
        assert archive.testzip() is None

    def others(path):
        record = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b [x]", "f4")])
        with open(path, "wb") as file:
            np.savez(
                file, pickle=np.array([{}, 1], dtype=object), text=np.array("hi"), record=record,
                complex=np.array([1j]), half=np.array([1], "f2"), good=np.array([4], "u1"))

    fixtures["others.npz"] = saved(others)


def npy():
    for version in [(1, 0), (2, 0), (3, 0)]:
        file = io.BytesIO()
        np.lib.format.write_array(file, values("i2"), version=version)
        fixtures[f"version{version[0]}.npy"] = file.getvalue()
    fixtures["one.npy.gz"] = gzip.compress(fixtures["version1.npy"], mtime=0)


def idx():
    codes = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
    for kind, code in codes.items():
        body = values(kind).astype(">" + kind).tobytes()
        fixtures[f"{kind}.idx"] = struct.pack(">BBBBII", 0, 0, code, 2, 2, 3) + body
    whole = fixtures["i2.idx"]
    fixtures["one.idx.gz"] = gzip.compress(whole, mtime=0)
    fixtures["two.idx.gz"] = gzip.compress(whole[:9], mtime=0) + gzip.compress(whole[9:], mtime=0)


def element(order, kind, body):
    if 0 < len(body) <= 4 and order == "<":
        return struct.pack(order + "HH", kind, len(body)) + body.ljust(4, b"\0")
    if 0 < len(body) <= 4:
        return struct.pack(order + "HH", len(body), kind) + body.ljust(4, b"\0")
    return struct.pack(order + "II", kind, len(body)) + body + b"\0" * (-len(body) % 8)


def matrix(order, name, array_class, stored, array):
    codes = {"i1": 1, "u1": 2, "i2": 3, "u2": 4, "i4": 5, "u4": 6, "f4": 7, "f8": 9, "i8": 12, "u8": 13}
    body = element(order, 6, struct.pack(order + "II", array_class, 0))
    body += element(order, 5, struct.pack(f"{order}{array.ndim}i", *array.shape))
    body += element(order, 1, name.encode())
    body += element(order, codes[stored], array.astype(order + stored).tobytes("F"))
    return struct.pack(order + "II", 14, len(body)) + body


def mat():
    variables = {kind: values(kind) for kind in INTEGERS + ["f4", "f8"]}
    variables = {"x_" + name: array for name, array in variables.items()}
    variables["cube"] = np.arange(24, dtype="i4").reshape(2, 3, 4)
    variables["flag"] = np.array([[True, False]])
    variables["cell"] = np.array([[1, "a"]], dtype=object)
    variables["record"] = {"a": 1}
    variables["text"] = "hello"
    variables["sparse"] = scipy.sparse.csc_array(np.eye(3))
    variables["complex"] = np.array([[1 + 2j]])
    variables["last"] = np.array([[5.0]])
    for name, compress in [("plain.mat", False), ("compressed.mat", True)]:
        file = io.BytesIO()
        scipy.io.savemat(file, variables, do_compression=compress)
        data = bytearray(file.getvalue())
        data[:116] = b"MATLAB 5.0 MAT-file".ljust(116)  # without the date
        fixtures[name] = bytes(data)
    narrow = np.array([[0, 1, 255], [3, 4, 5]], dtype="f8")
    for order, name in [("<", "narrow.mat"), (">", "big.mat")]:
        mark = b"IM" if order == "<" else b"MI"
        file = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack(order + "H", 0x0100) + mark
        file += matrix(order, "narrow", 6, "u1", narrow)
        file += matrix(order, "single", 7, "i2", narrow * -100)
        file += matrix(order, "tiny", 12, "i1", np.array([[-3]]))
        compressed = zlib.compress(matrix(order, "inner", 14, "i8", values("i8")))
        file += struct.pack(order + "II", 15, len(compressed)) + compressed
        read = scipy.io.loadmat(io.BytesIO(file))
        assert np.array_equal(read["narrow"], narrow) and np.array_equal(read["single"], narrow * -100)
        assert read["tiny"] == -3 and np.array_equal(read["inner"], values("i8"))
        fixtures[name] = file


def hdf5():
    def foreign(path):
        with h5py.File(path, "w") as file:
            for name, array in arrays().items():
                file["numbers/" + name] = array
            file.create_dataset("packed", data=np.arange(600, dtype="u1").reshape(20, 30) % 7,
                                chunks=(10, 30), compression="gzip", shuffle=True)
            file["half"] = np.array([0.5, -2], "f2")
            file["text"] = "hello"
            file.create_dataset("never written", (1 << 18, 1 << 12), "u1")

    def matlab(path):
        with h5py.File(path, "w", userblock_size=512) as file:
            file["cube"] = np.arange(24, dtype="i4").reshape(2, 3, 4).T
            file["matrix"] = np.array([[1.0, 2, 3], [4, 5, 6]]).T
        with open(path, "r+b") as file:
            file.write(b"MATLAB 7.3 MAT-file".ljust(124) + struct.pack("<H", 0x0200) + b"IM")

    fixtures["foreign.h5"] = saved(foreign)
    fixtures["matlab73.mat"] = saved(matlab)


def swift():
    print("// Printed by Scripts/reference/array_files.py; do not edit.\n")
    print("/// Files in base64, compressed with gzip unless they are so themselves.")
    print("let arrayFixtures: [String: String] = [")
    for name, data in sorted(fixtures.items()):
        packed = data if name.endswith(".gz") else gzip.compress(data, mtime=0)
        text = base64.b64encode(packed).decode()
        lines = [text[at:at + 94] for at in range(0, len(text), 94)]
        print(f'  "{name}": """')
        print("\n".join("    " + line for line in lines))
        print('    """,')
    print("]")


npz()
npy()
idx()
mat()
hdf5()
swift()
