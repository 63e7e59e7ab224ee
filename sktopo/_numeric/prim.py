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
    """Vertices (n,) in the order of growth from vertex 0, and the weight (n,) at which each came; that of 0 is 0."""
    n = weights.shape[0]
    order, level = np.zeros(n, dtype=np.int64), np.zeros(n)
    nearest, outside = np.full(n, np.inf), np.ones(n, dtype=np.bool_)
    last = 0
    outside[0] = False
    for k in range(1, n):
        best, least = -1, np.inf
        for v in range(n):
            if outside[v]:
                if weights[last, v] < nearest[v]:
                    nearest[v] = weights[last, v]
                if best < 0 or nearest[v] < least:
                    best, least = v, nearest[v]
        order[k], level[k] = best, least
        outside[best] = False
        last = best
    return order, level
