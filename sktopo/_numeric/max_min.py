"""Best path values by (max, min) products: where a sum of products has *, take min; where it has +, take max.

Going back from the outputs, the value of a source is the best over its out-edges of min(edge, value of the
result). Out-edges lie sorted, heaviest first, so a row ends at the first edge that is no heavier than the worst
value the row has: min(edge, .) could not raise any of them.
"""

import numpy as np

from sktopo._numeric.border import on_image
from sktopo._numeric.jit import kernel
from sktopo._numeric.tables import LAST, N_SOURCE, N_TARGET, SOURCE_AT, TAPS_AT, TARGET_AT, UNITS_AT

__all__ = ["carry_edges", "carry_operator", "max_min_product"]

PATIENCE = 8  # edges between two looks at the worst value of a row
BLOCK = 64  # columns carried together: a row of them is a few cache lines, and has a worst value worth comparing with


@kernel
def max_min_product(a, b):
    """Matrix of max over k of min(a[i, k], b[k, c]).

    Parameters
    ----------
    a : array of shape (n_rows, n_inner)
    b : array of shape (n_inner, n_columns)
        Of the same type; non-negative, both.

    Returns
    -------
    array of shape (n_rows, n_columns)
    """
    product = np.zeros((len(a), b.shape[1]), dtype=a.dtype)
    for at in range(0, b.shape[1], BLOCK):
        columns = np.ascontiguousarray(b[:, at : at + BLOCK])
        best = np.empty(columns.shape[1], dtype=a.dtype)
        for i in range(len(a)):
            best[:] = 0
            worst, n = best[0], 0
            for k in range(len(b)):
                if a[i, k] > worst:
                    _raise(best, a[i, k], columns[k])
                    n += 1
                    if n % PATIENCE == 0:
                        worst = best.min()
            product[i, at : at + BLOCK] = best
    return product


@kernel
def carry_operator(tables, o, h, reach):
    """Carry path values from the results of operator o to its sources, in place.

    Parameters
    ----------
    tables : Tables
    o : int
    h : array of shape (n_sources,)
        What the out-edges of every source element are multiplied with.
    reach : array of shape (n_vertices, n_outputs)
        Best value of a path from a vertex to an output; 0 where there is none.
    """
    list_at, list_w, list_j, list_tap = tables.list_at, tables.list_w, tables.list_j, tables.list_tap
    row_list, row_base, row_corner = tables.row_list, tables.row_base, tables.row_corner
    result_units, units_at, taps_at = tables.target_units, tables.ops[o, UNITS_AT], tables.ops[o, TAPS_AT]
    last, first = tables.ops[o, LAST], tables.ops[o, SOURCE_AT]
    top = np.zeros(len(reach), dtype=reach.dtype)  # the best value that leads on from each result
    for j in range(tables.ops[o, TARGET_AT], tables.ops[o, TARGET_AT] + tables.ops[o, N_TARGET]):
        top[result_units[j]] = reach[result_units[j]].max()
    best = np.empty(reach.shape[1], dtype=reach.dtype)
    for k in range(first, first + tables.ops[o, N_SOURCE]):
        u = tables.source_units[k]
        if u < 0:
            continue
        best[:] = reach[u]
        worst = best.min()
        start = list_at[row_list[k]]
        for i in range(start, list_at[row_list[k] + 1]):
            if (i - start) % PATIENCE == PATIENCE - 1:
                worst = best.min()
            edge = list_w[i] * h[k]
            if edge <= worst:
                break
            if row_corner[k] >= 0 and not on_image(row_corner[k], list_tap[i - taps_at], last):
                continue
            v = row_base[k] + list_j[i] if units_at >= 0 else np.int64(result_units[row_base[k] + list_j[i]])
            if top[v] > worst:
                _raise(best, edge, reach[v])
        reach[u] = best


@kernel
def carry_edges(phi, u, v, reach):
    """Carry path values from vertices v to vertices u along listed edges, in place."""
    for e in range(len(phi)):
        _raise(reach[u[e]], phi[e], reach[v[e]])


@kernel
def _raise(best, edge, values):
    # Selections without branches, which compile to vector instructions.
    for c in range(len(best)):
        value = values[c] if values[c] < edge else edge
        best[c] = value if value > best[c] else best[c]
