"""VHP with gated convolutions on static MNIST (Klushyn et al. 2019): batch 100, K = 16."""

import math

import torch
from torch import nn
from torch.nn import functional as F

STUDY = "vhp/static-mnist"
# With weights of 1 from the start; REWO holds the prior's networks still in its first phase.
CELL = "method=geco"
SETTINGS = ["axes.method.geco.weights.rate=1"]
NOISE = {"z": [[100, 32]], "zeta": [[16, 100, 32]]}
WEIGHTS = {}
LEARNING_RATE = 5e-4
LATENT = 32


class GatedConvolution(nn.Conv2d):
    """A convolution to twice the channels, the second half of which gates the first."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__(inputs, 2 * outputs, kernel, stride, padding)

    def forward(self, x):
        return F.glu(super().forward(x), 1)


class GatedLinear(nn.Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, 2 * outputs)

    def forward(self, x):
        return F.glu(super().forward(x), 1)


class Gaussian(nn.Module):
    def __init__(self, trunk, features):
        super().__init__()
        self.count = len(trunk)
        for index, layer in enumerate(trunk):
            self.add_module(str(index), layer)
        self.mean = nn.Linear(features, LATENT)
        self.log_variance = nn.Linear(features, LATENT)

    def forward(self, x):
        for index in range(self.count):
            x = getattr(self, str(index))(x)
        h = x.flatten(1)
        return self.mean(h), self.log_variance(h).clamp(-6, 2)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", GatedLinear(LATENT, 784))
        for index in range(2, 6):
            self.add_module(str(index), GatedConvolution(1 if index == 2 else 64, 64, 3, 1, 1))
        self.add_module("6", nn.Conv2d(64, 1, 1))

    def forward(self, z):
        x = getattr(self, "0")(z).view(-1, 1, 28, 28)
        for index in range(2, 7):
            x = getattr(self, str(index))(x)
        return x.flatten(1)


def log_normal(x, mean, log_variance):
    square = (x - mean) ** 2 / log_variance.exp()
    return -0.5 * (math.log(2 * math.pi) + log_variance + square).sum(-1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Gaussian(
            [
                GatedConvolution(1, 32, 7, 1, 3), GatedConvolution(32, 32, 3, 2, 1),
                GatedConvolution(32, 64, 5, 1, 2), GatedConvolution(64, 64, 3, 2, 1),
                GatedConvolution(64, 6, 3, 1, 1),
            ],
            294,
        )
        self.decoder = Decoder()
        self.prior = nn.Module()
        for name in ("encoder", "decoder"):
            trunk = [GatedLinear(LATENT, 256), GatedLinear(256, 256)]
            self.prior.add_module(name, Gaussian(trunk, 256))

    def losses(self, image, noise):
        x = image.flatten(1)
        mean, log_variance = self.encoder(image)
        z = mean + (0.5 * log_variance).exp() * noise["z"][0]
        logits = self.decoder(z)
        q_mean, q_log_variance = self.prior.encoder(z)
        draws = noise["zeta"][0]
        zeta = q_mean + (0.5 * q_log_variance).exp() * draws
        p_mean, p_log_variance = self.prior.decoder(zeta.flatten(0, 1))
        p_mean, p_log_variance = p_mean.view(draws.shape), p_log_variance.view(draws.shape)
        weights = (
            log_normal(z, p_mean, p_log_variance)
            + log_normal(zeta, torch.zeros_like(zeta), torch.zeros_like(zeta))
            - log_normal(zeta, q_mean, q_log_variance)
        )
        log_prior = torch.logsumexp(weights, 0) - math.log(len(draws))
        distortion = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
        return {
            "distortion": distortion.mean(),
            "rate": (log_normal(z, mean, log_variance) - log_prior).mean(),
        }
