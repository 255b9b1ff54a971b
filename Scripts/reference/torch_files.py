"""Files of tensors made by PyTorch, for the reader in Sources/Files/Arrays/TorchFile.swift.

Prints Tests/FilesTests/TorchFixtures.swift, whose tests say which numbers must come out. A file as PyTorch
wrote it under Python 2 is put together by its instructions, and what PyTorch reads of it is checked here.

    python3 Scripts/reference/torch_files.py > Tests/FilesTests/TorchFixtures.swift
"""

import base64
import gzip
import io
import os
import pickle
import struct
import zipfile
from collections import OrderedDict

import torch

KINDS = {
    "u1": torch.uint8, "i1": torch.int8, "i2": torch.int16, "i4": torch.int32, "i8": torch.int64,
    "f4": torch.float32, "f8": torch.float64}
fixtures = {}


def values(kind):
    """The numbers of `referenceArray` in the tests."""
    if kind.is_floating_point:
        return torch.tensor([[-1.5, 0, 1], [2.25, 3, 1e30]], dtype=kind)
    info = torch.iinfo(kind)
    return torch.tensor([[info.min, 0, 1], [2, 3, info.max]], dtype=kind)


def saved(value, zipped=True):
    file = io.BytesIO()
    torch.save(value, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


def state():
    tensors = OrderedDict((name, values(kind)) for name, kind in KINDS.items())
    tensors["bool"] = torch.tensor([[True, False, True], [False, False, True]])
    tensors["half"] = torch.tensor([1, -2, 65504], dtype=torch.float16)
    tensors["scalar"] = torch.tensor(7.5, dtype=torch.float64)
    tensors["empty"] = torch.zeros(0, 4)
    tensors["parameter"] = torch.nn.Parameter(torch.tensor([1.0, 2]))
    whole = torch.arange(24, dtype=torch.int32)
    tensors["cube"] = whole.reshape(2, 3, 4)
    tensors["part"] = whole[5:11].reshape(1, 2, 3)
    tensors["turned"] = whole.reshape(6, 4).T
    tensors["epoch"] = 70000
    tensors["rate"] = 0.5
    tensors["notes"] = ["a", ("b", None, {"c": [-3, 1 << 40]})]
    return tensors


class Hostile:
    def __reduce__(self):
        return os.system, ("echo harmed",)


def with_pickle(data):
    """An archive of PyTorch's with another pickle in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", "3\n")
    return file.getvalue()


def python2():
    """Two tensors in a list of pairs of lists, one with a parameter around it, of a GPU's memory."""
    def short(text):
        return b"U" + bytes([len(text)]) + text

    def storage(key, count):
        return b"((" + short(b"storage") + b"ctorch\nFloatStorage\n" + short(key) + short(b"cuda:0") + \
            b"\x8a" + bytes([2]) + struct.pack("<h", count) + b"NtQ"

    def tensor(key, shape, strides, version):
        lengths = b"(" + b"".join(b"K" + bytes([n]) for n in shape) + b"t"
        steps = b"(" + b"".join(b"K" + bytes([n]) for n in strides) + b"t"
        tail = b"\x89N" if version == b"_v2" else b""
        return b"ctorch._utils\n_rebuild_tensor" + version + b"\n" + storage(key, 4) + b"K\0" + \
            lengths + steps + tail + b"tR"

    parameter = b"ctorch.nn.parameter\nParameter\n" + tensor(b"12", (4,), (1,), b"") + \
        b"\x85R(\x88\x89ccollections\nOrderedDict\n)Rtb"
    pairs = b"](](" + short(b"a.weight") + tensor(b"11", (1, 4, 1), (4, 1, 1), b"_v2") + b"e](" + \
        short(b"a.bias") + parameter + b"ee"
    file = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2)
    file += b"\x80\x02}(" + short(b"protocol_version") + b"M\xe9\x03" + short(b"little_endian") + b"\x88u."
    file += b"\x80\x02ccollections\nOrderedDict\n" + pairs + b"\x85R."
    file += b"\x80\x02](" + short(b"12") + short(b"11") + b"e."
    for numbers in ([5, 6, 7, 8], [1, 2, 3, 4]):
        file += struct.pack("<q4f", 4, *numbers)
    return file


fixtures["zip.pth"] = saved(state())
fixtures["legacy.pth"] = saved(state(), zipped=False)
torch.manual_seed(0)
module = torch.nn.Linear(2, 1)
with torch.no_grad():
    module.weight.copy_(torch.tensor([[0.25, -4]]))
    module.bias.copy_(torch.tensor([0.5]))
fixtures["module.pth"] = saved(module.state_dict())
fixtures["python2.pth"] = python2()
read = torch.load(io.BytesIO(fixtures["python2.pth"]), map_location="cpu", weights_only=False)
assert read["a.weight"].tolist() == [[[1], [2], [3], [4]]] and read["a.bias"].tolist() == [5, 6, 7, 8]
fixtures["bfloat16.pth"] = saved({"x": torch.zeros(2, dtype=torch.bfloat16)})
fixtures["hostile.pth"] = with_pickle(pickle.dumps({"x": Hostile()}, 2))
fixtures["hostile4.pth"] = with_pickle(pickle.dumps({"x": Hostile()}, 4))
start = fixtures["legacy.pth"].index(b"ccollections")
fixtures["hostile-legacy.pth"] = fixtures["legacy.pth"][:start - 2] + pickle.dumps(Hostile(), 2)

print("// Printed by Scripts/reference/torch_files.py; do not edit.\n")
print("/// Files in base64, compressed with gzip.")
print("let torchFixtures: [String: String] = [")
for name, data in sorted(fixtures.items()):
    text = base64.b64encode(gzip.compress(data, mtime=0)).decode()
    print(f'  "{name}": """')
    print("\n".join("  " + text[at:at + 94] for at in range(0, len(text), 94)))
    print('  """,')
print("]")
