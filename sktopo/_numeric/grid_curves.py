"""Curves that sum something over the pairs alive at each point of a uniform grid: Betti curves, silhouettes.

A pair [birth, death) is alive at the grid points from the first that is not below its birth up to, and without, the
first that is not below its death. So a pair changes running sums at two or three places, however many it spans.

Axes: s = segments (sample and block), j = blocks, t = grid points.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["silhouettes", "step_sums"]


@kernel
def step_sums(birth, death, weight, offsets, grids):
    """Sums, at every grid point t, of the weights of pairs with birth <= t < death.

    Parameters
    ----------
    birth, death, weight : float64 arrays of shape (n_pairs,)
        Finite.
    offsets : int64 array of shape (n_segments + 1,)
    grids : float64 array of shape (n_blocks, n_bins)
        Equally spaced points of each block; segment s is of block ``s % n_blocks``.

    Returns
    -------
    float64 array of shape (n_segments, n_bins)
        Exactly zero where no pair is alive; exact for integer weights.
    """
    n_segments, (n_blocks, n_bins) = len(offsets) - 1, grids.shape
    out = np.zeros((n_segments, n_bins))
    jump, alive, ends = np.zeros(n_bins + 1), np.zeros(n_bins + 1), np.empty(n_bins + 2)
    top = float(n_bins)
    for s in range(n_segments):
        start, pace = _scale(grids, s % n_blocks, ends)
        for i in range(offsets[s], offsets[s + 1]):
            b, d, w = birth[i], death[i], weight[i]
            # A guess, which is usually one too low; ends[k] is the grid point before k.
            first = np.int64(min(max((b - start) * pace, 0.0), top))
            while ends[first + 1] < b:
                first += 1
            while ends[first] >= b:
                first -= 1
            last = np.int64(min(max((d - start) * pace, 0.0), top))
            while ends[last + 1] < d:
                last += 1
            while ends[last] >= d:
                last -= 1
            jump[first] += w
            alive[first] += 1.0
            jump[last] -= w
            alive[last] -= 1.0
        height, count = 0.0, 0.0
        for t in range(n_bins):
            height += jump[t]
            count += alive[t]
            out[s, t] = height if count > 0.0 else 0.0
            jump[t], alive[t] = 0.0, 0.0
        jump[n_bins], alive[n_bins] = 0.0, 0.0
    return out


@kernel
def silhouettes(birth, death, offsets, grids, power):
    """Means of all tents, weighted by persistence ** power, at every grid point.

    Between birth and middle a tent is t - birth, between middle and death it is death - t: straight lines, of which
    running sums hold slopes and heights at the grid's first point.

    Parameters
    ----------
    birth, death, offsets, grids : as in :func:`step_sums`
    power : float

    Returns
    -------
    float64 array of shape (n_segments, n_bins)
        Pairs of no persistence count for nothing. Exactly zero where no pair is alive; elsewhere rounded like a sum of
        numbers as large as the grid is wide.
    """
    n_segments, (n_blocks, n_bins) = len(offsets) - 1, grids.shape
    out = np.zeros((n_segments, n_bins))
    slope, height, alive = np.zeros(n_bins + 1), np.zeros(n_bins + 1), np.zeros(n_bins + 1)
    ends, top = np.empty(n_bins + 2), float(n_bins)
    for s in range(n_segments):
        start, pace = _scale(grids, s % n_blocks, ends)
        longest, total = 0.0, 0.0
        for i in range(offsets[s], offsets[s + 1]):
            longest = max(longest, death[i] - birth[i])
        if longest == 0.0:
            continue
        for i in range(offsets[s], offsets[s + 1]):
            b, d = birth[i], death[i]
            w = _power((d - b) / longest, power)  # shares, so that no power overflows
            total += w
            middle = b + (d - b) / 2.0
            first = np.int64(min(max((b - start) * pace, 0.0), top))
            while ends[first + 1] < b:
                first += 1
            while ends[first] >= b:
                first -= 1
            turn = np.int64(min(max((middle - start) * pace, 0.0), top))
            while ends[turn + 1] < middle:
                turn += 1
            while ends[turn] >= middle:
                turn -= 1
            last = np.int64(min(max((d - start) * pace, 0.0), top))
            while ends[last + 1] < d:
                last += 1
            while ends[last] >= d:
                last -= 1
            slope[first] += w
            height[first] += w * (start - b)
            slope[turn] -= 2.0 * w
            height[turn] += w * ((d - start) + (b - start))
            slope[last] += w
            height[last] -= w * (d - start)
            alive[first] += 1.0
            alive[last] -= 1.0
        rise, level, count = 0.0, 0.0, 0.0
        for t in range(n_bins):
            rise += slope[t]
            level += height[t]
            count += alive[t]
            if count > 0.0:
                out[s, t] = max(rise * (ends[t + 1] - start) + level, 0.0) / total
        for t in range(n_bins + 1):
            slope[t], height[t], alive[t] = 0.0, 0.0, 0.0
    return out


@kernel
def _scale(grids, j, ends):
    """First point of a grid and points per unit; `ends` becomes the grid between -inf and inf."""
    n_bins = grids.shape[1]
    ends[0], ends[n_bins + 1] = -np.inf, np.inf
    for t in range(n_bins):
        ends[t + 1] = grids[j, t]
    step = (grids[j, n_bins - 1] - grids[j, 0]) / (n_bins - 1)  # 0 where all pairs of fit were at one place
    return grids[j, 0], 1.0 / max(step, 1e-307)  # whose inverse is still finite


@kernel
def _power(share, power):
    """share ** power, the usual powers without a call; nothing stays nothing."""
    if power == 1.0 or share == 0.0:
        return share
    if power == 2.0:
        return share * share
    return share**power
