"""ISA-VAE on dSprites (Stühmer et al. 2019): batch 2048, five subspaces of four dimensions."""

import math

import torch
from torch import nn
from torch.nn import functional as F

STUDY = "isa-vae/dsprites"
CELL = "method=isa-vae,beta=1"
NOISE = {"z": [[2048, 20]]}
WEIGHTS = {}
LEARNING_RATE = 1e-3
LATENT, SUBSPACES, ROOT, EXPONENT = 20, 5, 2.1, 2.2


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", nn.Linear(4096, 1200))
        self.add_module("1", nn.Linear(1200, 1200))
        self.posterior = nn.Linear(1200, 2 * LATENT)

    def forward(self, x):
        for index in "01":
            x = torch.relu(getattr(self, index)(x))
        return self.posterior(x).chunk(2, 1)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [LATENT, 1200, 1200, 1200, 4096]
        for index in range(4):
            self.add_module(str(index), nn.Linear(sizes[index], sizes[index + 1]))

    def forward(self, z):
        for index in "012":
            z = torch.tanh(getattr(self, index)(z))
        return getattr(self, "3")(z)


def log_prior(z):
    """The density of equations (7) to (11) with scale 1."""
    size = LATENT // SUBSPACES
    radii = (z.abs() ** EXPONENT).view(-1, SUBSPACES, size).sum(-1) ** (1 / EXPONENT)
    log_gamma = math.lgamma
    constant = -LATENT * math.log(2) + SUBSPACES * (
        math.log(ROOT) - log_gamma(size / ROOT) + (size - 1) * math.log(EXPONENT)
        + log_gamma(size / EXPONENT) - size * log_gamma(1 / EXPONENT)
    )
    return constant - (radii**ROOT).sum(-1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()

    def losses(self, image, noise):
        x = image.flatten(1)
        mean, log_deviation = self.encoder(x)
        draw = noise["z"][0]
        z = mean + log_deviation.exp() * draw
        log_q = -(0.5 * math.log(2 * math.pi) + log_deviation + 0.5 * draw**2).sum(-1)
        logits = self.decoder(z)
        distortion = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
        return {"distortion": distortion.mean(), "rate": (log_q - log_prior(z)).mean()}
