"""Maximum spanning forest of one matrix, whose entries are the edges of a bipartite graph.

The heaviest edges are sorted and added as in Kruskal's algorithm, which in most matrices joins nearly everything. What
is left then joins in Boruvka's rounds: every component but the largest takes its heaviest edge that leaves it. Where a
plan serves many inputs, its sorted rows are better; for one matrix this is.
"""

import math

import numpy as np

from sktopo._numeric.components import RECORD, SIZE, add_edges
from sktopo._numeric.jit import kernel
from sktopo._numeric.workspace import new_components

__all__ = ["forest_of_matrix"]

# In a random bipartite graph of n vertices, the n ln(n) / 2 heaviest edges leave hardly a vertex alone.
EDGES_PER_VERTEX = 6  # of the sorted edges
SAMPLE = 4096  # entries from which the lightest sorted edge is guessed


def forest_of_matrix(weight):
    """Weights of a maximum spanning forest of the graph that joins k to j by an edge of weight abs(weight[j, k]).

    Parameters
    ----------
    weight : ndarray of shape (n_results, n_sources)
        Zeros are no edges.

    Returns
    -------
    ndarray of float64, heaviest first
    """
    n_results, n_sources = weight.shape
    flat = np.abs(weight).ravel()
    components = new_components(n_sources + n_results)
    lightest = _guess(flat, EDGES_PER_VERTEX * (n_sources + n_results), n_sources)
    chosen = np.flatnonzero(flat >= lightest if lightest > 0 else flat)
    while len(chosen):
        _add(components, flat, chosen, n_sources)
        if lightest == 0 or components.counts[0] == n_sources + n_results - 1:
            break
        chosen = _heaviest_exits(flat, n_sources, components.label, components.records)
    return np.sort(components.forest_phi[: components.counts[0]])[::-1]


def _guess(phi, n_taken, period):
    """A weight that about `n_taken` entries reach; 0 if there are so few that all of them may as well be taken."""
    if len(phi) <= 2 * n_taken:
        return 0.0
    step = max(1, len(phi) // SAMPLE)
    while math.gcd(step, period) > 1:  # a sample of few columns would say little
        step += 1
    sample = phi[::step]
    at = len(sample) - 1 - int(len(sample) * n_taken / len(phi))
    return np.partition(sample, at)[at]


def _add(components, flat, edges, n_sources):
    edges = edges[np.argsort(-flat[edges])]
    phi = flat[edges].astype(np.float64)
    add_edges(components, phi, edges % n_sources, n_sources + edges // n_sources, len(edges))


@kernel
def _heaviest_exits(flat, n_sources, label, records):
    """For every component but the largest, its heaviest edge that leaves it, if there is one."""
    giant = label[np.argmax(records[SIZE::RECORD])]
    best, exits = np.zeros(len(label), dtype=flat.dtype), np.full(len(label), -1)
    for j in range(len(flat) // n_sources):
        own = label[n_sources + j]
        for k in range(n_sources):
            other = label[k]
            if other == own:
                continue
            phi = flat[j * n_sources + k]
            if own != giant and phi > best[own]:
                best[own], exits[own] = phi, j * n_sources + k
            if other != giant and phi > best[other]:
                best[other], exits[other] = phi, j * n_sources + k
    return np.unique(exits[exits >= 0])
