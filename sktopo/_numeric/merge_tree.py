"""The tree of persistent classes, from a spanning forest whose edges come heaviest first.

Every component is a list of vertices that starts at the peak of its eldest class. At a merge the younger list
is hung behind the elder one, so that all earlier states of a component are runs of the final list, and one
array holds them all. Each vertex but the first is brought by one forest edge, its link. Linear in the vertices,
but for a union-find.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["TreeArrays", "merge_tree", "sum_over_slices"]


class TreeArrays(NamedTuple):
    """Classes in the order of their peaks; `basin_start` has one entry more. See `MergeTree` for the meaning."""

    peak: np.ndarray
    merge: np.ndarray
    parent: np.ndarray
    vertices: np.ndarray
    links: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    basin_vertices: np.ndarray
    basin_links: np.ndarray
    basin_start: np.ndarray


class _Merging(NamedTuple):
    """Per vertex: the next of its list, its link, its basin. Per class: peak, merging edge, parent, number of
    vertices at death, and the basin that takes it in should its persistence be zero."""

    after: np.ndarray
    link: np.ndarray
    basin: np.ndarray
    peak: np.ndarray
    merge: np.ndarray
    parent: np.ndarray
    size: np.ndarray
    absorbed_by: np.ndarray


@kernel
def merge_tree(phi, u, v, n_vertices):
    """Classes of positive persistence, their components at death and their basins.

    Parameters
    ----------
    phi : float64 array of shape (m,)
        Weights of the forest's edges, in falling order.
    u, v : int arrays of shape (m,)
    n_vertices : int

    Returns
    -------
    TreeArrays
    """
    merging, n_classes = _merge(phi, u, v, n_vertices)
    peak, merge = merging.peak[:n_classes], merging.merge[:n_classes]
    number = np.full(n_classes, -1)
    n = 0
    for k in range(n_classes):
        if merge[k] < 0 or phi[merge[k]] < phi[peak[k]]:
            number[k] = n
            n += 1
    vertices, links, place = _lay_out(merging, u, n_classes, n_vertices)
    kept = np.flatnonzero(number >= 0)
    start = place[u[peak[kept]]]
    parent = np.full(n, -1)
    for i in range(n):
        if merge[kept[i]] >= 0:
            parent[i] = number[merging.parent[kept[i]]]  # an elder is born above this death, so it is kept
    basin = _resolved(merging.absorbed_by[:n_classes], number)[merging.basin[vertices]]
    order, basin_start = _sorted_by_basin(basin, n)
    return TreeArrays(
        peak[kept], merge[kept], parent, vertices, links, start, start + merging.size[kept],
        vertices[order], links[order], basin_start,
    )  # fmt: skip


@kernel
def _root(above, x):
    while above[x] != x:
        above[x] = above[above[x]]
        x = above[x]
    return x


@kernel
def _merge(phi, u, v, n_vertices):
    """Add the edges, heaviest first; at a merge the class of the later peak dies."""
    above = np.arange(n_vertices)
    n_members = np.ones(n_vertices, dtype=np.int64)
    eldest = np.full(n_vertices, -1)  # class of a component, by root
    last = np.arange(n_vertices)
    # A component's size before the first edge of weight `level`: edges of equal weight do not come before it.
    level, n_before = np.full(n_vertices, np.inf), np.ones(n_vertices, dtype=np.int64)
    after, link, basin = np.full(n_vertices, -1), np.full(n_vertices, -1), np.full(n_vertices, -1)
    most = n_vertices // 2 + 1
    peak, merge, parent = np.full(most, -1), np.full(most, -1), np.full(most, -1)
    size, absorbed_by = np.zeros(most, dtype=np.int64), np.full(most, -1)
    n = 0
    for e in range(len(phi)):
        x, y = np.int64(u[e]), np.int64(v[e])
        a, b = _root(above, x), _root(above, y)
        if eldest[a] < 0 and eldest[b] < 0:
            eldest[a], basin[x], peak[n] = n, n, e
            n += 1
        elif eldest[a] < 0 or 0 <= eldest[b] < eldest[a]:
            a, b, x, y = b, a, y, x
        head = y
        if eldest[b] < 0:
            basin[y] = basin[x]
        else:
            younger = eldest[b]
            head = np.int64(u[peak[younger]])
            parent[younger], merge[younger] = eldest[a], e
            size[younger] = n_before[b] if level[b] == phi[e] else n_members[b]
            absorbed_by[younger] = basin[x]
        after[last[a]], link[head] = head, e
        before = n_before[a] if level[a] == phi[e] else n_members[a]
        elder, end = eldest[a], last[b]
        if n_members[a] < n_members[b]:
            a, b = b, a
        above[b] = a
        n_members[a] += n_members[b]
        eldest[a], last[a], level[a], n_before[a] = elder, end, phi[e], before
    for k in range(n):
        if merge[k] < 0:
            size[k] = n_members[_root(above, np.int64(u[peak[k]]))]
    return _Merging(after, link, basin, peak, merge, parent, size, absorbed_by), n


@kernel
def _lay_out(merging, u, n_classes, n_vertices):
    """All lists one after the other: vertices, their links, and where each vertex is."""
    vertices, links, place = np.empty((3, n_vertices), dtype=np.int64)
    n = 0
    for k in range(n_classes):
        if merging.merge[k] < 0:
            x = np.int64(u[merging.peak[k]])
            while x >= 0:
                vertices[n], links[n], place[x] = x, merging.link[x], n
                n += 1
                x = merging.after[x]
    return vertices[:n].copy(), links[:n].copy(), place


@kernel
def _resolved(absorbed_by, number):
    """Number of the class whose basin holds the vertices of each class, those of zero persistence included."""
    resolved = number.copy()
    for k in range(len(number)):
        x = k
        while number[x] < 0:
            y = absorbed_by[x]
            if number[y] < 0:
                absorbed_by[x] = absorbed_by[y]  # shortens the way for the others
            x = absorbed_by[x]
        resolved[k] = number[x]
    return resolved


@kernel
def _sorted_by_basin(basin, n_classes):
    """Positions ordered by basin, stable, and where each basin starts."""
    start = np.zeros(n_classes + 1, dtype=np.int64)
    for b in basin:
        start[b + 1] += 1
    start = np.cumsum(start)
    free, order = start[:-1].copy(), np.empty(len(basin), dtype=np.int64)
    for p in range(len(basin)):
        order[free[basin[p]]] = p
        free[basin[p]] += 1
    return order, start


@kernel
def sum_over_slices(start, stop, weight, n_positions):
    """For every position, how many slices hold its link, and the sum of their weights.

    The slices are nested or disjoint and start at different positions, in rising order. The link at a slice's
    first position joins it to what is around it, and is not its own.
    """
    count, total = np.zeros(n_positions, dtype=np.int64), np.zeros(n_positions)
    ends, sums = np.empty(len(start) + 1, dtype=np.int64), np.zeros(len(start) + 1)
    depth, i = 0, 0
    for p in range(n_positions):
        while depth > 0 and ends[depth] <= p:
            depth -= 1
        count[p], total[p] = depth, sums[depth]
        if i < len(start) and start[i] == p:
            depth += 1
            ends[depth], sums[depth] = stop[i], sums[depth - 1] + weight[i]
            i += 1
    return count, total
