"""Reference values for the tests of Sources/Lab/Measures/Metrics/AngleRegression.swift.

Prints the Swift literals that Tests/LabTests/MeasuresTests holds; computed by NumPy, with the
alignment checked by a search (SciPy).

    python3 Scripts/reference/angle_regression.py
"""

import numpy as np
from scipy import optimize


def ring(sign, offset, noise, count=60):
    """Codes on a ring of uneven radius whose angle is sign * angle + offset, less exactly so."""
    i = np.arange(count)
    angle = 2 * np.pi * ((0.6180339887 * i + 0.1) % 1)
    radius = 2 + 0.45 * np.sin(7.3 * i)
    code = sign * angle + offset + noise * np.sin(2.399 * i + 0.7)
    return np.stack([3 + radius * np.cos(code), -1 + radius * np.sin(code)], 1), angle


def alignment(code, angle):
    """The sign and offset that bring sign * angle + offset nearest to code on the circle."""
    def cost(offset, sign):
        return np.mean(1 - np.cos(code - sign * angle - offset))

    found = []
    for sign in (1, -1):
        offset = np.angle(np.mean(np.exp(1j * (code - sign * angle))))
        search = optimize.minimize_scalar(
            cost, args=(sign,), bounds=(offset - 1, offset + 1), method="bounded",
            options={"xatol": 1e-10})
        assert abs(search.x - offset) < 1e-6
        assert all(cost(offset, sign) <= cost(o, sign) for o in np.linspace(-np.pi, np.pi, 5000))
        found.append((cost(offset, sign), sign, offset))
    return min(found)[1:]


def show(name, codes, angle):
    centred = codes - codes.mean(0)
    radii = np.linalg.norm(centred, axis=1)
    sign, offset = alignment(np.arctan2(centred[:, 1], centred[:, 0]), angle)
    away = np.angle(np.exp(1j * (np.arctan2(centred[:, 1], centred[:, 0]) - sign * angle - offset)))
    response = np.arcsin(np.sin(sign * angle + offset))
    print(f"// {name}: sign {sign}, offset {float(offset)!r}, mean radius "
          f"{float(radii.mean())!r}, variation {float(radii.std() / radii.mean())!r}, "
          f"unfolded {float(np.abs(away).mean())!r}")
    for words, divisor in (("global", radii.mean()), ("per point", radii)):
        ratio = centred[:, 1] / divisor
        regressor = np.arcsin(np.clip(ratio, -1, 1))
        design = np.stack([regressor, np.ones_like(regressor)], 1)
        (slope, intercept), *_ = np.linalg.lstsq(design, response, rcond=None)
        error = np.abs(response - intercept - slope * regressor).mean()
        print(f"//   {words}: slope {float(slope)!r}, intercept {float(intercept)!r}, "
              f"error {float(error)!r}, clipped {int((np.abs(ratio) > 1).sum())}")


show("turned", *ring(1, 0.9, 0.25))
show("mirrored", *ring(-1, -2.2, 0.25))
show("loose", *ring(1, 2.9, 1.1))
