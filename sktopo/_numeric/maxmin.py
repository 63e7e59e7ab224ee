"""Farthest-point choice: each next point is the one that is farthest from those chosen so far."""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["maxmin"]


@kernel
def maxmin(points, n_chosen, start):
    """Farthest-point choice among Euclidean points.

    Parameters
    ----------
    points : ndarray of float64 of shape (n_points, n_coordinates)
    n_chosen : int
        At most n_points.
    start : int
        The first point.

    Returns
    -------
    indices : ndarray of int64 of shape (n_chosen,)
        In the order of choice; ties go to the first point.
    covering_radius : float
        Largest distance of a point to the chosen ones.
    """
    n, d = points.shape
    indices, nearest = np.empty(n_chosen, dtype=np.int64), np.full(n, np.inf)
    last = start
    for i in range(n_chosen):
        indices[i] = last
        farthest, last_next = -1.0, 0
        for j in range(n):
            squared = 0.0
            for k in range(d):
                difference = points[j, k] - points[last, k]
                squared += difference * difference
            if squared < nearest[j]:
                nearest[j] = squared
            if nearest[j] > farthest:
                farthest, last_next = nearest[j], j
        last = last_next
    return indices, np.sqrt(farthest)
