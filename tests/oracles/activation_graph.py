"""Slow twin of tracing and recording: a network given as a plain list, run in numpy, with every edge written out.

A network is a list of steps (kind, options). Values carry an array and, beside it, an array of vertex numbers. Edges
are (operator index, u, v, phi). Imports numpy only.
"""

import itertools

import numpy as np


def explicit_graph(steps, x):
    """Vertices and edges of one input, from the definition.

    Returns
    -------
    edges : list of (operator, u, v, phi)
        The operator is the position of its step.
    output : ndarray
    """
    state = _State(x)
    for position, (kind, options) in enumerate(steps):
        getattr(state, kind)(position, **options)
    return state.edges, state.value


class _State:
    def __init__(self, x):
        self.value = np.asarray(x, dtype=np.float64)
        self.n_vertices = 0
        self.units = self._new(self.value.shape)
        self.edges = []
        self.saved = {}

    def _new(self, shape):
        size = int(np.prod(shape))
        units = np.arange(self.n_vertices, self.n_vertices + size).reshape(shape)
        self.n_vertices += size
        return units

    def _edge(self, position, u, v, weight, h):
        phi = abs(weight) * abs(h)
        if phi > 0:
            self.edges.append((position, int(u), int(v), float(phi)))

    def relu(self, position):
        self.value = np.maximum(self.value, 0)

    def flatten(self, position):
        self.value, self.units = self.value.ravel(), self.units.ravel()

    def save(self, position, name):
        self.saved[name] = (self.value, self.units)

    def concat(self, position, name):
        value, units = self.saved[name]
        self.value = np.concatenate([self.value, value])
        self.units = np.concatenate([self.units, units])

    def add(self, position, name):
        """The units in hand become the sum's; the saved ones are joined to them by edges of weight 1."""
        value, units = self.saved[name]
        for u, v, h in zip(units.ravel(), self.units.ravel(), value.ravel(), strict=True):
            self._edge(position, u, v, 1.0, h)
        self.value = self.value + value

    def dense(self, position, weight, kept=1.0):
        """`kept` says which weights make edges."""
        edge_weight = weight * kept
        before, value = self.units, self.value
        self.units = self._new((weight.shape[0],))
        for v, u in itertools.product(range(weight.shape[0]), range(weight.shape[1])):
            self._edge(position, before[u], self.units[v], edge_weight[v, u], value[u])
        self.value = weight @ value

    def conv(self, position, weight, stride=1, padding=0, dilation=1, groups=1, scale=None, kept=1.0):
        """Cross-correlation, tap by tap; `scale` is a batch normalisation folded by hand, `kept` as in `dense`."""
        if scale is not None:
            weight = weight * scale[:, None, None, None]
        edge_weight = weight * kept
        before, value = self.units, self.value
        n_out, per_group, kh, kw = weight.shape
        height = (value.shape[1] + 2 * padding - dilation * (kh - 1) - 1) // stride + 1
        width = (value.shape[2] + 2 * padding - dilation * (kw - 1) - 1) // stride + 1
        self.units = self._new((n_out, height, width))
        self.value = np.zeros((n_out, height, width))
        for o, c, a, b in itertools.product(range(n_out), range(per_group), range(kh), range(kw)):
            source = o // (n_out // groups) * per_group + c
            for i, j in itertools.product(range(height), range(width)):
                y, z = i * stride - padding + a * dilation, j * stride - padding + b * dilation
                if 0 <= y < value.shape[1] and 0 <= z < value.shape[2]:
                    w, h = weight[o, c, a, b], value[source, y, z]
                    self.value[o, i, j] += w * h
                    self._edge(position, before[source, y, z], self.units[o, i, j], edge_weight[o, c, a, b], h)

    def _windows(self, size, stride):
        channels, height, width = self.value.shape
        shape = (channels, (height - size) // stride + 1, (width - size) // stride + 1)
        for c, i, j in itertools.product(*map(range, shape)):
            rows, columns = slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
            yield shape, (c, i, j), (c, rows, columns)

    def maxpool(self, position, size, stride):
        windows = list(self._windows(size, stride))
        units, value = self._new(windows[0][0]), np.zeros(windows[0][0])
        for _, place, window in windows:
            best = self.value[window].argmax()
            value[place] = self.value[window].ravel()[best]
            self._edge(position, self.units[window].ravel()[best], units[place], 1.0, value[place])
        self.units, self.value = units, value

    def avgpool(self, position, size, stride):
        windows = list(self._windows(size, stride))
        units, value = self._new(windows[0][0]), np.zeros(windows[0][0])
        for _, place, window in windows:
            value[place] = self.value[window].mean()
            for u, h in zip(self.units[window].ravel(), self.value[window].ravel(), strict=True):
                self._edge(position, u, units[place], 1.0 / size**2, h)
        self.units, self.value = units, value
