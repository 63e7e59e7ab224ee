"""Slow twin of the spanning-forest kernel: Kruskal on an edge list, ties by u, then by v. Imports numpy only."""

import numpy as np


def canonical_forest(phi, u, v):
    """The maximum spanning forest whose edges come first in the order (phi falling, u rising, v rising).

    Returns
    -------
    list of (phi, u, v)
        In that order.
    """
    root = {}

    def find(vertex):
        while root.setdefault(vertex, vertex) != vertex:
            root[vertex] = root[root[vertex]]
            vertex = root[vertex]
        return vertex

    forest = []
    order = np.lexsort((v, u, -phi))
    for weight, a, b in zip(phi[order].tolist(), u[order].tolist(), v[order].tolist(), strict=True):
        root_a, root_b = find(a), find(b)
        if root_a != root_b:
            root[root_b] = root_a
            forest.append((weight, a, b))
    return forest
