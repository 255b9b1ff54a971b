"""Reference values for the densities of Sources/Modelling, which Tests/ModellingTests holds.

    python3 Scripts/reference/distributions.py
"""

import numpy as np
from scipy import stats

MEAN = np.array([[0.5, -1.25, 2.0], [0.0, 3.5, -0.75]])
LOG_VARIANCE = np.array([[0.3, -1.7, 1.1], [0.0, 2.4, -3.0]])
X = np.array([[1.5, -1.0, 0.25], [-0.5, 9.0, -0.7]])
NOISE = np.array([[0.2, -1.4, 0.9], [1.1, -0.3, 2.2]])
IMAGE = np.array([[0.1, 0.9, 0.4, 0.0], [1.0, 0.25, 0.5, 0.75]])
DECODED = np.array([[0.2, 0.7, 0.4, 0.1], [0.6, 0.35, 0.9, 0.7]])


def show(name, values):
    print(f"{name}: [" + ", ".join(repr(float(v)) for v in np.ravel(values)) + "]")


scale = np.exp(LOG_VARIANCE / 2)
show("diagonal gaussian, log density", stats.norm.logpdf(X, MEAN, scale).sum(-1))
show("  the same by the multivariate density",
     [stats.multivariate_normal.logpdf(x, m, np.diag(np.exp(v)))
      for x, m, v in zip(X, MEAN, LOG_VARIANCE)])
show("diagonal gaussian, sample = quantile of the noise's probability",
     stats.norm.ppf(stats.norm.cdf(NOISE), MEAN, scale))
show("standard deviation", np.sqrt(np.exp(LOG_VARIANCE)))
show("standard normal, log density", stats.norm.logpdf(X).sum(-1))
for sigma in [0.2, 1.0, 1.7]:
    show(f"likelihood, scale {sigma}", -stats.norm.logpdf(IMAGE, DECODED, sigma).sum(-1))
