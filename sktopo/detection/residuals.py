"""VirtualLogit: how much of a point lies off the principal subspace, weighed against the logits."""

import numbers

import numpy as np
from scipy.special import logsumexp

from sktopo.detection.base import Detector

__all__ = ["VirtualLogit"]


class VirtualLogit(Detector):
    r"""ViM: the energy of the logits less a virtual logit, the norm of what the principal components leave over.

    Parameters
    ----------
    n_components : int or None, default=None
        Dimension of the principal subspace. None takes 1000 of at least 2048 units, 512 of at least 768, else half.
    layer : str or int, default=-2
        The layer whose values are points, by name or by position among the recorded ones; -2 is what feeds the logits,
        where ``layers="auto"`` recorded.
    logits : str or int, default=-1
        The layer that holds the logits, by name or by position among the recorded ones.
    contamination : float in (0, 0.5], default=0.1
        Share of the inputs of fit that `predict` calls outliers.

    Attributes
    ----------
    mean_ : ndarray of shape (n_units,)
    residual_space_ : ndarray of shape (n_units, n_left_over)
        Orthonormal basis of the complement of the principal subspace.
    alpha_ : float
        Mean largest logit of fit over the mean norm there; 0 where nothing but rounding is left over.
    offset_ : float
        The threshold on the score.
    layers_ : tuple of str
        Layers of the Activations that were fitted; empty for a matrix.
    n_features_in_ : int
        Width of X, where X is a matrix.

    See Also
    --------
    Energy

    Notes
    -----
    The virtual logit is scaled to the largest logits of fit, so their mean must not be negative: logarithms of
    probabilities are no logits.

    Wang et al. centre the points where the last layer's output is zero, which takes its weights; here they are centred
    at their mean, so that nothing but values is needed.

    References
    ----------
    Wang, Li, Feng, Zhang. ViM: out-of-distribution with virtual-logit matching. CVPR 2022, arXiv 2203.10807.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import VirtualLogit
    >>> plane = np.random.default_rng(0).normal(size=(100, 4)) * [3, 3, 0.1, 0.1]
    >>> detector = VirtualLogit(n_components=2).fit(plane)
    >>> detector.score_samples([[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]]).round(1)
    array([  1.8, -11.5])
    """

    def __init__(self, *, n_components=None, layer=-2, logits=-1, contamination=0.1):
        self.n_components = n_components
        self.layer = layer
        self.logits = logits
        self.contamination = contamination

    def _check_parameters(self):
        super()._check_parameters()
        count = self.n_components
        if count is not None and (not isinstance(count, numbers.Integral) or isinstance(count, bool) or count < 1):
            raise ValueError(
                "The 'n_components' parameter of VirtualLogit must be None or a positive integer. "
                f"Got {count!r} instead."
            )

    def _learn(self, points):
        values = points.layer(self.layer, type(self).__name__)
        n_units = values.shape[1]
        count = self._usual(n_units) if self.n_components is None else self.n_components
        if count > n_units:
            raise ValueError(f"VirtualLogit(n_components={count}) is more than the {n_units} units of the layer.")
        self.mean_ = values.mean(axis=0)
        centered = values - self.mean_
        _, axes = np.linalg.eigh(centered.T @ centered)  # variances rise
        self.residual_space_ = axes[:, : n_units - count]
        self.alpha_ = self._scale(points, values)

    def _scale(self, points, values):
        largest, norm = points.logits.max(axis=1).mean(), self._residual(values).mean()
        rounding = points.rounding(self.layer, type(self).__name__)
        if norm <= rounding * np.linalg.norm(values, axis=1).mean():
            return 0.0
        if largest < 0:
            raise ValueError(
                f"VirtualLogit scales residuals to the largest logits of fit, whose mean is {largest:.3g}: outliers "
                "would count as normal. Record the logits before a log-softmax, or use Mahalanobis or KNNDistance."
            )
        return float(largest / norm)

    @staticmethod
    def _usual(n_units):
        return 1000 if n_units >= 2048 else 512 if n_units >= 768 else max(1, n_units // 2)

    def _residual(self, values):
        return np.linalg.norm((values - self.mean_) @ self.residual_space_, axis=1)

    def _score(self, points):
        residual = self._residual(points.layer(self.layer, type(self).__name__))
        return logsumexp(points.logits, axis=1) - self.alpha_ * residual
