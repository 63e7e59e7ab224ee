"""Vietoris-Rips persistence by the definition: every simplex up to triangles, sorted, one dense matrix reduced.

Slow and obvious; numpy only. Degree 0 is also there on its own, by Kruskal's algorithm over all pairs.
"""

from itertools import combinations

import numpy as np

__all__ = ["direct_distances", "farthest_twin", "kruskal_deaths", "rips_twin"]


def direct_distances(points):
    """Matrix of Euclidean distances from differences in float64."""
    points = np.asarray(points, dtype=np.float64)
    return np.array([[np.sqrt(((x - y) ** 2).sum()) for y in points] for x in points]).reshape(len(points), len(points))


def rips_twin(distances, max_value=np.inf):
    """{degree: pairs} of degrees 0 and 1, pairs of equal birth and death left out, sorted by birth, then death."""
    n = len(distances)
    simplices = [(0.0, (v,)) for v in range(n)]
    for size in (2, 3):
        for simplex in combinations(range(n), size):
            value = max(distances[pair] for pair in combinations(simplex, 2))
            if value <= max_value and value < np.inf:
                simplices.append((value, simplex))
    simplices.sort(key=lambda item: (item[0], len(item[1]), item[1]))
    return _pairs([value for value, _ in simplices], [simplex for _, simplex in simplices])


def _pairs(values, simplices):
    """The standard reduction: columns from left to right, sets of rows, the lowest row is the pivot."""
    place = {simplex: at for at, simplex in enumerate(simplices)}
    columns, pivot_of, found = {}, {}, {0: [], 1: []}
    for at, simplex in enumerate(simplices):
        column = {place[face] for face in combinations(simplex, len(simplex) - 1)} if len(simplex) > 1 else set()
        while column and max(column) in pivot_of:
            column ^= columns[pivot_of[max(column)]]
        if column:
            pivot_of[max(column)], columns[at] = at, column
    for at, simplex in enumerate(simplices):
        degree = len(simplex) - 1
        if degree < 2 and at not in columns:
            death = values[pivot_of[at]] if at in pivot_of else np.inf
            if values[at] < death:
                found[degree].append((values[at], death))
    return {degree: np.array(sorted(pairs)).reshape(-1, 2) for degree, pairs in found.items()}


def kruskal_deaths(distances):
    """Edge lengths of a minimum spanning tree, ascending; inf where components are left."""
    n, deaths = len(distances), []
    component = list(range(n))
    for value, a, b in sorted((distances[a, b], a, b) for a, b in combinations(range(n), 2)):
        if component[a] != component[b] and value < np.inf:
            deaths.append(value)
            old, new = component[a], component[b]
            component = [new if name == old else name for name in component]
    return np.array(deaths + [np.inf] * (n - 1 - len(deaths)))


def farthest_twin(distances, n_chosen, first=0):
    """Farthest-point choice and covering radii, each step from all chosen points anew."""
    chosen, radii = [first], []
    while True:
        reach = distances[:, chosen].min(axis=1)
        radii.append(reach.max())
        if len(chosen) == n_chosen:
            return np.array(chosen), np.array(radii)
        left = [v for v in range(len(distances)) if v not in chosen]
        chosen.append(max(left, key=lambda v: (reach[v], -v)))
