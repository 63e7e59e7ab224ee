"""The MapperGraph of a fitted cloud, its points numbered as they came in."""

import numpy as np

from sktopo.mapper.graph import MapperGraph
from sktopo.mapper.nerve import nerve
from sktopo.mapper.node_statistics import class_counts, means, medoids, purities
from sktopo.mapper.support import edge_presence

__all__ = ["build_graph"]


def build_graph(cloud, order, of_input, position, y, min_intersection, n_resamples, random_state):
    """Nodes, edges and what is known of them.

    Parameters
    ----------
    cloud : fitted CloudMapper
        Whose point i is point ``order[i]`` of the graph.
    order : int64 ndarray of shape (n_points,)
    of_input, position : int64 ndarray of shape (n_points,)
    y : ndarray of shape (n_points,) or None
    min_intersection, n_resamples : int
    random_state : int, RandomState or None

    Returns
    -------
    MapperGraph
    """
    cells, n = cloud.cells, len(order)
    ordered = cells.membership(np.arange(n), n)
    edges, intersection, jaccard = nerve(ordered, min_intersection)
    mean = means(ordered, cloud.points)
    found = None
    if n_resamples:
        found = edge_presence(cloud, edges, n_resamples, min_intersection, random_state)
    return MapperGraph(
        membership=cells.membership(order, n),
        edges=edges,
        intersection=intersection,
        jaccard=jaccard,
        cell=np.stack(np.unravel_index(cells.node_cell, cloud.cover.shape_), axis=1).astype(np.int64),
        lens=means(ordered, cloud.values),
        mean=mean,
        medoid=order[medoids(ordered, cloud.points, mean)],
        is_noise=cells.noise_node,
        noise_share=float(cells.is_noise.mean()) if len(cells.is_noise) else 0.0,
        of_input=np.asarray(of_input, dtype=np.int64),
        position=np.asarray(position, dtype=np.int64),
        edge_presence=found,
        **_targets(ordered, order, y),
    )


def _targets(membership, order, y):
    """What is known of the members' y: counts of classes, or a mean."""
    if y is None:
        return {}
    if y.dtype.kind == "f" and (y != np.round(y)).any():
        return {"target_mean": means(membership, np.asarray(y[order], dtype=np.float64)[:, None])[:, 0]}
    classes, counts = class_counts(membership, y[order])
    return {
        "classes": classes,
        "class_counts": counts,
        "class_of": np.searchsorted(classes, y).astype(np.int64),
        "purity": purities(counts),
    }
