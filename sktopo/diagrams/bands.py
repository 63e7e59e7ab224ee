"""Confidence bands around mean landscapes.

Chazal et al., SoCG 2014: landscapes of independent samples obey a uniform central limit theorem, and the multiplier
bootstrap finds how wide a band of constant width must be to hold the whole mean.
"""

import numbers
from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

__all__ = ["LandscapeBands", "bands_of"]


@dataclass(frozen=True, eq=False)
class LandscapeBands:
    """Mean landscapes of groups of samples, each with a band.

    Parameters
    ----------
    mean, lower, upper : ndarray of shape (n_groups, n_layers, n_degrees, n_levels, n_t)
    grid : ndarray of shape (n_layers, n_degrees, n_t)
    layers, degrees : tuple
    groups : list or None
        Sorted labels of the groups; None where there was one group of all samples.
    method : str
    confidence : float
    """

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    grid: np.ndarray
    layers: tuple
    degrees: tuple
    groups: list | None
    method: str
    confidence: float


def bands_of(landscapes, labels, members, method, confidence, over, n_bootstrap, random_state):
    """Bands of each group of rows."""
    if method not in ("bootstrap", "quantile"):
        raise ValueError(f"method must be 'bootstrap' or 'quantile'. Got {method!r} instead.")
    if over not in ("level", "block", "all"):
        raise ValueError(f"over must be 'level', 'block' or 'all'. Got {over!r} instead.")
    if not isinstance(confidence, numbers.Real) or not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1. Got {confidence!r} instead.")
    if not isinstance(n_bootstrap, numbers.Integral) or isinstance(n_bootstrap, bool) or n_bootstrap < 1:
        raise ValueError(f"n_bootstrap must be an integer >= 1. Got {n_bootstrap!r} instead.")
    least = min((len(rows) for rows in members), default=0)
    if least < 2:
        raise ValueError(f"A band needs at least 2 samples in every group. Got {least}.")
    random = check_random_state(random_state)
    parts = []
    for rows in members:
        values = landscapes.values[rows]
        if method == "quantile":
            tail = (1 - confidence) / 2
            parts.append((values.mean(axis=0), *np.quantile(values, [tail, 1 - tail], axis=0)))
        else:
            mean = values.mean(axis=0)
            width = _widths(values - mean, confidence, over, n_bootstrap, random)
            parts.append((mean, mean - width, mean + width))
    arrays = [np.stack(part) for part in zip(*parts, strict=True)]
    return LandscapeBands(
        *arrays, landscapes.grid, landscapes.layers, landscapes.degrees, labels, method, float(confidence)
    )


def _widths(centred, confidence, over, n_bootstrap, random):
    """Half the width of the band, broadcasting against (n_layers, n_degrees, n_levels, n_t).

    The published sums are divided by n. Differences from the mean of the same n samples are too small by the root of
    (n - 1) / n, for few samples much too small, so the division here is by the root of n (n - 1).
    """
    n, n_layers, n_degrees, n_levels, _ = centred.shape
    multipliers = random.standard_normal((n_bootstrap, n))
    largest = np.empty((n_bootstrap, n_layers, n_degrees, n_levels))
    for place in np.ndindex(n_layers, n_degrees, n_levels):  # one level at a time keeps memory small
        largest[(slice(None), *place)] = np.abs(multipliers @ centred[(slice(None), *place)]).max(axis=1)
    axes = {"level": (), "block": (3,), "all": (1, 2, 3)}[over]
    largest = largest.max(axis=axes, keepdims=True) if axes else largest
    return np.quantile(largest, confidence, axis=0)[..., None] / np.sqrt(n * (n - 1))
