"""Reference values for the mutual information gap, which Tests/LabTests/MeasuresTests holds.

    python3 Scripts/reference/mutual_information_gap.py

Codes are mixtures of Gaussians, whose entropies are integrals by adaptive quadrature.
"""

import numpy as np
from scipy import integrate
from scipy.stats import norm


def entropy(means, deviations):
    means, deviations = np.asarray(means), np.asarray(deviations)

    def integrand(z):
        q = norm.pdf(z, means, deviations).mean()
        return -q * np.log(q) if q > 0 else 0.0

    low, high = (means - 9 * deviations).min(), (means + 9 * deviations).max()
    cuts = np.unique(np.clip(np.concatenate([means - 3 * deviations, means, means + 3 * deviations]),
                             low, high))
    edges = np.concatenate([[low], cuts, [high]])
    return sum(integrate.quad(integrand, a, b, epsabs=1e-13, limit=200)[0]
               for a, b in zip(edges, edges[1:]))


def information(means, deviations, values):
    means, deviations, values = map(np.asarray, (means, deviations, values))
    return entropy(means, deviations) - sum(
        np.mean(values == v) * entropy(means[values == v], deviations[values == v])
        for v in np.unique(values))


print("two values at -1 and 1, sigma 1:", repr(information([-1, 1], [1, 1], [0, 1])))
print("two values at -1 and 1, sigma 0.5:", repr(information([-1, 1], [0.5, 0.5], [0, 1])))

# Twelve examples, three dimensions, two factors of 2 and 3 values, one of them unbalanced.
i = np.arange(12)
means = 1.5 * np.sin(np.arange(36) * 2.399 + 0.3).reshape(12, 3)
deviations = 0.3 + 0.25 * np.cos(np.arange(36) * 1.7).reshape(12, 3)
factors = [np.where(i < 5, 0, 7), i % 3]
table = [[information(means[:, d], deviations[:, d], f) for d in range(3)] for f in factors]
for row in table:
    print("  [" + ", ".join(repr(float(x)) for x in row) + "]")
gaps = [(sorted(row)[-1] - sorted(row)[-2]) / np.log(len(np.unique(f))) for row, f in zip(table, factors)]
print("gap:", repr(float(np.mean(gaps))))
