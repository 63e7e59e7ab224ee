"""The elder rule on a spanning forest: degree-0 persistence of a superlevel filtration of edges."""

import numpy as np

from sktopo._numeric.forest import find_root
from sktopo._numeric.jit import kernel

__all__ = ["elder_rule", "forest_pairs"]


@kernel
def elder_rule(forest_phi, forest_u, forest_v, strongest):
    """Pairs of the filtration in which a vertex is born at its strongest incident edge.

    Returns
    -------
    birth, death : float64 arrays
        In units of phi, birth > death; a component that never dies has death -inf. Pairs of zero
        persistence are left out.
    """
    n_vertices = len(strongest)
    parent = np.arange(n_vertices)
    born = strongest.copy()
    birth = np.empty(n_vertices)
    death = np.empty(n_vertices)
    n_pairs = 0
    for e in np.argsort(-forest_phi, kind="mergesort"):
        a = find_root(parent, forest_u[e])
        b = find_root(parent, forest_v[e])
        if born[a] < born[b]:
            a, b = b, a
        parent[b] = a
        if born[b] > forest_phi[e]:
            birth[n_pairs], death[n_pairs] = born[b], forest_phi[e]
            n_pairs += 1
    for v in range(n_vertices):
        if parent[v] == v and strongest[v] > 0.0:
            birth[n_pairs], death[n_pairs] = born[v], -np.inf
            n_pairs += 1
    return birth[:n_pairs].copy(), death[:n_pairs].copy()


@kernel
def forest_pairs(forest_phi, strongest):
    """Pairs of the filtration in which every vertex with an edge is born first, at the heaviest edge."""
    n_active = 0
    top = 0.0
    for v in range(len(strongest)):
        n_active += strongest[v] > 0.0
        top = max(top, strongest[v])
    birth = np.full(n_active, top)
    death = np.full(n_active, -np.inf)
    death[: len(forest_phi)] = forest_phi
    return birth, death
