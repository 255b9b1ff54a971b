"""Reference values for gated layers, which Tests/ModellingTests holds: PyTorch's layers in float64, the value
and the gate each a layer of its own.

    python3 Scripts/reference/gated_layers.py
"""

import math

import torch
from torch.nn import functional as F


def scattered(shape, phase=0):
    count = math.prod(shape)
    values = [math.sin(i * 2.399 + 1.7 * phase + 0.3) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def show(name, values):
    numbers = ", ".join(repr(round(float(v), 14)) for v in values.detach().flatten())
    print(f"{name}: {list(values.shape)} [{numbers}]")


def gated(name, layer, x, weight, bias, axis):
    """`weight` and `bias` hold the value's and the gate's, one behind the other along `axis` of the weight."""
    x, weight, bias = (t.requires_grad_() for t in (x, weight, bias))
    value, gate = (layer(x, w, b) for w, b in zip(weight.chunk(2, axis), bias.chunk(2)))
    y = value * torch.sigmoid(gate)
    show(name, y)
    gradients = torch.autograd.grad((y * scattered(y.shape, 5)).sum(), [x, weight, bias])
    for part, gradient in zip(["input", "weight", "bias"], gradients):
        print(f"  Σ gradient² of the {part}: {float(gradient.square().sum())!r}")


gated("dense", F.linear, scattered([2, 3]), scattered([4, 3], 1), scattered([4], 2), 0)
gated("convolution", lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1),
      scattered([2, 2, 4, 3]), scattered([6, 2, 3, 3], 1), scattered([6], 2), 0)
gated("transposed convolution", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1),
      scattered([1, 2, 2, 3]), scattered([2, 4, 3, 3], 1), scattered([4], 2), 1)
