"""Persistence landscapes at the points of a uniform grid, exact there.

At a grid point t the tent of a pair is t - birth if the pair's middle is above t, and death - t if it is not. So the
largest tents at t are those of the smallest births among the pairs with middles above, and those of the largest deaths
among the pairs with middles at or below. Every pair is entered once, in the cell of its middle, whatever number of
grid points its tent spans; the smallest births are then handed on downwards from cell to cell, the largest deaths
upwards. Cell c lies between grid points c - 1 and c. A middle so close to a grid point that rounding puts it into the
next cell has two equal heights there, but for rounding.

Axes: s = segments (sample and block), j = blocks, t = grid points, c = cells, level = 0 for the largest tent.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["landscapes"]

FEW = 8  # levels up to which entering a pair without a look is cheaper than a branch that nobody can foresee


@kernel
def landscapes(birth, death, offsets, grids, n_levels):
    """The `n_levels` largest tents max(0, min(t - birth, death - t)) at every grid point.

    Parameters
    ----------
    birth, death : float64 arrays of shape (n_pairs,)
        Finite.
    offsets : int64 array of shape (n_segments + 1,)
    grids : float64 array of shape (n_blocks, n_bins)
        Equally spaced points of each block; segment s is of block ``s % n_blocks``.

    Returns
    -------
    float64 array of shape (n_segments, n_levels, n_bins)
    """
    n_segments, (n_blocks, n_bins) = len(offsets) - 1, grids.shape
    out = np.zeros((n_segments, n_levels, n_bins))
    # Of each cell, side by side: births ascending, deaths descending.
    low, high = np.empty((n_bins + 1) * n_levels), np.empty((n_bins + 1) * n_levels)
    width, least, top, few = np.uint64(n_levels), np.uint64(n_levels - 1), float(n_bins), n_levels <= FEW
    for s in range(n_segments):
        grid = grids[s % n_blocks]
        start, pace = grid[0], 1.0 / max((grid[n_bins - 1] - grid[0]) / (n_bins - 1), 1e-307)
        for k in range((n_bins + 1) * n_levels):
            low[k], high[k] = np.inf, -np.inf
        for i in range(offsets[s], offsets[s + 1]):
            b, d = birth[i], death[i]
            cell = min(max((b + 0.5 * (d - b) - start) * pace + 1.0, 0.0), top)
            at = np.uint64(cell) * width
            if few or b < low[at + least]:
                for level in range(width):  # every level keeps the smaller and hands on the larger
                    old = low[at + level]
                    low[at + level] = min(old, b)
                    b = max(old, b)
            if few or d > high[at + least]:
                for level in range(width):
                    old = high[at + level]
                    high[at + level] = max(old, d)
                    d = min(old, d)
        _hand_on(low, high, n_bins, n_levels)
        for t in range(n_bins):
            above, below = (t + 1) * n_levels, t * n_levels
            for level in range(n_levels):
                rising, falling = grid[t] - low[above], high[below] - grid[t]
                if max(rising, falling) <= 0.0:
                    break
                if rising > falling:
                    out[s, level, t] = rising
                    above += 1
                else:
                    out[s, level, t] = falling
                    below += 1
    return out


@kernel
def _hand_on(low, high, n_bins, n_levels):
    """Births of every cell become the smallest of all cells from it upwards, deaths the largest from it downwards."""
    for c in range(n_bins - 1, -1, -1):
        for k in range((c + 1) * n_levels, (c + 2) * n_levels):
            birth = low[k]
            if birth >= low[(c + 1) * n_levels - 1]:
                break
            for level in range(c * n_levels, (c + 1) * n_levels):
                old = low[level]
                low[level] = min(old, birth)
                birth = max(old, birth)
    for c in range(1, n_bins + 1):
        for k in range((c - 1) * n_levels, c * n_levels):
            death = high[k]
            if death <= high[(c + 1) * n_levels - 1]:
                break
            for level in range(c * n_levels, (c + 1) * n_levels):
                old = high[level]
                high[level] = max(old, death)
                death = min(old, death)
