"""Euclidean distances in float64 by matrix products, without what matrix products usually spoil.

The product route |x - y|^2 = |x|^2 + |y|^2 - 2 x.y is ten times faster than differences and loses digits where points
are closer than they are long. Three remedies: points are measured from one of their own, near the mean, so that a common
offset is gone (and integer points stay integers, whose products and ties are exact); pairs that are much closer than
they are long are computed again from differences; and duplicates are at distance zero.

Axes: i, j = points, k = coordinates.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["centred", "distance_matrix", "pair_lengths", "squared_distances"]

# A squared distance below this share of |x|^2 + |y|^2 is computed again. What is left has an error of some 1e-13 of
# itself; a larger share would send the pairs of every tight cluster through the slow way.
CANCELLED = 2.0**-10


def centred(points):
    """Points as contiguous float64 rows, measured from the point that is nearest to their mean.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_coordinates)
        float32 or float64, finite.

    Returns
    -------
    float64 ndarray of shape (n_points, n_coordinates)
    """
    points = np.asarray(points, dtype=np.float64)
    if not points.size:
        return np.ascontiguousarray(points)
    from_mean = points - points.mean(axis=0)
    middle = np.argmin(np.einsum("ik,ik->i", from_mean, from_mean))
    return np.ascontiguousarray(points - points[middle])


def squared_distances(rows, columns, row_norms, column_norms):
    """Squared distances of two sets of centred points, close pairs from their differences.

    Parameters
    ----------
    rows, columns : float64 ndarrays of shape (n_rows, n_coordinates) and (n_columns, n_coordinates)
    row_norms, column_norms : float64 ndarrays
        Their squared norms.

    Returns
    -------
    float64 ndarray of shape (n_rows, n_columns)
    """
    products = rows @ columns.T
    _finish_block(products, rows, columns, row_norms, column_norms)
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
    points = centred(points)
    products = points @ points.T
    _finish_symmetric(products, points, np.diag(products).copy())
    return products


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
        total = 0.0
        for k in range(points.shape[1]):
            step = points[i[e], k] - points[j[e], k]
            total += step * step
        lengths[e] = np.sqrt(total)
    return lengths


@kernel
def _finish_block(products, rows, columns, row_norms, column_norms):
    """Products become squared distances, in place."""
    for i in range(len(products)):
        for j in range(products.shape[1]):
            norms = row_norms[i] + column_norms[j]
            squared = norms - 2.0 * products[i, j]
            if squared <= CANCELLED * norms:
                squared = 0.0
                for k in range(rows.shape[1]):
                    step = rows[i, k] - columns[j, k]
                    squared += step * step
            products[i, j] = squared


@kernel
def _finish_symmetric(products, points, norms):
    """Products of all pairs become distances, in place; the upper half decides."""
    n = len(products)
    for i in range(n):
        for j in range(i + 1, n):
            products[i, j] = norms[i] + norms[j] - 2.0 * products[i, j]
        for j in range(i + 1, n):
            if products[i, j] <= CANCELLED * (norms[i] + norms[j]):
                squared = 0.0
                for k in range(points.shape[1]):
                    step = points[i, k] - points[j, k]
                    squared += step * step
                products[i, j] = squared
        for j in range(i + 1, n):
            products[i, j] = np.sqrt(products[i, j])
        products[i, i] = 0.0
        for j in range(i):
            products[i, j] = products[j, i]
