"""Connected components under edges that come heaviest first, and the elder rule on the way.

Every vertex carries the label of its component, so that "same component?" is one comparison; at a merge the
smaller side is relabelled along a circular list of its vertices. An edge between two vertices that had none
before is the strongest edge of both: they are born together at its weight. Where two born components meet, the
one born at the lighter edge dies.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.buffer import sort_buffer
from sktopo._numeric.jit import inner, kernel, leaf

__all__ = ["Components", "add_edges", "essential_births", "start_components", "write_pairs"]


class Components(NamedTuple):
    """The forest so far; `counts` holds the number of its edges, of the pairs, and of edges looked at.

    `born`, `size` and `label` are indexed by vertex, of which `born` and `size` count for those that are labels.
    """

    label: np.ndarray
    after: np.ndarray
    size: np.ndarray
    born: np.ndarray
    forest_phi: np.ndarray
    forest_u: np.ndarray
    forest_v: np.ndarray
    birth: np.ndarray
    death: np.ndarray
    counts: np.ndarray


@leaf
def start_components(components):
    """Every vertex alone and unborn."""
    label, after, size, born = components.label, components.after, components.size, components.born
    for v in range(len(label)):
        label[v], after[v], size[v], born[v] = v, v, 1, 0.0
    for i in range(len(components.counts)):
        components.counts[i] = 0


@leaf
def add_edges(components, phi, u, v, n):
    """Kruskal's algorithm over the first n edges, which are sorted and lighter than all edges before."""
    label, after, size, born = components.label, components.after, components.size, components.born
    forest_phi, forest_u, forest_v = components.forest_phi, components.forest_u, components.forest_v
    birth, death = components.birth, components.death
    n_forest, n_pairs = components.counts[0], components.counts[1]
    for e in range(n):
        large, small = label[u[e]], label[v[e]]
        if large == small:
            continue
        forest_phi[n_forest], forest_u[n_forest], forest_v[n_forest] = phi[e], u[e], v[e]
        n_forest += 1
        swapped = size[large] < size[small]
        large, small = small if swapped else large, large if swapped else small
        elder, younger = max(born[large], born[small]), min(born[large], born[small])
        birth[n_pairs], death[n_pairs] = younger, phi[e]
        n_pairs += younger > phi[e]
        born[large] = elder if elder > 0.0 else phi[e]
        size[large] += size[small]
        w = small
        while True:
            label[w] = large
            w = after[w]
            if w == small:
                break
        after[large], after[small] = after[small], after[large]
    components.counts[0], components.counts[1] = n_forest, n_pairs


@kernel
def essential_births(components):
    """Birth of every component that has an edge, in units of phi."""
    label, born = components.label, components.born
    births = np.empty(len(label))
    n = 0
    for v in range(len(label)):
        if label[v] == v and born[v] > 0.0:
            births[n] = born[v]
            n += 1
    return births[:n]


@inner
def write_pairs(components, buffer, births, deaths, at, one):
    """Append birth and death of the classes of an input, strongest first; death is -inf for essential ones.

    Those of equal birth: deaths first, strongest first, and then essential ones by vertex.

    Parameters
    ----------
    buffer : Buffer
        To sort in.
    births, deaths : float64 arrays
    at : int64 array
        Those of this input, number `one`, begin at `at[one]`; where they end is entered.
    """
    label, born, birth, death = components.label, components.born, components.birth, components.death
    phi, place, other = buffer.phi, buffer.u, buffer.v
    n_pairs = components.counts[1]
    n, start = np.int64(0), at[one]
    for i in range(n_pairs):
        phi[n], place[n], other[n] = birth[i], i, 0
        n += 1
    for v in range(len(label)):
        if label[v] == v and born[v] > 0.0:
            phi[n], place[n], other[n] = born[v], n, 0
            n += 1
    sort_buffer(buffer, n)
    for i in range(n):
        births[start + i] = phi[i]
        deaths[start + i] = death[place[i]] if place[i] < n_pairs else -np.inf
    at[one + 1] = start + n
