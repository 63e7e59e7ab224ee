"""Slow twin of the scores of static networks: trees by merging sets, paths by walking every one. Imports numpy only."""

import itertools

import numpy as np

from tests.oracles.activation_graph import _State


def tree_deaths(edges, vertices):
    """Deaths of all vertices when edges (u, v, weight) come heaviest first, 0 for what never ends; falling order."""
    component = {vertex: {vertex} for vertex in vertices}
    deaths = []
    for u, v, weight in sorted(edges, key=lambda edge: -edge[2]):
        if component[u] is not component[v]:
            merged = component[u] | component[v]
            component.update(dict.fromkeys(merged, merged))
            deaths.append(weight)
    return np.array(deaths + [0.0] * (len(vertices) - len(deaths)))


def matrix_edges(weight):
    """Every entry of a matrix (n_out, n_in) as an edge; inputs are numbered first."""
    n_out, n_in = weight.shape
    return [(u, n_in + v, abs(float(weight[v, u]))) for v, u in itertools.product(range(n_out), range(n_in))]


def tree_score(edges, vertices, scale, p):
    """p-norm of 1 - death / scale over all vertices, divided by (n - 1) ** (1 / p)."""
    total = sum((1.0 - death / scale) ** p for death in tree_deaths(edges, vertices))
    return (total / (len(vertices) - 1)) ** (1 / p)


def neural_persistence_scores(matrices, p=2):
    """Score of every matrix; the largest weight is that of all of them."""
    scale = max(abs(float(weight)) for matrix in matrices for weight in matrix.ravel())
    return np.array([tree_score(matrix_edges(m), range(sum(m.shape)), scale, p) for m in matrices])


def path_values(edges, inputs, outputs, start):
    """Matrix of the best path values: the smallest edge of a path, the largest of all paths, 0 without a path.

    Parameters
    ----------
    edges : list of (u, v, value), leading from u to v
    inputs, outputs : lists of vertices
    start : float
        Value of a path before its first edge.
    """
    leaving = {}
    for u, v, value in edges:
        leaving.setdefault(u, []).append((v, value))
    matrix = np.zeros((len(inputs), len(outputs)))

    def walk(row, vertex, value):
        if vertex in outputs:
            column = outputs.index(vertex)
            matrix[row, column] = max(matrix[row, column], value)
        for following, edge in leaving.get(vertex, ()):
            walk(row, following, min(value, edge))

    for row, vertex in enumerate(inputs):
        walk(row, vertex, start)
    return matrix


def static_graph(steps, shape):
    """Edges (operator, u, v, weight) of a network without input; inf where no learned weight is on the way.

    Returns
    -------
    edges : list
    inputs, outputs : lists of vertices
    """
    state = _Static(np.ones(shape))
    inputs = state.units.ravel().tolist()
    for position, (kind, options) in enumerate(steps):
        getattr(state, kind)(position, **options)
    return state.edges, inputs, state.units.ravel().tolist()


class _Static(_State):
    """Edges weigh what their weight weighs, whatever the values; pooling and sums let everything pass."""

    def _edge(self, position, u, v, weight, h):
        if weight:
            self.edges.append((position, int(u), int(v), abs(float(weight))))

    def add(self, position, name):
        units = self.saved[name][1]
        self.edges += [(position, int(u), int(v), np.inf) for u, v in zip(units.flat, self.units.flat, strict=True)]

    def maxpool(self, position, size, stride):
        windows = list(self._windows(size, stride))
        units = self._new(windows[0][0])
        for _, place, window in windows:
            self.edges += [(position, int(u), int(units[place]), np.inf) for u in self.units[window].flat]
        self.units, self.value = units, np.ones(units.shape)

    avgpool = maxpool
