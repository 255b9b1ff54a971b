"""Reference values for k-means and mixtures of Gaussians, which Tests/ModellingTests/MixtureFitTests.swift
holds: those of scikit-learn from the same start.

    python3 Scripts/reference/mixture_fit.py
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

COUNT = 120
CENTRES = np.array([[1.0, -0.5, 0.3], [-0.8, 0.4, 0.9], [0.2, 1.1, -0.6]])
SPREAD = np.array([0.5, 0.9, 0.3])


def show(name, values):
    print(f"{name}: [" + ", ".join(repr(float(v)) for v in np.ravel(values)) + "]")


# The same numbers as `scattered` of the tests.
noise = np.sin(np.arange(3 * COUNT) * 2.399 + 0.3).reshape(COUNT, 3)
points = CENTRES[np.arange(COUNT) % 3] + SPREAD * noise

kmeans = KMeans(4, init=points[:4], n_init=1, algorithm="lloyd").fit(points)
show("k-means, centres", kmeans.cluster_centers_)
show("k-means, sizes", np.bincount(kmeans.labels_))
print("k-means, iterations:", kmeans.n_iter_)

# The second and third of these centres are the first again, and so stay without points.
few = np.array([[0.0], [1.0], [1.4], [5.0], [5.5], [9.0]])
lost = KMeans(4, init=np.array([[0.5], [0.5], [0.5], [6.0]]), n_init=1, algorithm="lloyd").fit(few)
show("empty clusters, centres", lost.cluster_centers_)


def fit(labels, components, **options):
    one_hot = np.eye(components)[labels]
    sizes = one_hot.sum(0)
    means = one_hot.T @ points / sizes[:, None]
    variances = one_hot.T @ points**2 / sizes[:, None] - means**2 + 1e-6
    return GaussianMixture(
        components, covariance_type="diag", weights_init=sizes / COUNT, means_init=means,
        precisions_init=1 / variances, **options).fit(points)


for name, labels, components, options in [
        ("from k-means", kmeans.labels_, 4, {}),
        ("from every third", np.arange(COUNT) % 3, 3, {"tol": 1e-12, "max_iter": 100}),
        ("from every fifth", np.arange(COUNT) % 5, 5, {})]:
    found = fit(labels, components, **options)
    show(f"mixture {name}, weights", found.weights_)
    show("  means", found.means_)
    show("  variances", found.covariances_)
    show("  mean log-density", [found.lower_bound_])
    print("  updates:", found.n_iter_)
