"""Detectors that look at the nearest inputs of fit: distance, and local intrinsic dimension."""

import numbers

import numpy as np
from sklearn.neighbors import NearestNeighbors

from sktopo.detection.base import Detector

__all__ = ["KNNDistance", "LocalIntrinsicDimension"]

BLOCK = 4_000_000  # numbers in memory at a time


class KNNDistance(Detector):
    """Distance to the k-th nearest input of fit in one layer.

    Parameters
    ----------
    n_neighbors : int, default=50
        k.
    normalize : bool, default=True
        Scale every point to Euclidean length 1 first; a zero point stays.
    layer : str or int, default=-2
        The layer whose values are points, by name or by position among the recorded ones; -2 is what feeds the logits,
        where ``layers="auto"`` recorded.
    logits : str or int, default=-1
        The layer that holds the logits, by name or by position among the recorded ones.
    contamination : float in (0, 0.5], default=0.1
        Share of the inputs of fit that `predict` calls outliers.

    Attributes
    ----------
    neighbors_ : Neighborhood
        Holds the points of fit.
    offset_ : float
        The threshold on the score.
    layers_ : tuple of str
        Layers of the Activations that were fitted; empty for a matrix.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    LocalIntrinsicDimension, Mahalanobis

    Notes
    -----
    The default is made for tens of thousands of inputs. Where a class has less than a hundred, one to ten neighbours
    tell more: the others are of other classes.

    The score is minus the distance. An input of fit is its own nearest neighbour, so that `predict` is a little
    stricter with new inputs than `contamination` says.

    References
    ----------
    Sun, Ming, Zhu, Li. Out-of-distribution detection with deep nearest neighbors. ICML 2022, arXiv 2204.06507.

    Examples
    --------
    >>> from sktopo import KNNDistance
    >>> line = [[0.0], [1.0], [2.0], [3.0]]
    >>> KNNDistance(n_neighbors=2, normalize=False).fit(line).score_samples([[1.0], [7.0]])
    array([-1., -5.])
    """

    def __init__(self, *, n_neighbors=50, normalize=True, layer=-2, logits=-1, contamination=0.1):
        self.n_neighbors = n_neighbors
        self.normalize = normalize
        self.layer = layer
        self.logits = logits
        self.contamination = contamination

    def _check_parameters(self):
        super()._check_parameters()
        check_n_neighbors(self)

    def _learn(self, points):
        self.neighbors_ = Neighborhood(check_enough(self, self._points(points)), self.n_neighbors)

    def _points(self, points):
        values = points.layer(self.layer, type(self).__name__)
        if not self.normalize:
            return values
        lengths = np.linalg.norm(values, axis=1, keepdims=True)
        return values / np.where(lengths > 0, lengths, 1.0)

    def _score(self, points):
        return -self.neighbors_.distances(self._points(points))[:, -1]


class LocalIntrinsicDimension(Detector):
    r"""How fast the number of neighbours grows around an input, which is high off the surface that the others lie on.

    Parameters
    ----------
    n_neighbors : int, default=20
        k.
    layers : sequence of str or int, str, or None, default=None
        Layers whose estimates are averaged; None takes all recorded ones.
    logits : str or int, default=-1
        The layer that holds the logits, by name or by position among the recorded ones.
    contamination : float in (0, 0.5], default=0.1
        Share of the inputs of fit that `predict` calls outliers.

    Attributes
    ----------
    neighbors_ : dict of str to Neighborhood
        Holds each layer's points of fit.
    offset_ : float
        The threshold on the score.
    layers_ : tuple of str
        Layers of the Activations that were fitted; empty for a matrix.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    KNNDistance

    Notes
    -----
    The estimate in a layer is :math:`-k / \sum_i \log(r_i / r_k)`, with r the distances to the k nearest inputs of
    fit; the score is minus its mean over layers. Ma et al. weigh layers by a classifier that has seen attacks;
    :meth:`layer_scores` gives the numbers for that. Distances of 0, to duplicates, are left out, with k the number of
    the others: among k duplicates the dimension is 0, as of a point. The sum of logarithms is at least
    ``log(1 + 1 / k)``, so that equal distances give a finite dimension.

    References
    ----------
    Ma, Li, Wang, Erfani, Wijewickrema, Schoenebeck, Song, Houle, Bailey. Characterizing adversarial subspaces using
    local intrinsic dimensionality. ICLR 2018, arXiv 1801.02613.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import LocalIntrinsicDimension
    >>> line = np.linspace(0, 1, 200)[:, None] * [1.0, 2.0, 3.0]
    >>> detector = LocalIntrinsicDimension(n_neighbors=10).fit(line)
    >>> detector.score_samples(line[50:51]).round(1), detector.score_samples(line[50:51] + [0, 0.1, 0]).round(1)
    (array([-1.4]), array([-4.4]))
    """

    def __init__(self, *, n_neighbors=20, layers=None, logits=-1, contamination=0.1):
        self.n_neighbors = n_neighbors
        self.layers = layers
        self.logits = logits
        self.contamination = contamination

    def layer_scores(self, X):
        """What every layer adds to the score.

        Parameters
        ----------
        X : as in fit

        Returns
        -------
        float64 ndarray of shape (n_samples, n_layers)
        """
        self._check_is_fitted()
        points = self._read(X, reset=False)
        return np.stack([self._dimensions(points, layer) for layer in self.neighbors_], axis=1)

    def _check_parameters(self):
        super()._check_parameters()
        check_n_neighbors(self)

    def _learn(self, points):
        self.neighbors_ = {}
        for layer in points.chosen(self.layers, type(self).__name__):
            values = check_enough(self, points.layer(layer, type(self).__name__))
            self.neighbors_[layer] = Neighborhood(values, self.n_neighbors)

    def _score(self, points):
        return np.mean([self._dimensions(points, layer) for layer in self.neighbors_], axis=0)

    def _dimensions(self, points, layer):
        values = points.layer(layer, type(self).__name__)
        return -dimensions(self.neighbors_[layer].distances(values))


class Neighborhood:
    """Points of fit, and the search for the nearest of them.

    scikit-learn finds many neighbours through inner products, in which duplicates come out at 1e-8 or so; distances
    are therefore computed again, by differences.
    """

    def __init__(self, points, n_neighbors):
        self.points = points
        self.search = NearestNeighbors(n_neighbors=n_neighbors).fit(points)

    def distances(self, values):
        """To the k nearest points, rising; shape (n_samples, k)."""
        nearest = self.search.kneighbors(values, return_distance=False)
        rows = max(1, BLOCK // (nearest.shape[1] * values.shape[1]))
        parts = [
            np.linalg.norm(values[at : at + rows, None, :] - self.points[nearest[at : at + rows]], axis=2)
            for at in range(0, len(values), rows)
        ]
        return np.sort(np.concatenate(parts), axis=1)


def dimensions(distances):
    """Local intrinsic dimension from the distances to the k nearest, shape (n_samples, k), rising."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(distances > 0, np.log(distances / distances[:, -1:]), 0.0)
    least = np.log1p(1 / distances.shape[1])
    return np.count_nonzero(distances > 0, axis=1) / np.maximum(-logs.sum(axis=1), least)


def check_n_neighbors(detector):
    k = detector.n_neighbors
    if not isinstance(k, numbers.Integral) or isinstance(k, bool) or k < 1:
        raise ValueError(
            f"The 'n_neighbors' parameter of {type(detector).__name__} must be a positive integer. Got {k!r} instead."
        )


def check_enough(detector, values):
    """The points, if every one of them has enough others."""
    if len(values) <= detector.n_neighbors:
        raise ValueError(
            f"{type(detector).__name__}(n_neighbors={detector.n_neighbors}) needs more inputs in fit than neighbours. "
            f"Got n_samples = {len(values)}. Give more inputs or a smaller n_neighbors."
        )
    return values
