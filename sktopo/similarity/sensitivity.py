"""Sensitivity: how much of a layer can be deleted before a measure sees more than the noise of another seed.

Ding, Denain, Steinhardt. Grounding representation similarity with statistical testing. NeurIPS 2021.
"""

from dataclasses import dataclass

import numpy as np

from sktopo.similarity.canonical import principal
from sktopo.similarity.reading import is_sets, read_layers
from sktopo.similarity.routes import make_route

__all__ = ["Sensitivity", "sensitivity_curve"]


@dataclass(frozen=True)
class Sensitivity:
    """What :func:`sensitivity_curve` found.

    Parameters
    ----------
    shares : ndarray of shape (n_shares,)
        Share of principal directions deleted, weakest first.
    values : ndarray of shape (n_networks, n_shares)
        The measure between a layer and what remains of it.
    threshold : float
        Mean of the measure over ordered pairs of different networks, same layer.
    detected : float
        Smallest share at which the mean curve is further than the threshold; NaN if at none.
    """

    shares: np.ndarray
    values: np.ndarray
    threshold: float
    detected: float


def sensitivity_curve(similarity, networks, layer, *, shares=None):
    """Delete a layer's weakest principal directions and see when a measure notices.

    Parameters
    ----------
    similarity : LayerSimilarity
    networks : sequence of Activations
        At least two networks of one architecture, trained from different seeds, on the same inputs.
    layer : str
        Name of the layer.
    shares : sequence of float or None, default=None
        Shares of directions to delete, rising within [0, 1); None takes 0, 0.05, ... 0.95 and 0.99.

    Returns
    -------
    Sensitivity
        A small ``detected`` is good: what the measure calls different is more than the difference of seeds.

    Notes
    -----
    Directions are those of the centred matrix (inputs, units) up to its rank, of positions and channels together; the
    mean is kept, at least one direction stays, and the layer keeps its shape. Costs a singular value decomposition per
    network and a comparison per network and share.

    References
    ----------
    Ding, Denain, Steinhardt. Grounding representation similarity with statistical testing. NeurIPS 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import LayerSimilarity, sensitivity_curve
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(60, 10)) * 0.5 ** np.arange(10)
    >>> networks = [{"hidden": x + 0.05 * rng.normal(size=x.shape)} for seed in range(3)]
    >>> curve = sensitivity_curve(LayerSimilarity("cka"), networks, "hidden", shares=[0.0, 0.3, 0.6, 0.9])
    >>> curve.detected
    0.9
    """
    networks = [_only(network, layer) for network in networks]
    if len(networks) < 2:
        raise ValueError(f"The threshold needs at least two networks. Got {len(networks)}.")
    shares = _checked(np.append(np.arange(20) / 20, 0.99) if shares is None else shares)
    values = np.array([_curve(similarity, network, layer, shares) for network in networks])
    between = similarity.compare_all(networks)[..., 0, 0]
    threshold = float(between[~np.eye(len(networks), dtype=bool)].mean())
    sign = -1.0 if make_route(similarity).higher_is_closer else 1.0
    noticed = sign * values.mean(axis=0) > sign * threshold
    return Sensitivity(shares, values, threshold, float(shares[noticed.argmax()]) if noticed.any() else float("nan"))


def _checked(shares):
    shares = np.asarray(shares, dtype=np.float64)
    if shares.ndim != 1 or not len(shares) or (np.diff(shares) <= 0).any() or shares[0] < 0 or shares[-1] >= 1:
        raise ValueError(f"shares must rise within [0, 1). Got {shares.tolist()} instead.")
    return shares


def _only(network, layer):
    """The network with one layer, as the same kind of container, so that filtrations know it."""
    if is_sets(network):
        return [_only(part, layer) for part in network]
    layers = read_layers(network)
    if layer not in layers:
        raise KeyError(f"No layer {layer!r} in this network. Its layers: {', '.join(layers)}.")
    return _like(network, layer, np.asarray(layers[layer]))


def _like(network, layer, values):
    return (type(network) if hasattr(network, "layers") else dict)({layer: values})


def _curve(similarity, network, layer, shares):
    parts = network if is_sets(network) else [network]
    remains = [_remains(part[layer], shares) for part in parts]
    result = []
    for k in range(len(shares)):
        rest = [_like(part, layer, values[k]) for part, values in zip(parts, remains, strict=True)]
        result.append(np.asarray(similarity.compare(network, rest if is_sets(network) else rest[0]))[0, 0])
    return result


def _remains(values, shares):
    """What remains of a layer after deleting each share of its principal directions, weakest first."""
    flat = values.reshape(len(values), -1).astype(np.float64)
    basis, _, coordinates = principal(flat)
    kept = [max(1, basis.shape[1] - round(share * basis.shape[1])) for share in shares]
    return [(flat.mean(axis=0) + basis[:, :k] @ coordinates[:k]).reshape(values.shape) for k in kept]
