"""Every edge of a network, written out: what the peers need and sktopo does without."""

import numpy as np

__all__ = ["ExplicitGraph"]


class ExplicitGraph:
    """All edges of a network's dense, convolution and max pooling operators; only their phi change with the input."""

    def __init__(self, network):
        self.n_vertices = network.n_vertices
        self.operators = network.operators
        self.parts = [self._edges(o) for o in network.operators]

    def edges(self, activations, i):
        """(u, v, phi) of the edges that exist for input i, phi = |w h| > 0 in float64."""
        found = [self._weigh(*both, activations, i) for both in zip(self.operators, self.parts, strict=True)]
        return tuple(np.concatenate(part) for part in zip(*found, strict=True))

    def _weigh(self, operator, part, activations, i):
        h = activations[operator.source][i].ravel().astype(np.float64)
        if operator.kind == "max":
            k = part[np.arange(len(part)), h[part].argmax(axis=1)]
            j, weight = np.arange(len(part)), 1.0
        else:
            k, j, weight = part
        phi = weight * np.abs(h)[k]
        kept = phi > 0
        return (
            operator.source_units[k[kept]].astype(np.int32),
            operator.target_units[j[kept]].astype(np.int32),
            phi[kept],
        )

    def _edges(self, operator):
        if operator.kind == "dense":
            n_out, n_in = operator.weight.shape
            k, j = np.tile(np.arange(n_in, dtype=np.int32), n_out), np.repeat(np.arange(n_out, dtype=np.int32), n_in)
            return k, j, np.abs(operator.weight).ravel()
        if operator.kind == "max":
            return operator.indices.reshape(len(operator.indptr) - 1, -1)
        return self._taps(operator)

    def _taps(self, operator):
        """Windows of the padded image of source numbers, -1 for padding."""
        image = np.arange(np.prod(operator.in_shape), dtype=np.int32).reshape(operator.in_shape)
        padded = np.pad(image, [(0, 0), *operator.padding], constant_values=-1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, operator.weight.shape[2:], axis=(1, 2))
        windows = windows[:, :: operator.stride[0], :: operator.stride[1]]  # c, y, x, a, b
        windows = windows.transpose(1, 2, 0, 3, 4).reshape(-1, operator.weight[0].size)  # place, tap
        n_out, n_places = len(operator.weight), len(windows)
        weight = np.abs(operator.weight.reshape(n_out, 1, -1))
        j = np.arange(n_out * n_places, dtype=np.int32).reshape(n_out, n_places, 1)
        k, j, weight = np.broadcast_arrays(windows[None], j, weight)
        inside = k >= 0
        return k[inside], j[inside], weight[inside]
