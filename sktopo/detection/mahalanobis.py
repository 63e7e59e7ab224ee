"""Mahalanobis: distance to the mean of a class, in units of the spread within classes."""

import numbers

import numpy as np
from sklearn.covariance import LedoitWolf, ShrunkCovariance

from sktopo.detection.base import Detector

__all__ = ["Mahalanobis"]


class Mahalanobis(Detector):
    r"""Squared Mahalanobis distance to the nearest class mean, with one covariance for all classes.

    Parameters
    ----------
    relative : bool, default=False
        Subtract the distance to the mean of all inputs, with the covariance of all inputs.
    shrinkage : "auto" or float in [0, 1], default="auto"
        How far covariances are drawn towards a multiple of the identity: by the formula of Ledoit and Wolf, or by this
        share. With 0, directions in which nothing varies, such as dead units, count for nothing.
    layer : str or int, default=-2
        The layer whose values are points, by name or by position among the recorded ones; -2 is what feeds the logits,
        where ``layers="auto"`` recorded.
    logits : str or int, default=-1
        The layer that holds the logits, by name or by position among the recorded ones.
    contamination : float in (0, 0.5], default=0.1
        Share of the inputs of fit that `predict` calls outliers.

    Attributes
    ----------
    classes_ : int ndarray of shape (n_classes,)
        Classes that the network predicted in fit.
    means_ : ndarray of shape (n_classes, n_units)
    precision_ : ndarray of shape (n_units, n_units)
        Inverse of the covariance within classes.
    background_ : tuple of two arrays, or None
        Mean and precision of all inputs, if `relative`.
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
    The score is minus the distance. The nearest class counts, whichever the network predicts. With one class, as
    of a matrix, ``relative=True`` leaves 0 for every input. Where no class varies, as with one member each, the
    distance within classes is 0.

    References
    ----------
    Lee, Lee, Lee, Shin. A simple unified framework for detecting out-of-distribution samples and adversarial attacks.
    NeurIPS 2018, arXiv 1807.03888.

    Ren, Fort, Liu, Roy, Padhy, Lakshminarayanan. A simple fix to Mahalanobis distance for improving near-OOD detection.
    2021, arXiv 2106.09022.

    Examples
    --------
    >>> from sktopo import Mahalanobis
    >>> points = [[0.0, 0.0], [2.0, 0.0], [0.0, 1.0], [2.0, 1.0]]
    >>> Mahalanobis(shrinkage=0.0).fit(points).score_samples([[1.0, 0.5], [1.0, 1.5]])
    array([-0., -4.])
    """

    def __init__(self, *, relative=False, shrinkage="auto", layer=-2, logits=-1, contamination=0.1):
        self.relative = relative
        self.shrinkage = shrinkage
        self.layer = layer
        self.logits = logits
        self.contamination = contamination

    def _check_parameters(self):
        super()._check_parameters()
        share = self.shrinkage
        number = isinstance(share, numbers.Real) and not isinstance(share, bool) and 0 <= share <= 1
        if not (number or (isinstance(share, str) and share == "auto")):
            raise ValueError(
                "The 'shrinkage' parameter of Mahalanobis must be 'auto' or a number from 0 to 1. "
                f"Got {share!r} instead."
            )

    def _learn(self, points):
        if len(points) < 2:
            raise ValueError("Mahalanobis needs at least two inputs in fit for a covariance. Got n_samples = 1.")
        values = points.layer(self.layer, type(self).__name__)
        self.classes_, members = np.unique(points.predicted, return_inverse=True)
        self.means_ = np.stack([values[members == label].mean(axis=0) for label in range(len(self.classes_))])
        self.precision_ = self._precision(values - self.means_[members])
        mean = values.mean(axis=0)
        self.background_ = (mean, self._precision(values - mean)) if self.relative else None

    def _precision(self, centered):
        if self.shrinkage == "auto":
            return LedoitWolf(assume_centered=True).fit(centered).precision_
        return ShrunkCovariance(assume_centered=True, shrinkage=float(self.shrinkage)).fit(centered).precision_

    def _score(self, points):
        values = points.layer(self.layer, type(self).__name__)
        score = -np.min([_squared(values - mean, self.precision_) for mean in self.means_], axis=0)
        if self.background_ is not None:
            mean, precision = self.background_
            score += _squared(values - mean, precision)
        return score


def _squared(differences, precision):
    return np.einsum("ij,ij->i", differences @ precision, differences)
