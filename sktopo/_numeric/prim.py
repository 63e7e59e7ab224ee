"""Prim's algorithm on a complete graph: the minimum spanning tree, in the order in which it grows.

That order carries the whole single linkage: the largest weight between two vertices' places is the level at which
their clusters join.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["prim"]


# n = points
@kernel
def prim(weights):
    """Vertices (n,) in the order of growth from vertex 0, and the weight (n,) at which each came; that of 0 is 0.

    What is still outside lies at the front of its arrays, so that the scan gets shorter with every step.
    """
    n = weights.shape[0]
    order, level = np.zeros(n, dtype=np.int64), np.zeros(n)
    outside, nearest = np.arange(1, n), np.full(n - 1, np.inf)
    last = 0
    for k in range(1, n):
        best, least = 0, np.inf
        for i in range(n - k):
            weight = min(weights[last, outside[i]], nearest[i])
            nearest[i] = weight
            if weight < least:
                best, least = i, weight
        last = outside[best]
        order[k], level[k] = last, least
        outside[best], nearest[best] = outside[n - k - 1], nearest[n - k - 1]
    return order, level
