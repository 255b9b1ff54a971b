"""Gaussian mixture VAE on MNIST (Dilokthanakul et al. 2016): batch 50, K = 10, M = 1."""

import math

import torch
from torch import nn
from torch.nn import functional as F

STUDY = "gmvae/mnist"
CELL = "clusters=10,samples=1"
NOISE = {"x": [[1, 50, 200]], "w": [[1, 50, 150]]}
WEIGHTS = {"consistency-violation": 0.4}
LEARNING_RATE = 1e-4
K, X, W = 10, 200, 150


class Normalised(nn.Module):
    """A layer with its batch normalisation, named as PriorLab names them."""

    def __init__(self, layer, channels, norm):
        super().__init__()
        self.weight, self.bias = layer.weight, layer.bias
        self.norm = norm(channels)
        self.call = {
            nn.Linear: lambda x: F.linear(x, self.weight, self.bias),
            nn.Conv2d: lambda x: F.conv2d(x, self.weight, self.bias, layer.stride, layer.padding),
            nn.ConvTranspose2d: lambda x: F.conv_transpose2d(
                x, self.weight, self.bias, layer.stride, layer.padding
            ),
        }[type(layer)]

    def forward(self, x):
        return F.relu(self.norm(self.call(x)))


def convolution(inputs, outputs, *arguments):
    return Normalised(nn.Conv2d(inputs, outputs, *arguments), outputs, nn.BatchNorm2d)


def transposed(inputs, outputs, *arguments):
    return Normalised(nn.ConvTranspose2d(inputs, outputs, *arguments), outputs, nn.BatchNorm2d)


class Gaussian(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.mean = nn.Linear(500, outputs)
        self.log_variance = nn.Linear(500, outputs)

    def forward(self, h):
        return self.mean(h), self.log_variance(h)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [
            convolution(1, 16, 6), convolution(16, 32, 6), convolution(32, 64, 4, 2, 1),
            convolution(64, 500, 9),
        ]
        for index, layer in enumerate(layers):
            self.add_module(str(index), layer)
        self.x, self.w, self.z = Gaussian(X), Gaussian(W), nn.Linear(500, K)

    def forward(self, image):
        for index in range(4):
            image = getattr(self, str(index))(image)
        h = image.flatten(1)
        return self.x(h), self.w(h), self.z(h)


class Prior(Gaussian):
    def __init__(self):
        super().__init__(K * X)
        self.add_module("0", nn.Linear(W, 500))

    def forward(self, w):
        mean, log_variance = super().forward(torch.tanh(getattr(self, "0")(w)))
        return mean.view(-1, K, X), log_variance.view(-1, K, X)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", Normalised(nn.Linear(X, 500), 500, nn.BatchNorm1d))
        self.add_module("2", transposed(500, 64, 9))
        self.add_module("3", transposed(64, 32, 4, 2, 1))
        self.add_module("4", transposed(32, 16, 6))
        self.add_module("5", nn.ConvTranspose2d(16, 1, 6))

    def forward(self, code):
        h = getattr(self, "0")(code).view(-1, 500, 1, 1)
        for index in range(2, 6):
            h = getattr(self, str(index))(h)
        return h.flatten(1)


def divergence(mean, log_variance, other_mean, other_log_variance):
    square = (mean - other_mean) ** 2
    ratio = (log_variance.exp() + square) / other_log_variance.exp()
    return 0.5 * (other_log_variance - log_variance + ratio - 1).sum(-1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.prior, self.decoder = Encoder(), Prior(), Decoder()

    def losses(self, image, noise):
        (mean, log_variance), (w_mean, w_log_variance), logits = self.encoder(image)
        code = mean + (0.5 * log_variance).exp() * noise["x"][0][0]
        style = w_mean + (0.5 * w_log_variance).exp() * noise["w"][0][0]
        p_mean, p_log_variance = self.prior(style)
        log_q = F.log_softmax(logits, -1)
        q = log_q.exp()
        distortion = F.binary_cross_entropy_with_logits(
            self.decoder(code), image.flatten(1), reduction="none"
        ).sum(-1)
        conditional = divergence(
            mean[:, None], log_variance[:, None], p_mean, p_log_variance
        )
        zero = torch.zeros_like(w_mean)
        square = (code[:, None] - p_mean) ** 2 / p_log_variance.exp()
        density = -0.5 * (math.log(2 * math.pi) + p_log_variance + square).sum(-1)
        log_p = F.log_softmax(density, -1)
        return {
            "distortion": distortion.mean(),
            "conditional-prior": (conditional * q).sum(-1).mean(),
            "w-prior": divergence(w_mean, w_log_variance, zero, zero).mean(),
            "z-prior": ((q * log_q).sum(-1) + math.log(K)).mean(),
            "consistency-violation": -(log_p.exp() * log_p).sum(-1).mean(),
        }
