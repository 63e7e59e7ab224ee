"""L^p distances between the means of two groups, for many ways to group the same samples.

A distance is called with masks of the first group, shape (n_groupings, n_samples), and gives one number for each: not
always the distance itself, but what compares well. ``units`` makes distances of them; numbers that differ by no more
than ``slack`` differ by rounding only. ``width`` is how many numbers a grouping takes while it is computed.
"""

import numpy as np

__all__ = ["distance_by_gram", "distance_by_values"]


def distance_by_values(vectors, weights, p):
    """Distance of means of vectors.

    Parameters
    ----------
    vectors : ndarray of shape (n_samples, n_values)
    weights : ndarray of shape (n_values,)
        Of each value in the integral.
    p : float

    Returns
    -------
    callable
    """
    vectors = vectors - vectors.mean(axis=0)  # the same distances, with fewer digits lost
    if p != 2.0:
        return _ByValues(vectors, weights, p)
    scale = float(np.abs(vectors).max(initial=0.0)) or 1.0
    weighted = vectors / scale * np.sqrt(weights)
    return _ByGram(weighted @ weighted.T, scale)


def distance_by_gram(gram, scale=1.0):
    """L^2 distance of means from inner products of samples divided by `scale`, shape (n_samples, n_samples)."""
    means = gram.mean(axis=0)
    return _ByGram(gram - means - means[:, None] + means.mean(), scale)


def _signs(masks):
    """Rows whose product with the samples is the difference of the two means."""
    n_first = masks.sum(axis=1, keepdims=True)
    return np.where(masks, 1.0 / n_first, -1.0 / (masks.shape[1] - n_first))


class _ByGram:
    """Squared distances, since near zero a root would magnify rounding; from centred inner products."""

    def __init__(self, gram, scale):
        self.gram, self.scale = gram, scale
        self.width = len(gram)

    def __call__(self, masks):
        signs = _signs(masks)
        return np.einsum("ij,ij->i", signs @ self.gram, signs)

    def slack(self, observed):
        return 1e-12 * (abs(observed) + self.gram.diagonal().max())

    def units(self, squares):
        return self.scale * np.sqrt(np.maximum(squares, 0.0))


class _ByValues:
    """Distances of values scaled to at most 1, so that no power underflows."""

    def __init__(self, vectors, weights, p):
        self.scale = float(np.abs(vectors).max(initial=0.0)) or 1.0
        self.vectors, self.weights, self.p = vectors / self.scale, weights, p
        self.width = sum(vectors.shape)

    def __call__(self, masks):
        gaps = np.abs(_signs(masks) @ self.vectors)
        if np.isinf(self.p):
            return gaps.max(axis=1, initial=0.0)
        return (gaps**self.p @ self.weights) ** (1 / self.p)

    def slack(self, observed):
        size = 1.0 if np.isinf(self.p) else self.weights.sum() ** (1 / self.p)
        return 1e-12 * (observed + size)

    def units(self, distances):
        return self.scale * distances
