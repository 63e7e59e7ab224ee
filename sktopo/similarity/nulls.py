"""Scalar nulls: measures that know one number of a layer. What they can do needs no geometry and no topology.

Purvine et al. (arXiv 2212.00222) compare diagrams of raw activations, whose scale differs from layer to layer; these
show how much of a result is that scale.
"""

import numpy as np
from scipy.spatial.distance import pdist, squareform
from sklearn.base import BaseEstimator

from sktopo._numeric.prim import tree_of_matrix
from sktopo.diagrams.container import Diagrams
from sktopo.similarity.layer_similarity import LayerSimilarity

__all__ = ["scalar_nulls"]


class _Scalar:
    """|log of a number of one matrix - log of that of the other|; a number of 0 is infinitely far from others."""

    higher_is_closer, symmetric, normalize, fewest_samples = False, True, None, 2

    def __init__(self, number):
        self.prepare = number

    def pair(self, a, b):
        return 0.0 if a == b else abs(np.log(a) - np.log(b)) if a > 0 and b > 0 else np.inf


def _mean_distance(x):
    return pdist(x).mean()


def _mean_norm(x):
    return np.linalg.norm(x, axis=1).mean()


def _width(x):
    return float(x.shape[1])


def _tree_length(x):
    distances = pdist(x)
    return tree_of_matrix(squareform(distances))[1].sum() / distances.mean()


class _BarCounts(BaseEstimator):
    """Distance between samples of Diagrams by the number of their bars, in every degree."""

    def fit(self, X, y=None):
        self.counts_ = _counts(X)
        return self

    def transform(self, X):
        return np.abs(_counts(X)[:, None] - self.counts_[None]).sum(axis=2)


def _counts(diagrams):
    if not isinstance(diagrams, Diagrams):
        raise ValueError(f"The number of bars is counted in Diagrams. Got {type(diagrams).__name__} instead.")
    return np.log1p(diagrams.counts)


def scalar_nulls(*, spatial="flatten", channel_axis=1, filtration=None):
    """Measures that see a layer as one number, to be beaten in every table of measures.

    Parameters
    ----------
    spatial, channel_axis : as in LayerSimilarity
    filtration : estimator or None, default=None
        If given, the number of bars of its diagrams is a null, too.

    Returns
    -------
    dict of str to LayerSimilarity
        "mean_distance": mean Euclidean distance between inputs; "mean_norm": mean norm of an input's activation;
        "width": number of features; "tree_length": length of the minimum spanning tree over the mean distance, which
        does not see scale; "n_bars". Two layers are as far apart as the logarithms of their numbers, so
        that the units do not matter; numbers of bars, which may be 0, count one more, and sum over degrees.

    Notes
    -----
    "tree_length" is what "rtd_lite" could know by a number: that measure is at least half the difference of both trees.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import scalar_nulls
    >>> x = np.random.default_rng(0).normal(size=(20, 3))
    >>> nulls = scalar_nulls()
    >>> {name: round(float(null.compare({"a": x}, {"b": 2 * x})[0, 0]), 3) for name, null in nulls.items()}
    {'mean_distance': 0.693, 'mean_norm': 0.693, 'width': 0.0, 'tree_length': 0.0}
    """
    numbers = {
        "mean_distance": _mean_distance,
        "mean_norm": _mean_norm,
        "width": _width,
        "tree_length": _tree_length,
    }
    options = {"spatial": spatial, "channel_axis": channel_axis, "normalize": None}
    nulls = {name: LayerSimilarity(_Scalar(number), **options) for name, number in numbers.items()}
    if filtration is not None:
        nulls["n_bars"] = LayerSimilarity(_BarCounts(), filtration=filtration)
    return nulls
