"""VHP on the pendulum (Klushyn et al. 2019): batch 128, K = 16."""

import math

import torch
from torch import nn

STUDY = "vhp/pendulum"
# Without a controller, which holds the prior's networks still in its first phase.
CELL = "method=beta-1"
NOISE = {"z": [[128, 2]], "zeta": [[16, 128, 2]]}
WEIGHTS = {}
LEARNING_RATE = 1e-4


class Trunk(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        for index in range(4):
            self.add_module(str(index), nn.Linear(inputs if index == 0 else 256, 256))

    def forward(self, x):
        for index in range(4):
            x = torch.relu(getattr(self, str(index))(x))
        return x


class Gaussian(Trunk):
    def __init__(self, inputs):
        super().__init__(inputs)
        self.mean = nn.Linear(256, 2)
        self.log_variance = nn.Linear(256, 2)

    def forward(self, x):
        h = super().forward(x)
        return self.mean(h), self.log_variance(h).clamp(-20, 20)


class Decoder(Trunk):
    def __init__(self):
        super().__init__(2)
        self.mean = nn.Linear(256, 256)

    def forward(self, z):
        return self.mean(super().forward(z))


def log_normal(x, mean, log_variance):
    square = (x - mean) ** 2 / log_variance.exp()
    return -0.5 * (math.log(2 * math.pi) + log_variance + square).sum(-1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Gaussian(256)
        self.decoder = Decoder()
        self.prior = nn.ModuleDict({"encoder": Gaussian(2), "decoder": Gaussian(2)})

    def losses(self, image, noise):
        x = image.flatten(1)
        mean, log_variance = self.encoder(x)
        z = mean + (0.5 * log_variance).exp() * noise["z"][0]
        reconstruction = self.decoder(z)
        distortion = -log_normal(x, reconstruction, torch.full_like(x, 2 * math.log(0.2)))

        q_mean, q_log_variance = self.prior["encoder"](z)
        zeta = q_mean + (0.5 * q_log_variance).exp() * noise["zeta"][0]
        p_mean, p_log_variance = self.prior["decoder"](zeta)
        log_weights = (
            log_normal(z, p_mean, p_log_variance)
            + log_normal(zeta, torch.zeros_like(zeta), torch.zeros_like(zeta))
            - log_normal(zeta, q_mean, q_log_variance)
        )
        log_prior = torch.logsumexp(log_weights, 0) - math.log(len(log_weights))
        rate = log_normal(z, mean, log_variance) - log_prior
        return {"distortion": distortion.mean(), "rate": rate.mean()}
