"""The edges of one block, sorted heaviest first; equal weights by u, then v.

A block of the sweep offers few edges, unless weights tie in masses. When the buffer is full it is thinned to
its own spanning forest, which loses nothing: an edge that is not in the forest of a part is in no forest of the
whole.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import kernel, leaf
from sktopo._numeric.memory import doubles, ints

__all__ = ["Buffer", "new_buffer", "sort_buffer", "thin_buffer"]

TINY = 2.3e-308  # the inverse of less might overflow
RUN = 12  # up to so many edges insertion is the fastest sort


class Buffer(NamedTuple):
    """Edges, a second place for them, and bins to sort by."""

    phi: np.ndarray
    u: np.ndarray
    v: np.ndarray
    other_phi: np.ndarray
    other_u: np.ndarray
    other_v: np.ndarray
    bins: np.ndarray
    parent: np.ndarray


@kernel
def new_buffer(memory, n_vertices):
    """Room for twice a spanning forest, so that thinning frees at least half."""
    capacity = 2 * n_vertices + 64
    return Buffer(
        doubles(memory, capacity),
        ints(memory, capacity),
        ints(memory, capacity),
        doubles(memory, capacity),
        ints(memory, capacity),
        ints(memory, capacity),
        ints(memory, capacity + 1),
        ints(memory, n_vertices),
    )


@leaf
def _before(phi, u, v, a_phi, a_u, a_v):
    """Whether edge (phi, u, v) comes before edge a."""
    if phi != a_phi:
        return phi > a_phi
    return u < a_u or (u == a_u and v < a_v)


@leaf
def _insertion_sort(phi, u, v, start, stop):
    for e in range(start + 1, stop):
        a_phi, a_u, a_v = phi[e], u[e], v[e]
        f = e
        while f > start and _before(a_phi, a_u, a_v, phi[f - 1], u[f - 1], v[f - 1]):
            phi[f], u[f], v[f] = phi[f - 1], u[f - 1], v[f - 1]
            f -= 1
        phi[f], u[f], v[f] = a_phi, a_u, a_v


@leaf
def _merge_sort(buffer, start, stop):
    """Bottom-up, for the rare bins that ties fill."""
    phi, u, v = buffer.phi, buffer.u, buffer.v
    for e in range(start, stop, RUN):
        _insertion_sort(phi, u, v, e, min(e + RUN, stop))
    other_phi, other_u, other_v = buffer.other_phi, buffer.other_u, buffer.other_v
    width = RUN
    while width < stop - start:
        for left in range(start, stop, 2 * width):
            a, middle = left, min(left + width, stop)
            b, end = middle, min(left + 2 * width, stop)
            for e in range(left, end):
                if a < middle and (b == end or not _before(phi[b], u[b], v[b], phi[a], u[a], v[a])):
                    chosen = a
                    a += 1
                else:
                    chosen = b
                    b += 1
                other_phi[e], other_u[e], other_v[e] = phi[chosen], u[chosen], v[chosen]
        _copy_back(buffer, start, stop)
        width *= 2


@leaf
def _copy_back(buffer, start, stop):
    phi, u, v = buffer.phi, buffer.u, buffer.v
    other_phi, other_u, other_v = buffer.other_phi, buffer.other_u, buffer.other_v
    for e in range(start, stop):  # a slice would compile a second longer
        phi[e], u[e], v[e] = other_phi[e], other_u[e], other_v[e]


@leaf
def sort_buffer(buffer, n):
    """Sort the first n edges: bins over the range of weights, about one edge each, and insertion within."""
    phi, u, v = buffer.phi, buffer.u, buffer.v
    if n <= RUN:
        _insertion_sort(phi, u, v, np.int64(0), n)
        return
    highest, lowest = phi[0], phi[0]
    for e in range(1, n):
        highest, lowest = max(highest, phi[e]), min(lowest, phi[e])
    span = highest - lowest
    per_unit = (n - 1) / span if span > n * TINY else 0.0
    bins = buffer.bins
    for b in range(n + 1):
        bins[b] = 0
    for e in range(n):
        bins[min(n - 1, int((highest - phi[e]) * per_unit)) + 1] += 1
    for b in range(n):
        bins[b + 1] += bins[b]
    other_phi, other_u, other_v = buffer.other_phi, buffer.other_u, buffer.other_v
    for e in range(n):
        b = min(n - 1, int((highest - phi[e]) * per_unit))
        at = bins[b]
        bins[b] += 1
        other_phi[at], other_u[at], other_v[at] = phi[e], u[e], v[e]
    start = np.int64(0)
    _copy_back(buffer, start, n)
    for b in range(n):  # bins[b] is now where bin b stops
        if bins[b] - start > RUN:
            _merge_sort(buffer, start, bins[b])
        start = bins[b]
    _insertion_sort(phi, u, v, np.int64(0), n)  # moves edges within their bin only


@leaf
def _root(parent, x):
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


@leaf
def thin_buffer(buffer, n, label):
    """Keep a spanning forest, over components, of the first n edges; returns their new number."""
    sort_buffer(buffer, n)
    parent = buffer.parent
    for x in range(len(parent)):
        parent[x] = x
    phi, u, v = buffer.phi, buffer.u, buffer.v
    kept = 0
    for e in range(n):
        a, b = _root(parent, label[u[e]]), _root(parent, label[v[e]])
        if a != b:
            parent[a] = b
            phi[kept], u[kept], v[kept] = phi[e], u[e], v[e]
            kept += 1
    return kept
