"""Edges of the relative neighbourhood graph: those whose lune is empty.

The lune of an edge holds the points that are nearer to both of its ends than they are to each other, nearer by rank. An
edge with a point in its lune is paired at once: of the triangles whose longest edge it is, the one to the first such
point has it as its longest edge and is its first coface. So only the others can begin a class.

Axes: a < b = ends of an edge, k = third points.
"""

import numpy as np

from sktopo._numeric.edge_ranks import BLOCK, NO_EDGE
from sktopo._numeric.jit import kernel

__all__ = ["empty_lunes", "split_by_tree"]


def empty_lunes(rank):
    """Ranks of the edges that have no point in their lune, ascending.

    Parameters
    ----------
    rank : int32 ndarray of shape (n_points, stride)
        Central points first makes it fast: they lie in most lunes.

    Returns
    -------
    int64 ndarray
    """
    return np.sort(_empty_lunes(rank.ravel(), np.int64(len(rank)), np.int64(rank.shape[1]), BLOCK))


@kernel
def _empty_lunes(rank, n, stride, block):
    # Two things make the inner loop vector instructions: an unsigned index, and a number of turns that the compiler
    # does not know and so does not unroll.
    found = np.empty(4 * n + 16, dtype=np.int64)
    n_found = 0
    for a in range(n):
        for b in range(a + 1, n):
            edge, empty = rank[a * stride + b], True
            if edge == NO_EDGE:
                continue
            for start in range(0, stride, block):
                least, at_a, at_b = NO_EDGE, np.uint64(a * stride + start), np.uint64(b * stride + start)
                for k in range(np.uint64(block)):
                    least = min(least, max(rank[at_a + np.uint64(k)], rank[at_b + np.uint64(k)]))
                if least < edge:
                    empty = False
                    break
            if empty:
                if n_found == len(found):
                    shorter, found = found, np.empty(2 * n_found, dtype=np.int64)
                    for k in range(n_found):
                        found[k] = shorter[k]
                found[n_found] = edge
                n_found += 1
    return found[:n_found]


def split_by_tree(candidates, edges, n):
    """Split ranks into those of the minimum spanning forest and the others.

    Parameters
    ----------
    candidates : int64 ndarray
        Ranks, ascending, that include the forest's.
    edges : uint32 ndarray of shape (n_edges,)
    n : int
        Number of points.

    Returns
    -------
    forest, others : int64 ndarrays
    """
    in_forest = _joins(edges[candidates], np.int64(n))
    return candidates[in_forest], candidates[~in_forest]


@kernel
def _joins(edges, n):
    """Kruskal's algorithm: whether each edge joins two components of those before it."""
    parent, joins = np.arange(n), np.zeros(len(edges), dtype=np.bool_)
    for e in range(len(edges)):
        a, b = np.int64(edges[e]) >> 16, np.int64(edges[e]) & 0xFFFF
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[a] = b
        joins[e] = a != b
    return joins
