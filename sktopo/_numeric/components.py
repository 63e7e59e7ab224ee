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

__all__ = ["AFTER", "Components", "RECORD", "SIZE", "add_edges", "essential_births", "start_components", "write_pairs"]

# Entries of a vertex in `records`, which a processor's cache reads together.
AFTER, SIZE, BORN = range(3)
RECORD = 4  # entries per vertex, one of them unused


class Components(NamedTuple):
    """The forest so far; `counts` holds the number of its edges, of the pairs, and of edges looked at.

    `records` has for every vertex the next one of its component, and for those that are labels the number of vertices,
    and the edge of the forest at which the component was born: -1 if it was not yet.
    """

    label: np.ndarray
    records: np.ndarray
    forest_phi: np.ndarray
    forest_u: np.ndarray
    forest_v: np.ndarray
    birth: np.ndarray
    death: np.ndarray
    counts: np.ndarray


@leaf
def start_components(components):
    """Every vertex alone and unborn."""
    label, records = components.label, components.records
    for v in range(len(label)):
        label[v] = v
        records[RECORD * v + AFTER], records[RECORD * v + SIZE], records[RECORD * v + BORN] = v, 1, -1
    for i in range(len(components.counts)):
        components.counts[i] = 0


@leaf
def add_edges(components, phi, u, v, n):
    """Kruskal's algorithm over the first n edges, which are sorted and lighter than all edges before."""
    label, records = components.label, components.records
    forest_phi, forest_u, forest_v = components.forest_phi, components.forest_u, components.forest_v
    birth, death = components.birth, components.death
    n_forest, n_pairs = components.counts[0], components.counts[1]
    for e in range(n):
        large, small = label[u[e]], label[v[e]]
        if large == small:
            continue
        forest_phi[n_forest], forest_u[n_forest], forest_v[n_forest] = phi[e], u[e], v[e]
        swapped = records[RECORD * large + SIZE] < records[RECORD * small + SIZE]
        large, small = small if swapped else large, large if swapped else small
        at, at_small = RECORD * np.int64(large), RECORD * np.int64(small)
        born, other = records[at + BORN], records[at_small + BORN]
        if born >= 0 and other >= 0:  # the younger one dies, unless it was born by an edge of this weight
            younger = max(born, other)
            birth[n_pairs], death[n_pairs] = forest_phi[younger], phi[e]
            n_pairs += forest_phi[younger] > phi[e]
            records[at + BORN] = min(born, other)
        elif born < 0:
            records[at + BORN] = other if other >= 0 else n_forest
        n_forest += 1
        records[at + SIZE] += records[at_small + SIZE]
        w = small
        while True:
            label[w] = large
            w = records[RECORD * np.int64(w) + AFTER]
            if w == small:
                break
        records[at + AFTER], records[at_small + AFTER] = records[at_small + AFTER], records[at + AFTER]
    components.counts[0], components.counts[1] = n_forest, n_pairs


@kernel
def essential_births(components):
    """Birth of every component that has an edge, in units of phi."""
    label, records, forest_phi = components.label, components.records, components.forest_phi
    births = np.empty(len(label))
    n = 0
    for v in range(len(label)):
        if label[v] == v and records[RECORD * v + BORN] >= 0:
            births[n] = forest_phi[records[RECORD * v + BORN]]
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
    label, records, forest_phi = components.label, components.records, components.forest_phi
    birth, death = components.birth, components.death
    phi, place, other = buffer.phi, buffer.u, buffer.v
    n_pairs = components.counts[1]
    n, start = np.int64(0), at[one]
    for i in range(n_pairs):
        phi[n], place[n], other[n] = birth[i], i, 0
        n += 1
    for v in range(len(label)):
        if label[v] == v and records[RECORD * v + BORN] >= 0:
            phi[n], place[n], other[n] = forest_phi[records[RECORD * v + BORN]], n, 0
            n += 1
    sort_buffer(buffer, n)
    for i in range(n):
        births[start + i] = phi[i]
        deaths[start + i] = death[place[i]] if place[i] < n_pairs else -np.inf
    at[one + 1] = start + n
