"""Minimum spanning tree of a distance matrix by Prim's algorithm: one row of the matrix per vertex that joins.

The order in which it grows carries the whole single linkage: the largest length between two vertices' places is the
level at which their clusters join. Axes: k = places in the list of vertices that are still outside.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["tree_of_matrix"]


@kernel
def tree_of_matrix(distances):
    """Vertices and edge lengths of a minimum spanning tree, in the order in which Prim's algorithm adds them.

    Ties need no rule here: the multiset of lengths is the same for every minimum spanning tree.

    Parameters
    ----------
    distances : float64 array of shape (n_points, n_points)
        Symmetric; inf where there is no edge.

    Returns
    -------
    order : int64 array of shape (n_points,)
        The vertices; the tree begins with vertex 0.
    lengths : float64 array of shape (n_points,)
        Length at which each came, 0 for the first; inf for a vertex that no edge joins to those before it.
    """
    n = len(distances)
    order, lengths = np.zeros(n, dtype=np.int64), np.zeros(n)
    outside = np.arange(1, n)  # vertices that wait, in any order
    reach = np.full(n, np.inf)  # reach[k]: distance of outside[k] from the tree
    newest = 0
    for joined in range(n - 1):
        left = n - 1 - joined
        nearest, best = 0, np.inf
        for k in range(left):
            distance = distances[newest, outside[k]]
            if distance < reach[k]:
                reach[k] = distance
            if reach[k] < best:
                nearest, best = k, reach[k]
        newest = outside[nearest]
        order[joined + 1], lengths[joined + 1] = newest, best
        outside[nearest], reach[nearest] = outside[left - 1], reach[left - 1]
    return order, lengths
