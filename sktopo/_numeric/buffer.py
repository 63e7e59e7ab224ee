"""The edges of one block, sorted heaviest first; equal weights by u, then v.

A block of the sweep offers few edges, unless weights tie in masses. When the buffer is full it is thinned to
its own spanning forest, which loses nothing: an edge that is not in the forest of a part is in no forest of the
whole. Whoever offers edges stops when there is no room for more, says how far it came, and is called again after
that; if each thinned the buffer itself, the sort would be compiled a dozen times.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import inner, leaf

__all__ = ["Buffer", "sort_buffer", "thin_buffer"]

MANTISSA = 52
RUN = 12  # up to so many edges insertion is the fastest sort


class Buffer(NamedTuple):
    """Edges, a second place for them, and bins to sort by, twice as many and two more; `parent` is by vertex.

    There is room for a spanning forest, which thinning may leave, and for what is offered at once.
    """

    phi: np.ndarray
    u: np.ndarray
    v: np.ndarray
    other_phi: np.ndarray
    other_u: np.ndarray
    other_v: np.ndarray
    bins: np.ndarray
    parent: np.ndarray


@leaf
def _before(phi, u, v, a_phi, a_u, a_v):
    """Whether edge (phi, u, v) comes before edge a."""
    if phi != a_phi:
        return phi > a_phi
    return u < a_u or (u == a_u and v < a_v)


@inner
def _insertion_sort(phi, u, v, start, stop):
    for e in range(start + 1, stop):
        a_phi, a_u, a_v = phi[e], u[e], v[e]
        f = e
        while f > start and _before(a_phi, a_u, a_v, phi[f - 1], u[f - 1], v[f - 1]):
            phi[f], u[f], v[f] = phi[f - 1], u[f - 1], v[f - 1]
            f -= 1
        phi[f], u[f], v[f] = a_phi, a_u, a_v


@inner
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


@inner
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
    bins, other_phi, other_u, other_v = buffer.bins, buffer.other_phi, buffer.other_u, buffer.other_v
    highest = lowest = np.float64(phi[0]).view(np.int64)
    for e in range(n):
        bits = np.float64(phi[e]).view(np.int64)
        highest, lowest = max(highest, bits), min(lowest, bits)
    shift = max(0, _exponent(highest - lowest) - _exponent(n))
    n_bins = ((highest - lowest) >> shift) + 1
    for b in range(n_bins + 1):
        bins[b] = 0
    for e in range(n):
        bins[((highest - np.float64(phi[e]).view(np.int64)) >> shift) + 1] += 1
    fullest = bins[0]
    for b in range(n_bins):
        fullest = max(fullest, bins[b + 1])
        bins[b + 1] += bins[b]
    for e in range(n):
        b = (highest - np.float64(phi[e]).view(np.int64)) >> shift
        at = bins[b]
        bins[b] += 1
        other_phi[at], other_u[at], other_v[at] = phi[e], u[e], v[e]
    if fullest > RUN:
        _copy_back(buffer, np.int64(0), n)
        _sort_full_bins(buffer, n_bins)
        return
    for e in range(n):  # insertion, which moves edges within their bin only
        a_phi, a_u, a_v = other_phi[e], other_u[e], other_v[e]
        f = e
        while f > 0 and _before(a_phi, a_u, a_v, phi[f - 1], u[f - 1], v[f - 1]):
            phi[f], u[f], v[f] = phi[f - 1], u[f - 1], v[f - 1]
            f -= 1
        phi[f], u[f], v[f] = a_phi, a_u, a_v


@leaf
def _exponent(n):
    """Of the power of two at or below n; at most one more, by rounding, where n is large; of 0 a negative number."""
    return (np.float64(n).view(np.int64) >> MANTISSA) - 1023


@inner
def _sort_full_bins(buffer, n_bins):
    """Sort within bins, some of which ties have filled; `bins[b]` is where bin b stops."""
    bins, start = buffer.bins, np.int64(0)
    phi, u, v = buffer.phi, buffer.u, buffer.v
    for b in range(n_bins):
        stop = np.int64(bins[b])  # of another type, all that is called would be compiled again
        if stop - start > RUN:
            _merge_sort(buffer, start, stop)
        else:
            _insertion_sort(phi, u, v, start, stop)
        start = stop


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
