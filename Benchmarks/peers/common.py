"""What the peers share: a model of plain PyTorch that starts from PriorLab's parameters and batch.

A peer module defines

    STUDY, CELL, NOISE   the run of PriorLab, and the shapes of the normal draws of a step
    Model                an `nn.Module` whose `losses(image, noise)` returns PriorLab's terms by name
    WEIGHTS              weights of the terms in the minimised sum; 1 where a term is not named
    LEARNING_RATE
"""

import importlib
import math
import sys
import time

import h5py
import numpy
import torch


def parameter_name(path):
    """PriorLab's path of a parameter as an attribute path: `encoder/0/weight` is `encoder.0.weight`."""
    return path.replace("/", ".").replace("-", "_")


def leaves(group):
    """The arrays below a group of an HDF5 file by path."""
    found = {}

    def visit(path, item):
        if isinstance(item, h5py.Dataset):
            found[path] = item[()]

    group.visititems(visit)
    return found


class Step:
    """A model with the parameters, batch and noise of a file that `priorlab bench --export` wrote."""

    def __init__(self, name, path, device="cpu"):
        self.peer = importlib.import_module(name)
        self.device = torch.device(device)
        file = h5py.File(path)
        self.model = self.peer.Model().to(self.device)
        values = {
            parameter_name(path): torch.from_numpy(numpy.asarray(value))
            for path, value in leaves(file["parameters"]).items()
        }
        own = dict(self.model.named_parameters())
        if sorted(own) != sorted(values):
            raise SystemExit(f"{name}: parameters differ: {sorted(set(own) ^ set(values))}")
        with torch.no_grad():
            for key, value in values.items():
                if own[key].shape != value.shape:
                    raise SystemExit(f"{name}: {key} is {list(own[key].shape)}, not {list(value.shape)}")
                own[key].copy_(value)
        image = torch.from_numpy(file["batch/image"][()]).to(self.device)
        self.image = image
        self.noise = {}
        for path, draw in sorted(leaves(file["noise"]).items()) if "noise" in file else []:
            draws = self.noise.setdefault(path.rsplit("/", 1)[0], [])
            draws.append(torch.from_numpy(draw).to(self.device))
        self.expected = {path: float(loss[0]) for path, loss in leaves(file["losses"]).items()}
        # Batches are taken from a set as large as PriorLab's, of bytes where bytes hold the pixels.
        bytes_ = (image * 255).round()
        self.is_bytes = bool(torch.equal(bytes_ / 255, image))
        stored = bytes_.to(torch.uint8) if self.is_bytes else image
        count = int(file["examples"][0])
        self.images = stored.repeat(-(-count // len(image)), *[1] * (image.dim() - 1))[:count]
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=self.peer.LEARNING_RATE)

    def difference(self):
        """Largest relative difference between the first step's losses and PriorLab's."""
        with torch.no_grad():
            found = self.model.losses(self.image, self.noise)
        if sorted(found) != sorted(self.expected):
            raise SystemExit(f"terms differ: {sorted(set(found) ^ set(self.expected))}")
        differences = [
            abs(float(found[key]) - value) / max(abs(value), 1e-12)
            for key, value in self.expected.items()
        ]
        return max(differences) if all(map(math.isfinite, differences)) else math.inf

    def loss(self):
        rows = torch.randint(len(self.images), (len(self.image),), device=self.device)
        noise = {
            purpose: [torch.randn(draw.shape, device=self.device) for draw in draws]
            for purpose, draws in self.noise.items()
        }
        images = self.images[rows]
        terms = self.model.losses(images / 255 if self.is_bytes else images, noise)
        return sum(self.peer.WEIGHTS.get(name, 1) * term for name, term in terms.items())

    def step(self):
        self.optimiser.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimiser.step()
        return loss

    def gigaflops(self):
        """Arithmetic of the products and convolutions of a step, forward and backward."""
        from torch.utils.flop_counter import FlopCounterMode

        with FlopCounterMode(display=False) as counter:
            self.loss().backward()
        self.optimiser.zero_grad()
        return counter.get_total_flops() / 1e9


def main():
    """Answers each number of steps on standard input with the seconds of each step."""
    torch.set_num_threads(1)
    step = Step(sys.argv[1], sys.argv[2])
    print(step.difference(), step.gigaflops(), flush=True)
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step.step()
            seconds.append(time.perf_counter() - start)
        print(*seconds, flush=True)


if __name__ == "__main__":
    main()
