"""Persistence landscapes at the points of a uniform grid, exact there.

Axes: s = segments (sample and block), j = blocks, t = grid points, level = 0 for the largest tent.
"""

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["landscapes"]


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
    n_segments = len(offsets) - 1
    n_blocks, n_bins = grids.shape
    out = np.zeros((n_segments, n_levels, n_bins))
    for s in range(n_segments):
        j = s % n_blocks
        start = grids[j, 0]
        step = (grids[j, n_bins - 1] - start) / (n_bins - 1)
        for i in range(offsets[s], offsets[s + 1]):
            first, last = 0, n_bins - 1
            if step > 0.0:  # only the points under the tent, one to spare on each side against rounding
                first = int(min(max((birth[i] - start) / step - 1.0, 0.0), float(n_bins)))
                last = int(min(max((death[i] - start) / step + 1.0, -1.0), float(last)))
            for t in range(first, last + 1):
                _insert(out, s, t, min(grids[j, t] - birth[i], death[i] - grids[j, t]))
    return out


@kernel
def _insert(out, s, t, height):
    """Put a height into the descending column of levels, the least one falling out."""
    level = out.shape[1] - 1
    if height <= out[s, level, t]:
        return
    while level > 0 and out[s, level - 1, t] < height:
        out[s, level, t] = out[s, level - 1, t]
        level -= 1
    out[s, level, t] = height
