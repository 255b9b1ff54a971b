"""Reference values for the classifier of probes, which Tests/LabTests/MeasuresTests/MLPClassifierTests.swift
holds: those of scikit-learn's MLPClassifier from the same start and in the same order.

    python3 Scripts/reference/mlp_classifier.py
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

COUNT, INPUTS, HIDDEN, CLASSES = 450, 3, 100, 4


def scattered(shape, phase):
    """The same numbers as `scattered` of the tests."""
    return np.sin(np.arange(np.prod(shape)) * 2.399 + 1.7 * phase + 0.3).reshape(shape)


class FixedStart(MLPClassifier):
    """Starts from given weights instead of random ones."""

    def _init_coef(self, fan_in, fan_out, dtype):
        bound = np.sqrt(6 / (fan_in + fan_out))
        phase = 1 if fan_out == HIDDEN else 3
        # Weights are [inputs, outputs] here, [outputs, inputs] in the tests.
        return bound * scattered((fan_out, fan_in), phase).T.copy(), bound * scattered(fan_out, phase + 1)


def fit(codes, labels, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return FixedStart(shuffle=False, **options).fit(codes, labels)


def show(name, values):
    print(f"{name}: [" + ", ".join(repr(float(v)) for v in np.ravel(values)) + "]")


codes = 1.5 * scattered((COUNT, INPUTS), 0)
# A class by two signs, with a few that are wrong.
classes = np.array([0, 1, 3, 7])
labels = classes[(codes[:, 0] + codes[:, 1] > 0) * 2 + (codes[:, 1] * codes[:, 2] > 0.2)]
labels[::29] = 1

few = fit(codes, labels, max_iter=3)
show("three epochs, losses", few.loss_curve_)
show("three epochs, probabilities of the first two", few.predict_proba(codes[:2]))
whole = fit(codes, labels)
print("whole, epochs:", whole.n_iter_)
show("whole, some losses", whole.loss_curve_[::40] + whole.loss_curve_[-1:])
show("whole, accuracy", [100 * whole.score(codes, labels)])
print("whole, predictions of the first forty:", whole.predict(codes[:40]).tolist())
# What cannot be learnt ends early: the same code with every class in turn.
same = fit(np.full((COUNT, INPUTS), 0.5), classes[np.arange(COUNT) % CLASSES])
print("same codes, epochs:", same.n_iter_)
show("same codes, last loss", [same.loss_])
