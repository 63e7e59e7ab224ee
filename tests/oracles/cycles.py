"""Slow twins of degree 1, of quantiles and of under-optimised weights, from the definitions. Imports numpy only."""

import math

import numpy as np


def cycle_births(edges):
    """The phi of edges that close a cycle when edges (u, v, phi) come heaviest first, falling."""
    component = {vertex: {vertex} for u, v, _ in edges for vertex in (u, v)}
    births = []
    for u, v, phi in sorted(edges, key=lambda edge: -edge[2]):
        if component[u] is component[v]:
            births.append(phi)
        else:
            merged = component[u] | component[v]
            component.update(dict.fromkeys(merged, merged))
    return np.array(births)


def euler_count(edges):
    """Edges minus vertices plus components."""
    neighbours = {}
    for u, v, _ in edges:
        neighbours.setdefault(u, set()).add(v)
        neighbours.setdefault(v, set()).add(u)
    seen, n_components = set(), 0
    for start in neighbours:
        n_components += start not in seen
        stack = [start]
        while stack:
            vertex = stack.pop()
            if vertex not in seen:
                seen.add(vertex)
                stack.extend(neighbours[vertex])
    return len(edges) - len(neighbours) + n_components


def quantile(values, share):
    """The least value such that at least this share of all is not above it."""
    for value in np.unique(values):
        if np.count_nonzero(values <= value) >= max(1, math.ceil(share * len(values))):
            return value


def least_grown(weight, initial, share):
    """Weights, of which only those stay whose growth is at most the quantile of the non-zero ones' growths."""
    growth = np.abs(weight) - np.abs(initial)
    limit = quantile(growth[weight != 0], share)
    return np.where(growth <= limit, weight, 0.0)
