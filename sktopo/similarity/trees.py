"""How two layers join the same inputs into clusters, from minimum spanning trees alone.

Both take the inputs as vertices of a complete graph whose edges weigh the layer's Euclidean distances.

Tulchinskii, Voronkova, Trofimov, Burnaev, Barannikov. RTD-Lite: scalable topological analysis for comparing weighted
graphs in learning tasks. AISTATS 2025. Baker. Stability of two hierarchical grouping techniques. JASA 69, 1974.
"""

import numpy as np
from scipy.spatial.distance import pdist, squareform

from sktopo._numeric.prim import tree_of_matrix

__all__ = ["NTS", "RTDLite"]


class RTDLite:
    """How much longer two layers' spanning trees are than that of the graph with the smaller of both weights.

    The number of components of A at scale t less that of min(A, B) counts the clusters that A keeps apart and B joins.
    Its integral over t, the total length of the RTD-lite barcode, is the weight of A's minimum spanning tree
    less the weight of that of min(A, B). The measure is the mean of this and the same with A and B exchanged.
    """

    higher_is_closer, symmetric, normalize, fewest_samples = False, True, "q90", 2

    def prepare(self, x):
        """Distance matrix of the inputs and the weight of its minimum spanning tree."""
        distances = squareform(pdist(x))
        return distances, tree_of_matrix(distances)[1].sum()

    def pair(self, a, b):
        """Mean of both directions."""
        shared = tree_of_matrix(np.minimum(a[0], b[0]))[1].sum()
        return max(0.5 * (a[1] + b[1]) - shared, 0.0)


class NTS:
    """Rank correlation of the levels at which two layers join each pair of inputs.

    The level of a pair is the largest edge on the way between them in the minimum spanning tree: their distance in the
    single-linkage tree. Spearman's correlation over all pairs is Baker's gamma of the two trees. It is
    in [-1, 1], 1 for the same joins in the same order, near 0 for unrelated layers, and unchanged when distances
    are transformed by any increasing function.
    """

    higher_is_closer, symmetric, normalize, fewest_samples = True, True, None, 3

    def prepare(self, x):
        """Centred ranks of the joining levels over all pairs, of norm 1."""
        ranks = _mean_ranks(_joining_levels(squareform(pdist(x))))
        ranks -= ranks.mean()
        norm = np.linalg.norm(ranks)
        return ranks / norm if norm > 0 else ranks

    def pair(self, a, b):
        """Correlation of two prepared layers; 0 where one of them joins all inputs at once."""
        return float(np.clip(a @ b, -1.0, 1.0))


def _joining_levels(distances):
    """Single-linkage distance of all pairs, as in scipy's condensed form.

    Prim's tree grows so that the level of two vertices is the largest weight after the earlier one's place.
    """
    order, weights = tree_of_matrix(distances)
    n = len(order)
    joined = np.zeros((n, n))
    for k in range(n - 1):
        joined[k, k + 1 :] = np.maximum.accumulate(weights[k + 1 :])
    place = np.argsort(order)
    joined += joined.T
    return squareform(joined[np.ix_(place, place)], checks=False)


def _mean_ranks(values):
    """Ranks, equal values sharing their mean."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - 0.5 * (counts - 1)).astype(np.float64)[group]
