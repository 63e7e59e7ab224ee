"""Minimum spanning tree of a point cloud without its distance matrix: memory for lists of near points, no more.

Boruvka's rounds: every component but the largest takes its shortest edge that leaves it. Each point keeps its few
nearest points from outside its component. As components grow, lists run into them; a component waits when a point of
its own whose list has run out might have something shorter. When all wait, those points look again, at all points
outside their components. The first look, at half of all pairs by symmetry, is nearly all of the time.

Ties need no rule: an edge as short as any that leaves a component is in some minimum spanning tree together with all
that were taken, unless it closes a cycle, and then it is left.

Axes: v = points, k = places in a list of near points.
"""

import numpy as np

from sktopo._numeric.distances import cloud_of, pair_lengths, squared_distances
from sktopo._numeric.jit import kernel

__all__ = ["forest_of_points"]

N_NEAR = 12  # near points that each point keeps; a longer list costs insertions, a shorter one more looks
TILE = 1024  # points whose distances are computed together


def forest_of_points(points, *, n_near=N_NEAR, tile=TILE):
    """Edge lengths of a minimum spanning tree of points, each computed from differences.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_coordinates)
    n_near, tile : int
        They change time and memory, not the result.

    Returns
    -------
    float64 ndarray of shape (n_points - 1,)
        In no particular order.
    """
    cloud, n = cloud_of(points), len(points)
    label = np.arange(n)
    near, squared = np.full((n, n_near), -1), np.full((n, n_near), np.inf)
    tree, n_tree = np.empty((max(n - 1, 0), 2), dtype=np.int64), 0
    asking = label
    while n_tree < n - 1:
        near[asking], squared[asking] = -1, np.inf
        _look(cloud, label, asking, near, squared, tile)
        n_tree = _join(label, near, squared, tree, np.int64(n_tree))
        asking = np.flatnonzero((label[near] == label[:, None]).all(axis=1) & (label != _largest(label)))
    return pair_lengths(cloud.points, tree[:, 0], tree[:, 1])


def _look(cloud, label, asking, near, squared, tile):
    """Fill the lists of the points that ask; where all ask, a tile of pairs serves both of its sides."""
    n, both = len(label), len(asking) == len(label)
    for start in range(0, len(asking), tile):
        rows = asking[start : start + tile]
        for other in range(start if both else 0, n, tile):
            columns = np.arange(other, min(other + tile, n))
            found = squared_distances(cloud, rows, columns)
            _offer(found, rows, columns, label, near, squared)
            if both and other > start:
                _offer(np.ascontiguousarray(found.T), columns, rows, label, near, squared)


@kernel
def _offer(found, rows, columns, label, near, squared):
    """Put each column's point into the lists of the rows' points to which it is nearer than the last there."""
    last = near.shape[1] - 1
    for r in range(len(rows)):
        v = rows[r]
        own, worst = label[v], squared[v, last]
        for c in range(len(columns)):
            distance = found[r, c]
            if distance < worst and label[columns[c]] != own:
                k = last
                while k > 0 and squared[v, k - 1] > distance:
                    squared[v, k], near[v, k] = squared[v, k - 1], near[v, k - 1]
                    k -= 1
                squared[v, k], near[v, k] = distance, columns[c]
                worst = squared[v, last]


@kernel
def _join(label, near, squared, tree, n_tree):
    """Rounds over the lists until every component waits; labels change in place. The new number of tree edges."""
    n, last = len(label), near.shape[1] - 1
    at, parent = np.zeros(n, dtype=np.int64), label.copy()
    best, best_u, limit = np.empty(n), np.empty(n, dtype=np.int64), np.empty(n)
    joined = True
    while joined and n_tree < n - 1:
        joined, giant = False, _largest(label)
        best[:], limit[:] = np.inf, np.inf
        for v in range(n):
            own = label[v]
            if own == giant:
                continue
            while at[v] <= last and near[v, at[v]] >= 0 and label[near[v, at[v]]] == own:
                at[v] += 1
            if at[v] > last:
                limit[own] = min(limit[own], squared[v, last])
            elif near[v, at[v]] >= 0 and squared[v, at[v]] < best[own]:
                best[own], best_u[own] = squared[v, at[v]], v
        for c in range(n):
            if best[c] == np.inf or best[c] > limit[c]:
                continue
            u = best_u[c]
            v = near[u, at[u]]
            a, b = _root(parent, u), _root(parent, v)
            if a != b:
                parent[a], joined = b, True
                tree[n_tree, 0], tree[n_tree, 1] = u, v
                n_tree += 1
        for v in range(n):
            label[v] = _root(parent, v)
    return n_tree


@kernel
def _root(parent, v):
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@kernel
def _largest(label):
    """The label that most points have."""
    size = np.zeros(len(label), dtype=np.int64)
    for v in range(len(label)):
        size[label[v]] += 1
    return np.argmax(size)
