"""Euclidean distances in float64 by matrix products, without what matrix products usually spoil.

The product route |x - y|^2 = |x|^2 + |y|^2 - 2 x.y is ten times faster than differences and loses digits where points
are closer than they are long. Two remedies: pairs that are much closer than they are long are computed again from
differences, so that duplicates are at distance zero; and points far from the origin are measured from one of their own,
near the mean, so that such pairs are few. (Integer points stay integers, whose products and ties are exact.)

Axes: i, j = points, k = coordinates.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["Cloud", "cloud_of", "distance_matrix", "pair_lengths", "squared_distances"]

# A squared distance below this share of |x|^2 + |y|^2 is computed again. What is left has an error of some 1e-13 of
# itself; a larger share would send the pairs of every tight cluster through the slow way.
CANCELLED = 2.0**-10
CANDIDATES = 32  # points among which the one nearest to the mean is the origin
ROWS = 256  # of the matrix that are multiplied at once
TILE = 32  # rows and columns that are mirrored together


class Cloud(NamedTuple):
    """Points as differences and as products want them."""

    points: np.ndarray  # float64, shape (n_points, n_coordinates), as given
    centred: np.ndarray  # the same, not far from the origin
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
    mean, candidates = points.mean(axis=0), points[:: -(-len(points) // CANDIDATES)]
    from_mean = np.square(candidates - mean).sum(axis=1)
    centred = points if mean @ mean <= from_mean.mean() else points - candidates[np.argmin(from_mean)]
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
    distances = np.empty((len(points), len(points)))
    for top in range(0, len(points), ROWS):
        bottom = min(top + ROWS, len(points))
        rows, rest, band = centred[top:bottom], centred[bottom:], distances[top:bottom]
        np.matmul(rows, rows.T, out=band[:, top:bottom])  # NumPy sees the symmetry, and multiplies one half
        np.matmul(rows, rest.T, out=band[:, bottom:])
        _fill(distances, points, norms, np.int64(top), np.int64(bottom))
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
    squared = np.empty(products.shape[1], dtype=np.float64)
    for i in range(len(products)):
        n_cancelled = 0
        for j in range(np.uint64(len(squared))):
            both = row_norms[i] + column_norms[j]
            squared[j] = both - 2.0 * products[i, j]
            n_cancelled += squared[j] <= CANCELLED * both
        if n_cancelled:
            for j in range(len(squared)):
                if squared[j] <= CANCELLED * (row_norms[i] + column_norms[j]):
                    squared[j] = _from_differences(rows, i, columns, j)
        for j in range(np.uint64(len(squared))):
            products[i, j] = squared[j]


@kernel
def _fill(distances, points, norms, top, bottom):
    """Products in rows from top to bottom become distances, with mirror images, by tiles that stay in cache."""
    n = len(distances)
    for row in range(top, bottom, TILE):
        for column in range(row, n, TILE):
            end = min(column + TILE, n)
            for i in range(row, min(row + TILE, bottom)):
                n_cancelled = 0
                for j in range(np.uint64(column), np.uint64(end)):  # unsigned, so that it becomes vector instructions
                    both = norms[i] + norms[j]
                    squared = both - 2.0 * distances[i, j]
                    n_cancelled += squared <= CANCELLED * both
                    distances[i, j] = np.sqrt(max(squared, 0.0))
                if n_cancelled:
                    for j in range(column, end):
                        both = norms[i] + norms[j]
                        if distances[i, j] * distances[i, j] <= 1.01 * CANCELLED * both:
                            distances[i, j] = np.sqrt(_from_differences(points, i, points, j))
            for j in range(column, end):
                for i in range(row, min(row + TILE, bottom, j + 1)):
                    distances[j, i] = distances[i, j]


@kernel
def _from_differences(rows, i, columns, j):
    squared = 0.0
    for k in range(rows.shape[1]):
        step = rows[i, k] - columns[j, k]
        squared += step * step
    return squared
