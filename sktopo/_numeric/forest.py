"""Maximum spanning forest of an operator graph, one-sided Boruvka.

In each round every component but the largest picks its heaviest outgoing edge, and the picks are
joined. Every pick is the heaviest edge of a cut, so it belongs to a maximum spanning forest; that the
largest component does not pick is what makes it fast, since nearly all edges are inside it or leave it.
With ties a pick may close a cycle; it is skipped, and the weights of the forest are unique all the same.
Axes: v = vertices, e = listed edges (pooling, residual sums), k = source elements of all operators.
"""

import numpy as np

from sktopo._numeric.jit import kernel
from sktopo._numeric.operators import (
    CHUNK,
    DENSE,
    H_BOUND_AT,
    KIND,
    N_IN,
    N_SOURCE,
    N_TARGET,
    SOURCE_AT,
    TARGET_AT,
    best_in_edge,
    next_out_edge,
)

__all__ = ["find_root", "maximum_spanning_forest"]


@kernel
def find_root(parent, v):
    """Root of a vertex, halving the path on the way."""
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@kernel
def chunk_maxima(ops, h, h_bounds):
    """Largest h of every chunk of a dense operator's sources."""
    for o in range(len(ops)):
        op = ops[o]
        if op[KIND] != DENSE:
            continue
        n_in = op[N_IN]
        n_chunks = (n_in + CHUNK - 1) // CHUNK
        for p in range(op[N_SOURCE] // n_in):
            for c in range(n_chunks):
                largest = 0.0
                at = op[SOURCE_AT] + p * n_in
                for k in range(at + c * CHUNK, at + min(n_in, (c + 1) * CHUNK)):
                    largest = max(largest, h[k])
                h_bounds[op[H_BOUND_AT] + p * n_chunks + c] = largest


@kernel
def _offer(component, phi, u, v, best, best_u, best_v):
    """Let a component keep its heaviest outgoing edge."""
    if phi > best[component]:
        best[component], best_u[component], best_v[component] = phi, u, v


@kernel
def _offer_rows(
    op, h, label, giant, source_units, target_units, list_w, list_j, taps, entry, out_phi, out_v, least,
    best, best_u, best_v,
):  # fmt: skip
    """Out-edges of every source outside the giant component that beat what its component has.

    As for columns, what an earlier round found stays the best while its target is outside, and bounds what
    comes after it in the list.
    """
    for k in range(op[N_SOURCE]):
        at = op[SOURCE_AT] + k
        u = source_units[at]
        if u < 0 or h[at] == 0.0:
            continue
        own = label[u]
        if own == giant or out_phi[at] <= best[own]:
            continue
        v = out_v[at]
        if v < 0 or label[v] == own:
            entry[at], out_phi[at], v = next_out_edge(
                op, k, entry[at], h[at], label, own, target_units, list_w, list_j, taps, least
            )
            out_v[at] = v
        if v >= 0:
            _offer(own, out_phi[at], u, v, best, best_u, best_v)


@kernel
def _offer_columns(
    op, h, h_bounds, label, giant, source_units, target_units, weights, bounds, in_phi, in_u, least,
    best, best_u, best_v,
):  # fmt: skip
    """In-edges of every result outside the giant component that beat what its component has.

    The best in-edge from outside can only get lighter while components grow. What an earlier round found
    is therefore still the best while its source is outside, and bounds what a new scan can find.
    """
    for j in range(op[N_TARGET]):
        at = op[TARGET_AT] + j
        v = target_units[at]
        own = label[v]
        if own == giant or in_phi[at] <= best[own]:
            continue
        u = in_u[at]
        if u < 0 or label[u] == own:
            in_phi[at], u = best_in_edge(
                op, j, h, h_bounds, label, own, source_units, weights, bounds, best[own], least
            )
            in_u[at] = u
        if u >= 0:
            _offer(own, in_phi[at], u, v, best, best_u, best_v)


@kernel
def _offer_listed(listed_phi, listed_u, listed_v, label, giant, best, best_u, best_v):
    """Listed edges, offered to the components at both ends."""
    for e in range(len(listed_phi)):
        a, b = label[listed_u[e]], label[listed_v[e]]
        if a != b:
            if a != giant:
                _offer(a, listed_phi[e], listed_u[e], listed_v[e], best, best_u, best_v)
            if b != giant:
                _offer(b, listed_phi[e], listed_u[e], listed_v[e], best, best_u, best_v)


@kernel
def _join(best, best_u, best_v, parent, size, forest_phi, forest_u, forest_v, n_forest):
    """Join along the picks; returns the new number of forest edges."""
    for component in range(len(best)):
        if best[component] > 0.0:
            a = find_root(parent, best_u[component])
            b = find_root(parent, best_v[component])
            if a != b:
                if size[a] < size[b]:
                    a, b = b, a
                parent[b] = a
                size[a] += size[b]
                forest_phi[n_forest] = best[component]
                forest_u[n_forest], forest_v[n_forest] = best_u[component], best_v[component]
                n_forest += 1
    return n_forest


@kernel
def maximum_spanning_forest(
    n_vertices,
    ops,
    h,
    source_units,
    target_units,
    weights,
    bounds,
    n_h_bounds,
    list_w,
    list_j,
    taps,
    listed_phi,
    listed_u,
    listed_v,
    least,
):
    """Forest edges of one input, and every vertex's strongest incident edge.

    Parameters
    ----------
    least : float64 array of shape (n_operators,)
        Edges lighter than this do not exist.

    Returns
    -------
    forest_phi, forest_u, forest_v : arrays of shape (n_forest,)
    strongest : float64 array of shape (n_vertices,)
        0 for a vertex without edges.
    """
    parent = np.arange(n_vertices)
    size = np.ones(n_vertices, dtype=np.int64)
    label = np.arange(n_vertices)
    best = np.zeros(n_vertices)
    best_u = np.full(n_vertices, -1)
    best_v = np.full(n_vertices, -1)
    strongest = np.zeros(n_vertices)
    forest_phi = np.empty(n_vertices)
    forest_u = np.empty(n_vertices, dtype=np.int64)
    forest_v = np.empty(n_vertices, dtype=np.int64)
    entry = np.zeros(len(h), dtype=np.int64)
    out_phi = np.full(len(h), np.inf)
    out_v = np.full(len(h), -1)
    in_phi = np.full(len(target_units), np.inf)
    in_u = np.full(len(target_units), -1)
    h_bounds = np.zeros(n_h_bounds)
    chunk_maxima(ops, h, h_bounds)
    n_forest, giant, first = 0, -1, True
    while True:
        best[:] = 0.0
        for o in range(len(ops)):
            _offer_rows(
                ops[o], h, label, giant, source_units, target_units, list_w, list_j, taps, entry, out_phi,
                out_v, least[o],
                best, best_u, best_v,
            )  # fmt: skip
        _offer_listed(listed_phi, listed_u, listed_v, label, giant, best, best_u, best_v)
        for o in range(len(ops)):
            _offer_columns(
                ops[o], h, h_bounds, label, giant, source_units, target_units, weights, bounds, in_phi, in_u, least[o],
                best, best_u, best_v,
            )  # fmt: skip
        if first:
            strongest[:] = best
            first = False
        joined = _join(best, best_u, best_v, parent, size, forest_phi, forest_u, forest_v, n_forest)
        if joined == n_forest:
            break
        n_forest = joined
        giant = 0
        for v in range(n_vertices):
            label[v] = find_root(parent, v)
            if size[label[v]] > size[giant]:
                giant = label[v]
        giant = label[giant]
    return forest_phi[:n_forest], forest_u[:n_forest], forest_v[:n_forest], strongest
