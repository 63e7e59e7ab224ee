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
    return _empty_lunes(rank.ravel(), np.int64(len(rank)), np.int64(rank.shape[1]), BLOCK)


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
                    found = np.concatenate((found, np.empty_like(found)))
                found[n_found] = edge
                n_found += 1
    return np.sort(found[:n_found])


@kernel
def split_by_tree(candidates, edges, n):
    """Kruskal's algorithm over ranks: those of the minimum spanning forest, and the others.

    Parameters
    ----------
    candidates : int64 array
        Ranks, ascending, that include the forest's.
    edges : uint32 array of shape (n_edges,)
    n : int
        Number of points.

    Returns
    -------
    forest, others : int64 arrays
    """
    parent = np.arange(n)
    in_forest = np.zeros(len(candidates), dtype=np.bool_)
    for c in range(len(candidates)):
        edge = np.int64(edges[candidates[c]])
        a, b = edge >> 16, edge & 0xFFFF
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[a] = b
        in_forest[c] = a != b
    return candidates[in_forest], candidates[~in_forest]
