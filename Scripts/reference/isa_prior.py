"""Reference values for the Lp-nested prior, which Tests/ModellingTests/ISAPriorTests.swift holds.

The density is that of equations (7), (8), (9) and (11) of Stuehmer et al. 2019 as they stand, not the
closed form that the program computes; probabilities and moments are integrals of it.

    python3 Scripts/reference/isa_prior.py
"""

import numpy as np
from scipy import integrate
from scipy.special import gammaln


def split(z, sizes):
    return np.split(np.asarray(z, float), np.cumsum(sizes)[:-1])


def log_density(z, sizes, p0, p, s):
    n = sum(sizes)
    v = [np.sum(np.abs(part) ** q) ** (1 / q) for part, q in zip(split(z, sizes), p)]
    f = np.sum(np.power(v, p0)) ** (1 / p0)
    log_surface = n * np.log(2) - (len(sizes) - 1) * np.log(p0) - gammaln(n / p0)
    for size, q in zip(sizes, p):
        log_surface += gammaln(size / p0) + size * gammaln(1 / q) - (size - 1) * np.log(q)
        log_surface -= gammaln(size / q)
    log_radial = (np.log(p0) + (n - 1) * np.log(f) - gammaln(n / p0) - n / p0 * np.log(s)
                  - f**p0 / s)
    return log_radial - (n - 1) * np.log(f) - log_surface


def show(name, *values):
    print(f"{name}: " + ", ".join(repr(float(v)) for v in values))


z = [0.5, -1.2, 0.3, 0.8, -0.4, 1.1]
show("(2, 3, 1)", log_density(z, (2, 3, 1), 2.1, (2.2, 1.9, 1.5), 1))
show("  s = 0.7", log_density(z, (2, 3, 1), 2.1, (2.2, 1.9, 1.5), 0.7))
layout = [0.1 * i * (-1) ** (i - 1) for i in range(1, 21)]
for s in (1, 2):
    show(f"5 x 4, s = {s}", log_density(layout, (4,) * 5, 2.1, (2.2,) * 5, s))
show("exponents 1 and 9", log_density([0.2, -0.9, 0.6], (2, 1), 1, (9, 1), 1))
show("small coordinates", log_density([1e-8, -2e-9, 0.6], (2, 1), 1, (9, 1), 1))


def plane(g):
    """Integral of g times the density of one subspace of two dimensions, p0 = 3, p = 1.4, s = 1.3."""
    def f(y, x):
        return g(x, y) * np.exp(log_density([x, y], (2,), 3, (1.4,), 1.3))
    return 4 * integrate.dblquad(f, 0, 2.6, 0, 2.6, epsabs=1e-11)[0]


show("plane, mass", plane(lambda x, y: 1))
show("plane, E x^2", plane(lambda x, y: x * x))
show("plane, E x^2 y^2", plane(lambda x, y: x * x * y * y))
show("plane, E x^4", plane(lambda x, y: x**4))
show("plane, P(|x| < 0.3)", 4 * integrate.dblquad(
    lambda y, x: np.exp(log_density([x, y], (2,), 3, (1.4,), 1.3)), 0, 0.3, 0, 2.6, epsabs=1e-11)[0])
