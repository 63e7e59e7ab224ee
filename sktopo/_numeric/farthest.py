"""Farthest-point subsampling: each chosen point is the farthest from those before it.

What is chosen covers the cloud: every point lies within the covering radius of a chosen one. So the sample's
Vietoris-Rips diagrams are at most twice that radius away from the cloud's in bottleneck distance.
"""

import numpy as np

from sktopo._numeric.distances import cloud_of, squared_distances

__all__ = ["farthest_points"]


def farthest_points(n_chosen, *, points=None, distances=None, first=0):
    """Choose points far from each other.

    Parameters
    ----------
    n_chosen : int
        From 1 to the number of points.
    points : ndarray of shape (n_points, n_coordinates), optional
    distances : ndarray of shape (n_points, n_points), optional
        One of the two.
    first : int, default=0
        The point to begin with. Ties later on go to the smallest index.

    Returns
    -------
    chosen : int64 ndarray of shape (n_chosen,)
        All different; duplicates are chosen last.
    radius : float64 ndarray of shape (n_chosen,)
        Largest distance of any point from the chosen ones, after each choice.
    """
    row = _rows_of_points(points) if distances is None else distances.__getitem__
    chosen, radius = np.empty(n_chosen, dtype=np.int64), np.empty(n_chosen)
    reach, newest = None, first
    for c in range(n_chosen):
        found = np.asarray(row(newest), dtype=np.float64)
        reach = found.copy() if reach is None else np.minimum(reach, found, out=reach)
        reach[newest] = -1.0  # chosen: not to be chosen again
        chosen[c], newest = newest, np.argmax(reach)
        radius[c] = max(reach[newest], 0.0)
    return chosen, radius if distances is not None else np.sqrt(radius)


def _rows_of_points(points):
    cloud, everything = cloud_of(points), slice(None)
    return lambda v: squared_distances(cloud, slice(v, v + 1), everything)[0]
