"""Reference values for the tests of Sources/Lab/Statistics.

Prints the Swift literals that Tests/LabTests/StatisticsTests holds; computed by SciPy and NumPy.

    python3 Scripts/reference/statistics.py
"""

import numpy as np
from scipy import stats

A = [0.41, 0.38, 0.47, 0.44, 0.39, 0.52]
B = [0.35, 0.36, 0.41, 0.46, 0.30, 0.44]
C = [12.1, 11.4, 13.9, 12.7]


def show(name, *values):
    print(f"{name}: " + ", ".join(repr(float(v)) for v in values))


print("// StudentT.cdf: (degrees of freedom, t, probability)")
for dof in [0.5, 1, 1.7, 2, 3, 4.25, 5, 9, 10, 17.3, 29, 30.5, 64, 100, 150.75, 199, 200]:
    for t in [-12.5, -2.0, -0.3, 1e-3, 0.7, 1.96, 5.5, 40.0]:
        print(f"({dof}, {t}, {float(stats.t.cdf(t, dof))!r}),")

print("// StudentT.quantile: (degrees of freedom, probability, t)")
for dof in [0.5, 1, 1.7, 2, 3, 4, 5, 6.4, 9, 12.8, 19, 49, 77.7, 100, 150.5, 200]:
    for p in [0.001, 0.025, 0.3, 0.6, 0.975, 0.9995]:
        print(f"({dof}, {p}, {float(stats.t.ppf(p, dof))!r}),")
show("two-sided 95 % for every whole number of degrees of freedom, sum of t",
     sum(stats.t.ppf(0.975, d) for d in range(1, 201)))

print("// Summary")
a = np.array(A)
show("mean, sd, se, population sd", a.mean(), a.std(ddof=1), stats.sem(a), a.std())
show("interval", *stats.t.interval(0.95, len(a) - 1, loc=a.mean(), scale=stats.sem(a)))

print("// Difference")
paired = stats.ttest_rel(A, B)
show("paired", np.subtract(A, B).mean(), *paired.confidence_interval(0.95), paired.df)
welch = stats.ttest_ind(A, B, equal_var=False)
show("Welch A B", np.mean(A) - np.mean(B), *welch.confidence_interval(0.95), welch.df)
welch = stats.ttest_ind(C, A, equal_var=False)
show("Welch C A", np.mean(C) - np.mean(A), *welch.confidence_interval(0.95), welch.df)
# Against a reported mean 0.40, sample standard deviation 0.03, 10 runs: the same from moments.
s1, s2 = a.var(ddof=1) / len(a), 0.03**2 / 10
df = (s1 + s2) ** 2 / (s1**2 / (len(a) - 1) + s2**2 / 9)
half = stats.t.ppf(0.975, df) * np.sqrt(s1 + s2)
show("against 0.40 ± 0.03 (10)", a.mean() - 0.40, a.mean() - 0.40 - half, a.mean() - 0.40 + half, df)
one = stats.ttest_1samp(A, 0.40).confidence_interval(0.95)
show("against 0.40 exactly", a.mean() - 0.40, one.low - 0.40, one.high - 0.40)

print("// Mahalanobis: squared distances of rows to their mean, sample covariance")
rows = np.array([[0.41, -21.9, 5.0], [0.44, -20.9, 4.0], [0.39, -22.4, 7.5],
                 [0.50, -21.0, 6.0], [0.47, -20.2, 4.4], [0.46, -21.7, 5.2]])
centred = rows - rows.mean(axis=0)
show("two columns", *np.einsum("ij,jk,ik->i", centred[:, :2],
     np.linalg.inv(np.cov(rows[:, :2].T)), centred[:, :2]))
show("three columns", *np.einsum("ij,jk,ik->i", centred, np.linalg.inv(np.cov(rows.T)), centred))
show("diagonal, two columns", *((centred[:, :2] ** 2) / rows[:, :2].var(axis=0, ddof=1)).sum(1))
