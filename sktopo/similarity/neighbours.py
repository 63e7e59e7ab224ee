"""Whether the same inputs are near each other: overlap of nearest neighbours.

Klabunde, Schumacher, Strohmaier, Lemmerich. Similarity of neural network models: a survey of functional and
representational measures. 2023. Published code takes cosine similarity, which is the Euclidean order of rows of unit
norm.
"""

import numpy as np
from scipy.spatial.distance import pdist, squareform

__all__ = ["KNNJaccard"]


class KNNJaccard:
    """Mean over inputs of the Jaccard index of their k nearest neighbours in two layers."""

    higher_is_closer, symmetric, normalize = True, True, "unit_norm"

    def __init__(self, *, n_neighbors=10):
        self.n_neighbors = n_neighbors
        self.fewest_samples = n_neighbors + 1

    def prepare(self, x):
        """The k nearest of every input, itself left out (n_samples, k); of equally near ones, the first."""
        distances = squareform(pdist(x))
        np.fill_diagonal(distances, np.inf)
        return np.argsort(distances, axis=1, kind="stable")[:, : self.n_neighbors]

    def pair(self, a, b):
        """Mean Jaccard index of two prepared layers."""
        shared = (a[:, :, None] == b[:, None, :]).sum(axis=(1, 2))
        return (shared / (2 * self.n_neighbors - shared)).mean()
