"""Reference values for LPIPS, which Tests/LabTests/MeasuresTests/LPIPSTests.swift holds: those of the
package lpips with torchvision's AlexNet, from weights and images that a formula gives.

    python3 Scripts/reference/lpips_distances.py      # needs torch, torchvision and lpips
"""

import numpy as np
import torch
import torchvision.models

alexnet = torchvision.models.alexnet()
torchvision.models.alexnet = lambda pretrained=False: alexnet

import lpips  # noqa: E402, which takes the network above


def waves(shape, phase):
    """The same numbers as `waves` of the tests."""
    return torch.tensor(
        np.sin(np.arange(np.prod(shape), dtype=np.float64) * 2.399 + 1.7 * phase + 0.3).reshape(shape))


metric = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
with torch.no_grad():
    for phase, name in enumerate([0, 3, 6, 8, 10]):
        layer = alexnet.features[name]
        scale = (6 / layer.weight[0].numel()) ** 0.5
        layer.weight.copy_(scale * waves(layer.weight.shape, phase))
        layer.bias.copy_(0.1 * waves(layer.bias.shape, phase + 10))
        weight = metric.lins[phase].model[1].weight
        weight.copy_(waves(weight.shape, phase + 20).abs())
metric = metric.double()


def images(count, channels, height, width, phase):
    return 0.5 + 0.5 * waves((count, channels, height, width), phase)


def show(name, x, y, normalize=True):
    with torch.no_grad():
        values = metric(x, y, normalize=normalize).flatten().tolist()
    print(f"{name}: {values}")


show("32 x 32, colour", images(2, 3, 32, 32, 1), images(2, 3, 32, 32, 2))
show("37 x 45, colour", images(1, 3, 37, 45, 3), images(1, 3, 37, 45, 4))
# What is smaller than 32 is surrounded by black, with one row or column more behind where it is odd.
pad = torch.nn.functional.pad
grey = [pad(images(2, 1, 28, 27, phase), (2, 3, 2, 2)).expand(-1, 3, -1, -1) for phase in (5, 6)]
show("28 x 27, grey", *grey)
for size in (30, 31):
    try:
        metric(torch.zeros(1, 3, size, size).double(), torch.zeros(1, 3, size, size).double())
        print(f"{size} x {size}: the package takes it")
    except RuntimeError as error:
        print(f"{size} x {size}: {str(error).splitlines()[0]}")
