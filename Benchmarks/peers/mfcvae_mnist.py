"""Multi-facet clustering VAE on MNIST (Falck et al. 2021): dense ladder, batch 512, J = 2, K = 25."""

import math

import torch
from torch import nn
from torch.nn import functional as F

STUDY = "mfcvae/mnist"
CELL = ""
# Both facets are in, as they are for most of the training.
SETTINGS = ["weights.facet/1=1"]
NOISE = {"z/1": [[512, 5]], "z/2": [[512, 5]]}
WEIGHTS = {}
LEARNING_RATE = 5e-4
LATENT, COMPONENTS, GATE = 5, 25, 0.1


class Layers(nn.Module):
    """Dense layers by number, with ReLU after each, but for the last one where `last` is false."""

    def __init__(self, *sizes, last=True):
        super().__init__()
        self.count, self.last = len(sizes) - 1, last
        for index in range(self.count):
            self.add_module(str(index), nn.Linear(sizes[index], sizes[index + 1]))

    def forward(self, x):
        for index in range(self.count):
            x = getattr(self, str(index))(x)
            if self.last or index < self.count - 1:
                x = torch.relu(x)
        return x


class EncoderStage(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.block = Layers(inputs, outputs)
        self.mean, self.log_variance = nn.Linear(outputs, LATENT), nn.Linear(outputs, LATENT)


class DecoderStage(nn.Module):
    def __init__(self, rung, block):
        super().__init__()
        self.rung, self.block = rung, block


class Mixture(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(COMPONENTS, LATENT))
        self.scale = nn.Parameter(torch.zeros(COMPONENTS, LATENT))
        self.logits = nn.Parameter(torch.zeros(COMPONENTS))

    def forward(self, z):
        """log N(z; mean_k, variance_k) of each row and component, and log weights."""
        variance = F.softplus(self.scale, beta=10)
        square = (z[:, None] - self.mean) ** 2 / variance
        density = -0.5 * (math.log(2 * math.pi) + variance.log() + square).sum(-1)
        return density, F.log_softmax(self.logits, -1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder, self.prior = nn.Module(), nn.Module(), nn.Module()
        self.encoder.add_module("1", EncoderStage(784, 500))
        self.encoder.add_module("2", EncoderStage(500, 2000))
        self.decoder.add_module(
            "1", DecoderStage(Layers(LATENT, 500), Layers(500, 500, 784, last=False)))
        self.decoder.add_module("2", DecoderStage(Layers(LATENT, 2000), Layers(2000, 500)))
        for facet in "12":
            self.prior.add_module(facet, Mixture())

    def losses(self, image, noise):
        x = image.flatten(1)
        h, terms, codes = x, {}, {}
        for facet in "12":
            stage, prior = getattr(self.encoder, facet), getattr(self.prior, facet)
            h = stage.block(h)
            mean, log_variance = stage.mean(h), stage.log_variance(h)
            draw = noise["z/" + facet][0]
            z = codes[facet] = mean + (0.5 * log_variance).exp() * draw
            log_q = -0.5 * (math.log(2 * math.pi) + log_variance + draw**2).sum(-1)
            density, log_weights = prior(z)
            log_r = F.log_softmax(density + log_weights, -1)
            r = log_r.exp()
            terms["facet/" + facet] = (
                log_q - (r * density).sum(-1) + (r * log_r).sum(-1) - (r * log_weights).sum(-1)
            ).mean()
        upper = getattr(self.decoder, "2")
        upper = upper.block(upper.rung(codes["2"]))
        lower = getattr(self.decoder, "1")
        logits = lower.block(upper + GATE * lower.rung(codes["1"]))
        distortion = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
        return {"distortion": distortion.mean(), **terms}
