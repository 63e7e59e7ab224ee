"""How many edges an input gives an operator, how heavy they are together, and their phi, without their ends.

Every source element of a dense operator or a convolution has a list of the weights of its out-edges. Sources share
lists: all positions of a dense operator, all places of a channel where the same taps fall inside the image.
So what a whole list contributes is known per list, and a count is one product per source.
"""

import itertools
from functools import reduce

import numpy as np

from sktopo._numeric.census import count_edges, list_edges
from sktopo.filtration.listed import list_edges_of

__all__ = ["GivenCensus", "ListedCensus", "WeightedCensus", "census_of"]


def census_of(operator):
    """The census of any operator of a Network."""
    return WeightedCensus(operator) if operator.weighted else ListedCensus(operator)


class WeightedCensus:
    """Edges of a dense operator or a convolution.

    Attributes
    ----------
    degree, heaviest, power : ndarray of shape (n_sources,)
        Of the out-edges of each source element with a non-zero weight: their number, largest abs(w), and sum of
        squares.
    """

    def __init__(self, operator):
        self.name, self.source = operator.name, operator.source
        self._constant = operator.source_units < 0
        channels, patterns, self._source_list = _lists_of(operator)
        self._channels, self._patterns = channels, patterns
        present = channels > 0
        squares = np.einsum("kti,kti->kt", channels, channels, dtype=np.float64)
        top = channels.max(axis=2, initial=0.0).astype(np.float64)
        self.degree = self._per_source(present.sum(axis=2) @ patterns.T.astype(np.int64))
        self.power = self._per_source(squares @ patterns.T.astype(np.float64))
        self.heaviest = self._per_source(np.stack([(top * p).max(axis=1, initial=0.0) for p in patterns], axis=1))
        self._least_weight = float(channels.min(where=present, initial=np.inf))
        self._lists = None

    def _per_source(self, per_list):
        return per_list.ravel()[self._source_list]

    def sort(self):
        """Sort every list, which counts above a threshold and listings need; returns self."""
        channels = self._channels  # read first: another thread may have sorted and let it go
        if self._lists is None:
            lists = [weights[pattern].ravel() for weights, pattern in itertools.product(channels, self._patterns)]
            sizes = [np.count_nonzero(weights) for weights in lists]
            lists = [np.sort(weights)[::-1][:size] for weights, size in zip(lists, sizes, strict=True)]
            at = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
            self._lists = at, np.concatenate([*lists, np.empty(0, dtype=channels.dtype)])
            self._channels = None
        return self

    def read(self, values_of, scale=1.0):
        """What count, phi, strongest and sum_of_squares take: abs(h) of one input, times a scale."""
        h = np.abs(values_of(self.source).astype(np.float64)) * scale
        h[self._constant] = 0.0
        return h

    def count(self, h, least=0.0):
        """Number of edges with phi > 0 and phi >= least."""
        alive = h > 0.0
        # A product of two positive numbers may round to zero, which is no edge.
        if least <= 0.0 and self._least_weight * h.min(where=alive, initial=np.inf) > 0.0:
            return int(self.degree[alive].sum())
        at, weights = self.sort()._lists
        return int(count_edges(at, weights, self._source_list, h, least))

    def phi(self, h, least=0.0):
        """Array of the phi of these edges, in no particular order."""
        phi = np.empty(self.count(h, least))
        at, weights = self.sort()._lists
        list_edges(at, weights, self._source_list, h, least, phi)
        return phi

    def strongest(self, h):
        """The largest phi; 0 if there is no edge."""
        return float((self.heaviest * h).max(initial=0.0))

    def sum_of_squares(self, h):
        """Sum of phi ** 2 over all edges."""
        with np.errstate(over="ignore"):
            return float((self.power * h**2).sum())

    def most(self):
        """The most edges that an input can give."""
        return int(self.degree.sum())


class ListedCensus:
    """Edges of a pooling or a residual sum: few, so that they are written out."""

    def __init__(self, operator):
        self.name, self.source = operator.name, operator.source
        self._edges = list_edges_of(operator, lambda units: units)

    def sort(self):
        return self

    def read(self, values_of, scale=1.0):
        """The phi of all edges of one input, times a scale."""
        return self._edges.weigh(values_of(self.source))[0] * scale

    def count(self, phi, least=0.0):
        return len(self.phi(phi, least))

    def phi(self, phi, least=0.0):
        return phi[(phi > 0.0) & (phi >= least)]

    def strongest(self, phi):
        return float(phi.max(initial=0.0))

    def sum_of_squares(self, phi):
        with np.errstate(over="ignore"):
            return float((phi**2).sum())

    def most(self):
        return self._edges.n_most


class GivenCensus(ListedCensus):
    """Edges of a graph that comes with the input, as (phi, u, v)."""

    name = "graph"

    def __init__(self):
        pass

    def read(self, sample, scale=1.0):
        return sample[0] * scale


def _lists_of(operator):
    """Weights (channel, tap, result), which taps make each pattern's list, and the list of every source.

    List ``channel * n_patterns + pattern`` has the weights of a channel at the taps of a pattern.
    """
    weight = np.abs(operator.weight)
    if operator.kind == "dense":
        n_in = weight.shape[1]
        return weight.T[:, None, :], np.ones((1, 1), dtype=bool), np.arange(len(operator.source_units)) % n_in
    groups, c_in = operator.groups, weight.shape[1]
    channels = weight.reshape(groups, -1, c_in, np.prod(weight.shape[2:], dtype=int)).transpose(0, 2, 3, 1)
    axes = [
        np.unique(_taps_inside(*sizes), axis=0, return_inverse=True)
        for sizes in zip(
            operator.in_shape[1:],
            operator.out_shape[1:],
            weight.shape[2:],
            operator.stride,
            operator.padding,
            operator.dilation,
            strict=True,
        )
    ]
    patterns = reduce(np.kron, [patterns for patterns, _ in axes])
    which = np.zeros((), dtype=np.int64)
    for unique, inverse in axes:
        which = which[..., None] * len(unique) + inverse.ravel()
    source_list = np.arange(groups * c_in)[:, None] * len(patterns) + which.ravel()
    return channels.reshape(groups * c_in, *channels.shape[2:]), patterns.astype(bool), source_list.ravel()


def _taps_inside(n_in, n_out, kernel, stride, padding, dilation):
    """Whether tap a of an axis leads from input position x to a result, (x, a)."""
    start = np.arange(n_in)[:, None] + padding[0] - np.arange(kernel)[None, :] * dilation
    return (start % stride == 0) & (start >= 0) & (start // stride < n_out)
