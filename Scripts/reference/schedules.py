"""Reference values for the weight schedules of Sources/Training, which Tests/TrainingTests holds.

Written from Klushyn et al. 2019, eqs. (5), (12), (13), (15), (16) and algorithm 1, on β, λ and γ
themselves (the code keeps their logarithms), in 60-digit decimals.

    python3 Scripts/reference/schedules.py
"""

from decimal import Decimal as D
from decimal import getcontext

getcontext().prec = 60


def tanh(x):
    up, down = x.exp(), (-x).exp()
    return (up - down) / (up + down)


def averages(statistics, alpha):
    mean = None
    for value in map(D, statistics):
        mean = value if mean is None else (1 - D(alpha)) * value + D(alpha) * mean
        yield mean


def rewo(statistics, kappa2, nu, tau, beta, alpha):
    beta, initial = D(beta), True
    for mean in averages(statistics, alpha):
        delta = mean - D(kappa2)
        initial = initial and delta >= 0
        if not initial:
            f = tanh(D(tau) * (beta - 1)) if delta < 0 else D(-1)
            beta *= (D(nu) * f * delta).exp()
        yield mean, beta, initial


def geco(statistics, kappa2, nu, beta, alpha):
    lagrange = 1 / D(beta)
    for mean in averages(statistics, alpha):
        lagrange *= (D(nu) * (mean - D(kappa2))).exp()
        yield mean, 1 / lagrange


def multiplier(statistics, kappa2, nu, tau, gamma, alpha):
    gamma, initial = D(gamma), True
    for mean in averages(statistics, alpha):
        delta = mean - D(kappa2)
        initial = initial and delta >= 0
        if not initial:
            gamma *= (D(nu) * delta).exp()
        yield mean, 1 / (1 + D(tau) * gamma), initial


STATISTICS = ["0.9", "0.5", "0.1", "0.05", "0.02", "0.7", "0.6", "0.01", "0.0", "0.3"]
print("// REWO: κ² 0.3, ν 2, τ 3, β₀ 0.01, α 0.4: running mean, β, held")
for mean, beta, initial in rewo(STATISTICS, "0.3", "2", "3", "0.01", "0.4"):
    print(f"({float(mean)!r}, {float(beta)!r}, {str(initial).lower()}),")
print("// REWO from β₀ 1.5, with slack throughout")
for mean, beta, initial in rewo(["0.05"] * 6, "0.3", "2", "3", "1.5", "0.4"):
    print(f"({float(mean)!r}, {float(beta)!r}, {str(initial).lower()}),")
print("// GECO: κ² 0.3, ν 2, β₀ 0.5, α 0.4: running mean, β")
for mean, beta in geco(STATISTICS, "0.3", "2", "0.5", "0.4"):
    print(f"({float(mean)!r}, {float(beta)!r}),")
print("// Multiplier: κ² 0.3, ν 2, τ 3, γ₀ 20, α 0.4: running mean, β, held")
for mean, beta, initial in multiplier(STATISTICS, "0.3", "2", "3", "20", "0.4"):
    print(f"({float(mean)!r}, {float(beta)!r}, {str(initial).lower()}),")
