"""What a permutation test compares: groups of landscapes or vectors in, one distance of means per test out."""

from typing import NamedTuple

import numpy as np

from sktopo.diagrams.activation_landscapes import ActivationLandscapes
from sktopo.diagrams.container import Diagrams
from sktopo.diagrams.landscape import PersistenceLandscape
from sktopo.diagrams.landscape_grid import quadrature
from sktopo.diagrams.mean_distances import distance_by_gram, distance_by_values

__all__ = ["Comparison", "comparisons"]


class Comparison(NamedTuple):
    """One test: the layer and degrees it is about, and the distance of means for any grouping of all samples."""

    layer: str
    degrees: tuple
    distance: object


def comparisons(a, b, p, per):
    """Tests of group `a` against group `b`, of landscapes, lists of exact landscapes, or arrays.

    Returns
    -------
    list of Comparison
        Samples of `a` come first.
    """
    if isinstance(a, ActivationLandscapes) or isinstance(b, ActivationLandscapes):
        return list(_of_activation_landscapes(a, b, p, per))
    if _is_list_of_landscapes(a) and _is_list_of_landscapes(b):
        return [Comparison("all", (), _of_exact_landscapes([*a, *b], p))]
    if isinstance(a, Diagrams) or isinstance(b, Diagrams):
        raise TypeError(
            "Diagrams have no mean, so permutation_test does not take them. Give landscapes on one grid: "
            "ActivationLandscapes.from_diagrams(Diagrams.concatenate([a, b])), and then [:len(a)] and [len(a):]."
        )
    if _has_landscapes(a) or _has_landscapes(b):
        raise TypeError(
            "PersistenceLandscapes are compared with each other only: give two lists of them and nothing else."
        )
    a, b = (np.asarray(group, dtype=np.float64) for group in (a, b))
    if a.ndim < 1 or b.ndim < 1 or a.shape[1:] != b.shape[1:] or 0 in (len(a), len(b)):
        raise ValueError(f"Groups must have samples, of the same shape in both. Got shapes {a.shape} and {b.shape}.")
    vectors = np.concatenate([a, b]).reshape(len(a) + len(b), -1)
    if not np.isfinite(vectors).all():
        raise ValueError("The samples contain NaN or infinity.")
    return [Comparison("all", (), distance_by_values(vectors, np.ones(vectors.shape[1]), p))]


def _of_activation_landscapes(a, b, p, per):
    if not isinstance(a, ActivationLandscapes):
        raise TypeError(f"Expected ActivationLandscapes in both groups. Got {type(a).__name__} and {type(b).__name__}.")
    pooled = ActivationLandscapes.concatenate([a, b])
    if not len(a) or not len(b):
        raise ValueError(f"Both groups must have samples. Got {len(a)} and {len(b)}.")
    blocks = [(None, None)] if per == "all" else [(layer, None) for layer in a.layers]
    if per == "block":
        blocks = [(layer, degree) for layer in a.layers for degree in a.degrees]
    for layer, degree in blocks:
        part = pooled.select(layer=layer, degree=degree)
        weights = np.broadcast_to(quadrature(part.grid)[:, :, None], part.values.shape[1:])
        vectors = part.values.reshape(len(pooled), -1)
        yield Comparison(layer or "all", part.degrees, distance_by_values(vectors, weights.ravel(), p))


def _is_list_of_landscapes(group):
    is_list = isinstance(group, list | tuple) and len(group) > 0
    return is_list and all(isinstance(landscape, PersistenceLandscape) for landscape in group)


def _has_landscapes(group):
    return isinstance(group, PersistenceLandscape) or (
        isinstance(group, list | tuple) and any(isinstance(item, PersistenceLandscape) for item in group)
    )


def _of_exact_landscapes(pooled, p):
    if p != 2:
        raise ValueError("Exact landscapes are compared with p=2. For another p use ActivationLandscapes, on a grid.")
    scale = max(landscape.norm(np.inf) for landscape in pooled) or 1.0
    pooled = [landscape / scale for landscape in pooled]  # so that no product leaves the range of float64
    gram = np.zeros((len(pooled), len(pooled)))
    for i, landscape in enumerate(pooled):
        for j in range(i, len(pooled)):
            gram[i, j] = gram[j, i] = landscape.inner(pooled[j])
    return distance_by_gram(gram, scale)
