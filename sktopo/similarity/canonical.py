"""Canonical correlations of two layers, averaged over leading directions (SVCCA) or by how much they carry (PWCCA).

Raghu, Gilmer, Yosinski, Sohl-Dickstein. SVCCA. NeurIPS 2017. Morcos, Raghu, Bengio. Insights on representational
similarity in neural networks with canonical correlation. NeurIPS 2018.
"""

import numpy as np
from scipy.linalg import qr, svd, svdvals

from sktopo.similarity.features import centred

__all__ = ["PWCCA", "SVCCA"]


class SVCCA:
    """Mean canonical correlation of the leading directions that hold a share of the variance."""

    higher_is_closer, symmetric, normalize, fewest_samples = True, True, None, 2

    def __init__(self, *, variance=0.99):
        self.variance = variance

    def prepare(self, x):
        """Orthonormal basis (n_samples, n_kept) of the fewest principal directions with the share of variance."""
        basis, values, _ = principal(x)
        shares = np.cumsum(values**2) / np.sum(values**2)
        return basis[:, : int(np.searchsorted(shares, self.variance * (1 - 1e-12))) + 1]

    def pair(self, a, b):
        """Mean over the smaller number of directions."""
        return np.minimum(svdvals(a.T @ b), 1.0).mean()


class PWCCA:
    """Canonical correlations weighted by how much of the first layer their directions account for."""

    higher_is_closer, symmetric, normalize, fewest_samples = True, False, None, 2

    def prepare(self, x):
        """Orthonormal basis of the centred layer's column space, and the layer in it."""
        basis, _, coordinates = principal(x)
        return basis, coordinates

    def pair(self, a, b):
        """Sum of correlations times weights, the weights those of the first layer."""
        directions, correlations, _ = svd(a[0].T @ b[0], full_matrices=False)
        weights = np.abs(directions.T @ a[1]).sum(axis=1)
        return np.minimum(correlations, 1.0) @ weights / weights.sum()


def principal(x):
    """Left singular vectors of the centred x up to its rank, singular values, and x in that basis."""
    x = centred(x)
    wide = x.shape[1] > len(x)
    # A wide matrix has the left singular vectors of its triangular factor, which is square.
    factor = qr(x.T, mode="r", check_finite=False)[0][: len(x)].T if wide else x
    basis, values, _ = svd(factor, full_matrices=False, check_finite=False)
    rank = int((values > values[0] * max(x.shape) * np.finfo(float).eps).sum())
    basis = basis[:, :rank]
    return basis, values[:rank], basis.T @ x
