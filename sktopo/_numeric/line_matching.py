"""Distances between diagrams whose points have one birth: there, points lie on a line, and matchings need not
cross.

This is the usual case in degree 0 with all vertices born first. Persistences are sorted, largest first.
"""

import numpy as np

from sktopo._numeric.geometry import diagonal_distance, power
from sktopo._numeric.jit import kernel

__all__ = ["line_bottleneck", "line_transport_cost"]


@kernel
def line_transport_cost(a, b, order, euclidean):
    """Sum of distance ** order over an optimal partial matching, by dynamic programming over two sorted lists.

    Parameters
    ----------
    a, b : float64 arrays
        Persistences in decreasing order.

    Returns
    -------
    float
    """
    m = len(b)
    alone, best = np.empty(m), np.empty(m + 1)
    best[0] = 0.0
    for j in range(m):
        alone[j] = power(diagonal_distance(0.0, b[j], euclidean), order)
        best[j + 1] = best[j] + alone[j]
    for i in range(len(a)):
        own, value = power(diagonal_distance(0.0, a[i], euclidean), order), a[i]
        corner = best[0]  # of the row above, one column back
        left = best[0] + own
        best[0] = left
        for j in range(m):
            above = best[j + 1]
            pair = corner + power(abs(value - b[j]), order)
            left = min(min(pair, above + own), left + alone[j])
            best[j + 1] = left
            corner = above
    return best[m]


@kernel
def line_bottleneck(a, b):
    """Least r for which :func:`_covers` holds on both sides, found by halving the bits of a float.

    Non-negative floats are ordered as their bits are, and the least r is one of the numbers that are compared.
    """
    number = np.zeros(1)
    bits = number.view(np.int64)
    number[0] = max(a[0] if len(a) else 0.0, b[0] if len(b) else 0.0) / 2.0
    low, high = np.int64(-1), bits[0]
    while high - low > 1:
        middle = low + (high - low) // 2
        bits[0] = middle
        r = number[0]
        if _covers(a, b, r) and _covers(b, a, r):
            high = middle
        else:
            low = middle
    bits[0] = high
    return number[0]


@kernel
def _covers(a, b, r):
    """Whether all of a that is too large for the diagonal finds partners within r: each takes the largest in reach."""
    j, m = 0, len(b)
    for value in a:
        if value / 2.0 <= r:
            return True
        while j < m and b[j] > value and b[j] - value > r:
            j += 1
        if j == m or abs(b[j] - value) > r:
            return False
        j += 1
    return True
