"""Euclidean distances in float64 by matrix products, without what matrix products usually spoil.

The product route |x - y|^2 = |x|^2 + |y|^2 - 2 x.y is ten times faster than differences and loses digits where points
are closer than they are long. Two remedies: points are measured from one of their own, near the mean, so that a common
offset is gone (and integer points stay integers, whose products and ties are exact); and pairs that are much closer
than they are long are computed again from differences, so that duplicates are at distance zero.

Axes: i, j = points, k = coordinates.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["Cloud", "cloud_of", "distance_matrix", "pair_lengths", "squared_distances"]

# A squared distance below this share of |x|^2 + |y|^2 is computed again. What is left has an error of some 1e-13 of
# itself; a larger share would send the pairs of every tight cluster through the slow way.
CANCELLED = 2.0**-10
ROWS = 256  # of the matrix that are multiplied at once
TILE = 32  # rows and columns that are mirrored together


class Cloud(NamedTuple):
    """Points as differences and as products want them."""

    points: np.ndarray  # float64, shape (n_points, n_coordinates), as given
    centred: np.ndarray  # the same, measured from the point that is nearest to their mean
    norms: np.ndarray  # squared norms of the centred points


def cloud_of(points):
    """Prepare points for distances.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_coordinates)
        float32 or float64, finite.

    Returns
    -------
    Cloud
    """
    points = np.ascontiguousarray(points, dtype=np.float64)
    if not points.size:
        return Cloud(points, points, np.zeros(len(points)))
    # Squared distances from the mean but for a constant; far from the origin they are rough, and so may the choice be.
    middle = np.argmin(np.einsum("ik,ik->i", points, points) - 2.0 * (points @ points.mean(axis=0)))
    centred = points - points[middle]
    return Cloud(points, centred, np.einsum("ik,ik->i", centred, centred))


def squared_distances(cloud, rows, columns):
    """Squared distances of two choices of points.

    Parameters
    ----------
    cloud : Cloud
    rows, columns : slices or int64 ndarrays

    Returns
    -------
    float64 ndarray of shape (n_rows, n_columns)
    """
    products = cloud.centred[rows] @ cloud.centred[columns].T
    norms, points = cloud.norms, cloud.points
    _finish_block(products, points[rows], points[columns], norms[rows], norms[columns])
    return products


def distance_matrix(points):
    """Matrix of Euclidean distances, symmetric to the last bit, with exact zeros between duplicates.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_coordinates)

    Returns
    -------
    float64 ndarray of shape (n_points, n_points)
    """
    points, centred, norms = cloud_of(points)
    distances = np.zeros((len(points), len(points)))
    for start in range(0, len(points), ROWS):
        _fill(distances, centred[start : start + ROWS] @ centred[start:].T, points, norms, np.int64(start))
    return distances


@kernel
def pair_lengths(points, i, j):
    """Distances of listed pairs, from differences.

    Parameters
    ----------
    points : float64 array of shape (n_points, n_coordinates)
    i, j : int64 arrays of shape (n_pairs,)

    Returns
    -------
    float64 array of shape (n_pairs,)
    """
    lengths = np.empty(len(i), dtype=np.float64)
    for e in range(len(i)):
        lengths[e] = np.sqrt(_from_differences(points, i[e], points, j[e]))
    return lengths


@kernel
def _finish_block(products, rows, columns, row_norms, column_norms):
    """Products become squared distances, in place."""
    for i in range(len(products)):
        for j in range(products.shape[1]):
            norms = row_norms[i] + column_norms[j]
            squared = norms - 2.0 * products[i, j]
            if squared <= CANCELLED * norms:
                squared = _from_differences(rows, i, columns, j)
            products[i, j] = squared


@kernel
def _fill(distances, products, points, norms, start):
    """Distances of rows from `start` on to all later points, and their mirror images, by tiles that stay in cache."""
    n, end = len(points), start + len(products)
    for left in range(start, n, TILE):
        for top in range(start, min(end, left + TILE), TILE):
            for i in range(top, min(top + TILE, end)):
                for j in range(max(left, i + 1), min(left + TILE, n)):
                    squared = norms[i] + norms[j] - 2.0 * products[i - start, j - start]
                    if squared <= CANCELLED * (norms[i] + norms[j]):
                        squared = _from_differences(points, i, points, j)
                    distances[i, j] = np.sqrt(squared)
            for j in range(left, min(left + TILE, n)):
                for i in range(top, min(top + TILE, end, j)):
                    distances[j, i] = distances[i, j]


@kernel
def _from_differences(rows, i, columns, j):
    squared = 0.0
    for k in range(rows.shape[1]):
        step = rows[i, k] - columns[j, k]
        squared += step * step
    return squared
