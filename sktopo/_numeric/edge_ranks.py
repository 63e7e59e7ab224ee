"""All edges up to a length, sorted once, and the matrix of their places in that order.

Everything after this compares ranks, which are integers without ties: edges of equal length are ordered by their
smaller, then their larger vertex, so every minimum and every "longest edge of a triangle" is one edge.

Sorting is by digits of a quantised length, which is monotone; edges that share a quantum are then put right by their
lengths. Axes: e = edges, i < j = vertices.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["BLOCK", "MAX_POINTS", "NO_EDGE", "rank_matrix", "sort_edges"]

NO_EDGE = np.int32(2**31 - 1)  # larger than every rank
MAX_POINTS = 65_535  # so that an edge is two 16-bit vertices, and its rank fits int32
BLOCK = np.int64(32)  # points looked at together: rows of ranks are padded to a multiple of it
FEW_EDGES = 2**22  # that two digits of a quantised length tell apart well enough
SHORT_RUN = 48  # edges of one quantum that insertion sorts


def sort_edges(distances, longest):
    """Edges of at most a length, shortest first, ties by smaller and then larger vertex.

    Parameters
    ----------
    distances : float64 ndarray of shape (n_points, n_points)
        Symmetric, with at most MAX_POINTS points.
    longest : float

    Returns
    -------
    uint32 ndarray of shape (n_edges,)
        The vertices i < j of an edge as i * 2**16 + j.
    """
    edges, shortest, longest = _list_edges(distances, longest)
    if len(edges) < 2:
        return edges
    bits, n_digits = (11, 2) if len(edges) < FEW_EDGES else (10, 3)
    with np.errstate(divide="ignore", over="ignore"):
        scale = np.float64(2 ** (bits * n_digits) - 1) / np.float64(longest - shortest)
    keys = _quantise(distances, edges, shortest, scale if np.isfinite(scale) else 0.0, 2 ** (bits * n_digits) - 1)
    for digit in range(n_digits):
        keys, edges = _sort_by_digit(keys, edges, np.int64(bits * digit), np.int64(bits))
    for start, end in _sort_short_runs(keys, edges, distances):
        run = edges[start:end]
        edges[start:end] = run[np.argsort(distances[run >> 16, run & 0xFFFF], kind="stable")]
    return edges


@kernel
def _list_edges(distances, longest):
    n_edges = 0
    for i in range(len(distances)):
        for j in range(i + 1, len(distances)):
            n_edges += distances[i, j] <= longest and distances[i, j] < np.inf
    edges = np.empty(n_edges, dtype=np.uint32)
    e, least, most = 0, np.inf, 0.0
    for i in range(len(distances)):
        for j in range(i + 1, len(distances)):
            distance = distances[i, j]
            if distance <= longest and distance < np.inf:
                edges[e] = (i << 16) | j
                e += 1
                least, most = min(least, distance), max(most, distance)
    return edges, least, most


@kernel
def _quantise(distances, edges, shortest, scale, most):
    keys = np.empty(len(edges), dtype=np.uint32)
    for e in range(len(edges)):
        i, j = np.int64(edges[e]) >> 16, np.int64(edges[e]) & 0xFFFF
        keys[e] = min(np.int64((distances[i, j] - shortest) * scale), most)
    return keys


@kernel
def _sort_by_digit(keys, edges, shift, bits):
    """One stable pass of a radix sort."""
    mask = (np.int64(1) << bits) - 1
    at = np.zeros(mask + 2, dtype=np.int64)
    for e in range(len(keys)):
        at[((np.int64(keys[e]) >> shift) & mask) + 1] += 1
    at = np.cumsum(at)
    keys_out, edges_out = np.empty_like(keys), np.empty_like(edges)
    for e in range(len(keys)):
        digit = (np.int64(keys[e]) >> shift) & mask
        keys_out[at[digit]], edges_out[at[digit]] = keys[e], edges[e]
        at[digit] += 1
    return keys_out, edges_out


@kernel
def _sort_short_runs(keys, edges, distances):
    """Runs of equal keys by length, in place, ties as they were; of long runs that need it only (start, end)."""
    long_runs, n_long = np.empty((len(keys) // SHORT_RUN + 1, 2), dtype=np.int64), 0
    start = 0
    for end in range(1, len(keys) + 1):
        if end < len(keys) and keys[end] == keys[start]:
            continue
        short, last = end - start <= SHORT_RUN, -1.0
        for e in range(start, end):
            edge = edges[e]
            length = distances[np.int64(edge) >> 16, np.int64(edge) & 0xFFFF]
            if length >= last:
                last = length
                continue
            if not short:
                long_runs[n_long, 0], long_runs[n_long, 1] = start, end
                n_long += 1
                break
            to = e
            while to > start and distances[np.int64(edges[to - 1]) >> 16, np.int64(edges[to - 1]) & 0xFFFF] > length:
                edges[to] = edges[to - 1]
                to -= 1
            edges[to] = edge
        start = end
    return long_runs[:n_long]


@kernel
def rank_matrix(edges, label):
    """Place of every edge in the order, under new names of the vertices; `edges` take the new names in place.

    Parameters
    ----------
    edges : uint32 array of shape (n_edges,)
        As `sort_edges` makes them.
    label : int64 array of shape (n_points,)
        New name of each vertex.

    Returns
    -------
    int32 array of shape (n_points, stride)
        NO_EDGE where there is none: on the diagonal, and in columns that fill rows up to a multiple of BLOCK.
    """
    n = len(label)
    rank = np.full((n, -(-n // BLOCK) * BLOCK), NO_EDGE, dtype=np.int32)
    for e in range(len(edges)):
        i, j = label[np.int64(edges[e]) >> 16], label[np.int64(edges[e]) & 0xFFFF]
        rank[i, j] = e
        rank[j, i] = e
        edges[e] = (min(i, j) << 16) | max(i, j)
    return rank
