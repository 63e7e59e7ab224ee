"""Slow twin of the forest kernels: degree-0 persistence of an edge list, from the definition. Imports numpy only."""

import numpy as np


def persistence(edges, births="edge"):
    """Pairs (birth, death) in units of phi, and births of the essential classes.

    Parameters
    ----------
    edges : list of (u, v, phi) with phi > 0
    births : {"edge", "all"}

    Returns
    -------
    pairs : ndarray of shape (n, 2), rows in falling order
    essential : ndarray, in falling order
    """
    born = {}
    for u, v, phi in edges:
        for vertex in (u, v):
            born[vertex] = max(born.get(vertex, 0.0), phi)
    if births == "all" and edges:
        born = dict.fromkeys(born, max(phi for _, _, phi in edges))
    component = {vertex: {vertex} for vertex in born}
    pairs = []
    for u, v, phi in sorted(edges, key=lambda edge: -edge[2]):
        a, b = component[u], component[v]
        if a is b:
            continue
        birth_a, birth_b = max(born[w] for w in a), max(born[w] for w in b)
        younger = min(birth_a, birth_b)
        if births == "all" or younger > phi:
            pairs.append((younger, phi))
        merged = a | b
        for w in merged:
            component[w] = merged
    essential = [max(born[w] for w in c) for c in {id(c): c for c in component.values()}.values()]
    return np.array(sorted(pairs, reverse=True)).reshape(-1, 2), np.array(sorted(essential, reverse=True))


def forest_weights(edges):
    """Weights of a maximum spanning forest, by Prim from every vertex not reached yet."""
    neighbours = {}
    for u, v, phi in edges:
        neighbours.setdefault(u, []).append((phi, v))
        neighbours.setdefault(v, []).append((phi, u))
    reached, weights = set(), []
    for start in neighbours:
        if start in reached:
            continue
        reached.add(start)
        boundary = list(neighbours[start])
        while boundary:
            best = max(boundary)
            boundary.remove(best)
            if best[1] not in reached:
                reached.add(best[1])
                weights.append(best[0])
                boundary += neighbours[best[1]]
    return np.sort(weights)
