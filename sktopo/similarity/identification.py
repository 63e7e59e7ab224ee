"""Layer identification: does a measure find the same layer again in a network trained from another seed?

For each ordered pair of networks of one architecture and each layer of the first, the most similar layer of the second
must be the same one. Kornblith, Norouzi, Lee, Hinton. Similarity of neural network representations revisited. ICML
2019.
"""

import time
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import t as student

from sktopo.similarity.routes import make_route

__all__ = ["LayerIdentification", "layer_identification_score"]


@dataclass(frozen=True)
class LayerIdentification:
    """What :func:`layer_identification_score` found.

    Parameters
    ----------
    accuracy : float
        Share of (ordered pair of networks, layer) for which the same layer is the most similar one.
    mean_reciprocal_rank : float
        Mean of 1 / rank of the same layer.
    interval : (float, float)
        Jackknife interval of the accuracy over networks; NaN with two networks.
    by_layer : ndarray of shape (n_layers,)
        Accuracy of each layer.
    chance : float
        Accuracy of guessing, 1 / n_layers.
    seconds_per_pair : float
        Wall time per pair of layers compared, preparation included; NaN where matrices were given.
    matrices : ndarray of shape (n_networks, n_networks, n_layers, n_layers)
    """

    accuracy: float
    mean_reciprocal_rank: float
    interval: tuple
    by_layer: np.ndarray = field(repr=False)
    chance: float
    seconds_per_pair: float
    matrices: np.ndarray = field(repr=False)


def layer_identification_score(similarity, networks=None, *, higher_is_closer=None, confidence=0.95):
    """Score a measure by whether corresponding layers of different networks are the most similar ones.

    Parameters
    ----------
    similarity : LayerSimilarity, or ndarray of shape (n_networks, n_networks, n_layers, n_layers)
        Matrices as :meth:`LayerSimilarity.compare_all` gives them; those of a network with itself are not looked at.
    networks : sequence of Activations or None, default=None
        At least two networks of one architecture on the same inputs; None if matrices are given.
    higher_is_closer : bool or None, default=None
        Direction of given matrices.
    confidence : float, default=0.95
        Of the interval.

    Returns
    -------
    LayerIdentification

    Raises
    ------
    ValueError
        If there are fewer than two networks, a value is NaN, or the direction of given matrices is missing.

    Notes
    -----
    Where several layers are equally similar, the score is the mean over all orders of them, so that a measure without
    opinion scores 1 / n_layers. Pairs of networks share networks and are no independent trials, so the interval is the
    jackknife's over networks: each is left out with all its pairs, and Student's t with n_networks - 1 degrees of
    freedom applies. It is cut at 0 and 1, and has no width where all pairs are right.

    References
    ----------
    Kornblith, Norouzi, Lee, Hinton. Similarity of neural network representations revisited. ICML 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import LayerSimilarity, layer_identification_score
    >>> rng = np.random.default_rng(0)
    >>> layers = {"a": rng.normal(size=(40, 3)), "b": rng.normal(size=(40, 6))}
    >>> def turned(x):
    ...     return x @ np.linalg.qr(rng.normal(size=(x.shape[1], x.shape[1])))[0]
    >>> networks = [{name: turned(x) for name, x in layers.items()} for seed in range(3)]
    >>> layer_identification_score(LayerSimilarity("cka"), networks).accuracy
    1.0
    """
    matrices, higher_is_closer, seconds = _matrices(similarity, networks, higher_is_closer)
    right, reciprocal = _found(matrices if higher_is_closer else -matrices)
    others = ~np.eye(len(matrices), dtype=bool)
    return LayerIdentification(
        accuracy=float(right[others].mean()),
        mean_reciprocal_rank=float(reciprocal[others].mean()),
        interval=_jackknife(right.mean(axis=2), confidence),
        by_layer=right[others].mean(axis=0),
        chance=1.0 / matrices.shape[2],
        seconds_per_pair=seconds,
        matrices=matrices,
    )


def _matrices(similarity, networks, higher_is_closer):
    if networks is None:
        if higher_is_closer is None:
            raise ValueError("Matrices have no direction of their own: give higher_is_closer=True or False.")
        matrices, seconds = np.asarray(similarity, dtype=np.float64), float("nan")
    else:
        networks = list(networks)
        start = time.perf_counter()
        matrices = similarity.compare_all(networks)
        seconds = (time.perf_counter() - start) / matrices.size
        higher_is_closer = make_route(similarity).higher_is_closer
    _check(matrices)
    return matrices, higher_is_closer, seconds


def _check(matrices):
    shape = matrices.shape
    if len(shape) != 4 or shape[0] != shape[1] or shape[2] != shape[3] or shape[0] < 2:
        raise ValueError(
            "Layer identification needs at least two networks with the same layers, and matrices of shape (n_networks, "
            f"n_networks, n_layers, n_layers). Got shape {shape} instead."
        )
    if np.isnan(matrices).any():
        a, b, i, j = np.argwhere(np.isnan(matrices))[0].tolist()
        raise ValueError(f"Layer {i} of network {a} against layer {j} of network {b} is NaN: there is no order.")


def _found(closeness):
    """For each pair of networks and layer, whether the same layer comes first, and 1 / its rank; ties averaged."""
    same = np.diagonal(closeness, axis1=2, axis2=3)[..., None]
    closer, equal = (closeness > same).sum(axis=3), (closeness == same).sum(axis=3)
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, closeness.shape[3] + 1))])
    return (closer == 0) / equal, (harmonic[closer + equal] - harmonic[closer]) / equal


def _jackknife(accuracy, confidence):
    """Interval of the mean over ordered pairs of different networks, each network left out in turn."""
    n = len(accuracy)
    if n < 3:
        return float("nan"), float("nan")
    pairs = accuracy * ~np.eye(n, dtype=bool)
    total, of_one = pairs.sum(), pairs.sum(axis=0) + pairs.sum(axis=1)
    left_out = (total - of_one) / ((n - 1) * (n - 2))
    error = np.sqrt((n - 1) / n * np.square(left_out - left_out.mean()).sum())
    centre, width = total / (n * (n - 1)), student.ppf(0.5 + confidence / 2, n - 1) * error
    return float(max(centre - width, 0.0)), float(min(centre + width, 1.0))
