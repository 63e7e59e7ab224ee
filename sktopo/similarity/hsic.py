"""Centred kernel alignment: the cosine of two layers' centred Gram matrices.

HSIC(K, L) is the inner product of centred Gram matrices; CKA(K, L) = HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)). The
unbiased estimate (Song et al.) centres without the diagonal, and may be averaged over minibatches (Nguyen et al.).

Kornblith, Norouzi, Lee, Hinton. Similarity of neural network representations revisited. ICML 2019.
"""

import numpy as np
from scipy.spatial.distance import pdist, squareform

from sktopo.similarity.features import centred

__all__ = ["LinearCKA", "RBFCKA"]


class _CKA:
    higher_is_closer, symmetric, normalize = True, True, None

    def __init__(self, *, unbiased=False, batch_size=None):
        self.unbiased = unbiased
        self.batch_size = batch_size
        self.fewest_samples = 4 if unbiased else 2

    def prepare(self, x):
        """Centred Gram matrix of each minibatch, with the layer's HSIC with itself."""
        n_batches = 1 if self.batch_size is None else max(1, len(x) // self.batch_size)
        parts = [self._part(batch) for batch in np.array_split(x, n_batches)]
        own = self._hsic(parts, parts)
        if own <= 1e-20 * self._largest(x) ** 2 / len(x):
            raise ValueError(
                "all its inputs but one are equal within each batch, so that the unbiased estimate is zero. Leave the "
                "layer out, or give unbiased=False."
            )
        return parts, own

    def pair(self, a, b):
        """CKA of two prepared layers."""
        return self._hsic(a[0], b[0]) / np.sqrt(a[1] * b[1])

    def _hsic(self, a, b):
        return np.mean([_inner(one, other) / self._count(len(one[0])) for one, other in zip(a, b, strict=True)])

    def _count(self, n):
        return n * (n - 3.0) if self.unbiased else (n - 1.0) ** 2


class LinearCKA(_CKA):
    """CKA of the linear kernel."""

    def _largest(self, x):
        return np.square(centred(x)).sum(axis=1).max()

    def _part(self, x):
        x = centred(x)
        if self.unbiased:
            return _centred_without_diagonal(x @ x.T), False
        return (x, True) if x.shape[1] < len(x) else (x @ x.T, False)  # whichever is smaller


class RBFCKA(_CKA):
    """CKA of the Gaussian kernel, whose width is a multiple of the median distance."""

    def __init__(self, *, unbiased=False, batch_size=None, bandwidth=0.8):
        super().__init__(unbiased=unbiased, batch_size=batch_size)
        self.bandwidth = bandwidth

    def _largest(self, x):
        return 1.0

    def _part(self, x):
        distances = pdist(x)
        width = self.bandwidth * (np.median(distances) or distances.max() or 1.0)
        gram = squareform(np.exp(-0.5 * np.square(distances / width)))
        np.fill_diagonal(gram, 1.0)
        return (_centred_without_diagonal(gram) if self.unbiased else _centred_both_ways(gram)), False


def _inner(a, b):
    """Inner product of two Gram matrices, each given as (matrix, False) or by a factor (F, True), F F' the matrix."""
    (a, a_is_factor), (b, b_is_factor) = a, b
    if a_is_factor and b_is_factor:
        return np.square(a.T @ b).sum()
    if a_is_factor or b_is_factor:
        factor, gram = (a, b) if a_is_factor else (b, a)
        return np.vdot(factor, gram @ factor)
    return np.vdot(a, b)


def _centred_both_ways(gram):
    means = gram.mean(axis=0)
    return gram - means - means[:, None] + means.mean()


def _centred_without_diagonal(gram):
    """U-centring: with it, the inner product divided by n (n - 3) is the unbiased estimate of HSIC."""
    gram = gram.copy()
    n = len(gram)
    np.fill_diagonal(gram, 0.0)
    sums = gram.sum(axis=0)
    gram -= (sums + sums[:, None]) / (n - 2) - sums.sum() / ((n - 1) * (n - 2))
    np.fill_diagonal(gram, 0.0)
    return gram
