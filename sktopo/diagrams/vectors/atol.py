"""ATOL: centres learnt from the training diagrams by k-means, and how much of a diagram is near each.

Reference: Royer, Chazal, Levrard, Umeda, Ike. ATOL: measure vectorization for automatic topologically-oriented
learning. AISTATS 2021.
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.utils import check_random_state
from threadpoolctl import threadpool_limits

from sktopo._numeric.contrasts import CONTRASTS, contrast_sums
from sktopo.diagrams.vectors.method import Method

__all__ = ["Atol"]


class Atol(Method):
    """Sums of a contrast function of the distance to each centre, in the plane of birth and death."""

    uses = ("n_centers", "contrast", "random_state")
    shows = ("centers_", "widths_")

    def fit(self, blocks, chunks):
        """Learn `centers_`, of shape (n_blocks, n_centers, 2), sorted, and `widths_`, of shape (n_blocks, n_centers).

        Where a block has fewer distinct points than `n_centers`, the last centres have width 0 and columns of zeros.
        """
        random = check_random_state(self.random_state)
        self.centers_ = np.zeros((len(blocks), self.n_centers, 2))
        self.widths_ = np.zeros((len(blocks), self.n_centers))
        for j in range(len(blocks)):
            parts = [np.column_stack([c.birth, c.death])[c.of_block(j)] for c in chunks()]
            points, seed = np.concatenate(parts), random.randint(2**31 - 1)
            if len(points):
                centers, widths = _quantised(points, self.n_centers, seed)
                self.centers_[j, : len(centers)], self.widths_[j, : len(centers)] = centers, widths
        del self.random_state  # it has done its work, and may be a generator that others draw from

    def transform(self, chunk, prepared):
        out = np.zeros(((len(chunk.offsets) - 1) // len(chunk.blocks), len(chunk.blocks), self.n_centers))
        kind = CONTRASTS.index(self.contrast)
        for j, (centers, widths) in enumerate(zip(self.centers_, self.widths_, strict=True)):
            sums = np.zeros((len(out), self.n_centers))
            contrast_sums(chunk.birth, chunk.death, chunk.offsets, j, len(chunk.blocks), centers, widths, kind, sums)
            out[:, j] = sums
        return out.reshape(len(out), len(chunk.blocks) * self.n_centers)

    def columns(self):
        return [f"atol_{c}" for c in range(self.n_centers)]


def _quantised(points, n_centers, seed):
    """Centres of clusters, sorted, and half the distance of each to the nearest other."""
    ordered = points[np.lexsort(points.T[::-1])]
    n_distinct = 1 + int((np.diff(ordered, axis=0) != 0.0).any(axis=1).sum())
    unit = 2.0 ** np.floor(
        np.log2(np.abs(ordered).max() or 1.0)
    )  # a power of two: no digit changes, no square overflows
    with threadpool_limits(1):  # sums of threads differ in the last bits
        means = KMeans(min(n_centers, n_distinct), n_init=3, random_state=seed).fit(ordered / unit)
    centers = means.cluster_centers_ * unit
    centers = centers[np.lexsort(centers.T[::-1])]
    if len(centers) == 1:
        reach = float(np.hypot(*(points - centers).T).max())
        return centers, np.array([reach if reach > 0.0 else 1.0])
    gaps = np.hypot(*(centers[:, None] - centers).T)
    np.fill_diagonal(gaps, np.inf)
    return centers, gaps.min(axis=1) / 2.0
