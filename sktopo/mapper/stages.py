"""Mapper's stages, one by one, so that a sweep can repeat the late ones and keep what the early ones found."""

from dataclasses import dataclass

import numpy as np
from joblib import effective_n_jobs

from sktopo.mapper.build import build_graph
from sktopo.mapper.cover import Cover
from sktopo.mapper.density import DensityClusterer
from sktopo.mapper.elbow import elbow, neighbour_distances
from sktopo.mapper.layer import CloudMapper
from sktopo.mapper.lenses import GivenLens, make_lens
from sktopo.mapper.order import canonical_order

__all__ = ["OrderedCloud", "cover_cloud", "graph_of", "lens_of", "order_cloud", "eps_of"]


@dataclass(frozen=True, eq=False)
class OrderedCloud:
    """A cloud before the cover: what does not depend on intervals or clusters.

    Attributes
    ----------
    order : int64 ndarray of shape (n_points,)
        Point i is point ``order[i]`` of the cloud as it came.
    points : ndarray of shape (n_points, d)
    lens : fitted lens or None
        None where values were given.
    values : float64 ndarray of shape (n_points, n_dimensions)
    of_input, position : int64 ndarray of shape (n_points,)
        Of the points as they came, as is y.
    y : ndarray of shape (n_points,) or None
    """

    order: np.ndarray
    points: np.ndarray
    lens: object
    values: np.ndarray
    of_input: np.ndarray
    position: np.ndarray
    y: np.ndarray | None


def order_cloud(mapper, name, points, of_input, position, y, lens_values=None):
    """Sort a layer's points and compute their lens values."""
    given = None if lens_values is None else lens_of(GivenLens(lambda _: lens_values), points, name)
    order = canonical_order(points if given is None else np.concatenate([points, given], axis=1))
    points = np.ascontiguousarray(points[order])
    if given is not None:
        return OrderedCloud(order, points, None, given[order], of_input, position, y)
    lens = make_lens(mapper)
    if isinstance(lens, GivenLens):
        lens.fit(points, None if y is None else y[order])
    else:
        lens.fit(points)
    return OrderedCloud(order, points, lens, lens_of(lens, points, name), of_input, position, y)


def lens_of(lens, points, name):
    """Finite lens values of a layer's points."""
    values = np.asarray(lens.transform(points), dtype=np.float64)
    wrong = ~np.isfinite(values).all(axis=1)
    if wrong.any():
        raise ValueError(
            f"The lens of {name!r} is NaN or infinite for {wrong.sum()} of {len(points)} points. Give a lens "
            "that is finite, or remove those points."
        )
    return values


def eps_of(mapper, points, curve=None):
    """eps and the curve that it was read from; None and None for a clusterer of the user's, no curve for a number."""
    if not isinstance(mapper.clusterer, str):
        return None, None
    if not isinstance(mapper.eps, str):
        return float(mapper.eps), None
    if curve is None:
        curve = neighbour_distances(points, mapper.min_samples, mapper.elbow_samples)
    return float(mapper.eps_scale * elbow(curve)), curve


def cover_cloud(mapper, ordered, eps):
    """Cells and their clusters, as a fitted CloudMapper."""
    clusterer = mapper.clusterer if eps is None else DensityClusterer(eps, mapper.min_samples)
    cover = Cover(mapper.cover, mapper.n_intervals, mapper.overlap, mapper.convention)
    threads = effective_n_jobs(mapper.n_jobs)
    return CloudMapper(ordered.lens, cover, clusterer, mapper.noise, threads).fit(ordered.points, ordered.values)


def graph_of(mapper, ordered, cloud):
    """The graph, its points numbered as they came."""
    return build_graph(
        cloud,
        ordered.order,
        ordered.of_input,
        ordered.position,
        ordered.y,
        mapper.min_intersection,
        mapper.n_resamples,
        mapper.random_state,
    )
