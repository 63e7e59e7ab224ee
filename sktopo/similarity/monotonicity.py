"""Monotonicity: within one network, layers further apart should be less similar.

Klabunde et al. ReSi: a comprehensive benchmark for representational similarity measures. 2024, test 6.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import rankdata
from sklearn.utils.validation import check_is_fitted

__all__ = ["Monotonicity", "monotonicity_score"]


@dataclass(frozen=True)
class Monotonicity:
    """What :func:`monotonicity_score` found.

    Parameters
    ----------
    correlation : float
        Spearman's correlation of distance and gap over pairs of layers; NaN where all distances are equal.
    wrong_triples : float
        Share of layers i < j < k of which i and k are not the furthest from each other.
    """

    correlation: float
    wrong_triples: float


def monotonicity_score(similarity, *, higher_is_closer=None):
    """Score a matrix of layers by whether distance grows with the number of layers between.

    Parameters
    ----------
    similarity : fitted LayerSimilarity, or array-like of shape (n_layers, n_layers)
        Layers in their order in the network, at least three. An asymmetric matrix is averaged with its transpose.
    higher_is_closer : bool or None, default=None
        Direction of a given matrix.

    Returns
    -------
    Monotonicity

    Notes
    -----
    A tie is not an order, so a triple is wrong unless its outer layers are strictly further apart than both inner
    pairs; random distances get 2 / 3 of the triples wrong, a constant measure all of them.

    References
    ----------
    Klabunde et al. ReSi: a comprehensive benchmark for representational similarity measures. arXiv 2408.00531, 2024.

    Examples
    --------
    >>> from sktopo import monotonicity_score
    >>> monotonicity_score([[0, 1, 2], [1, 0, 1.5], [2, 1.5, 0]], higher_is_closer=False)
    Monotonicity(correlation=0.866..., wrong_triples=0.0)
    """
    if hasattr(similarity, "fit"):
        check_is_fitted(similarity)
        similarity, higher_is_closer = similarity.matrix_, similarity.higher_is_closer_
    if higher_is_closer is None:
        raise ValueError("A matrix has no direction of its own: give higher_is_closer=True or False.")
    matrix = np.asarray(similarity, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 3 or np.isnan(matrix).any():
        raise ValueError(f"Expected a square matrix of at least 3 layers without NaN. Got shape {matrix.shape}.")
    distances = (-0.5 if higher_is_closer else 0.5) * (matrix + matrix.T)
    first, second = np.triu_indices(len(matrix), 1)
    wrong = [
        distances[i, k] <= max(distances[i, j], distances[j, k]) for i, j, k in combinations(range(len(matrix)), 3)
    ]
    return Monotonicity(_spearman(distances[first, second], second - first), float(np.mean(wrong)))


def _spearman(x, y):
    x, y = (rankdata(values) for values in (x, y))
    x, y = x - x.mean(), y - y.mean()
    norms = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / norms) if norms > 0 else float("nan")
